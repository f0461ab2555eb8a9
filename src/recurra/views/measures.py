"""The measures of an evaluation as rows of a table, in words: terminal and page show the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from recurra.metrics import value_text
from recurra.metrics.measure import MeasureRecord
from recurra.text.counted import counted_as
from recurra.views.records import EvaluationRecord

LABELS = {
    "sequence_error_rate": ("sequence error rate", " %"),
    "token_error_rate": ("token error rate", " %"),
    "exact_match": ("exact match", " %"),
    "bleu": ("BLEU", ""),
    "chrf": ("chrF", ""),
    "perplexity": ("perplexity", ""),
    "accuracy": ("accuracy", " %"),
    "span_f1": ("span F1", " %"),
    "sentence_exact": ("whole sentences", " %"),
    "macro_f1": ("macro-F1", " %"),
    "mae": ("MAE", ""),
    "rmse": ("RMSE", ""),
    "r2": ("R2", ""),
    "mase": ("MASE", ""),
    "relative_mae": ("MAE / naive", ""),
    "scaled_error": ("scaled error", ""),
    "coverage": ("coverage", " %"),
    "bits_per_character": ("bits per character", ""),
    "nats": ("nats", ""),
    "nats_per_character": ("nats per character", ""),
    "nats_per_unit": ("nats per unit", ""),
    "recall_at_1": ("recall@1", " %"),
    "distinct_1": ("distinct-1", " %"),
    "distinct_2": ("distinct-2", " %"),
    "same_reply": ("commonest reply", " %"),
}


COLUMNS = ("MAE", "naive MAE", "MASE")  # of a table of columns
MOST_COLUMNS = 40


class MeasureRow(NamedTuple):
    """One measure, ready to be read."""

    name: str
    value: str
    interval: str  # 95 %
    baseline: str  # the value of the baseline; empty where there is none
    definition: str
    signature: str  # sacreBLEU's, or empty


def measure_rows(evaluation: EvaluationRecord) -> list[MeasureRow]:
    """The rows of an evaluation's mapping: {"count": n, "measures": {name: {"value", "low", "high", ...}}}."""
    others: Mapping[str, MeasureRecord] = evaluation["baseline"]["measures"] if "baseline" in evaluation else {}
    return [_row(name, measure, others.get(name)) for name, measure in evaluation["measures"].items()]


def baseline_line(evaluation: EvaluationRecord) -> str:
    """What the baseline is, and whether it is better; empty where there is none."""
    if "baseline" not in evaluation:
        return ""
    found = evaluation["baseline"]
    return f"baseline: {found['name']}" + (", which is better than the model here" if found["better"] else "")


def label_of(name: str) -> tuple[str, str]:
    """A measure in words, and its unit; one that is not in the table is a percentage."""
    return LABELS.get(name, (name.replace("_", " "), " %"))


def count_line(evaluation: EvaluationRecord) -> str:
    """How many outputs were measured: 1,000 pairs, or what else the evaluation says that it counts."""
    return counted_as(evaluation["count"], noun_of(evaluation))


def noun_of(evaluation: EvaluationRecord) -> str:
    """What was counted, in the plural."""
    return evaluation.get("counted", "pairs")


def column_rows(evaluation: EvaluationRecord) -> list[list[str]]:
    """Forecasts of several columns: of each its name, MAE in its own units, that of the naive forecast, and MASE."""
    columns = evaluation.get("columns", ())
    if len(columns) < 2:
        return []
    rows = [
        [one["column"], *map(_error_text, ("mae", "mae", "mase"), (one.get("mae"), one.get("naive"), one["mase"]))]
        for one in columns[:MOST_COLUMNS]
    ]
    left_out = len(columns) - len(rows)
    return [*rows, [f"... and {left_out:,} more (all of them with --json)", "", "", ""]] if left_out else rows


def _error_text(measure: str, value: float | None) -> str:
    return "" if value is None else value_text(measure, value)


def evaluation_text(evaluation: EvaluationRecord) -> str:
    """An evaluation's mapping in a few lines: what was measured, and each value with its interval."""
    rows = measure_rows(evaluation)
    name, value = (max((len(row[k]) for row in rows), default=0) for k in (0, 1))
    lines = [
        f"{row.name:<{name}}  {row.value:>{value}}  ({row.interval})"
        + (f"  baseline {row.baseline}" if row.baseline else "")
        for row in rows
    ]
    lines += filter(None, [baseline_line(evaluation)])
    lines += [
        f"{column}: MAE {mae}, of the naive forecast {naive}, MASE {mase}" if mae else column
        for column, mae, naive, mase in column_rows(evaluation)
    ]
    return "\n  ".join([count_line(evaluation), *lines])


def _row(name: str, measure: MeasureRecord, baseline: MeasureRecord | None) -> MeasureRow:
    label, unit = LABELS.get(name, (name, ""))
    value, low, high = (value_text(name, number) for number in (measure["value"], measure["low"], measure["high"]))
    other = "" if baseline is None else value_text(name, baseline["value"]) + unit
    definition, signature = measure.get("definition", ""), measure.get("signature", "")
    return MeasureRow(label, value + unit, f"{low} to {high}", other, definition, signature)
