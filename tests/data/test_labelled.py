"""Examples with labels: every form gives what it holds, the same each time, and says what it took for what."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recurra.data import LABELLED, NUMBERED, DataSource, Labelled, Numbers, open_examples, open_inputs
from recurra.data.content import pack_content
from recurra.data.labelled import Reads, labelled_format
from recurra.data.number_text import parse_number
from recurra.data.numbers import filled_forward, missing_in
from recurra.errors import DataError, UsageError

TS = b"""# a remark
@problemName Tiny
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true up down
@data
1,2,3:4,5,6:up
-1.5,?:0,1e-3:down
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, data: bytes | str) -> str:
    Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


def read(path: str, **options: Any) -> tuple[list[Labelled], list[str]]:
    """The examples, twice the same, and the notes."""
    found = open_examples(DataSource(path, **options), LABELLED)
    examples = list(found)
    assert [plain(one) for one in found] == [plain(one) for one in examples]
    return examples, list(found.notes)


def plain(example: Labelled) -> tuple[Any, ...]:
    """The example with numbers as text, since NaN equals nothing."""
    content, label, line = example
    return str(pack_content(content)), label, line


@pytest.mark.parametrize(
    ("name", "data", "options"),
    [
        ("x.tsv", "how far is it\tnumber\nwho is it \t person\n", {}),
        ("x.tsv", "text\tlabel\nhow far is it\tnumber\nwho is it \tperson\n", {}),
        ("x.tsv", "number\thow far is it\nperson\twho is it \n", {"source_column": "2", "target_column": "1"}),
        ("x.csv", "text,label\nhow far is it,number\nwho is it ,person\n", {}),
        ("x.csv", "question,kind\nhow far is it,number\nwho is it ,person\n", {}),
        ("x.csv", "id,text,kind\n7,how far is it,number\n8,who is it ,person\n", {"target_column": "kind"}),
        ("x.jsonl", '{"text": "how far is it", "label": "number"}\n{"text": "who is it ", "label": "person"}\n', {}),
    ],
)
def test_texts_with_labels(name: str, data: str, options: dict[str, str]) -> None:
    examples, _ = read(put(name, data), **options)
    assert [(one.content, one.label) for one in examples] == [("how far is it", "number"), ("who is it ", "person")]


def test_two_parallel_files() -> None:
    put("labels", "number\nperson\n")
    examples, _ = read(put("texts", "how far\nwho\n"), target_path="labels")
    assert examples == [Labelled("how far", "number", 1), Labelled("who", "person", 2)]


def test_a_folder_with_a_file_for_each_label() -> None:
    Path("names").mkdir()
    put("names/Greek.txt", "Stavros\n\nAntonopoulos\n" + "Nikos\n" * 200)
    put("names/Irish.txt.gz", gzip.compress(b"Ryan\nO'Neal\n"))
    put("names/LICENSE.txt", "Permission is granted\n")
    put("names/notes.md", "x")
    examples, notes = read("names")
    assert examples[:2] == [Labelled("Stavros", "Greek", 1), Labelled("Antonopoulos", "Greek", 3)]
    assert examples[-1] == Labelled("O'Neal", "Irish", 2)
    assert notes == ["names: 2 files ending in .txt are the labels; 2 others are not read"]
    found = open_examples(DataSource("names"), LABELLED)
    assert len(list(found)) == 204
    assert str(found.skipped) == "1 example with an empty side skipped of 205 (lines 2)"


def test_a_ts_file_with_several_variables_lengths_and_a_missing_number() -> None:
    (first, second), _ = read(put("x.ts", TS))
    assert (first.label, first.line, second.label, second.line) == ("up", 9, "down", 10)
    assert first.content.values.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert str(first.content) == "3 steps of 2 numbers"
    assert second.content.values[0].tolist() == [-1.5, 0]
    assert missing_in(second.content) == "the number of '1' at step 2 is missing"


