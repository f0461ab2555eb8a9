"""Files and streams that claim or become far more than they are: what is read of them is bounded."""

from __future__ import annotations

import gzip
import io
import os
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from recurra.data import LABELLED, PAIRS, DataSource, idx, lines, open_examples, spool
from recurra.errors import DataError, UsageError

IMAGES, LABELS = b"\0\0\x08\x03", b"\0\0\x08\x01"


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def message_of(source: DataSource, kind: object = PAIRS) -> str:
    with pytest.raises(DataError) as caught:
        list(open_examples(source, kind))  # type: ignore[arg-type]
    return str(caught.value)


# Streams


def test_an_endless_device_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECURRA_INPUT_LIMIT", "3MB")
    with pytest.raises(DataError) as caught:
        spool(DataSource("/dev/zero"), tmp_path)
    assert str(caught.value).startswith("/dev/zero: the input has not ended after 3,000,000 bytes")
    assert "RECURRA_INPUT_LIMIT=20GB" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_endless_pipe_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECURRA_INPUT_LIMIT", "100kB")
    reading, writing = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError):
            while True:
                os.write(writing, b"a\tb\n" * 10_000)
        os.close(writing)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
        with pytest.raises(DataError, match="not ended after 100,000 bytes"):
            spool(DataSource("-"), tmp_path)
    thread.join()


def test_a_stream_up_to_the_limit_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECURRA_INPUT_LIMIT", "8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\tb\nc\td\n")))
    assert [pair.source for pair in open_examples(spool(DataSource("-"), tmp_path), PAIRS)] == ["a", "c"]


def test_the_limit_is_relative_to_the_free_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from recurra.data import source

    monkeypatch.delenv("RECURRA_INPUT_LIMIT", raising=False)
    monkeypatch.setattr(source.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert source.most_copied(tmp_path) == 500
    monkeypatch.setattr(source.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**15))
    assert source.most_copied(tmp_path) == source.USUAL
    for said, count in {"20GB": 20 * 10**9, "7": 7, "1 kB": 1000}.items():
        monkeypatch.setenv("RECURRA_INPUT_LIMIT", said)
        assert source.most_copied(tmp_path) == count
    for said in ("-1", "much", "1e9", "9" * 30):
        monkeypatch.setenv("RECURRA_INPUT_LIMIT", said)
        with pytest.raises(UsageError, match="RECURRA_INPUT_LIMIT: expected a number of bytes"):
            source.most_copied(tmp_path)


# Packed files


def test_what_unpacks_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lines, "ALWAYS_UNPACKED", 10_000)
    bomb = written(tmp_path / "bomb.tsv.gz", gzip.compress(b"a\tb\n" * 100_000))
    message = message_of(DataSource(bomb))
    assert "the file unpacks to more than 200 times its size" in message
    assert f"gzip -dk {bomb}" in message
    text = "".join(f"{k}\t{k * k}\n" for k in range(5000)).encode()
    packed = written(tmp_path / "data.tsv.gz", gzip.compress(text))
    assert open_examples(DataSource(packed), PAIRS).count() == 5000


# Pictures


def pictures(content: bytes, labels: bytes, tmp_path: Path) -> DataSource:
    return DataSource(written(tmp_path / "images.idx", content), written(tmp_path / "labels.idx", labels))


SIZES = {
    "pictures of 16 GB": (IMAGES + struct.pack(">III", 1000, 4096, 4096) + bytes(50), "the file ends after 0"),
    "4 thousand million pictures": (IMAGES + struct.pack(">III", 2**32 - 1, 2, 2) + bytes(8), "the file ends after 2"),
    "a picture that is too large": (IMAGES + struct.pack(">III", 1, 2**32 - 1, 2**32 - 1), "impossible sizes"),
    "a header cut off": (IMAGES + b"\0\0", "the file ends within its header"),
}


@pytest.mark.parametrize("what", SIZES)
def test_a_header_of_pictures_that_lies(tmp_path: Path, what: str) -> None:
    content, message = SIZES[what]
    labels = LABELS + struct.pack(">I", 3) + bytes(3)
    assert message in message_of(pictures(content, labels, tmp_path), LABELLED)


def test_a_header_of_labels_that_lies(tmp_path: Path) -> None:
    content = IMAGES + struct.pack(">III", 3, 2, 2) + bytes(12)
    source = pictures(content, LABELS + struct.pack(">I", 2**32 - 1) + bytes(50), tmp_path)
    assert "expected 4,294,967,295 labels, the file ends after 50" in message_of(source, LABELLED)


def test_no_more_of_the_pictures_is_held_than_is_read_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(idx, "AT_ONCE", 8)
    content = IMAGES + struct.pack(">III", 5, 2, 2) + bytes(range(20))
    labels = LABELS + struct.pack(">I", 5) + bytes([0, 1, 0, 1, 0])
    assert open_examples(pictures(content, labels, tmp_path), LABELLED).count() == 5
