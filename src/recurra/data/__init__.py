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
from recurra.data.captions import CAPTIONS, Captioned
from recurra.data.check import Report, check_pairs
from recurra.data.dialogues import DIALOGUES, Exchange
from recurra.data.encoded_captions import EncodedCaptions
from recurra.data.example import Example
from recurra.data.examples import (
    Examples,
    HasLine,
    Kind,
    Place,
    Reading,
    Skipped,
    are_by_commas,
    as_examples,
    name_of,
    open_examples,
    open_inputs,
    places_of,
)
from recurra.data.findings import Findings
from recurra.data.images import ImageShape
from recurra.data.kept import keep
from recurra.data.labelled import LABELLED, NUMBERED, Labelled
from recurra.data.layout import PairLayout, lay_out, layout_lines
from recurra.data.lines import Line, TextFile
from recurra.data.numbers import Numbers
from recurra.data.overlap import SeenPairs
from recurra.data.pairs import PAIRS
from recurra.data.plain import PLAIN, Passage
from recurra.data.preview import Preview, preview_of
from recurra.data.report import report_lines, report_warnings
from recurra.data.rows import rows_of
from recurra.data.sentence import Tagged
from recurra.data.series import SERIES, Series
from recurra.data.source import DataSource, spool
from recurra.data.table import EncodedTable, Ragged, Row, Rows
from recurra.data.tagged import TAGGED

__all__ = [
    "CAPTIONS",
    "DIALOGUES",
    "LABELLED",
    "NUMBERED",
    "PAIRS",
    "PLAIN",
    "SERIES",
    "TAGGED",
    "Batch",
    "BatchingOptions",
    "Captioned",
    "DataSource",
    "EncodedCaptions",
    "EncodedPairs",
    "EncodedTable",
    "Example",
    "Examples",
    "Exchange",
    "Findings",
    "HasLine",
    "ImageShape",
    "Kind",
    "Labelled",
    "Line",
    "Numbers",
    "PairLayout",
    "Passage",
    "Place",
    "Preview",
    "Ragged",
    "Reading",
    "Report",
    "Row",
    "Rows",
    "SeenPairs",
    "Series",
    "Skipped",
    "Tagged",
    "TextFile",
    "are_by_commas",
    "as_examples",
    "check_pairs",
    "collate",
    "eval_batches",
    "keep",
    "lay_out",
    "layout_lines",
    "longest_batch",
    "make_batches",
    "name_of",
    "open_examples",
    "open_inputs",
    "pad_sources",
    "places_of",
    "preview_of",
    "report_lines",
    "report_warnings",
    "rows_of",
    "spool",
]
