"""Binary data are called that, and never taken for text of some encoding; idx files of any numbers are known as idx."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import LABELLED, PAIRS, PLAIN, TAGGED, DataSource, open_examples
from recurra.data.idx import looks_like_idx
from recurra.errors import DataError

LABELS = b"\0\0\x08\x01\0\0\0\x02\1\0"
ELF = b"\x7fELF\2\1\1" + bytes(20)
TENSORS = (40).to_bytes(8, "little") + b'{"a":{"dtype":"F32"}}'


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("data", [ELF, TENSORS, bytes(100), b"RIFF\x24\0\0\0WAVE" + bytes(20)])
def test_binary_data_are_no_text(data: bytes) -> None:
    Path("x").write_bytes(data)
    for kind in (PAIRS, PLAIN):
        with pytest.raises(DataError, match="x: expected text, these are binary data"):
            list(open_examples(DataSource("x"), kind))


def test_a_stray_control_character_makes_no_text_binary() -> None:
    Path("x").write_bytes(b"a\0b\0\tc\n")
    assert [example.source for example in open_examples(DataSource("x"), PAIRS)] == ["a\0b\0"]
    Path("x").write_bytes("ja\tyes\n".encode("utf-16-le"))
    with pytest.raises(DataError, match="expected UTF-8, saw UTF-16LE"):
        list(open_examples(DataSource("x"), PAIRS))
    Path("x").write_bytes(b"RIFF\tmusic\n")
    assert [example.target for example in open_examples(DataSource("x"), PAIRS)] == ["music"]


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        (b"\0\0\x0d\x03", "floating-point numbers in 3 dimensions"),
        (b"\0\0\x0b\x03", "numbers of 16 bits in 3 dimensions"),
        (b"\0\0\x08\x02", "unsigned bytes in 2 dimensions"),
        (b"\0\0\x08\x01", "labels"),
    ],
)
def test_pictures_of_other_numbers_are_called_what_they_are(header: bytes, seen: str) -> None:
    Path("x").write_bytes(header + b"\0\0\0\x02\0\0\0\x01\0\0\0\x01" + bytes(8))
    Path("y").write_bytes(LABELS)
    assert looks_like_idx("x")
    with pytest.raises(DataError, match=f"x: expected an idx file of pictures .*, saw an idx file of {seen}"):
        list(open_examples(DataSource("x", target_path="y"), LABELLED))


def test_pictures_are_no_text() -> None:
    Path("x").write_bytes(b"\0\0\x08\x03" + bytes(40))
    with pytest.raises(DataError, match="x: expected text, this is an idx file of pictures"):
        list(open_examples(DataSource("x"), PAIRS))


def test_a_tag_too_few_in_the_first_line_is_a_mistake_of_that_line() -> None:
    Path("x.jsonl").write_text('{"tokens": ["a", "b"], "ner_tags": ["O"]}\n{"tokens": ["a"], "ner_tags": ["O"]}\n')
    with pytest.raises(DataError, match=r"x\.jsonl:1: every token needs a tag: 2 tokens, 1 tag"):
        list(open_examples(DataSource("x.jsonl"), TAGGED))