def test_a_ts_file_without_labels_is_for_prediction() -> None:
    path = put("x.ts", TS.replace(b"true up down", b"false").replace(b":up", b"").replace(b":down", b""))
    assert [
        len(one.values) for one in open_inputs(DataSource(path), LABELLED, Reads("series")) if isinstance(one, Numbers)
    ] == [3, 2]
    with pytest.raises(DataError, match="no labels"):
        read(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_vectors_with_the_label_told_by_its_name_or_by_what_is_no_number(separator: str) -> None:
    table = "length,width,kind\n5.1,1.4,setosa\n7,4.7,versicolor\n6.3,,setosa\n".replace(",", separator)
    examples, notes = read(put("x.csv", table))
    assert [one.label for one in examples] == ["setosa", "versicolor", "setosa"]
    assert [one.line for one in examples] == [2, 3, 4]
    assert examples[0].content.names == ("length", "width")
    assert examples[1].content.values.tolist() == [7.0, np.float32(4.7)]
    assert np.isnan(examples[2].content.values[1])
    assert "x.csv: the labels are in column 'kind', numbers in 2 others" in notes
    numeric, _ = read(put("y.csv", table.replace("setosa", "1").replace("versicolor", "2").replace("kind", "label")))
    assert [one.label for one in numeric] == ["1", "2", "1"]


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.jsonl"])
def test_of_two_columns_of_numbers_the_second_is_learned_from_the_first(name: str) -> None:
    rows = [(k / 2, 3 * k) for k in range(5)]
    lines = {
        "x.csv": ["size,price", *(f"{x},{y}" for x, y in rows)],
        "x.tsv": [f"{x}\t{y}" for x, y in rows],
        "x.jsonl": [json.dumps({"size": x, "price": y}) for x, y in rows],
    }
    examples = open_examples(DataSource(put(name, "\n".join(lines[name]) + "\n")), NUMBERED)
    found = [(one.content.values.tolist(), float(one.label)) for one in examples]
    assert found == [([x], y) for x, y in rows]


def test_a_new_label_above_a_number_is_no_header() -> None:
    """As in validation data of two lines, whose labels are numbers but for the first."""
    examples, _ = read(put("x.tsv", "a b\tnew\nc d\t2\n"))
    assert [(one.content, one.label) for one in examples] == [("a b", "new"), ("c d", "2")]
    vectors, _ = read(put("y.csv", "size,kind\n1.5,a\n2,b\n"), target_column="kind")
    assert [one.label for one in vectors] == ["a", "b"]
    assert vectors[0].content.values.tolist() == [1.5]


def test_digits_that_json_calls_a_text_are_one() -> None:
    lines = "".join(json.dumps({"text": str(k), "label": "ab"[k % 2]}) + "\n" for k in range(9))
    examples, _ = read(put("x.jsonl", lines))
    assert [one.content for one in examples] == [str(k) for k in range(9)]


def test_a_table_without_header() -> None:
    examples, notes = read(put("x.csv", "5.1,1.4,a\n7,4.7,b\n6,2,a\n5,1,b\n"))
    assert len(examples) == 4
    assert examples[0].content.names == ("1", "2")
    assert "x.csv: no header, so the columns are numbered from 1" in notes
    chosen, _ = read(put("y.csv", "1,5.1,1.4\n2,7,4.7\n"), format="vectors", target_column="1")
    assert [(one.label, one.content.names) for one in chosen] == [("1", ("2", "3")), ("2", ("2", "3"))]


def test_series_whose_steps_are_rows() -> None:
    table = "series,time,x,y,label\na,1,2,3,up\na,2,2.5,4,up\nb,1,1,1,down\n"
    examples, _ = read(put("x.csv", table))
    assert [(one.label, one.line) for one in examples] == [("up", 2), ("down", 4)]
    assert examples[0].content.names == ("x", "y")  # the time is none of them
    assert examples[0].content.values.tolist() == [[2, 3], [2.5, 4]]
    same, _ = read(put("y.csv", table.replace("series", "walk")), format="series", source_column="walk")
    assert [plain(one) for one in same] == [plain(one) for one in examples]


def idx(*shape: int, values: bytes) -> bytes:
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


def test_pictures_are_images_in_grey() -> None:
    put("labels", idx(2, values=bytes([7, 0])))
    images = put("images.gz", gzip.compress(idx(2, 2, 3, values=bytes([0, 255, 0, 51, 0, 0] + [0] * 6))))
    (first, second), _ = read(images, target_path="labels")
    assert (first.label, second.label) == ("7", "0")
    assert isinstance(first.content, np.ndarray)
    assert (first.content.dtype, first.content.tolist()) == (np.uint8, [[0, 255, 0], [51, 0, 0]])
    assert [np.shape(one) for one in open_inputs(DataSource(images), LABELLED, Reads("image"))] == [(2, 3), (2, 3)]


def test_paths_of_images_from_a_pipe() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as paths:
        paths.write("a.png\nb.png\n")
    try:
        assert list(open_inputs(DataSource(f"/dev/fd/{reader}"), LABELLED, Reads("image"))) == ["a.png", "b.png"]
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("x.csv", "text,label\na b,1\nc d,0\ne f,1\n", "csv"),  # a column called label, but the other is text
        ("x.csv", "id,text,label\n1,a b,1\n2,c d,0\n3,e f,1\n", "csv"),  # texts are all different, so no label
        ("x.csv", "a,b\n1,2\n3,4\n", "csv"),  # no label to be seen
        ("x.tsv", "3\tthree\n4\tfour\n", "tsv"),
        ("x.csv", "x,y,label\n1,2,a\n3,4,b\n", "vectors"),
        ("x.csv", "series,x,label\n1,2,a\n1,3,a\n2,4,b\n", "series"),
        ("x.ts", TS, "ts"),
        ("x.csv.gz", gzip.compress(b"x,y,class\n1,2,a\n3,4,b\n"), "vectors"),
    ],
)
def test_what_a_file_is_is_told_from_it(name: str, data: bytes | str, format: str) -> None:
    assert labelled_format(DataSource(put(name, data), sides=LABELLED.sides)) == format


