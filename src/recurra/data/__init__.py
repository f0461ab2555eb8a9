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
from recurra.data.cache import EncodedPairs
from recurra.data.captions import Captioned, CaptionFile, CaptionList, open_captions
from recurra.data.check import Report, check_pairs
from recurra.data.contents import read_contents, read_sources
from recurra.data.dialogues import Dialogues, Exchange, list_dialogues, open_dialogues
from recurra.data.encoded_captions import EncodedCaptions
from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.images import ImageShape
from recurra.data.labelled import Labelled, LabelledList, open_labelled
from recurra.data.layout import PairLayout, lay_out, layout_lines
from recurra.data.lines import Line, TextFile, read_lines
from recurra.data.numbers import Numbers
from recurra.data.overlap import SeenPairs
from recurra.data.pairs import PairFile, PairList, PairSource, Skipped, open_pairs, spool
from recurra.data.report import report_lines, report_warnings
from recurra.data.series import Series, SeriesList, open_series
from recurra.data.table import EncodedTable, Ragged, Row, Rows

__all__ = [
    "Batch",
    "BatchingOptions",
    "CaptionFile",
    "CaptionList",
    "Captioned",
    "Dialogues",
    "EncodedCaptions",
    "EncodedPairs",
    "EncodedTable",
    "Example",
    "Exchange",
    "Findings",
    "ImageShape",
    "Labelled",
    "LabelledList",
    "Line",
    "Numbers",
    "PairFile",
    "PairLayout",
    "PairList",
    "PairSource",
    "Ragged",
    "Report",
    "Row",
    "Rows",
    "SeenPairs",
    "Series",
    "SeriesList",
    "Skipped",
    "TextFile",
    "check_pairs",
    "collate",
    "eval_batches",
    "lay_out",
    "layout_lines",
    "list_dialogues",
    "longest_batch",
    "make_batches",
    "open_captions",
    "open_dialogues",
    "open_labelled",
    "open_pairs",
    "open_series",
    "pad_sources",
    "read_contents",
    "read_lines",
    "read_sources",
    "report_lines",
    "report_warnings",
    "spool",
]
