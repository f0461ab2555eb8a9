"""A comparison in the terminal, as text and as HTML: the same figures in all of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from test_flow_views import flow, layer

from recurra.views import comparison_html, comparison_page, comparison_text
from recurra.views.comparison import bars, better_than, ranges, short


def variant(name: str, mean: float, by_length: list[float]) -> dict[str, Any]:
    return {
        "name": name, "settings": {}, "failed": [], "mean": mean, "deviation": 0.5, "values": [mean, mean],
        "parameters": 1_234_567, "seconds": 12.3, "steps": 100.0, "learned_per_second": 1234.5,
        "answered_per_second": 99.4, "by_length": by_length,
    }  # fmt: skip


@pytest.fixture
def comparison() -> dict[str, Any]:
    failed = {"name": "elman", "settings": {}, "failed": ["training diverged"]}
    return {
        "task": "translate", "measure": "exact_match", "definition": "share of outputs that are right",
        "higher_is_better": True, "seeds": 2, "examples": 300, "counted": "pairs", "measured_on": "test data",
        "variants": [variant("lstm, dot", 97.5, [99.0, 96.0]), variant("<b>lstm</b>", 60.0, [98.0, 22.0]), failed],
        "lengths": [{"from": 1, "to": 5, "examples": 150}, {"from": 6, "to": 6, "examples": 150}], "unit": "units",
        "differences": [{"better": "lstm, dot", "worse": "<b>lstm</b>", "difference": 37.5, "error": 2.0, "p": 0.001,
                         "significant": True}],
        "level": 0.05, "notes": ["elman: 2 of 2 runs failed: training diverged"],
    }  # fmt: skip


def test_the_text(comparison: dict[str, Any]) -> None:
    text = comparison_text(comparison)
    lines = [re.sub(r" +", " ", line).strip() for line in text.splitlines()]
    assert "1 lstm, dot 97.50 0.50 2 1.23M 12 s 1,234 99" in lines
    assert "2 <b>lstm</b> 60.00 0.50 1.23M 12 s 1,234 99" in lines
    assert "3 elman failed" in lines
    assert "1 lstm, dot 99.0 96.0 ██" in lines
    assert "2 <b>lstm</b> 98.0 22.0 █▃" in lines
    assert "examples 150 150" in lines
    assert "1-5" in text
    assert "p < 0.05" in text
    assert "Mean over 2 seeds on 300 pairs of test data." in text
    assert "elman: 2 of 2 runs failed" in text


def test_html_says_the_same_and_executes_nothing(comparison: dict[str, Any]) -> None:
    html = comparison_html(comparison)
    assert "&lt;b&gt;lstm&lt;/b&gt;" in html
    assert "<b>lstm" not in html
    for piece in ("97.50", "0.50", "1.23M", "██", "1-5", "failed", "parameters", "training diverged"):
        assert piece in html
    assert html.count("<table") == html.count("</table>") == 2


def test_without_lengths_there_is_one_table(comparison: dict[str, Any]) -> None:
    assert comparison_html({**comparison, "lengths": []}).count("<table") == 1


@pytest.fixture
def with_flows(comparison: dict[str, Any]) -> dict[str, Any]:
    """The same with the gradient flow of its first two variants."""
    lost, kept = flow("lstm, dot", layer("0", 0.5)), flow("<b>lstm</b>", layer("0", 0.99))
    for row, found in zip(comparison["variants"], (lost, kept), strict=False):
        row["gradients"] = found.to_mapping()
    return comparison


def test_gradient_flow_stands_beside_the_measure(with_flows: dict[str, Any]) -> None:
    lines = [re.sub(r" +", " ", line).strip() for line in comparison_text(with_flows).splitlines()]
    assert "1 lstm, dot 97.50 vanishing from 12 1.4 steps 3e-18 at 59 0.50" in lines
    assert "2 <b>lstm</b> 60.00 vanishing from 12 99 steps 56 % at 59 0.99" in lines
    assert any("signal left in the lowest layer" in line for line in lines)
    html = comparison_html(with_flows)
    assert html.count("<table") == html.count("</table>") == 3
    assert html.count("<svg") == 1 + 2  # a chart, and a key for each line
    assert "<b>lstm" not in html


def test_the_page_says_all_about_gradient_flow(comparison: dict[str, Any], with_flows: dict[str, Any]) -> None:
    page = comparison_page(with_flows)
    assert "<title>translate: lstm, dot, &lt;b&gt;lstm&lt;/b&gt;, elman</title>" in page
    assert "change &amp; be &lt;well&gt;" in page  # the advice
    assert "<b>lstm" not in page
    for row in comparison["variants"]:
        row.pop("gradients", None)
    assert "radient flow" not in comparison_page(comparison)


def test_only_what_is_sure_is_said(comparison: dict[str, Any]) -> None:
    assert better_than(comparison, "lstm, dot") == "2"
    assert better_than(comparison, "<b>lstm</b>") == ""
    comparison["differences"][0]["significant"] = False
    assert better_than(comparison, "lstm, dot") == ""


def test_small_parts() -> None:
    assert ranges([2, 4, 5, 6, 9]) == ["2", "4-6", "9"]
    assert ranges([]) == []
    assert [short(number) for number in (980, 6572, 421_650, 1_234_567)] == ["980", "6.57k", "422k", "1.23M"]
    assert bars([0.0, 50.0, 100.0, 150.0], 100.0) == "▁▅██"
