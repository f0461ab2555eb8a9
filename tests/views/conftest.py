"""A page in Chromium, and what it must never do: write an error to the console, or ask for anything elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def browser_page(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the text of a page, as saved in a file; afterwards there was no error and no request elsewhere.

    What it takes: the text, `hash` of the address, `width` of the window, `dark`, and more for playwright's context.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(text: str, hash: str = "", *, width: int = 1400, dark: bool = False, **more: Any) -> Any:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(text, encoding="utf-8")
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda request: wrong.append(f"request: {request.url}") if elsewhere(request.url) else None)
        page.goto(file.as_uri() + hash)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def elsewhere(address: str) -> bool:
    """Whether an address is neither a file nor inside the page."""
    return not address.startswith(("file:", "data:", "blob:"))
