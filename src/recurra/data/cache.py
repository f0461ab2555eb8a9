"""Encoded pairs on disk: a table with the ids of all sources and of all targets, without <GO> and <EOS>."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recurra.data.chunks import chunks
from recurra.data.example import Example
from recurra.data.table import EncodedTable, Row
from recurra.text import SourceTokenizer, Tokenizer

CHUNK = 4096  # pairs encoded at once
_KINDS = {"source": "<i4", "target": "<i4"}


class EncodedPairs:
    """The pairs of one folder. Made by `write` or `open`."""

    def __init__(self, table: EncodedTable) -> None:
        self.sources = table["source"]
        self.targets = table["target"]
        self.lines = table.lines  # [N] the line of each pair in the user's file
        self.digest = table.digest  # the same for the same ids in the same order, whatever file they came from
        self.source_lengths = self.sources.lengths  # [N], without <EOS>
        self.target_lengths = self.targets.lengths  # [N], without <GO> and <EOS>

    def __len__(self) -> int:
        return len(self.lines)

    def source(self, row: int) -> NDArray[np.int32]:
        """The ids of one source."""
        return self.sources.row(row)

    def target(self, row: int) -> NDArray[np.int32]:
        """The ids of one target."""
        return self.targets.row(row)

    def asked(self, row: int) -> bytes:
        """The source of one pair: equal for equal ids."""
        return self.sources.row(row).tobytes()

    @classmethod
    def write(
        cls,
        folder: str | Path,
        examples: Iterable[Example],
        source_tokenizer: SourceTokenizer,
        target_tokenizer: Tokenizer,
    ) -> EncodedPairs:
        """Encode a stream of examples into `folder` and open it. A cache that is already there is replaced.

        Raises:
            DataError: the folder holds something else than such a cache.
        """
        return cls(EncodedTable.write(folder, _KINDS, _rows(examples, source_tokenizer, target_tokenizer)))

    @classmethod
    def open(cls, folder: str | Path) -> EncodedPairs:
        """The pairs that `write` left in `folder`.

        Raises:
            DataError: there are none, or a file is not as long as it was written.
        """
        return cls(EncodedTable.open(folder))


def _rows(examples: Iterable[Example], source: SourceTokenizer, target: Tokenizer) -> Iterator[Row]:
    for chunk in chunks(examples, CHUNK):
        sources = source.encode_batch([example.source for example in chunk])
        targets = target.encode_batch([example.target for example in chunk])
        for example, source_ids, target_ids in zip(chunk, sources, targets, strict=True):
            yield Row({"source": source_ids, "target": target_ids}, example.line)
