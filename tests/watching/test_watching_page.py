"""The page of runs in Chromium: it grows, goes on over restarts of either side, and says what has come of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import WIDTHS, overflow, violations
from made_runs import events, write_run

if TYPE_CHECKING:
    from conftest import Growing, Serving

Start = Callable[..., "Serving"]
Opened = Callable[..., Any]
# What a browser writes to its console when a server that it asks is not there; all else is a mistake.
GONE = ("net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_CONNECTION_RESET",
        "net::ERR_EMPTY_RESPONSE")  # fmt: skip


@pytest.fixture
def opened(chromium: Any) -> Iterator[Opened]:
    """Opens an address; afterwards there was no error and no request elsewhere."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open(address: str, width: int = 1400, dark: bool = False) -> Any:
        scheme = "dark" if dark else "light"
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: wrong.append(said.text) if not any(one in said.text for one in GONE) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith((address, "data:")) else wrong.append(request.url),
        )
        page.goto(address)
        page.wait_for_selector("article")
        return page

    yield open
    for context in contexts:
        context.close()
    assert not wrong


def last_of(page: Any, chart: int = 0) -> float:
    """The last place of a line of a chart."""
    return page.evaluate(f"JSON.parse(document.querySelectorAll('svg[data-lines]')[{chart}].dataset.lines)[0].x.at(-1)")


def wait(page: Any, said: str) -> None:
    """Until an expression is true; asked from outside, as the policy of the page lets nothing be evaluated in it."""
    for _ in range(150):
        if page.evaluate(said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {said}")


def test_the_charts_grow_in_place(serving: Start, growing: Growing, opened: Opened) -> None:
    page = opened(serving(growing.folder).address)
    page.get_by_text("reading the data and planning").wait_for()
    growing.steps(1, 40)
    wait(page, "document.querySelectorAll('svg[data-lines]').length === 4")
    assert last_of(page) == 40
    page.evaluate("window.kept = document.querySelector('svg[data-lines]'); kept.focus()")
    page.keyboard.press("Home")
    assert "training" in page.locator("figure output").first.inner_text()
    points = page.evaluate("kept.querySelector('polyline').getAttribute('points').length")
    growing.steps(41, 80)
    page.get_by_text("80 of 200 steps").wait_for()
    wait(page, "JSON.parse(kept.dataset.lines)[0].x.at(-1) === 80")
    assert page.evaluate("kept === document.activeElement && kept.isConnected")
    assert page.evaluate("kept.querySelector('polyline').getAttribute('points').length") > points
    assert "at 1" in page.locator("figure output").first.inner_text()  # where the keys had gone
    page.keyboard.press("End")
    assert "at 80" in page.locator("figure output").first.inner_text()


def test_a_run_that_is_resumed_goes_back_and_on(serving: Start, growing: Growing, opened: Opened) -> None:
    growing.steps(1, 40)
    growing.steps(41, 60)
    page = opened(serving(growing.folder).address)
    page.get_by_text("60 of 200 steps").wait_for()
    growing.cut(40)
    growing.steps(41, 44)
    page.get_by_text("44 of 200 steps").wait_for()
    assert last_of(page) == 44
    assert page.locator(".at").inner_text() == "40"


def test_a_server_that_is_started_again_is_found(serving: Start, growing: Growing, opened: Opened) -> None:
    growing.steps(1, 40)
    first = serving(growing.folder)
    page = opened(first.address)
    page.get_by_text("40 of 200 steps").wait_for()
    first.end()
    page.get_by_text("The server is not there.").wait_for()
    assert page.get_by_text("40 of 200 steps").is_visible()  # what was shown stays
    growing.steps(41, 60)
    serving(growing.folder, port=first.port)
    page.get_by_text("60 of 200 steps").wait_for()
    wait(page, "document.querySelector('.connection').textContent === ''")


def test_answers_are_text_and_a_slider_goes_through_them(serving: Start, growing: Growing, opened: Opened) -> None:
    growing.steps(1, 120)
    page = opened(serving(growing.folder).address)
    slider = page.locator("input[type=range]")
    slider.wait_for()
    table = page.locator("table.samples")
    assert page.locator(".at").inner_text() == "120"
    assert "eins" in table.inner_text()
    assert "two <U+202E>" in table.inner_text()
    slider.focus()
    page.keyboard.press("Home")
    assert page.locator(".at").inner_text() == "20"
    assert "<img src=x onerror=alert(1)>" in table.inner_text()
    assert table.locator("img, b").count() == 0
    growing.steps(121, 140)
    page.get_by_text("140 of 200 steps").wait_for()
    assert page.locator(".at").inner_text() == "20"  # who looks back is left where they are
    page.keyboard.press("End")
    assert page.locator(".at").inner_text() == "140"
    growing.steps(141, 160)
    wait(page, "document.querySelector('.at').textContent === '160'")  # who is at the end stays there


def test_what_has_come_of_a_run(serving: Start, growing: Growing, opened: Opened) -> None:
    server = serving(growing.folder)
    page = opened(server.address)
    growing.steps(1, 200)
    measure = {"value": 93.9, "low": 92.5, "high": 95.3, "definition": ""}
    growing.finish({"on": "9 sentences", "count": 9, "measures": {"accuracy": measure}})
    page.get_by_text("The model is finished").wait_for()
    said = page.locator(".outcome").inner_text()
    for text in ("measured on 9 sentences", "93.90 %", str(growing.folder), f"recurra serve {growing.folder}"):
        assert text in said
    assert page.title() == "m: plan complete"
    assert not violations(page)
    server.end()  # as that of --watch does
    page.get_by_text("The training has ended, and its server with it: this page is complete.").wait_for()


def test_an_interrupted_run_says_how_it_goes_on(serving: Start, growing: Growing, opened: Opened) -> None:
    growing.steps(1, 40)
    page = opened(serving(growing.folder).address)
    growing.write({"event": "Finished", "step": 40, "best_step": 40, "reason": "interrupted", "signal": 2})
    page.get_by_text("interrupted after 40 steps: the same command with --resume goes on").wait_for()


def test_a_page_that_is_open_before_the_run_begins(serving: Start, tmp_path: Path, opened: Opened) -> None:
    page = opened(serving(tmp_path / "later").address)
    page.get_by_text("waiting for a run in").wait_for()
    write_run(tmp_path / "later", events(steps=20, validations=2))
    wait(page, "document.querySelectorAll('svg[data-lines]').length === 4")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [*WIDTHS.values(), 700, 1600])
@pytest.mark.parametrize("several", [False, True], ids=["one", "two"])
def test_it_fits_and_axe_finds_nothing(
    serving: Start, growing: Growing, opened: Opened, tmp_path: Path, width: int, dark: bool, several: bool
) -> None:
    growing.steps(1, 120)
    others = [write_run(tmp_path / "other", events(steps=100, norm=lambda done: 2.0))] if several else []
    page = opened(serving(growing.folder, *others).address, width, dark)
    page.locator("svg[data-lines]").first.wait_for()
    assert overflow(page) <= 0
    assert violations(page) == []
    assert page.locator("article").count() == 1 + several
