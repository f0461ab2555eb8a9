"""Tables in the terminal: whatever the text, it stays text and in its column."""

from __future__ import annotations

import io
from typing import Any

from rich.cells import cell_len
from rich.console import Console, RenderableType

from recurra.views import evaluation_table, evaluation_text, predictions_table


def printed(table: RenderableType, width: int = 60) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_predictions_stand_beside_their_sources() -> None:
    lines = printed(predictions_table([("vendredi 3 mai 1998", "1998-05-03"), ("2005年11月2日", "2005-11-02")]))
    first = next(line for line in lines if "vendredi" in line)
    second = next(line for line in lines if "2005年" in line)
    assert first.split() == ["vendredi", "3", "mai", "1998", "1998-05-03"]
    assert cell_len(first[: first.index("1998-05")]) == cell_len(second[: second.index("2005-11")])


def test_text_is_neither_markup_nor_control_nor_cut() -> None:
    text = "[red]a[/red] :smile: \x1b[31m\u200b" + "long" * 30
    shown = "".join(line.split("  ")[0].strip() for line in printed(predictions_table([(text, "")]))[3:])
    assert shown.replace(" ", "").startswith("[red]a[/red]:smile:<U+001B>[31m<U+200B>long")
    assert shown.count("long") == 30


def test_right_to_left_text_is_isolated() -> None:
    assert any("\u2068يوم 3\u2069" in line for line in printed(predictions_table([("يوم 3", "x")])))


def test_an_evaluation_says_what_it_measured_on_what_and_how_sure_it_is() -> None:
    measures = {
        "exact_match": {"value": 97.123, "low": 96.0, "high": 98.0, "definition": "share of equal outputs"},
        "bleu": {"value": 33.0, "low": 32.0, "high": 34.0, "definition": "corpus BLEU", "signature": "nrefs:1|v:2"},
        "perplexity": {"value": None, "low": 1.5, "high": None, "definition": "exp of it"},
        "new_measure": {"value": 1234.5, "low": 1.0, "high": 2.0},
    }
    lines = printed(evaluation_table({"count": 1, "measures": measures}))
    rows = [line.split() for line in lines]
    assert "1 pair" in lines[1]
    assert ["exact", "match", "97.12", "%", "96.00", "to", "98.00"] in rows
    assert ["perplexity", "∞", "1.50", "to", "∞"] in rows
    assert ["new_measure", "1,234.50", "1.00", "to", "2.00"] in rows
    assert "BLEU: nrefs:1|v:2" in lines
    assert "exact match: share of equal outputs" in lines


def test_columns_that_are_left_out_are_counted() -> None:
    columns = [{"column": f"c{k}", "mae": 1.0, "naive": 2.0, "mase": 0.5} for k in range(43)]
    evaluation: Any = {"count": 9, "measures": {}, "counted": "windows", "columns": columns}
    text = evaluation_text(evaluation)
    assert "c39: MAE" in text
    assert "c40" not in text
    assert text.endswith("... and 3 more (all of them with --json)")
    evaluation["columns"] = columns[:40]
    assert "more" not in evaluation_text(evaluation)
