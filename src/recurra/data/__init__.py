"""Files to batches: strict readers, the check before training, encoded pairs on disk, batches of similar length."""

from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.lines import Line, TextFile, read_lines
from recurra.data.pairs import PairFile, PairList, PairSource, Skipped, open_pairs, spool

__all__ = [
    "Example",
    "Findings",
    "Line",
    "PairFile",
    "PairList",
    "PairSource",
    "Skipped",
    "TextFile",
    "open_pairs",
    "read_lines",
    "spool",
]