def test_standard_input_is_read_as_often_as_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"a\tx\nb\ty\n")))  # type: ignore[arg-type]
    monkeypatch.setattr("sys.stdin", stream)
    found = open_examples(DataSource("-"), LABELLED)
    assert list(found) == list(found) == [Labelled("a", "x", 1), Labelled("b", "y", 2)]
    assert found.name == "standard input"


def test_examples_from_python() -> None:
    found = open_examples(DataSource(rows=[("a", " x "), ([1, 2.5], "y"), ([[1], [2]], "z")]), LABELLED)
    assert [one.label for one in found] == ["x", "y", "z"]
    assert [str(one.content) for one in found] == ["a", "2 numbers", "2 steps of 1 number"]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ("ab", "expected .text, label., got str"),
        (("a",), "got 1 value"),
        (("a", 3.5), "expected a text, got float"),
        (("\ud800", "x"), "lone surrogate"),
        (([[1], [2, 3]], "x"), "expected numbers"),
        (([float("inf")], "x"), "infinite"),
        ((3.5, "x"), "expected a vector or a series"),
    ],
)
def test_examples_from_python_that_are_none(example: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(open_examples(DataSource(rows=[("a", "x"), example]), LABELLED))
    assert caught.value.where == "examples[1]"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.txt", "how far\n\nwho\n"),
        ("x.tsv", "how far\tnumber\n\nwho\n"),
        ("x.csv", 'label,text\nx,how far\ny,""\nz,who\n'),
        ("x.jsonl", '{"text": "how far"}\n\n{"text": "who", "label": "x"}\n'),
    ],
)
def test_texts_without_labels(name: str, data: str) -> None:
    assert list(open_inputs(DataSource(put(name, data)), LABELLED, Reads("text"))) == ["how far", "", "who"]


