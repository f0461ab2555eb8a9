"""Texts for a language model that stand in a column of a table or under a key, in files and in Python alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recurra.data import PLAIN, DataSource, Examples, open_examples, open_inputs, preview_of
from recurra.errors import RecurraError
from recurra.tasks import TASKS

TEXTS = ['he said "hello", and left', "two\nlines", "third"]
LINES = ['he said "hello", and left', "two", "lines", "third"]


def csv_of(*columns: list[str]) -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in zip(*columns, strict=True)]
    return "".join(",".join(row) + "\n" for row in quoted)


def opened(tmp_path: Path, name: str, content: str, **columns: Any) -> Examples[Any]:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return open_examples(DataSource(str(tmp_path / name), **columns), PLAIN)


def refusal(examples: Examples[Any]) -> str:
    with pytest.raises(RecurraError) as error:
        list(examples)
    return str(error.value)


@pytest.mark.parametrize(
    ("columns", "asked", "named"),
    [
        ([["text", *TEXTS]], None, "text"),
        ([["quote", *TEXTS]], None, "quote"),
        ([["id", "1", "2", "3"], ["Text", *TEXTS]], None, "Text"),
        ([["id", "1", "2", "3"], ["said", *TEXTS]], "said", "said"),
        ([["id", "1", "2", "3"], ["said", *TEXTS]], "2", "said"),
    ],
)
def test_a_column_of_a_table(tmp_path: Path, columns: list[list[str]], asked: str | None, named: str) -> None:
    read = opened(tmp_path, "x.csv", csv_of(*columns), source_column=asked)
    assert [passage.text for passage in read] == LINES
    assert read.columns == {"source_column": named}
    assert f"the texts are in column {named!r}" in read.notes[0]
    source = DataSource(str(tmp_path / "x.csv"), source_column=asked)
    assert list(open_inputs(source, PLAIN, None)) == LINES
    names, *rows = zip(*columns, strict=True)
    given = DataSource(rows=[dict(zip(names, row, strict=True)) for row in rows], source_column=asked)
    assert [passage.text for passage in open_examples(given, PLAIN)] == LINES


def test_a_key_of_objects_beside_others_that_hold_anything(tmp_path: Path) -> None:
    rows = [{"text": text, "meta": {"pages": [1, 2]}} for text in TEXTS]
    read = opened(tmp_path, "x.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert [passage.text for passage in read] == LINES
    assert "the texts are under the key 'text'" in read.notes[0]
    assert [passage.text for passage in open_examples(DataSource(rows=rows), PLAIN)] == LINES


@pytest.mark.parametrize(
    ("name", "content", "columns", "said"),
    [
        ("x.csv", "id,said\n1,a\n", {}, "several: 'id', 'said'\n  Say which, for example: --source-column said"),
        ("x.jsonl", '{"id": "1", "b c": "a"}\n', {}, "--source-column 'b c'"),
        ("x.csv", "id,said\n1,a\n2\n", {"source_column": "said"}, "x.csv:3: there is no column 'said' in this row"),
        ("x.csv", "id,said\n1,a\n", {"source_column": "siad"}, "said"),
        ("x.jsonl", '{}\n{"text": "a"}\n', {}, "x.jsonl: expected a key with a text, saw an object without keys"),
        ("x.jsonl", '{"text": 5}\n', {}, "x.jsonl:1: expected a text under 'text', saw a number"),
        ("x.jsonl", '{"text": "a"}\n{"t": "b"}\n', {}, "x.jsonl:2: expected a text under 'text', saw null"),
        ("x.jsonl", '{"text": "\\ud83d"}\n', {}, "x.jsonl:1: lone surrogate U+D83D"),
        ("x.jsonl", '{"text": "a"\n', {}, "x.jsonl:1:13: expected a JSON object"),
        ("x.txt", "a\n", {"source_column": "1"}, "plain text has no columns"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, content: str, columns: dict[str, str], said: str) -> None:
    assert said in refusal(opened(tmp_path, name, content, **columns))


def test_texts_in_python_have_no_columns() -> None:
    given = DataSource(rows=["a", "b"], source_column="1")
    assert "plain text has no columns" in refusal(open_examples(given, PLAIN))


@pytest.mark.parametrize(
    "header", ["image,caption", "text,label", "review,stars", '"source","target"', "id,question,answer"]
)
def test_a_table_whose_name_hides_it_is_not_learned_as_text(tmp_path: Path, header: str) -> None:
    """The beginning of a CSV file called .txt says so; a comma of prose does not."""
    path = tmp_path / "x.txt"
    path.write_text(f'{header}\na.png,"a dog, black"\nb.png,"a cat"\n', encoding="utf-8")
    assert TASKS["language-model"].detect(preview_of(DataSource(str(path)))) is None
    path.write_text("here, come in\nwell, come in\n", encoding="utf-8")
    assert TASKS["language-model"].detect(preview_of(DataSource(str(path)))) is not None
