"""Files of pairs that cannot be trained on: rows 1 to 4 of the table of mistakes, and the odd ones."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

from bad_input import BadInput

from recurra.data import PAIRS, DataSource, EncodedPairs, open_examples
from recurra.errors import UsageError
from recurra.text import Tokenizer

GZIPPED = gzip.compress(b"".join(b"%d\t%d\n" % (n, n * 7919 % 10007) for n in range(5000)))


def read(path: str, target_path: str | None = None, **options: str) -> Callable[[Path], object]:
    """Encodes the pairs into a cache, which must not be there afterwards."""

    def act(folder: Path) -> object:
        tokenizer = Tokenizer.build(["abcdefghijklmnopqrstuvwxyz"], "chars")
        pairs = open_examples(DataSource(path, target_path, **options), PAIRS)  # type: ignore[arg-type]
        return EncodedPairs.write(folder / "cache", pairs, tokenizer, tokenizer)

    return act


def one(name: str, path: str, data: bytes | None, *says: str, **options: str) -> BadInput:
    """One file, read as what its name says."""
    return BadInput(name, {path: data}, read(path, **options), says)


def two(name: str, source: bytes, target: bytes, *says: str) -> BadInput:
    """Two parallel files, a.de and a.en."""
    return BadInput(name, {"a.de": source, "a.en": target}, read("a.de", "a.en"), says)


def usage(name: str, act: Callable[[Path], object], *says: str) -> BadInput:
    """Options that cannot be, on a file without fault."""
    files = {"x.tsv": b"source\ttarget\ta\nb\tc\td\n", "x.jsonl": b'{"source": "a", "target": "b"}\n'}
    return BadInput(name, files, act, says, UsageError)


MISSING = [
    BadInput("missing file", {}, read("x.tsv"), ("x.tsv: there is no such file",)),
    BadInput("misspelt file", {"train.tsv": b""}, read("trian.tsv"), ("trian.tsv: ", "Did you mean 'train.tsv'?")),
    BadInput("missing folder", {}, read("dta/x.tsv"), ("dta/x.tsv: there is no such file", "no folder 'dta' either")),
    BadInput("file as folder", {"x": b"a"}, read("x/y.tsv"), ("x/y.tsv: there is no such file",)),
    BadInput("missing target", {"a.de": b"a\n"}, read("a.de", "a.en"), ("a.en: ", "no such file", "'a.de'")),
    one("a folder", "x", None, "x: expected a file, this is a folder", "The folder holds no files."),
    BadInput("a folder of files", {"x": None, "x/train.tsv": b""}, read("x"),
             ("x: expected a file, this is a folder", "Name one of its files: train.tsv")),
    BadInput("empty path", {}, read(""), ("expected the path of a file, got ''",)),
    BadInput("NUL in the path", {}, read("a\0b"), ("expected the path of a file, got 'a\\x00b'",)),
    BadInput("endless path", {}, read("x" * 5000), ("the file cannot be read: File name too long",)),
]  # fmt: skip

EMPTY = [
    one("empty file", "x.tsv", b"", "x.tsv: expected pairs, found none", "source, one tab (⇥), target"),
    one("empty gz file", "x.tsv.gz", b"", "x.tsv.gz: expected pairs, found none"),
    one("empty packed file", "x.tsv.gz", gzip.compress(b""), "x.tsv.gz: expected pairs, found none"),
    one("empty CSV", "x.csv", b"", "x.csv: expected pairs, found none"),
    one("only a header", "x.csv", b"source,target\n", "x.csv: expected pairs, found none"),
    one("empty JSON Lines", "x.jsonl", b"", "x.jsonl: expected pairs, found none"),
    two("two empty files", b"", b"", "a.de: expected pairs, found none"),
    BadInput("empty standard input", {"-": b""}, read("-"), ("standard input: expected pairs, found none",)),
    one("only blank lines", "x.tsv", b"\n\n \n", "x.tsv: expected text on both sides, found no pair with it"),
    one("only sources", "x.tsv", b"a\t\nb\t\n", "x.tsv: expected text on both sides", "--target-column"),
    one("many empty pairs", "x.tsv", b"a\tb\n" * 97 + b"\tb\na\t\n\n", "x.tsv: expected text on both sides",
        "3 pairs with an empty side skipped of 100 (lines 98, 99, 100)", "up to 1% are skipped"),
    one("many empty objects", "x.jsonl", b'{"source": "", "target": " "}\n' * 9 + b'{"source": "a", "target": "b"}\n',
        "x.jsonl: ", "9 pairs with an empty side skipped of 10 (lines 1, 2, 3, 4, 5, ...)"),
    two("many empty lines", b"a\n\nb\n\n", b"a\n\nb\n\n", "a.de: ", "2 pairs with an empty side skipped of 4 (lines 2, 4)"),
]  # fmt: skip

PARALLEL = [
    two("one line more", b"a\nb\nc\n", b"a\nb\n",
        "a.de: expected the same number of lines, saw 3 in a.de and 2 in a.en", "missing or too many"),
    two("blank lines at the end", b"a\nb\n", b"a\nb\n\n\n", "a.en: ", "2 in a.de and 4 in a.en", "empty ones at the end"),
    two("U+2028 inside", "a\u2028b\nc\n".encode(), b"a\nb\nc\n",
        "saw 2 in a.de and 3 in a.en; suspicious: U+2028 LINE SEPARATOR in a.de:1, character 2", "ends at \\n only"),
    two("U+2029 inside", b"a\nb\nc\n", "a\nb\u2029c\n".encode(), "U+2029 PARAGRAPH SEPARATOR in a.en:2, character 2"),
    two("U+0085 inside", "a\nbc\x85d\n".encode(), b"a\nb\nc\n", "U+0085 NEXT LINE in a.de:2, character 3"),
    two("lone CR inside", b"a\rb\nc\n", b"a\nb\nc\n", "U+000D CARRIAGE RETURN in a.de:1, character 2"),
    two("NUL inside", b"x\n", b"x\ny\0z\n", "U+0000 NUL in a.en:2, character 2"),
    two("form feed inside", b"a\x0cb\n", b"a\nb\n", "U+000C FORM FEED in a.de:1, character 2"),
    two("vertical tab in both", b"a\x0bb\n", b"a\nb\x0b\n",
        "U+000B VERTICAL TAB in a.de:1, character 2; U+000B VERTICAL TAB in a.en:2, character 2"),
    two("old Mac line ends", b"a\rb\rc\r", b"a\nb\nc\n", "a.de:1: expected lines that end at", "tr '\\r' '\\n' < a.de > a.lines.de"),
    two("one side in Latin-1", b"a\nb\n", b"caf\xe9\ncaf\xe8\n", "2 problems (lines that are not UTF-8: 2)",
        "a.en:1:4: expected UTF-8, saw byte 0xE9", "a.en:2:4: ", "iconv -f ISO-8859-1 -t UTF-8 a.en > a.utf8.en"),
    BadInput("the same file twice", {"a.de": b"a\n"}, read("a.de", "./a.de"),
             ("a.de: source and target are the same file",), UsageError),
    BadInput("standard input twice", {"-": b"a\n"}, read("-", "-"),
             ("cannot both come from standard input", "with a tab between them"), UsageError),
]  # fmt: skip

ENCODINGS = [
    one("Latin-1", "x.tsv", b"caf\xe9\tcoffee\n", "x.tsv:1:4: expected UTF-8, saw byte 0xE9; the text looks like ISO-8859-1",
        "Convert it: iconv -f ISO-8859-1 -t UTF-8 x.tsv > x.utf8.tsv"),
    one("CP1252", "x.tsv", b"a\tb\n\x93caf\xe9\x94\tx\n", "x.tsv:2:1: expected UTF-8, saw byte 0x93", "CP1252"),
    one("Shift JIS", "x.tsv", "日本語のテキスト\tx\n".encode("shift_jis"), "x.tsv:1:1: ", "looks like SHIFT_JIS", "iconv"),
    one("CP1251", "x.csv", "a,b\nпривет,мир\n".encode("cp1251"), "x.csv:2:1: ", "looks like CP1251", "iconv -f CP1251"),
    one("Latin-1 in gz", "x.tsv.gz", gzip.compress(b"caf\xe9\tx\n"), "x.tsv.gz:1:4: ",
        "gzip -dc x.tsv.gz | iconv -f ISO-8859-1 -t UTF-8 | gzip > x.utf8.tsv.gz"),
    one("a name with a space", "my x.tsv", b"caf\xe9\tx\n", "my x.tsv:1:4: ", "'my x.tsv' > "),
    one("UTF-16 with mark", "x.tsv", "a\tb\n".encode("utf-16"), "x.tsv:1:1: expected UTF-8, saw UTF-16LE (first bytes FF FE",
        "iconv -f UTF-16 -t UTF-8 x.tsv"),
    one("UTF-16BE with mark", "x.tsv", b"\xfe\xff" + "a\tb\n".encode("utf-16-be"), "x.tsv:1:1: ", "saw UTF-16BE"),
    one("UTF-16 without mark", "x.csv", "source,target\n".encode("utf-16-le"), "x.csv:1:1: ", "iconv -f UTF-16LE -t"),
    one("UTF-32", "x.jsonl", '{"source": "a"}\n'.encode("utf-32"), "x.jsonl:1:1: ", "saw UTF-32LE", "iconv -f UTF-32 "),
    one("a character cut in two", "x.tsv", "a\t東".encode()[:-1], "x.tsv:1:3: ", "ends in the middle of a character"),
    one("surrogates in UTF-8", "x.tsv", b"a\t\xed\xa0\xbd\xed\xb8\x80\n", "x.tsv:1:3: ", "half of a surrogate pair"),
    one("two encodings", "x.tsv", "é\tx\n".encode() + b"a\t\xe9\n", "x.tsv:2:3: ", "earlier ones are UTF-8", "mixes encodings"),
    BadInput("Latin-1 on standard input", {"-": b"caf\xe9\tx\n"}, read("-"),
             ("standard input:1:4: expected UTF-8", "iconv -f ISO-8859-1 -t UTF-8 FILE")),
]  # fmt: skip

CONTAINERS = [
    one("gz by name only", "x.tsv.gz", b"a\tb\n", "x.tsv.gz: the name ends in .gz, but this is not a gzip file (first bytes 61 09",
        "Rename it to x.tsv"),
    one("gz cut off", "x.tsv.gz", GZIPPED[:-999], "x.tsv.gz:", "the gzip file ends too early", "copy or download it again"),
    one("gz with nothing in it", "x.tsv.gz", GZIPPED[:12], "x.tsv.gz:1: the gzip file ends too early"),
    one("damaged gz", "x.tsv.gz", GZIPPED[:-8] + b"\0" * 8, "x.tsv.gz:5001: the gzip file is damaged (CRC check failed"),
    one("garbage in gz", "x.tsv.gz", GZIPPED[:200] + b"\xff" * 300 + GZIPPED[500:], "x.tsv.gz:", "the gzip file is damaged"),
    one("packed twice", "x.tsv.gz", gzip.compress(GZIPPED), "x.tsv.gz: the file is packed with gzip twice"),
    one("bzip2", "x.tsv.bz2", b"BZh91AY&SY\0\0", "x.tsv.bz2: expected text, this is a bzip2 file", "bzip2 -dk x.tsv.bz2"),
    one("xz", "x.tsv", b"\xfd7zXZ\x00\x00", "x.tsv: expected text, this is an xz file", "xz -dk x.tsv"),
    one("zstd", "x.tsv", b"\x28\xb5\x2f\xfd\x00", "x.tsv: expected text, this is a zstd file", "zstd -d x.tsv"),
    one("spreadsheet", "x.csv", b"PK\x03\x04\x14\0", "x.csv: expected text, this is a zip archive or an office document", "CSV"),
    one("PDF", "x.tsv", b"%PDF-1.7\n", "x.tsv: expected text, this is a PDF"),
    one("Parquet", "x.jsonl", b"PAR1\x15\x04", "x.jsonl: expected text, this is a Parquet file", "JSON Lines"),
    one("endless line", "x.tsv", b"x" * (11 * 2**20), "x.tsv:1: a line longer than 10 MiB is not read"),
]  # fmt: skip

TSV = [
    one("spaces for the tab", "x.tsv", b"a\tb\nhello    bonjour\n",
        'x.tsv:2: expected 2 columns, saw 1: "hello    bonjour"', "separated by spaces: put one tab (⇥)"),
    one("spaces for every tab", "x.dict", b";;; a comment, here\nABBEY  AE1 B IY0\nABBOT  AE1 B AH0 T\n",
        "separated by spaces: put one tab (⇥) between source and target: sed -E 's/ {2,}/\\t/' x.dict > tabs.tsv"),
    one("a space for a tab", "my x.tsv", b"abbey AE1 B IY0\n", "If the first space stands for the tab: sed 's/ /\\t/' 'my x.tsv' > tabs.tsv"),
    one("a comma of prose", "x.tsv", b"well, come in\n", "A line is source, one tab (⇥), target."),
    one("no tab", "x.tsv", b"a\tb\nhello\n", 'x.tsv:2: expected 2 columns, saw 1: "hello"', "source, one tab (⇥), target"),
    one("a third column", "x.tsv", b"a\tb\tc\n", 'x.tsv:1: expected 2 columns, saw 3: "a⇥b⇥c"', "--source-column 1"),
    one("two tabs", "x.tsv", b"a\t\tb\n", 'saw 3: "a⇥⇥b"'),
    one("a backslash and a t", "x.tsv", b"a\\tb\n", 'x.tsv:1: expected 2 columns, saw 1: "a\\tb"', "not a tab"),
    one("CSV called TSV", "x.tsv", b'"a, b","c"\n', "x.tsv:1: expected 2 columns, saw 1", "looks like CSV", "--input-format csv"),
    one("CSV on standard input", "-", b"a;b\n", "standard input:1: ", "looks like CSV", "--input-format csv"),
    one("a comma among tabs", "x.tsv", b"a\tb\nyes,no\n", 'x.tsv:2: expected 2 columns, saw 1: "yes,no"', "A line is source, one tab (⇥), target."),
    one("a space among tabs", "x.tsv", b"yes no\na\tb\n", 'x.tsv:1: expected 2 columns, saw 1: "yes no"', "A line is source, one tab (⇥), target."),
    one("JSON called TSV", "x.tsv", b'{"source": "a"}\n', "x.tsv:1: ", "looks like JSON Lines", "--input-format jsonl"),
    one("all lines wrong", "x.tsv", b"a\n" * 2000, "x.tsv: 2,000 problems (lines with another number of columns: 2,000)",
        "x.tsv:1: ", "2,000 times, also at x.tsv:2, x.tsv:3,", "x.tsv:10, ..."),
    one("a word of a million characters", "x.tsv", b"x" * 1_000_000 + b"\n",
        f'x.tsv:1: expected 2 columns, saw 1: "{"x" * 80}…" (and 999,920 more characters)'),
    one("invisible characters are shown", "x.tsv", "a\u200b\u202eb\n".encode(), '"a<U+200B><U+202E>b"'),
    one("a missing column", "x.tsv", b"de\ten\na\tb\n", "x.tsv:1: the header has no column 'd'; it names 'de', 'en'", "'de'?",
        source_column="d", target_column="en"),
    one("other columns than in training", "x.tsv", b"de\ten\na\tb\n", "x.tsv:1: the header has no column 'french'",
        "--source-column and --target-column, by name, or by number if the first row is no header", source_column="de", target_column="french"),
    one("what was named comes first", "x.tsv", b"a\tb\nc\td\n", "the header has no column 'french'", target_column="french"),
    one("default name missing", "x.tsv", b"de\ten\na\tb\n", "x.tsv:1: the header has no column 'target'", source_column="de"),
    one("a column twice", "x.tsv", b"de\tde\ten\n", "x.tsv:1: the header names the column 'de' twice",
        source_column="de", target_column="en"),
    one("a short row", "x.tsv", b"de\ten\tid\na\tb\t1\nc\td\n", 'x.tsv:3: expected 3 columns, saw 2: "c⇥d"',
        source_column="de", target_column="en"),
    one("too few for the number", "x.tsv", b"a\tb\n", "x.tsv:1: expected at least 3 columns, saw 2",
        source_column="1", target_column="3"),
]  # fmt: skip

CSV = [
    one("ragged CSV", "x.csv", b"a,b\nc,d,e\n", 'x.csv:2: expected 2 columns, saw 3: "c,d,e"', "Put double quotes around"),
    one("an open quote", "x.csv", b'a,b\nc,d\n"e,f\ng,h\n', "x.csv:3: the double quote that opens here is never closed"),
    one("an open quote far from the end", "x.csv", b'a,b\n"e,f\n' + b"g,h\n" * 50_000,
        "x.csv:2: the double quote that opens here is never closed"),
    one("text after a quote", "x.csv", b'a,b\n"c"d,e\nf,g\n', "x.csv:2: broken quoting", 'double those inside'),
    one("three columns without names", "x.csv", b"id,de,en\n1,a,b\n",
        "x.csv:1: expected 2 columns, or columns named source and target; saw 3: id, de, en", "--source-column"),
    one("one column", "x.csv", b"text\na\nb\n", "x.csv:1: expected 2 columns", "saw 1: text"),
    one("a missing column in CSV", "x.csv", b"de,en\na,b\n", "x.csv:1: the header has no column 'fr'",
        source_column="de", target_column="fr"),
]  # fmt: skip

JSONL = [
    one("no JSON", "x.jsonl", b'{"source": "a", "target": "b"}\nhello\n', 'x.jsonl:2:1: expected a JSON object, saw "hello"'),
    one("TSV called JSON Lines", "x.jsonl", b"a\tb\n", "x.jsonl:1:1: ", "looks like TSV", "--input-format tsv"),
    one("Python's quotes", "x.jsonl", b"{'source': 'a'}\n", "x.jsonl:1:2: ", "JSON has double quotes"),
    one("a JSON array", "x.json", b'[{"source": "a", "target": "b"}]\n', "x.json:1: expected an object, saw an array", "jq -c '.[]'"),
    one("an object over several lines", "x.json", b'{\n "source": "a"\n}\n',
        "x.json:1: expected an object on each line, saw an object over several lines", "jq -c . x.json > lines.jsonl"),
    one("an array over several lines", "my x.json", b'[\n {\n  "source": "a"\n }\n]\n',
        "x.json:1: expected an object on each line, saw an array over several lines", "jq -c '.[]' 'my x.json' > lines.jsonl"),
    one("an object in the middle", "x.jsonl", b'{"source": "a", "target": "b"}\n{\n"source": "c", "target": "d"}\n', "x.jsonl:2:"),
    one("a column that is always empty", "x.jsonl", b'{"instruction": "a", "input": "", "output": "b"}\n',
        "Is one of the columns instruction,input always empty?"),
    one("spans for a text", "x.jsonl", b'{"source": "a", "target": [[0, 3]]}\n', "expected a string under 'target', saw an array",
        "Name the key of a text"),
    one("a missing key", "x.jsonl", b'{"id": "1", "source": "a", "tgt": "b"}\n',
        "x.jsonl:1: the object has no key 'target'; its keys: 'id', 'source', 'tgt'", "Did you mean 'tgt'?"),
    one("an empty object", "x.jsonl", b"{}\n", "x.jsonl:1: the object has no key 'source'; its keys: none"),
    one("another key", "x.jsonl", b'{"source": "a", "target": "b"}\n', "no key 'de'", source_column="de", target_column="target"),
    one("a number", "x.jsonl", b'{"source": 1998, "target": "b"}\n', "expected a string under 'source', saw a number", "1998"),
    one("true", "x.jsonl", b'{"source": true, "target": "b"}\n', "saw true or false"),
    one("null", "x.jsonl", b'{"source": "a", "target": null}\n', "x.jsonl: expected text on both sides, found no pair with it"),
    one("a list of words", "x.jsonl", b'{"source": ["a", "b"], "target": "c"}\n', "saw an array"),
    one("an object as text", "x.jsonl", b'{"source": {"de": "a"}, "target": "c"}\n', "saw an object"),
    one("a lone surrogate", "x.jsonl", json.dumps({"source": "ab\ud83d", "target": "x"}).encode(),
        "x.jsonl:1: lone surrogate U+D83D at character 3 of 'source'", "half of a character"),
    one("a deep array", "x.jsonl", b"[" * 100_000, "x.jsonl:1: arrays or objects stand too deeply"),
    one("an endless number", "x.jsonl", b'{"source": ' + b"9" * 5000 + b"}", "x.jsonl:1: a number has more than 4,300 digits"),
    one("a cut line", "x.jsonl", b'{"source": "a", "tar', "x.jsonl:1:", "expected a JSON object"),
]  # fmt: skip

COLUMNS = [
    one("a row without its third column", "x.tsv", b"walk\twalked\tV;PST\nsing\tsang\n", "x.tsv:2: expected at least 3 columns, saw 2",
        source_column="1,3", target_column="2"),
    one("one of several columns missing", "x.csv", b"lemma,form\na,b\n", "x.csv:1: the header has no column 'features'",
        source_column="lemma,features", target_column="form"),
    one("a tab in one of several columns", "x.csv", b"lemma,features,form\na\tb,V,c\n", 'x.csv:2: expected columns without tabs, saw "a⇥b"',
        "write a space instead", source_column="lemma,features", target_column="form"),
    one("a tab in one of several keys", "x.jsonl", b'{"story": "a\\tb", "question": "c", "answer": "d"}\n', 'x.jsonl:1: expected columns without tabs, saw "a⇥b"',
        source_column="story,question", target_column="answer"),
    one("one of several keys missing", "x.jsonl", b'{"story": "a", "answer": "d"}\n', "x.jsonl:1: the object has no key 'question'",
        source_column="story,question", target_column="answer"),
    usage("a column named twice", read("x.tsv", source_column="1,1", target_column="2"), "--source-column: the column '1' is named twice"),
    usage("a column without a name", read("x.tsv", source_column="a,", target_column="b"), "a column name is empty", "one comma"),
    usage("the target among the sources", read("x.tsv", source_column="1,2", target_column="2"), "are the same column '2'"),
    usage("numbers and names of columns", read("x.tsv", source_column="1,de", target_column="2"), "both columns by number or both by name, got '1,de' and '2'"),
]  # fmt: skip

OPTIONS = [
    usage("an unknown format", read("x.tsv", format="xml"), "--input-format: unknown format 'xml'", "tsv"),
    usage("nearest format", read("x.tsv", format="json"), "unknown format 'json'", "Did you mean 'jsonl'?"),
    usage("parallel with one file", read("x.tsv", format="parallel"), "the file of the targets is missing"),
    usage("TSV with two files", read("x.tsv", "x.jsonl", format="tsv"), "a second file was given, but the format is tsv"),
    usage("columns of parallel files", read("x.tsv", "x.jsonl", source_column="a"), "parallel files have no columns"),
    usage("the same column", read("x.tsv", source_column="1", target_column="1"), "are the same column '1'"),
    usage("the same key", read("x.jsonl", source_column="a", target_column="a"), "are the same column 'a'"),
    usage("the default name twice", read("x.jsonl", target_column="source"), "are the same column 'source'"),
    usage("number and name", read("x.tsv", source_column="1", target_column="en"), "both columns by number or both by name"),
    usage("one number", read("x.tsv", source_column="1"), "got '1' and None", "--source-column 1 --target-column 3"),
    usage("column 0", read("x.tsv", source_column="0", target_column="1"), "columns are counted from 1, got 0"),
]  # fmt: skip

READING = [*MISSING, *EMPTY, *PARALLEL, *ENCODINGS, *CONTAINERS, *TSV, *CSV, *JSONL, *COLUMNS, *OPTIONS]
