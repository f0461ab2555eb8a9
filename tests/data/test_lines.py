r"""Lines end at \n only, come one by one, and are UTF-8 or an error with a place."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.data.encoding import narrow_encoding, renamed, wide_encoding
from recurra.data.findings import Findings
from recurra.data.lines import LONGEST_LINE, TextFile, is_stream, require_file
from recurra.errors import DataError


def read_lines(path: str, notes: list[str] | None = None) -> Iterator[str]:
    return (line.text for line in TextFile(path, notes=notes).lines())


def written(folder: Path, data: bytes, name: str = "x.txt") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\n", ["a\r"]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\r", ["a\r"]),
        (b"\r\n\r\n", ["", ""]),
        (b"a\n\n\nb\n", ["a", "", "", "b"]),
        ("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x00h\n".encode(), ["a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x00h"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
    ],
)
def test_lines(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    assert list(read_lines(written(tmp_path, data))) == lines
    assert list(read_lines(written(tmp_path, gzip.compress(data)))) == lines


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), max_size=5))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    texts = ["the first of all lines", *texts]  # a beginning full of control characters is no text
    path = written(tmp_path_factory.mktemp("any"), "".join(f"{text}\n" for text in texts).encode("utf-8"))
    assert list(read_lines(path)) == [text.removesuffix("\r") for text in texts]


def test_a_mark_is_dropped_with_one_note(tmp_path: Path) -> None:
    file = TextFile(written(tmp_path, b"\xef\xbb\xbfa\n"), name="mine.txt")
    assert [line.text for _ in range(2) for line in file.lines()] == ["a", "a"]
    assert file.notes == ["mine.txt: the byte order mark at the beginning was dropped"]


@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz", "x.gz.tsv"])
def test_gzip_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    packed = gzip.compress("grün\n".encode()) + gzip.compress(b"second member\n")
    assert list(read_lines(written(tmp_path, packed, name))) == ["grün", "second member"]


def test_a_truncated_gzip_file_says_so_after_its_whole_lines(tmp_path: Path) -> None:
    text = b"".join(b"%d %d\n" % (n, n * 7919 % 10007) for n in range(5000))
    lines = read_lines(written(tmp_path, gzip.compress(text)[:-2000], "x.gz"))
    got: list[str] = []
    with pytest.raises(DataError, match=r"ends too early") as caught:
        got.extend(lines)
    assert f":{len(got) + 1}: " in str(caught.value)
    assert got == text.decode().split("\n")[: len(got)]


def test_the_place_is_file_line_and_byte(tmp_path: Path) -> None:
    path = written(tmp_path, b"ok\nna\xc3\xafve caf\xe9 ol\xe9\n")
    with pytest.raises(DataError) as caught:
        list(read_lines(path))
    assert caught.value.where == f"{path}:2:11"
    assert "0xE9" in caught.value.what
    assert "ISO-8859-1" in caught.value.what
    assert caught.value.fix == f"Convert it: iconv -f ISO-8859-1 -t UTF-8 {path} > {renamed(path, 'utf8')}"


def test_the_command_converts(tmp_path: Path) -> None:
    path = written(tmp_path, "schön\tgrün\n".encode("utf-16"), "my file.tsv")
    with pytest.raises(DataError) as caught:
        list(read_lines(path))
    assert caught.value.fix is not None
    subprocess.run(caught.value.fix.removeprefix("Convert it: "), shell=True, check=True, timeout=30)
    assert list(read_lines(str(tmp_path / "my file.utf8.tsv"))) == ["schön\tgrün"]


def test_the_command_converts_gzip(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress("schön und grün\n".encode("cp1252")), "x.gz")
    with pytest.raises(DataError) as caught:
        list(read_lines(path))
    assert caught.value.fix is not None
    subprocess.run(caught.value.fix.removeprefix("Convert it: "), shell=True, check=True, timeout=30)
    assert list(read_lines(str(tmp_path / "x.utf8.gz"))) == ["schön und grün"]


def test_with_findings_bad_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    file = TextFile(written(tmp_path, b"a\n\xe9\nb\n\xe8\n"))
    findings = Findings(file.name)
    assert list(file.lines(findings)) == [(1, "a"), (3, "b")]
    assert findings.counts == {"lines that are not UTF-8": 2}


def test_a_file_of_mixed_encodings_is_not_sent_to_iconv(tmp_path: Path) -> None:
    path = written(tmp_path, "naïve\n".encode() + b"caf\xe9\n")
    with pytest.raises(DataError, match=r"earlier ones are UTF-8") as caught:
        list(read_lines(path))
    assert "iconv" not in (caught.value.fix or "")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("ISO-8859-1", "El niño comió"),
        ("CP1252", "“naïve” – déjà vu"),
        ("CP1250", "Zażółć gęślą jaźń"),
        ("CP1251", "Это мой дом\tThis is my house"),
        ("KOI8-R", "съешь ещё этих булок"),
        ("SHIFT_JIS", "これはペンです"),
        ("EUC-JP", "東京へ行きました"),
        ("EUC-KR", "안녕하세요 세계"),
        ("GB18030", "我们在北京\tWe are in Beijing"),
        ("BIG5", "你好，世界"),
    ],
)
def test_encodings_are_guessed(encoding: str, text: str) -> None:
    assert narrow_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_encodings_are_recognised(encoding: str, mark: str) -> None:
    assert wide_encoding(f"{mark}hello\tworld".encode(encoding)) == encoding


def test_text_is_no_wide_encoding() -> None:
    assert wide_encoding("hällo".encode()) is None
    assert wide_encoding(b"one\0two") is None
    assert wide_encoding(b"") is None


def test_a_cut_character_is_no_other_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, "東京".encode()[:-1] + b"\n")
    with pytest.raises(DataError, match=r"ends in the middle of a character"):
        list(read_lines(path))


def test_a_line_of_a_million_characters_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"x" * 1_000_000 + b"\n")
    assert [len(line) for line in read_lines(path)] == [1_000_000]


def test_an_endless_line_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = str(tmp_path / "endless")
    with open(path, "wb") as file:
        file.write(b"it begins as a text")
        file.truncate(50 * LONGEST_LINE)  # a hole: half a gigabyte of zeros that takes no room

    class Counted(io.FileIO):
        total = 0

        def readinto(self, buffer: object) -> int:
            count = super().readinto(buffer)  # type: ignore[arg-type]
            Counted.total += count
            return count

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", lambda name, mode: io.BufferedReader(Counted(name, mode)))
        with pytest.raises(DataError, match=r"longer than 10 MiB"):
            list(read_lines(path))
    assert LONGEST_LINE < Counted.total < 2 * LONGEST_LINE


def test_standard_input_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reader))
    guard = threading.Timer(60, os.close, [writer])  # so that a reader that waits for more fails and does not hang
    guard.start()
    lines = read_lines("-")
    for text in ("one", "two"):
        os.write(writer, f"{text}\n".encode())
        assert next(lines) == text  # before the next line is written
    guard.cancel()
    os.close(writer)
    assert list(lines) == []


def test_streams_are_told_from_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert is_stream("-")
    assert is_stream(str(tmp_path / "pipe"))
    assert not is_stream(str(tmp_path))
    assert not is_stream(written(tmp_path, b""))
    assert not is_stream(str(tmp_path / "missing"))


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, mode: str) -> None:  # as root may read everything, a real file would not do
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, b"a\n")
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DataError, match="permission denied") as caught:
        require_file(path)
    assert caught.value.fix == f"Allow it: chmod u+r {path}"


def test_a_read_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def peek(self, size: int) -> bytes:
            return b"a"

        def readline(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    path = written(tmp_path, b"a\n")
    monkeypatch.setattr("builtins.open", lambda name, mode: Failing())
    with pytest.raises(DataError, match=r"reading failed: Input/output error") as caught:
        list(read_lines(path))
    assert caught.value.where == f"{path}:1"


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\x93NUMPY\x01\x00v\x00", "an array of numpy"), (pickle.dumps([1, 2]), "a pickle of Python"),
     (b"\x89HDF\r\n\x1a\n", "an HDF5 file"), (b"\xff\xd8\xff\xe0", "a JPEG picture")],
)  # fmt: skip
def test_files_of_other_programs_are_called_by_their_names(start: bytes, kind: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"expected text, this is {kind}"):
        list(read_lines(written(tmp_path, start + bytes(40))))
