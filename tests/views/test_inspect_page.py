"""The page to look inside: what stands in it, for every task, at every width, in light and dark, with keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser import WIDTHS, overflow, tabs, violations
from sample_traces import INPUTS, image, made, real

from recurra.tracing import Trace
from recurra.views import inspect_page

Opened = Callable[..., Any]
ODD = [*"שלום", "e\u0301", "\u0301", "👨\u200d👩\u200d👧", " ", "\t", "\u200b", "</script><b>", "x" * 300, "<EOS>"]


def page_of(*traces: Trace) -> str:
    return "".join(inspect_page(traces if len(traces) > 1 else traces[0]))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("task", INPUTS)
def test_every_view_of_every_task(browser_page: Opened, task: str, width: int, dark: bool) -> None:
    page = browser_page(page_of(real(task)), width=width, dark=dark)
    for id in tabs(page) or [""]:
        if id:
            page.locator(f"#tab-{id}").click()
            assert page.locator(f"#view-{id}").inner_text()
        assert overflow(page) <= 0
        assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(
    "trace",
    [
        made(ODD, ODD[::-1]),
        made([*"abcd", "<EOS>"], ["<EOS>"]),
        made(["word"] * 200, list("b" * 200)),
        made(["1.1"] * 6, ["a", "b"], picture=image()),
    ],
    ids=["odd", "short", "long", "picture"],
)
def test_odd_texts_stay_within_the_page(browser_page: Opened, trace: Trace, width: int) -> None:
    page = browser_page(page_of(trace), width=width)
    for id in tabs(page):
        page.locator(f"#tab-{id}").click()
        assert overflow(page) <= 0
        assert violations(page) == []
