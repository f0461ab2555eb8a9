"""Pairs come out of every format the same, as often as they are asked for, with their line."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.data import PAIRS, DataSource, Example, Examples, open_examples, spool
from recurra.errors import DataError, RunError, UsageError
from recurra.text.visible import is_blank

GIVEN = [("grün", "green"), ('say "hi"', "a, b; c"), ("x" * 200, "e\u0301")]
EXPECTED = [Example(source, target, line) for line, (source, target) in enumerate(GIVEN, 1)]


def table(separator: str, header: tuple[str, ...] | None, rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows([header] * bool(header) + rows)
    return text.getvalue().encode()


def tsv(rows: list[tuple[str, ...]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def jsonl(rows: list[tuple[str, str]], names: tuple[str, str] = ("source", "target")) -> bytes:
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()


def opened(folder: Path, name: str, data: bytes, **options: str) -> Examples[Example]:
    (folder / name).write_bytes(data)
    return open_examples(DataSource(str(folder / name), **options), PAIRS)  # type: ignore[arg-type]


def texts(pairs: Examples[Example]) -> list[tuple[str, str]]:
    return [(example.source, example.target) for example in pairs]


@pytest.mark.parametrize(
    ("name", "data", "options"),
    [
        ("x.tsv", tsv(GIVEN), {}),
        ("x.txt", tsv(GIVEN), {}),
        ("x.csv", tsv(GIVEN), {"format": "tsv"}),
        ("x.TSV.gz", gzip.compress(tsv(GIVEN)), {}),
        ("x.tsv", tsv([("source", "target"), *GIVEN]), {}),
        ("x.tsv", tsv([("n", b, a) for a, b in GIVEN]), {"source_column": "3", "target_column": "2"}),
        ("x.tsv", tsv([("n", "en", "de"), *[("1", b, a) for a, b in GIVEN]]),
         {"source_column": "de", "target_column": "en"}),
        ("x.csv", table(",", ("de", "en"), list(GIVEN)), {}),
        ("x.csv", table(";", ("de", "en"), list(GIVEN)), {}),
        ("x.csv", table("\t", ("de", "en"), list(GIVEN)), {}),
        ("x.csv", table(",", ("id", "target", "source"), [("1", b, a) for a, b in GIVEN]), {}),
        ("x.csv", table(",", ("id", "en", "de"), [("1", b, a) for a, b in GIVEN]),
         {"source_column": "de", "target_column": "en"}),
        ("x.csv", table(",", ("id", "en", "de"), [("1", b, a) for a, b in GIVEN]),
         {"source_column": "3", "target_column": "2"}),
        ("x.jsonl", jsonl(GIVEN), {}),
        ("x.ndjson.gz", gzip.compress(jsonl(GIVEN)), {}),
        ("x", jsonl(GIVEN), {}),
        ("x.jsonl", jsonl(GIVEN, ("de", "en")), {"source_column": "de", "target_column": "en"}),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_pairs_twice(
    tmp_path: Path, name: str, data: bytes, options: dict[str, str]
) -> None:
    pairs = opened(tmp_path, name, data, **options)
    assert texts(pairs) == GIVEN
    assert list(pairs) == list(pairs)
    assert pairs.skipped.total == len(GIVEN)
    assert len(pairs.notes) == len(set(pairs.notes))


def test_parallel_files(tmp_path: Path) -> None:
    (tmp_path / "a.de").write_text("eins\nzwei\r\ndrei", encoding="utf-8")
    (tmp_path / "a.en.gz").write_bytes(gzip.compress(b"one\ntwo\nthree\n"))
    pairs = open_examples(DataSource(str(tmp_path / "a.de"), str(tmp_path / "a.en.gz")), PAIRS)
    assert list(pairs) == [("eins", "one", 1), ("zwei", "two", 2), ("drei", "three", 3)]
    assert list(pairs) == list(pairs)


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    pairs = opened(tmp_path, "x.csv", b'a,b\n"one\ntwo",three\n"q ""r""",s\n')
    assert list(pairs) == [("one\ntwo", "three", 2), ('q "r"', "s", 4)]
    pairs = opened(tmp_path, "x.tsv", b"source\ttarget\na\tb\n")
    assert [example.line for example in pairs] == [2]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)] * 2), max_size=20))
