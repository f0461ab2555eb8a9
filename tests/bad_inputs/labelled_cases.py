"""Examples with labels that cannot be learned from: texts, folders, tables of numbers, .ts files, pictures."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

from bad_input import BadInput

import recurra
from recurra.data import LABELLED, DataSource, open_examples
from recurra.errors import UsageError

HEADER = b"@problemName x\n@classLabel true up down\n@data\n"


def read(path: str, **options: str) -> Callable[[Path], object]:
    """Reads all examples."""
    return lambda _: list(open_examples(DataSource(path, **options), LABELLED))  # type: ignore[arg-type]


def one(name: str, path: str, data: bytes, *says: str, **options: str) -> BadInput:
    """One file, read as what its name says."""
    return BadInput(name, {path: data}, read(path, **options), says)


def ts(name: str, data: bytes, *says: str) -> BadInput:
    """A .ts file with a header without fault."""
    return one(name, "x.ts", HEADER + data, *says)


def train(name: str, path: str, data: bytes, *says: str, **settings: object) -> BadInput:
    """Data without fault for a reader, and not for learning."""
    tiny = {"model.width": 8, "training.precision": "float32"}
    changed = {key.replace("__", "."): value for key, value in settings.items()}
    kind = UsageError if changed else None

    def act(_: Path) -> object:
        return recurra.train(path, task="classify", to="m", epochs=1, settings={**tiny, **changed})

    return BadInput(name, {path: data}, act, says, *([kind] if kind else []))


def idx(*shape: int, values: bytes) -> bytes:
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


TEXTS = [
    one("no labels", "x.tsv", b"how far is it\nwho is it\n", "2 problems", "x.tsv:1: expected 2 columns, saw 1", "A line is text, one tab (⇥), label."),
    one("labels with spaces before them", "x.tsv", b"how far  number\n", 'x.tsv:1: expected 2 columns, saw 1: "how far  number"', "one tab (⇥) between text and label"),
    one("CSV without a label column", "x.csv", b"id,question,sort\n1,how far,number\n2,who,person\n", "x.csv:1: expected 2 columns, or columns named text and label; saw 3", "--target-column"),
    one("a key for the label that is not there", "x.jsonl", b'{"text": "a", "lable": "b", "id": 1}\n', "x.jsonl:1: the object has no key 'label'", "Did you mean 'lable'?"),
    one("TREC as it comes", "TREC.train", "LOC:city Where is Z\u00fcrich ?\n".encode("latin-1"), "TREC.train:1:20: expected UTF-8, saw byte 0xFC; the text looks like ISO-8859-1", "iconv -f ISO-8859-1"),
    one("only empty texts", "x.tsv", b"\tnumber\n\tperson\n", "x.tsv: expected text on both sides, found no example with it"),
    one("no examples", "x.tsv", b"", "x.tsv: expected examples, found none", "text, one tab (⇥), label"),
    BadInput("a folder with one label", {"x": None, "x/yes.txt": b"a\n"}, read("x"), ("x: expected a file for each label, saw 1 that end in .txt", "yes.txt, no.txt")),
    BadInput("a folder of texts that are none", {"x": None, "x/a.txt": b"a\n", "x/b.txt": b"\xff\xfea\x00"}, read("x"), ("x/b.txt:1:1: expected UTF-8, saw UTF-16LE",)),
    train("a single label", "x.tsv", b"a\tx\nb\tx\nc\tx\n", "expected at least two labels, saw only 'x'", "--target-column"),
    train("windows that are no numbers", "x.tsv", b"a\tx\nb\ty\n", "model.windows must be up to 20 numbers from 1 to 999 with spaces between, got 'wide'", model__kind="cnn", model__windows="wide"),
    train("a cell in a bag of words", "x.tsv", b"a\tx\nb\ty\n", "model.cell has no effect where model.kind is feedforward", "model.kind=rnn", model__kind="feedforward", model__cell="gru"),
    train("the last step of a bag", "x.tsv", b"a\tx\nb\ty\n", "a feed-forward network has no last step", "mean", model__kind="feedforward", model__pooling="last"),
    train("scheduled sampling of labels", "x.tsv", b"a\tx\nb\ty\n", "training.scheduled_sampling is only for outputs that are sequences", training__scheduled_sampling=0.5),
]  # fmt: skip

TABLES = [
    one("a word for a number", "x.csv", b"a,b,label\n1,2,x\n1,two,y\n3,4,x\n", "x.csv:3: column 'b': expected a number, saw \"two\"", "leave its place empty or write ?", format="vectors"),
    one("a decimal comma and a decimal point", "x.csv", b"a;b;label\n1,5;2;x\n2.5;3;y\n", "x.csv: some numbers have a decimal comma (1,5 at x.csv:2), others a decimal point (2.5 at x.csv:3)", format="vectors"),
    one("an infinite number", "x.csv", b"a,label\n1,x\ninf,y\n", "x.csv:3: column 'a': expected a number, saw \"inf\"", "must be finite", format="vectors"),
    one("a ragged table", "x.csv", b"a,b,label\n1,2,x\n1,y\n", "x.csv:3: expected 3 columns, saw 2: \"1, y\"", "a field for every column", format="vectors"),
    one("no label among the columns", "x.csv", b"a,b\n1,2\n3,4\n", "x.csv:1: cannot tell which column is the label; the columns are 'a', 'b'", "--target-column", format="vectors"),
    one("a label column that is not there", "x.csv", b"a,kind\n1,x\n3,y\n", "x.csv:1: there is no column 'kinds'", "Did you mean 'kind'?", format="vectors", target_column="kinds"),
    one("a table whose header names a column twice", "x.csv", b"a,a,label\n1,2,x\n3,4,y\n", "x.csv:1: the header names the column 'a' twice", format="vectors"),
    one("an empty label", "x.csv", b"a,label\n1,x\n2,\n3,y\n", "x.csv:3: the label is empty", "remove the row", format="vectors"),
    one("nothing but labels", "x.csv", b"label\nx\ny\n", "x.csv:1: there is no column of numbers", format="vectors"),
    one("no column that names the series", "x.csv", b"x,label\n1,a\n2,b\n", "x.csv:1: no column says which series a row belongs to; the columns are 'x', 'label'", "--source-column", format="series"),
    one("a day that there is not in a series", "x.csv", b"series,date,x,label\na,2024-02-28,1,u\na,2024-02-29,2,u\na,2024-02-30,3,u\n", "x.csv:4: column 'date': expected a time like \"2024-02-28\", saw \"2024-02-30\"", format="series"),
    one("a series with two labels", "x.csv", b"series,x,label\na,1,u\na,2,v\nb,1,u\n", "x.csv:3: a series has one label; this one has 'u' and here 'v'", format="series"),
    one("an empty table", "x.csv", b"", "x.csv: expected examples, found none", format="vectors"),
    train("missing numbers that nobody filled", "x.csv", b"a,b,label\n1,2,x\n1,,y\n3,?,x\n", "2 problems (examples with missing numbers: 2)", "x.csv:3: the number of 'b' is missing", "2 times, also at x.csv:4", "--set data.missing=mean"),
    train("the step before in a vector", "x.csv", b"a,b,label\n1,2,x\n1,,y\n3,4,x\n", "data.missing is previous, and vectors have no step before", "data.missing=mean", data__missing="previous"),
    train("an unknown way to fill", "x.csv", b"a,b,label\n1,2,x\n1,,y\n3,4,x\n", "data.missing: unknown value 'median'", "Did you mean 'mean'?", data__missing="median"),
]  # fmt: skip

BAD_SERIES = [
    ts("a word in a series", b"1,2,x:up\n", "x.ts:4: variable 1, step 3: expected a number, saw \"x\"", "write ?"),
    ts("a label that the header lacks", b"1,2:upp\n", "x.ts:4: expected a label after the last colon, saw \"upp\"", "Did you mean 'up'?"),
    ts("no label in a line", b"1,2\n", "x.ts:4: expected a label after the last colon, saw \"1,2\"", "up, down"),
    ts("variables of different length", b"1,2:1,2,3:up\n", "x.ts:4: the variables of one series have 2 and 3 steps"),
    ts("another number of variables", b"1,2:3,4:up\n1,2:up\n", "x.ts:5: expected 2 variables and a label, saw 1", "A colon stands between"),
    ts("no series", b"", "x.ts: expected examples, found none"),
    one("no header", "x.ts", b"1,2,3:up\n", "x.ts:1: expected a line that begins with @ or #, saw \"1,2,3:up\"", "@data"),
    one("a header without data", "x.ts", b"@problemName x\n", "x.ts: expected the line @data, saw none"),
    one("time stamps", "x.ts", b"@timeStamps true\n@data\n", "x.ts:1: series with time stamps are not read"),
    one("numbers to be predicted", "x.ts", b"@targetlabel true\n@data\n", "x.ts:1: the series have numeric targets, not class labels", "--task regress"),
    one("a flag that is none", "x.ts", b"@classLabel yes a b\n@data\n", "x.ts:1: @classLabel must be followed by true or false, saw \"yes a b\""),
    one("dimensions that are none", "x.ts", b"@dimensions many\n@data\n", "x.ts:1: @dimensions must be followed by a number from 1"),
    one("series without labels", "x.ts", b"@classLabel false\n@data\n1,2\n", "x.ts: the series have no labels", "recurra predict"),
    one("many bad series", "x.ts", HEADER + b"1,x:up\n" * 25, "x.ts: 25 problems (series that cannot be read: 25)", "25 times, also at x.ts:5, x.ts:6,"),
]  # fmt: skip

IMAGES = idx(2, 2, 2, values=bytes(8))
PICTURES = [
    BadInput("pictures without labels", {"x": IMAGES}, read("x"), ("the format idx has two files: the file of the labels is missing", "--source FILE --target FILE"), UsageError),
    BadInput("more pictures than labels", {"x": IMAGES, "y": idx(1, values=b"\1")}, read("x", target_path="y"), ("x: 2 pictures, but 1 label in y",)),
    BadInput("pictures as labels", {"x": IMAGES}, read("x", target_path="x"), ("x: expected an idx file of labels (unsigned bytes), saw an idx file of pictures", "the labels second")),
    BadInput("pictures that are cut off", {"x": IMAGES[:-3], "y": idx(2, values=b"\1\0")}, read("x", target_path="y"), ("x: expected 2 pictures, the file ends after 1", "download it again")),
    BadInput("packed pictures that are cut off", {"x.gz": gzip.compress(IMAGES)[:-9], "y": idx(2, values=b"\1\0")}, read("x.gz", target_path="y", format="idx"), ("x.gz: the file is damaged",)),
    BadInput("labels that are cut off", {"x": IMAGES, "y": idx(2, values=b"\1")}, read("x", target_path="y"), ("y: expected 2 labels, the file ends after 1",)),
    BadInput("a text as pictures", {"x": b"a text\n"}, read("x", format="idx", target_path="x"), ("x: expected an idx file of labels (unsigned bytes), saw first bytes 61 20 74 65",)),
    BadInput("impossible pictures", {"x": idx(2, 70000, 70000, values=b""), "y": idx(2, values=b"\1\0")}, read("x", target_path="y"), ("x: the header names impossible sizes",)),
]  # fmt: skip


BAD_LABELLED = [*TEXTS, *TABLES, *BAD_SERIES, *PICTURES]
