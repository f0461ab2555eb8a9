"""`recurra evaluate`: a table for people, one object for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from recurra.metrics import Case, ExampleScores, Measure, Share
from recurra.tasks.evaluation import Evaluation

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel

DOCS = Path(__file__).parents[2] / "docs"
EVALUATION = Evaluation(
    1234,
    {
        "sequence_error_rate": Measure(16.04, 14.5, 17.5, "share of outputs that differ"),
        "bleu": Measure(32.5, 31.0, 34.0, "corpus BLEU", "nrefs:1|case:mixed"),
    },
    ["the texts look tokenized"],
)


@pytest.fixture
def measured(model: FakeModel) -> FakeModel:
    model.evaluation = EVALUATION
    return model


def test_json_is_one_object_and_nothing_else(recurra: CommandLine, measured: FakeModel) -> None:
    result = recurra("evaluate", "m", "pairs.tsv", "--json")
    assert result.code == 0
    assert result.out.count("\n") == 1
    assert json.loads(result.out) == EVALUATION.to_mapping()
    assert json.loads(result.out)["measures"]["sequence_error_rate"]["value"] == 16.04
    assert result.err == "recurra: the texts look tokenized\n"


def test_the_table(recurra: CommandLine, measured: FakeModel) -> None:
    result = recurra("evaluate", "m", "pairs.tsv")
    assert result.code == 0
    for text in ("1,234 pairs", "16.04 %", "14.50 to 17.50", "share of outputs that differ", "nrefs:1|case:mixed"):
        assert text in result.out
    assert result.err == "recurra: the texts look tokenized\n"


def test_options_are_passed_on(recurra: CommandLine, measured: FakeModel) -> None:
    line = "evaluate m --source a --target b --beam 3 --set coverage_penalty=0.2 --ensemble n --json"
    assert recurra(*line.split()).code == 0
    files = {
        "target": "b",
        "format": "auto",
        "source_column": None,
        "target_column": None,
        "time_column": None,
        "examples": None,
    }
    assert measured.asked == [["m", "n"], ("a", {**files, "beam": 3, "coverage_penalty": 0.2})]


def test_a_page(recurra: CommandLine, measured: FakeModel, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = recurra("evaluate", "m", "pairs.tsv", "--to", str(page))
    assert result.code == 0
    assert "16.04 %" in result.out
    assert page.read_text(encoding="utf-8").count("<h1>m on pairs.tsv</h1>") == 1


def test_a_page_is_called_one_before_anything_is_computed(recurra: CommandLine, measured: FakeModel) -> None:
    result = recurra("evaluate", "m", "pairs.tsv", "--to", "pairs.tsv")
    assert result.code == 2
    assert "expected a name that ends in .html, got 'pairs.tsv'" in result.err
    assert "--to page.html" in result.err
    assert measured.asked == []


def test_two_models(recurra: CommandLine, measured: FakeModel, tmp_path: Path) -> None:
    share = Share.right([k % 4 > 0 for k in range(40)], "share right")
    scores = ExampleScores([1] * 40, "words", {"exact_match": share}, whole="exact_match")
    cases = [Case(k, f"input {k}", ("right",), "output") for k in range(1, 41)]
    measured.evaluation = replace(EVALUATION, examples=scores, cases=cases)
    page = tmp_path / "page.html"
    result = recurra("evaluate", "new/m", "pairs.tsv", "--versus", "old/m", "--to", str(page))
    assert result.code == 0
    assert "new/m less old/m" in result.out
    assert "exact match: 0.00 (0.00 to 0.00), p 1.000: no significant difference" in result.out
    assert "of 40 pairs, 0 are now right, 0 now wrong, 30 right in both and 10 wrong in both" in result.out
    assert measured.asked[0] == ["new/m"]
    assert measured.asked[2] == ["old/m"]
    assert measured.asked[1] == measured.asked[3]
    assert "<h1>new/m and old/m on pairs.tsv</h1>" in page.read_text(encoding="utf-8")
    found = json.loads(recurra("evaluate", "a", "pairs.tsv", "--versus", "b", "--json").out)
    assert found["versus"]["models"] == ["a", "b"]
    assert found["versus"]["changes"] == {"better": 0, "worse": 0, "wrong": 10, "right": 30}
    schema = json.loads((DOCS / "evaluation.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)


def test_models_without_a_common_measure_cannot_be_compared(recurra: CommandLine, measured: FakeModel) -> None:
    result = recurra("evaluate", "m", "pairs.tsv", "--versus", "n")
    assert result.code == 2
    assert "the two evaluations have no examples in common" in result.err


def test_a_csv_with_named_columns(recurra: CommandLine, measured: FakeModel) -> None:
    recurra("evaluate", "m", "p.csv", "--input-format", "csv", "--source-column", "word", "--target-column", "2")
    files = {
        "target": None,
        "format": "csv",
        "source_column": "word",
        "target_column": "2",
        "time_column": None,
        "examples": None,
    }
    assert measured.asked[1] == ("p.csv", files)