def test_formats_agree_on_any_text(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    rows = [("first", "line"), *rows]
    kept = [row for row in rows if not any(map(is_blank, row))]
    if len(rows) - len(kept) > 1:
        return
    folder = tmp_path_factory.mktemp("any")
    assert texts(opened(folder, "x.tsv", tsv(list(rows)))) == kept
    assert texts(opened(folder, "x.jsonl", jsonl(rows))) == kept
    assert texts(opened(folder, "x.csv", table(",", ("source", "target"), list(rows)))) == kept


def test_notes_say_what_was_done_to_the_file(tmp_path: Path) -> None:
    pairs = opened(tmp_path, "x.csv", b"\xef\xbb\xbfde;en\neins;one\n")
    assert texts(pairs) == [("eins", "one")]
    assert texts(pairs) == [("eins", "one")]
    path = tmp_path / "x.csv"
    assert pairs.notes == [
        f"{path}: the byte order mark at the beginning was dropped",
        f"{path}: the columns are separated by semicolons",
        f"{path}:1 is the header (de, en) and is not a pair",
    ]


def test_empty_pairs_are_skipped_and_counted(tmp_path: Path) -> None:
    rows = [(f"s{n}", f"t{n}") for n in range(1, 701)]
    for number in (10, 20, 30, 40, 50, 60, 70):
        rows[number - 1] = [("", "t"), ("s", ""), (" ", "\u3000")][number % 3]
    pairs = opened(tmp_path, "x.tsv", tsv(rows))
    assert len(list(pairs)) == 693
    assert pairs.skipped.count == 7
    assert pairs.skipped.first_lines == (10, 20, 30, 40, 50)
    assert str(pairs.skipped) == "7 pairs with an empty side skipped of 700 (lines 10, 20, 30, 40, 50, ...)"


def test_one_empty_pair_is_always_allowed_and_two_of_a_few_are_not(tmp_path: Path) -> None:
    assert texts(opened(tmp_path, "x.tsv", b"a\tb\n\nc\td\n")) == [("a", "b"), ("c", "d")]
    with pytest.raises(DataError, match=r"2 pairs with an empty side skipped of 3 \(lines 2, 3\)"):
        list(opened(tmp_path, "y.tsv", b"a\tb\n\n\tx\n"))


@pytest.mark.parametrize(("total", "refused"), [(200, False), (199, True)])
def test_more_than_one_in_a_hundred_empty_pairs_are_refused(tmp_path: Path, total: int, refused: bool) -> None:
    pairs = opened(tmp_path, "x.tsv", b"a\tb\n" * (total - 2) + b"\n\n")
    if refused:
        with pytest.raises(DataError, match="2 pairs with an empty side"):
            list(pairs)
    else:
        assert len(list(pairs)) == total - 2


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    lines = [b"ok\tok"] * 100
    for number in range(1, 51):
        lines[number] = b"no tab %d" % number if number % 2 else b"caf\xe9\tx"
    pairs = opened(tmp_path, "x.tsv", b"\n".join(lines))
    got: list[Example] = []
    with pytest.raises(DataError) as caught:
        got.extend(pairs)
    message = str(caught.value)
    assert "50 problems" in message
    assert "lines with another number of columns: 25" in message
    assert "lines that are not UTF-8: 25" in message
    assert message.count("no tab") == 5, "the first five of a kind that differ"
    assert "25 times, also at " in message, "what is the same is said once"
    assert "and 20 more" in message
    assert got == [Example("ok", "ok", 1)], "nothing is handed out after the first problem"


def test_one_problem_is_told_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        list(opened(tmp_path, "x.tsv", b"a\tb\nc d\n"))
    assert caught.value.where == f"{tmp_path / 'x.tsv'}:2"
    assert caught.value.what == 'expected 2 columns, saw 1: "c d"'


def test_reading_streams(tmp_path: Path) -> None:
    """The first pair is there before the rest of the file is read."""
    pairs = opened(tmp_path, "x.tsv", b"a\tb\n" + b"broken line\n" * 3)
    assert next(iter(pairs)) == ("a", "b", 1)


@pytest.mark.parametrize("spooled", [True, False])
def test_standard_input_is_copied_and_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spooled: bool
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a\tb\n")))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    source = DataSource("-")
    pairs = open_examples(spool(source, tmp_path / "run") if spooled else source, PAIRS)
    assert list(pairs) == list(pairs) == [("a", "b", 1)]
    assert pairs.name == "standard input"
    del pairs
    gc.collect()
    assert os.listdir(tmp_path / "run") == (["source.input"] if spooled else [])


def test_a_pipe_is_spooled_and_keeps_its_name(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe.jsonl", tmp_path / "copies"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", 'printf \'%s\\n\' "$1" > "$2"', "sh", '{"source": "a"}', str(pipe)])
    source = spool(DataSource(str(pipe)), folder)
    assert writer.wait(timeout=60) == 0
    pairs = open_examples(source, PAIRS)
    for _ in range(2):
        with pytest.raises(DataError, match=r"pipe\.jsonl:1: the object has no key 'target'"):
            list(pairs)