def test_numbers_without_labels() -> None:
    plain = put("x.csv", "a,b\n1,2\n3,4\n")
    labelled = put("y.csv", "a,b,kind\n1,2,x\n3,4,y\n")
    for path in (plain, labelled):
        vectors = open_inputs(DataSource(path), LABELLED, Reads("vector"))
        assert [one.values.tolist() for one in vectors] == [
            [1, 2],
            [3, 4],
        ]  # type: ignore[union-attr]
    (one,) = open_inputs(DataSource(put("z.csv", "series,a\n7,1\n7,2\n")), LABELLED, Reads("series"))
    assert isinstance(one, Numbers)
    assert one.values.tolist() == [[1], [2]]


def test_numbers_as_texts() -> None:
    assert [parse_number(text) for text in ("1", "-2.5", "1e-3", " 3 ")] == [1, -2.5, 0.001, 3]
    assert all(np.isnan(parse_number(text)) for text in ("", " ", "?", "NaN", "NA", "null"))


def test_what_is_missing_is_filled_with_the_step_before() -> None:
    nan = float("nan")
    series = np.array([[nan, 1], [2, nan], [nan, nan], [5, 6]], dtype=np.float32)
    filled = filled_forward(series)
    assert np.isnan(filled[0, 0])  # there is none before
    assert filled[1:].tolist() == [[2, 1], [2, 1], [5, 6]]


def test_whole_numbers_are_labels_and_what_is_empty_is_skipped_as_in_a_file() -> None:
    rows = [("a", 3), ("b", True), ("c", "")]
    examples = open_examples(DataSource(rows=rows), LABELLED)
    assert [one.label for one in examples] == ["3", "True"]
    assert str(examples.skipped) == "1 example with an empty side skipped of 3 (lines 3)"


def test_options_that_cannot_be() -> None:
    put("x.tsv", "a\tb\n")
    with pytest.raises(UsageError, match="unknown format 'tvs'"):
        open_examples(DataSource("x.tsv", format="tvs"), LABELLED)
    with pytest.raises(UsageError, match="a second file was given"):
        open_examples(DataSource("x.tsv", "x.tsv", format="vectors"), LABELLED)
    with pytest.raises(UsageError, match="the format is folder"):
        list(open_examples(DataSource("x.tsv", format="folder"), LABELLED))


def test_a_table_of_numbers_without_header_is_refused_by_the_name_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("".join(f"{k}.5,{k % 3},{'ab'[k % 2]}\n" for k in range(20)))
    with pytest.raises(DataError, match="there is no column 'kind'; the columns are '1', '2', '3'"):
        list(open_examples(DataSource(str(path), target_column="kind"), LABELLED))


@pytest.mark.parametrize("columns", [None, "file,size"])
def test_images_none_of_which_is_there_are_not_learned_from_as_texts(columns: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [(f"img/{k}.jpg", f"{k} mm", "ab"[k % 2]) for k in range(9)]
    chosen = (0, 1, 2) if columns else (0, 2)
    names = ("file", "size", "label")
    path.write_text("\n".join(",".join(row[k] for k in chosen) for row in [names, *rows]) + "\n")
    source = DataSource(str(path), source_column=columns, target_column="label" if columns else None)
    with pytest.raises(DataError, match=r"x\.csv:2: there is no such image: .img/0\.jpg., nor any of the first 9"):
        list(open_examples(source, LABELLED))
    given = [((row[0], row[1]) if columns else row[0], row[2]) for row in rows]
    with pytest.raises(DataError, match="there is no such image"):
        list(open_examples(DataSource(rows=given), LABELLED))
    if columns is None:
        assert len(list(open_examples(DataSource(rows=[*given[:4], ("a text", "b")]), LABELLED))) == 5
