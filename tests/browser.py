"""What the tests of pages ask of a page in the browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
WIDTHS = {"wide": 1400, "narrow": 400}


def violations(page: Any) -> list[str]:
    """What axe finds wrong with a page as it is now, a line for each kind."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:150] for node in one['nodes'][:3]]}" for one in found]


def overflow(page: Any) -> int:
    """By how many pixels the page is wider than its window, once its drawings have followed a new width."""
    for _ in range(20):
        found = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found <= 0:
            break
        page.wait_for_timeout(100)
    return found


def tabs(page: Any) -> list[str]:
    """The views that have a tab."""
    return page.locator("[role=tab]").evaluate_all("nodes => nodes.map(node => node.id.slice(4))")


@contextmanager
def started_chromium() -> Iterator[Any]:
    """The browser of the system; skips the test where there is none."""
    import pytest

    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
