"""`recurra evaluate`: a table for people, one object for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from recurra.metrics import Measure
from recurra.tasks.evaluation import Evaluation

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel

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
    files = {"target": "b", "format": "auto", "source_column": None, "target_column": None, "time_column": None}
    assert measured.asked == [["m", "n"], ("a", {**files, "beam": 3, "coverage_penalty": 0.2})]


def test_a_csv_with_named_columns(recurra: CommandLine, measured: FakeModel) -> None:
    recurra("evaluate", "m", "p.csv", "--input-format", "csv", "--source-column", "word", "--target-column", "2")
    files = {"target": None, "format": "csv", "source_column": "word", "target_column": "2", "time_column": None}
    assert measured.asked[1] == ("p.csv", files)
