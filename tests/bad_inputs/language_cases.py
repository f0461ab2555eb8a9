"""Plain text that no language model can be learned from."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from bad_input import STANDARD_INPUT, BadInput

import recurra
from recurra.data import PLAIN, DataSource, open_examples
from recurra.errors import DataError, RecurraError, UsageError
from recurra.options import UnknownSetting


def read(path: str, **options: str) -> Callable[[Path], object]:
    """Reads all lines."""
    return lambda _: list(open_examples(DataSource(path, **options), PLAIN))  # type: ignore[arg-type]


def train(
    name: str, data: bytes | list[object], *says: str, kind: type[RecurraError] = DataError, **settings: object
) -> BadInput:
    """A text without fault for a reader, and not for learning; or a list of what should be texts."""
    changed = {key.replace("__", "."): value for key, value in settings.items()}
    tiny = {"model.width": 8, "training.precision": "float32", **changed}

    def act(_: Path) -> object:
        given = "x.txt" if isinstance(data, bytes) else data
        return recurra.train(given, task="language-model", to="m", epochs=1, settings=tiny)

    return BadInput(name, {"x.txt": data} if isinstance(data, bytes) else {}, act, says, kind)


WORDS = [
    BadInput("a text that is not there", {"book.txt": b"a\n"}, read("bok.txt"), ("bok.txt: there is no such file", "Did you mean 'book.txt'?")),
    BadInput("a folder as a text", {"x": None, "x/a.txt": b"a\n"}, read("x"), ("x: expected a file, this is a folder", "a.txt")),
    BadInput("a text in Latin-1", {"x.txt": "a\nZürich\n".encode("latin-1")}, read("x.txt"), ("x.txt:2:2: expected UTF-8, saw byte 0xFC", "iconv -f ISO-8859-1")),
    BadInput("a text in UTF-16", {"x.txt": "a\nb\n".encode("utf-16")}, read("x.txt"), ("x.txt:1:1: expected UTF-8, saw UTF-16LE", "iconv")),
    BadInput("a packed text that is cut off", {"x.txt.gz": gzip.compress(b"many words\n" * 500)[:-20]}, read("x.txt.gz"), ("the gzip file ends too early",)),
    BadInput("a text that is a PDF", {"x.txt": b"%PDF-1.4\n"}, read("x.txt"), ("x.txt: expected text, this is a PDF", "Export its text.")),
    BadInput("standard input in Latin-1", {STANDARD_INPUT: b"caf\xe9\n"}, read("-"), ("standard input:1:4: expected UTF-8, saw byte 0xE9",)),
    BadInput("two texts", {"x.txt": b"a\n", "y.txt": b"b\n"}, read("x.txt", target_path="y.txt"), ("--target: plain text is one file", "Name one file"), UsageError),
    BadInput("columns of a text", {"x.txt": b"a\n"}, read("x.txt", source_column="1"), ("plain text has no columns",), UsageError),
    BadInput("a text as TSV", {"x.txt": b"a\n"}, read("x.txt", format="tsv"), ("--input-format: unknown format 'tsv'", "Did you mean 'csv'?"), UsageError),
    train("an empty text", b"", "x.txt: there are no examples"),
    train("a text of empty lines", b"\n \n\n", "x.txt: expected text, all lines are empty"),
    train("lines with many empty ones", b"emma\n\n\n\nava\n", "x.txt: 3 of 5 lines are empty (lines 2, 3, 4)", "--set data.form=running", data__form="lines"),
    train("a form that there is not", b"a\nb\n", "data.form: unknown value 'lnes'", "Did you mean 'lines'?", kind=UsageError, data__form="lnes"),
    train("units that no text has", b"a\nb\n", "text.units: unknown value 'char'", "Did you mean 'chars'?", kind=UsageError, text__units="char"),
    train("smoothed probabilities", b"a\nb\n", "training.label_smoothing would distort the probabilities", "model.dropout", kind=UsageError, training__label_smoothing=0.1),
    train("scheduled sampling of text", b"a\nb\n", "training.scheduled_sampling has no effect on a language model", kind=UsageError, training__scheduled_sampling=0.5),
    train("steps of lines", b"emma\nava\n" * 20, "batching.steps is for running text, and these are lines", kind=UsageError, batching__steps=5),
    train("no steps", b"emma\nava\n", "batching.steps must be between 1 and 10000, got 0", kind=UsageError, batching__steps=0),
    train("a longest line of running text", b"emma\n\nava\n\n" * 20, "data.max_length is for lines, and this is running text", kind=UsageError, data__max_length=5),
    train("a network without layers", b"emma\nava\n", "model.layers must be between 1 and 20, got 0", kind=UsageError, model__layers=0),
    train("attention to nothing", b"emma\nava\n", "unknown key 'attention'", kind=UnknownSetting, model__attention="dot"),
    train("dials of drawing in a search", b"emma\nava\n", "temperature has no effect on a beam search", kind=UsageError, generation__beam=2, generation__temperature=0.5),
    train("more samples than a search keeps", b"emma\nava\n", "samples: samples = 3 is more than beam = 2", kind=UsageError, generation__beam=2, generation__samples=3),
    train("no length", b"emma\nava\n", "length and samples must be at least 1", kind=UsageError, generation__length=0),
    train("texts that are pairs", [("a", "b")], "texts[0]: expected a text, got tuple", "Give strings"),
    train("half of a character in a text", ["ab", "c\ud800"], "texts[1]: lone surrogate"),
    train("no texts", [], "texts: there are no examples"),
]  # fmt: skip
