"""Files to batches: strict readers, the check before training, encoded pairs on disk, batches of similar length."""

from recurra.data.batching import (
    Batch,
    BatchingOptions,
    collate,
    eval_batches,
    longest_batch,
    make_batches,
    pad_sources,
)
from recurra.data.cache import EncodedPairs, Ragged, Rows
from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.lines import Line, TextFile, read_lines
from recurra.data.pairs import PairFile, PairList, PairSource, Skipped, open_pairs, spool

__all__ = [
    "Batch",
    "BatchingOptions",
    "EncodedPairs",
    "Example",
    "Findings",
    "Line",
    "PairFile",
    "PairList",
    "PairSource",
    "Ragged",
    "Rows",
    "Skipped",
    "TextFile",
    "collate",
    "eval_batches",
    "longest_batch",
    "make_batches",
    "open_pairs",
    "pad_sources",
    "read_lines",
    "spool",
]
