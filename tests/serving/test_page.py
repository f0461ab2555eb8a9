"""The page of the server in Chromium: for every task what is typed is answered as the API answers, and traced."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser import WIDTHS, overflow, tabs, violations
from served_page import STORED, Served, running

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")
pytestmark = pytest.mark.slow

TASKS = ["translate", "chat", "caption", "classify", "regress", "tag", "language-model", "forecast"]
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("models")
    for task in TASKS:
        shutil.copytree(STORED / f"{task}-2" / "model", folder / task)
    with running([folder / task for task in TASKS]) as found:
        yield found


@pytest.fixture
def opened(chromium: Any, served: Served) -> Iterator[Opened]:
    """Opens the page at a hash; afterwards there was no error in the console and no request elsewhere."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(hash: str = "", *, width: int = 1400, dark: bool = False, **more: Any) -> Any:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        own = (served.address, "data:", "blob:")
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(f"request: {asked.url}"))
        page.goto(f"{served.address}/{hash}")
        answered(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def answered(page: Any) -> None:
    """Waits until what was asked is answered and drawn."""
    page.wait_for_selector(".bench")
    page.wait_for_timeout(250)  # what was typed is asked a moment later
    page.wait_for_selector(".bench[aria-busy]", state="detached")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_opens_with_an_example_that_is_answered(opened: Opened, task: str) -> None:
    page = opened(f"#model={task}")
    assert page.locator(".answer").inner_text().strip()
    assert tabs(page)
    for width, scheme in ((WIDTHS["wide"], "light"), (WIDTHS["narrow"], "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert overflow(page) <= 0
        assert violations(page) == []


def test_what_is_typed_is_answered_as_the_api_answers(opened: Opened, served: Served) -> None:
    page = opened("#model=translate")
    page.get_by_label("Text", exact=True).fill("blue red")
    answered(page)
    [answer] = served.ask("/v1/predict", {"model": "translate", "inputs": ["blue red"]})["answers"]
    assert answer["text"] in page.locator(".answer").inner_text()
    assert "input=blue+red" in page.url
