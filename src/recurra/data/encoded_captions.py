"""Images (or vectors) and captions as numbers on the disk, and as batches.

An image is kept as the bytes that the network reads, all of one shape, a caption as ids. Nothing but the lengths is
held in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recurra.data.batching import Batch, Index, target_pair
from recurra.data.table import EncodedTable, Values
from recurra.padded import Padded

ToPadded = Callable[[Values], Padded]  # the flat values of several contents [B, size] as a network reads them


class EncodedCaptions:
    """The examples of one folder, as `Seq2SeqLearner` reads them."""

    def __init__(self, table: EncodedTable) -> None:
        self.contents = table["content"]
        self.targets = table["target"]
        self.lines = table.lines
        self.digest = table.digest
        self.target_lengths = self.targets.lengths  # [N], without <GO> and <EOS>
        self.source_lengths = np.zeros_like(self.target_lengths)  # all alike, so batches go by the captions alone

    def __len__(self) -> int:
        return len(self.lines)

    def target(self, row: int) -> NDArray[np.int32]:
        """The ids of one caption."""
        return self.targets.row(row)

    def asked(self, row: int) -> bytes:
        """What is described, as a digest."""
        return hashlib.blake2b(self.contents.row(row).tobytes(), digest_size=16).digest()

    def batch(self, index: Index, to_padded: ToPadded) -> Batch:
        """The examples `index` [B] as tensors."""
        target_input, target_output = target_pair(self.targets.gather(index))
        contents = self.contents.gather(index).values.reshape(len(index), -1)
        return Batch(to_padded(contents), target_input, target_output, index)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedCaptions:
        """What was written to a folder.

        Raises:
            DataError: there is nothing, or a file is not as long as it was written.
        """
        return cls(EncodedTable.open(folder))
