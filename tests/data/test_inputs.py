"""What a translator is asked about, out of files of every form: the sources alone, whatever stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import CAPTIONS, PAIRS, DataSource, open_inputs
from recurra.errors import DataError


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.txt", "how far\n\nwho\n"),
        ("x.txt", "how far\n \t\nwho\n"),
        ("x.tsv", "how far\n\nwho\n"),
        ("x.tsv", "how far\tcombien\n\nwho\tqui\n"),
        ("x.csv", 'english,french\nhow far,combien\n"",x\nwho,qui\n'),
        ("x.csv", 'target,id,source\ncombien,1,how far\nx,2,""\nqui,3,who\n'),
        ("x.jsonl", '{"source": "how far", "target": "combien"}\n\n{"source": "who"}\n'),
        ("x.json", '{"source": "how far", "target": "combien"}\n\n{"source": "who"}\n'),
    ],
)
def test_targets_are_left_aside(name: str, text: str) -> None:
    assert list(open_inputs(DataSource(put(name, text)), PAIRS, 1)) == ["how far", "", "who"]


@pytest.mark.parametrize("text", ["walk\tV;PST\n", "walk\tV;PST\twalked\n"])
def test_sources_of_two_columns(text: str) -> None:
    assert list(open_inputs(DataSource(put("x.tsv", text)), PAIRS, 2)) == ["walk\tV;PST"]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("x.txt", "who\nhow far\tcombien\n", 'x.txt:2: expected a text without tabs, saw "how far⇥combien"'),
        ("x.tsv", "who\tqui\tquien\n", 'x.tsv:1: expected a text without tabs, saw "who⇥qui⇥quien"'),
        ("x.csv", "1,who,qui\n", "x.csv:1: expected a column named source, saw 3 columns"),
        ("x.jsonl", '{"text": "who"}\n', "the object has no key 'source'"),
    ],
)
def test_what_is_no_source_is_refused(name: str, text: str, what: str) -> None:
    with pytest.raises(DataError) as caught:
        list(open_inputs(DataSource(put(name, text)), PAIRS, 1))
    assert what in str(caught.value)


def test_captions_beside_images_are_left_aside() -> None:
    assert list(open_inputs(DataSource(put("x.tsv", "a.png\ta cat\n\n1 2\ta dog\n")), CAPTIONS, None))[:2] == [
        "a.png",
        None,
    ]
