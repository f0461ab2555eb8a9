"""A model knows the columns that it was trained on: other tables of the same form are read without a word.

They may stand in another order, and beside other columns; other columns are read where one says so; and a table that
lacks one is refused, by predict and by evaluate, on the command line and in Python.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.cli import run
from recurra.errors import DataError, UsageError

WORDS = ["red", "green", "blue", "dark", "light"]
TEXTS = [(f"{one} {other}", f"{other} {one}", str(k % 2)) for k, one in enumerate(WORDS) for other in WORDS]
SMALL = {"model.width": 8, "model.layers": 1}


def table(names: str, rows: list[tuple[Any, ...]], separator: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows([names.split(), *rows])
    return text.getvalue()


def json_lines(names: str, rows: list[tuple[Any, ...]], separator: str = "") -> str:
    return "".join(json.dumps(dict(zip(names.split(), row, strict=True))) + "\n" for row in rows)


@dataclass(frozen=True)
class Case:
    """A table with the columns a, b, c, and how it is read.

    Args:
        columns: as they are named in training.
        other: another column that can be read instead of the source's, under this name in a second table.
    """

    ending: str
    rows: list[tuple[Any, ...]]
    columns: Mapping[str, str]
    task: str = "translate"
    settings: Mapping[str, object] | None = None
    source: str = "a"
    target: str = "b"

    def text(self, names: str, order: str) -> str:
        """The table with its columns in another order, under other names."""
        rows = [tuple(row["abc".index(one)] for one in order) for row in self.rows]
        write = json_lines if self.ending == ".jsonl" else table
        return write(names, rows, "," if self.ending == ".csv" else "\t")


PAIR = {"source_column": "a", "target_column": "b"}
NUMBERS = [(k % 7 / 2, "even" if k % 2 else "odd", k % 3 + 0.25) for k in range(40)]
STEPS = [(f"2024-{1 + k // 28:02}-{1 + k % 28:02}", float(k * k % 17), f"s{k // 30}") for k in range(60)]
FORECAST = {"data.window": 6, "model.horizon": 2}
CASES = {
    "csv": Case(".csv", TEXTS, PAIR),
    "tsv": Case(".tsv", TEXTS, PAIR),
    "jsonl": Case(".jsonl", TEXTS, PAIR),
    "two columns": Case(".csv", TEXTS, {"source_column": "a,c", "target_column": "b"}),
    "labels": Case(".csv", TEXTS, {"source_column": "a", "target_column": "c"}, "classify", target="c"),
    "labels of vectors": Case(".csv", NUMBERS, {"target_column": "b"}, "classify"),
    "vectors of objects": Case(".jsonl", NUMBERS, {"target_column": "b"}, "classify"),
    "series": Case(
        ".csv",
        STEPS,
        {"time_column": "a", "source_column": "c", "target_column": "b"},
        "forecast",
        FORECAST,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(tmp_path)
    found = CASES[request.param]
    Path(f"train{found.ending}").write_text(found.text("a b c", "abc"), encoding="utf-8")
    recurra.train(
        f"train{found.ending}",
        task=found.task,
        to="m",
        epochs=1,
        settings={**SMALL, **(found.settings or {})},
        progress=False,
        **found.columns,
    )
    return found


def test_another_table_of_the_same_columns_needs_no_word(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    model = recurra.load("m")
    assert {name: model.columns[name] for name in case.columns} == dict(case.columns)
    same, turned, lacks = (f"{name}{case.ending}" for name in ("same", "turned", "lacks"))
    Path(same).write_text(case.text("a b c", "abc"), encoding="utf-8")
    Path(turned).write_text(case.text("c b a", "cba"), encoding="utf-8")
    Path(lacks).write_text(case.text("x y z", "abc"), encoding="utf-8")
    expected = [answer.text for answer in model.predict_iter(model.read(same))]
    assert [answer.text for answer in model.predict_iter(model.read(turned))] == expected
    measures = model.evaluate(same).measures
    assert {name: one.value for name, one in model.evaluate(turned).measures.items()} == pytest.approx(
        {name: one.value for name, one in measures.items()}
    )
    for ask in (lambda: list(model.predict_iter(model.read(lacks))), lambda: model.evaluate(lacks)):
        with pytest.raises(DataError, match=r"no column|no key|expected .* columns|expected .* numbers"):
            ask()
    capsys.readouterr()
    printed = []
    for path in (same, turned):
        assert run(["predict", "m", path]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != ""
    assert run(["evaluate", "m", turned, "--json"]) == 0
    assert run(["predict", "m", lacks]) == 1
    assert run(["evaluate", "m", lacks]) == 1
    assert lacks in capsys.readouterr().err


def test_other_columns_are_read_where_one_says_so(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    if "source_column" not in case.columns:
        pytest.skip("the numbers are read by their names")
    model = recurra.load("m")
    same, other = (f"{name}{case.ending}" for name in ("same", "other"))
    Path(same).write_text(case.text("a b c", "abc"), encoding="utf-8")
    Path(other).write_text(case.text("x y z", "abc"), encoding="utf-8")
    renamed = {
        name: value.translate(str.maketrans("abc", "xyz"))
        for name, value in case.columns.items()
        if case.task != "forecast" or name != "target_column"
    }
    if case.task == "forecast":
        Path(other).write_text(case.text("x b z", "abc"), encoding="utf-8")
    inputs = {name: value for name, value in renamed.items() if name != "target_column"}
    expected = [answer.text for answer in model.predict_iter(model.read(same))]
    assert [answer.text for answer in model.predict_iter(model.read(other, **inputs))] == expected
    assert model.evaluate(other, **renamed).count == model.evaluate(same).count
    options = [text for name, value in renamed.items() for text in (f"--{name.replace('_', '-')}", value)]
    assert run(["evaluate", "m", other, *options, "--json"]) == 0
    inputs_said = [text for name, value in inputs.items() for text in (f"--{name.replace('_', '-')}", value)]
    assert run(["predict", "m", other, *inputs_said]) == 0
    assert capsys.readouterr().out != ""


def test_numbers_of_a_table_are_found_in_json_lines(tmp_path: Path) -> None:
    rows = [(k % 7 / 2, k % 3 + 0.25, k % 7 - k % 3) for k in range(40)]
    files = [tmp_path / name for name in ("x.csv", "x.jsonl")]
    for path, write in zip(files, (table, json_lines), strict=True):
        path.write_text(write("a b c", rows, ","))
    settings, columns = {"model.width": 8}, {"target_column": "c"}
    model = recurra.train(
        files[0], task="regress", to=tmp_path / "m", epochs=1, settings=settings, progress=False, **columns
    )
    measures = [{name: one.value for name, one in model.evaluate(path).measures.items()} for path in files]
    assert measures[0] == measures[1]
    answers = [[one.text for one in model.predict_iter(model.read(path))] for path in files]
    assert answers[0] == answers[1] != []


def test_mappings_and_frames_are_measured_by_the_same_columns(tmp_path: Path) -> None:
    import pandas

    rows = [{"a": a, "b": b, "c": c} for a, b, c in TEXTS]
    frame = pandas.DataFrame(rows)
    model = recurra.train(frame, to=tmp_path / "m", epochs=1, settings=SMALL, task="translate", progress=False, **PAIR)
    assert model.columns == PAIR == recurra.load(tmp_path / "m").columns
    opened = recurra.load(tmp_path / "m")
    assert opened.evaluate(frame[["c", "b", "a"]]).count == opened.evaluate(rows).count == len(rows)
    with pytest.raises(DataError, match="no column 'b'"):
        opened.evaluate(frame[["a", "c"]])


def test_a_run_is_resumed_with_the_data_it_was_started_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, count in (("one.tsv", 25), ("two.tsv", 20)):
        Path(name).write_text("".join(f"{a}\t{b}\n" for a, b, _ in TEXTS[:count]), encoding="utf-8")
    recurra.train("one.tsv", to="m", epochs=1, settings=SMALL, task="translate", progress=False)
    with pytest.raises(recurra.errors.RunError, match=r"started with: one.tsv .*; these are two.tsv"):
        recurra.train("two.tsv", to="m", epochs=2, settings=SMALL, resume=True, progress=False)


@pytest.mark.parametrize(("task", "other"), [("language-model", "a b\nc d\n"), ("chat", "a b\nc d\n\ne f\ng h\n")])
def test_a_form_without_columns_needs_none_though_the_model_remembers_one(
    task: str, other: str, tmp_path: Path
) -> None:
    table, text = tmp_path / "table.csv", tmp_path / "other.txt"
    table.write_text("said,answered\n" + "".join(f"w{k} w{k % 7},v{k}\n" for k in range(60)))
    text.write_text(other)
    columns = {"source_column": "said", **({"target_column": "answered"} if task == "chat" else {})}
    model = recurra.train(
        table, task=task, to=tmp_path / "m", epochs=1, settings={"model.width": 8}, progress=False, **columns
    )
    given: Any = [turns.splitlines() for turns in other.split("\n\n")] if task == "chat" else other.splitlines()
    assert model.evaluate(text).count == model.evaluate(given).count == 2
    with pytest.raises(UsageError, match=r"(have|has) no columns"):
        model.evaluate(text, source_column="said")
