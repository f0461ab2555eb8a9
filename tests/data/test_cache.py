"""Encoded pairs on disk: what was written is what is read, complete or absent, and damage is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recurra.data import cache
from recurra.data.cache import EncodedPairs
from recurra.data.example import Example
from recurra.data.table import Ragged
from recurra.errors import DataError
from recurra.text import Tokenizer

LINES = ["abc", "", "a b", "cab", "bbbbbbbb", "c"]
EXAMPLES = [Example(line, line[::-1] + "a", 2 * at + 1) for at, line in enumerate(LINES)]
CHARS = Tokenizer.build([*LINES], "chars")
WORDS = Tokenizer.build([example.target for example in EXAMPLES], "words")


@pytest.fixture
def written(tmp_path: Path) -> EncodedPairs:
    return EncodedPairs.write(tmp_path / "deep" / "train", EXAMPLES, CHARS, WORDS)


def test_reads_what_was_written(written: EncodedPairs) -> None:
    assert len(written) == len(EXAMPLES)
    for at, example in enumerate(EXAMPLES):
        assert written.source(at).tolist() == CHARS.encode(example.source)
        assert written.target(at).tolist() == WORDS.encode(example.target)
        assert written.lines[at] == example.line
    assert written.source_lengths.tolist() == [len(CHARS.encode(example.source)) for example in EXAMPLES]
    assert written.target_lengths.tolist() == [len(WORDS.encode(example.target)) for example in EXAMPLES]
    assert written.source_lengths.dtype == written.source(0).dtype == np.int32


def test_ids_stay_on_the_disk(written: EncodedPairs) -> None:
    for rows in (written.sources, written.targets):
        assert isinstance(rows.values.base, np.memmap)


def test_gather(written: EncodedPairs) -> None:
    index = np.array([4, 1, 0, 4])
    ids, lengths = written.sources.gather(index)
    assert lengths.tolist() == [8, 0, 3, 8]
    assert ids.tolist() == [id for row in index for id in written.source(row)]


def test_gather_of_nothing(written: EncodedPairs) -> None:
    ids, lengths = written.sources.gather(np.array([1]))
    assert (len(ids), lengths.tolist()) == (0, [0])


def test_no_pairs(tmp_path: Path) -> None:
    pairs = EncodedPairs.write(tmp_path / "none", [], CHARS, CHARS)
    assert len(pairs) == len(pairs.source_lengths) == len(EncodedPairs.open(tmp_path / "none")) == 0


@pytest.mark.parametrize("chunk", [1, 2, 5, 100])
def test_chunks_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    whole = EncodedPairs.write(tmp_path / "whole", EXAMPLES, CHARS, WORDS)
    monkeypatch.setattr(cache, "CHUNK", chunk)
    parts = EncodedPairs.write(tmp_path / "parts", iter(EXAMPLES), CHARS, WORDS)
    assert parts.digest == whole.digest
    for name in (path.name for path in (tmp_path / "whole").iterdir()):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_examples_are_taken_as_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CHUNK", 3)
    taken: list[int] = []
    encoded: list[tuple[int, int]] = []  # examples taken from the stream, texts of one call

    class Watched:
        def encode_batch(self, texts: list[str]) -> list[list[int]]:
            encoded.append((len(taken), len(texts)))
            return [[5] for _ in texts]

    def stream() -> Iterator[Example]:
        for at in range(7):
            taken.append(at)
            yield Example("a", "b", at)

    EncodedPairs.write(tmp_path / "x", stream(), Watched(), Watched())  # type: ignore[arg-type]
    assert encoded == [(3, 3), (3, 3), (6, 3), (6, 3), (7, 1), (7, 1)]


class TestDigest:
    def digest(self, folder: Path, examples: list[Example]) -> str:
        return EncodedPairs.write(folder, examples, CHARS, CHARS).digest

    def test_is_of_the_ids_and_not_of_the_lines(self, tmp_path: Path) -> None:
        moved = [example._replace(line=example.line + 7) for example in EXAMPLES]
        assert self.digest(tmp_path / "a", EXAMPLES) == self.digest(tmp_path / "b", moved)

    @pytest.mark.parametrize(
        "others",
        [
            EXAMPLES[::-1],
            EXAMPLES[:-1],
            [Example(e.target, e.source, e.line) for e in EXAMPLES],
            # The same letters one after another, cut in another place.
            [Example("ab", EXAMPLES[0].target, 1), Example("c", EXAMPLES[1].target, 3), *EXAMPLES[2:]],
        ],
        ids=["reversed", "one less", "sides exchanged", "cut elsewhere"],
    )
    def test_differs_when_the_pairs_do(self, tmp_path: Path, others: list[Example]) -> None:
        assert self.digest(tmp_path / "a", EXAMPLES) != self.digest(tmp_path / "b", others)

    def test_is_kept(self, tmp_path: Path, written: EncodedPairs) -> None:
        assert EncodedPairs.open(tmp_path / "deep" / "train").digest == written.digest


class TestCompleteOrAbsent:
    def test_a_failure_leaves_nothing(self, tmp_path: Path) -> None:
        def failing() -> Iterator[Example]:
            yield EXAMPLES[0]
            raise DataError("line 2 is broken")

        with pytest.raises(DataError, match="line 2"):
            EncodedPairs.write(tmp_path / "train", failing(), CHARS, CHARS)
        assert list(tmp_path.iterdir()) == []

    def test_a_failure_leaves_the_one_before(self, tmp_path: Path) -> None:
        before = EncodedPairs.write(tmp_path / "train", EXAMPLES, CHARS, CHARS)
        with pytest.raises(DataError, match="surrogate"):
            EncodedPairs.write(tmp_path / "train", [Example("\ud800", "", 1)], CHARS, CHARS)
        assert EncodedPairs.open(tmp_path / "train").digest == before.digest

    def test_the_folder_appears_only_when_all_is_written(self, tmp_path: Path) -> None:
        def watching() -> Iterator[Example]:
            for example in EXAMPLES:
                assert not (tmp_path / "train").exists()
                yield example

        EncodedPairs.write(tmp_path / "train", watching(), CHARS, CHARS)
        assert [path.name for path in tmp_path.iterdir()] == ["train"]

    def test_what_a_killed_process_left_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "train.partial").mkdir()
        (tmp_path / "train.partial" / "source.values").write_bytes(b"half")
        assert len(EncodedPairs.write(tmp_path / "train", EXAMPLES, CHARS, CHARS)) == len(EXAMPLES)

    def test_a_cache_is_replaced(self, tmp_path: Path) -> None:
        EncodedPairs.write(tmp_path / "train", EXAMPLES, CHARS, CHARS)
        assert len(EncodedPairs.write(tmp_path / "train", EXAMPLES[:2], CHARS, CHARS)) == 2

    def test_anything_else_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.tex").write_text("years of work")
        (tmp_path / "file").write_text("this too")
        for place in (tmp_path, tmp_path / "file"):
            with pytest.raises(DataError, match="would be overwritten"):
                EncodedPairs.write(place, EXAMPLES, CHARS, CHARS)
        assert (tmp_path / "thesis.tex").read_text() == "years of work"


class TestDamage:
    @pytest.mark.parametrize("name", ["source.values", "source.offsets", "target.values", "target.offsets", "lines"])
    @pytest.mark.parametrize("change", ["shorter", "longer", "missing"])
    def test_a_file_of_another_size(self, tmp_path: Path, written: EncodedPairs, name: str, change: str) -> None:
        path = tmp_path / "deep" / "train" / name
        data = path.read_bytes()
        if change == "missing":
            path.unlink()
        else:
            path.write_bytes(data[:-1] if change == "shorter" else data + b"\0")
        with pytest.raises(
            DataError, match="is missing" if change == "missing" else f"{len(data)} were written"
        ) as caught:
            EncodedPairs.open(tmp_path / "deep" / "train")
        assert name in str(caught.value)
        assert "Delete the folder" in str(caught.value)

    @pytest.mark.parametrize("at", [0, 2, -1])
    def test_offsets_that_lead_elsewhere(self, tmp_path: Path, written: EncodedPairs, at: int) -> None:
        path = tmp_path / "deep" / "train" / "source.offsets"
        offsets = np.fromfile(path, dtype="<i8")
        offsets[at] = 10**6
        offsets.tofile(path)
        with pytest.raises(DataError, match="offsets"):
            EncodedPairs.open(path.parent)

    def test_a_pair_without_its_line(self, tmp_path: Path, written: EncodedPairs) -> None:
        folder = tmp_path / "deep" / "train"
        header = json.loads((folder / "header.json").read_text())
        header["counts"]["lines"] -= 1
        (folder / "header.json").write_text(json.dumps(header))
        (folder / "lines").write_bytes((folder / "lines").read_bytes()[:-8])
        with pytest.raises(DataError, match="offsets"):
            EncodedPairs.open(folder)

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 1, "digest": "", "counts": {}}'])
    def test_a_header_that_is_none(self, tmp_path: Path, written: EncodedPairs, text: str) -> None:
        (tmp_path / "deep" / "train" / "header.json").write_text(text)
        with pytest.raises(DataError, match="header"):
            EncodedPairs.open(tmp_path / "deep" / "train")

    def test_another_format(self, tmp_path: Path, written: EncodedPairs) -> None:
        path = tmp_path / "deep" / "train" / "header.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
        with pytest.raises(DataError, match="format 99"):
            EncodedPairs.open(path.parent)

    def test_no_cache(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="no encoded data"):
            EncodedPairs.open(tmp_path / "nowhere")


def test_ragged_of_rows() -> None:
    ids, lengths = Ragged.of([[4, 5], [], [6]])
    assert (ids.tolist(), lengths.tolist()) == ([4, 5, 6], [2, 0, 1])
