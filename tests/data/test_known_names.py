"""Names by which tables elsewhere say what they hold are known, in every format and in Python; others are hinted at."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recurra.data import LABELLED, NUMBERED, PAIRS, DataSource, Examples, Kind, open_examples, open_inputs
from recurra.data.content import Fields
from recurra.data.inputs import table_of_names
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task

Rows = list[dict[str, Any]]


def given(rows: Rows, form: str, folder: Path) -> DataSource:
    """The rows in one of the forms in which people have them."""
    if form == "rows":
        return DataSource(rows=rows)
    path = folder / f"data.{form}"
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return DataSource(str(path))
    with path.open("w", newline="") as file:
        separator = "\t" if form == "tsv" else ","
        csv.writer(file, delimiter=separator).writerows([list(rows[0]), *[list(row.values()) for row in rows]])
    return DataSource(str(path))


PAIR_NAMES = [
    ("input", "output"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "output"),
    ("question", "answer"),
    ("Question", "Answer"),
    ("src", "tgt"),
]
FORMS = ["jsonl", "csv", "tsv", "rows"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("names", PAIR_NAMES)
def test_pairs_of_known_names(names: tuple[str, str], form: str, tmp_path: Path) -> None:
    first, second = names
    source = given([{"id": k, second: f"b{k}", first: f"a{k}"} for k in (1, 2)], form, tmp_path)
    examples = open_examples(source, PAIRS)
    assert [(example.source, example.target) for example in examples] == [("a1", "b1"), ("a2", "b2")]
    assert examples.columns == {"source_column": first, "target_column": second}
    note = f"{examples.name}: column {first!r} is the source, {second!r} the target; not read: id"
    assert note in examples.notes
    assert choose_task(source).task.name == "translate"


@pytest.mark.parametrize("form", FORMS)
def test_several_inputs_of_known_names(form: str, tmp_path: Path) -> None:
    rows = [{"premise": f"so {k}", "hypothesis": "as", "label": k % 2} for k in range(4)]
    source = given(rows, form, tmp_path)
    examples = list(open_examples(source, LABELLED))
    assert [(example.content, example.label) for example in examples][:2] == [
        (Fields(("so 0", "as"), ("premise", "hypothesis")), "0"),
        (Fields(("so 1", "as"), ("premise", "hypothesis")), "1"),
    ]
    assert choose_task(source).task.name == "classify"


@pytest.mark.parametrize("form", FORMS)
def test_labels_and_numbers_of_known_names(form: str, tmp_path: Path) -> None:
    rows: Rows = [{"sentiment": k % 2 == 0, "review": f"so {k}"} for k in range(4)]
    source = given(rows, form, tmp_path)
    assert [tuple(example)[:2] for example in open_examples(source, LABELLED)][:2] == [
        ("so 0", "True"),
        ("so 1", "False"),
    ]
    rows = [{"stars": k / 2, "review": f"so {k}"} for k in range(4)]
    source = given(rows, form, tmp_path)
    assert [tuple(example)[:2] for example in open_examples(source, NUMBERED)][:2] == [("so 0", "0.0"), ("so 1", "0.5")]


def test_two_keys_of_any_names_are_the_two_sides(tmp_path: Path) -> None:
    for record in (
        {"de": "ja", "en": "yes"},
        {"translation": {"de": "ja", "en": "yes"}},
        {"target": "yes", "de": "ja"},
    ):
        source = given([record], "jsonl", tmp_path)
        assert [tuple(example)[:2] for example in open_examples(source, PAIRS)] == [("ja", "yes")]


def test_the_inputs_of_known_names_are_found_without_the_other_side(tmp_path: Path) -> None:
    for form in ("jsonl", "csv", "tsv"):
        source = given([{"id": "7", "question": "who", "answer": "me"}], form, tmp_path)
        assert list(open_inputs(source, PAIRS, 1)) == ["who"]
    source = given([{"id": "7", "question": "who"}], "jsonl", tmp_path)
    assert list(open_inputs(source, PAIRS, 1)) == ["who"]


COMMANDS: list[tuple[dict[str, Any], Kind[Any], str]] = [
    ({"id": "1", "who said": "a", "what": "b"}, PAIRS, "--source-column 'who said' --target-column what"),
    ({"id": "1", "title": "a", "label": "b"}, LABELLED, "--source-column title --target-column label"),
    ({"id": "1", "text": "a", "mood": "b"}, LABELLED, "--source-column text --target-column mood"),
]


@pytest.mark.parametrize(("record", "kind", "command"), COMMANDS)
def test_other_names_are_hinted_at_with_a_command(
    record: dict[str, Any], kind: Kind[Any], command: str, tmp_path: Path
) -> None:
    for form in ("jsonl", "csv"):
        examples: Examples[Any] = open_examples(given([record], form, tmp_path), kind)
        with pytest.raises(DataError) as caught:
            list(examples)
        assert caught.value.fix == f"Say which ones, for example: {command}"


def test_without_the_other_side_only_the_source_is_hinted_at(tmp_path: Path) -> None:
    """To predict there is no --target-column."""
    source = replace(given([{"id": "1", "title": "b"}], "jsonl", tmp_path), source_column="body")
    with pytest.raises(DataError) as caught:
        list(open_inputs(source, PAIRS, 1))
    assert caught.value.fix == "Say which one, for example: --source-column id"


def test_a_header_of_one_name_is_hinted_at_with_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text,text,text\na,b,c\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        list(open_examples(DataSource(str(path)), LABELLED))
    assert caught.value.fix == "Say which ones, for example: --source-column 1 --target-column 2"


def test_numbers_and_gaps_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    rows: Rows = [{"size": k / 2, "kind": "a b" if k % 2 else None, "label": k % 2} for k in range(200)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = DataSource(str(path), source_column="size,kind", target_column="label")
    examples = list(open_examples(source, LABELLED))
    assert tuple(examples[3])[:2] == (Fields(("1.5", "a b"), ("size", "kind")), "1")
    path.write_text('{"text": "so", "label": 1.5}\n')
    with pytest.raises(DataError, match="expected a string under 'label', saw a number"):
        list(open_examples(DataSource(str(path)), LABELLED))
    path.write_text('{"source": "so", "target": 1}\n')
    with pytest.raises(DataError, match="expected a string under 'target', saw a number"):
        list(open_examples(DataSource(str(path)), PAIRS))


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("id,body,label", "csv"),
        ('"id";"body"', "csv"),
        ("id\tbody", "tsv"),
        ('{"id": 1, "body": "a text"}', "jsonl"),
        ("body", None),
        ("the body, it said, was cold", None),
        ('{"id": 1}', None),
    ],
)
def test_a_table_without_a_telling_name_is_not_read_line_by_line(line: str, form: str | None, tmp_path: Path) -> None:
    """Its first line has the column that the model was trained with."""
    path = tmp_path / "piped"
    path.write_text(f"{line}\nmore\n")
    source = DataSource(str(path), source_column="body")
    if form is None:
        assert list(open_inputs(source, PAIRS, 1)) == [line, "more"]
        return
    with pytest.raises(DataError, match=f"--input-format {form}"):
        list(open_inputs(source, PAIRS, 1))
    if form != "tsv":  # a text has no tabs
        assert list(open_inputs(replace(source, format="parallel"), PAIRS, 1)) == [line, "more"]
    assert table_of_names(line, "2") is None