def test_spooling_leaves_plain_files_alone(tmp_path: Path) -> None:
    source = DataSource(str(tmp_path / "x.tsv"))
    assert spool(source, tmp_path / "copies") == source
    assert not (tmp_path / "copies").exists()


def test_spooling_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunError, match="a part of this path is a file, not a folder"):
        spool(DataSource(str(tmp_path / "pipe")), tmp_path / "file")


def test_both_sides_from_standard_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot both come from standard input"):
        spool(DataSource("-", "-"), tmp_path)


def test_pairs_in_python() -> None:
    pairs = open_examples(DataSource(rows=[("a", "b"), ("", "x"), ("c", "d")]), PAIRS)
    assert list(pairs) == list(pairs) == [("a", "b", 1), ("c", "d", 3)]
    assert pairs.skipped.first_lines == (2,)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "found none"),
        ([("a", "b"), "ab"], r"pairs\[1\]: expected .source, target., got str"),
        ([("a", "b"), ("a",)], r"pairs\[1\]: expected .source, target., got 1"),
        ([("a", None)], "found no pair with it"),
        ([(1, "b")], r"pairs\[0\]: expected a text, got int"),
        ([("a", "\ud83d")], r"lone surrogate U\+D83D at character 1"),
        ([("a", "b"), ("", ""), ("", "")], "2 pairs with an empty side"),
        (["ab"], "expected .source, target., got str"),
    ],
)
def test_bad_pairs_in_python(given: list[tuple[str, str]], says: str) -> None:
    with pytest.raises(DataError, match=says):
        list(open_examples(DataSource(rows=given), PAIRS))


@pytest.mark.parametrize("path", ["translation/multi30k_raw/val", "g2p/sigmorphon2021_task1/medium/dut_dev.tsv"])
def test_real_data(path: str) -> None:
    data = Path(__file__).parents[3] / "shared" / "data" / path
    source = DataSource(str(data)) if data.suffix else DataSource(f"{data}.de.gz", f"{data}.en.gz")
    if not Path(source.path).exists():
        pytest.skip(f"{source.path} is not on this machine")
    pairs = open_examples(source, PAIRS)
    assert sum(1 for _ in pairs) == pairs.skipped.total >= 1000
    assert not pairs.notes
