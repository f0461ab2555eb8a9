"""Plain text as passages: files, packed files, lists."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from recurra.data import PLAIN, DataSource, Preview, open_examples
from recurra.data.plain import Passage
from recurra.tasks.language_model.detect import detect


def test_a_file_line_by_line_as_often_as_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffemma\r\n\nzoë".encode())
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress("emma\n\nzoë\n".encode()))
    wanted = [Passage("emma", 1), Passage("", 2), Passage("zoë", 3)]
    for name in ("a.txt", "a.txt.gz"):
        text = open_examples(DataSource(str(tmp_path / name)), PLAIN)
        assert list(text) == list(text) == wanted
    assert len(open_examples(DataSource(str(tmp_path / "a.txt")), PLAIN).notes) == 0


def test_line_ends_in_a_list_end_lines() -> None:
    assert list(open_examples(DataSource(rows=["a\nb\n", "c"]), PLAIN)) == [
        Passage("a", 1),
        Passage("b", 1),
        Passage("c", 2),
    ]
    assert list(open_examples(DataSource(rows=[""]), PLAIN)) == [Passage("", 1)]


@pytest.mark.parametrize(
    ("name", "lines", "is_text"),
    [
        ("names.txt", ["emma", "olivia"], True),
        ("book", ["It was a bright day.", "", "The clocks struck."], True),
        ("book.txt.gz", ["It was", "a day"], True),
        ("pairs.tsv", ["a", "b"], False),
        ("pairs.txt", ["a\tb", "c\td"], False),
        ("pairs.txt", ["hello   bonjour", "cat   chat"], False),
        ("numbers.txt", ["1.5", "2", "-3e4"], False),
        ("rows.txt", ['{"a": 1}', '{"a": 2}'], False),
        ("one.txt", ["alone"], False),
    ],
)
def test_plain_text_is_recognised(name: str, lines: list[str], is_text: bool) -> None:
    found = detect(Preview(DataSource(name), lines))
    assert (found is not None) == is_text
