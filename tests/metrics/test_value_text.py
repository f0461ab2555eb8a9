"""Values of measures as they are read: none that is not 0 looks like it, and none is a row of thirty digits."""

from __future__ import annotations

import math

import pytest

from recurra.metrics import value_text
from recurra.views.comparison import comparison_text
from recurra.views.measures import measure_rows


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("mae", 4.2366e-14, "4.237e-14"),
        ("mae", 0.00123456, "0.001235"),
        ("mae", 0.36789, "0.3679"),
        ("rmse", 12.3456, "12.35"),
        ("rmse", 5_004_735.12, "5,004,735"),
        ("mae", 1.234567e18, "1.235e+18"),
        ("mae", 0.0, "0.00"),
        ("mae", -0.5, "-0.5"),
        ("accuracy", 12.345, "12.35"),
        ("accuracy", 0.01234, "0.0123"),
        ("relative_mae", 0.98765, "0.988"),
        ("perplexity", 3e40, "3e+40"),
        ("perplexity", None, "∞"),
        ("perplexity", math.inf, "∞"),
    ],
)
def test_digits(name: str, value: float | None, text: str) -> None:
    assert value_text(name, value) == text


def test_tables_show_small_errors() -> None:
    one = {"value": 3.5e-9, "low": 2.5e-9, "high": 4.5e-9}
    assert measure_rows({"measures": {"mae": one}})[0][1:3] == ("3.5e-09", "2.5e-09 to 4.5e-09")
    variant = {"mean": 0.0042, "deviation": 0.00011, "parameters": 10, "seconds": 1.0, "learned_per_second": 1.0,
               "answered_per_second": 1.0, "by_length": [0.0031, 0.0053]}  # fmt: skip
    shown = comparison_text({
        "measure": "mae", "definition": "mean absolute error", "seeds": 2, "examples": 40, "counted": "examples",
        "measured_on": "x.csv", "unit": "steps", "differences": [], "level": 0.05, "notes": [],
        "lengths": [{"from": 1, "to": 4, "examples": 20}, {"from": 5, "to": 8, "examples": 20}],
        "variants": [{"name": "lstm", **variant}],
    })  # fmt: skip
    for text in ("0.0042", "0.00011", "0.0031", "0.0053"):
        assert text in shown
