"""What the tests of pages ask of a page in the browser."""

from __future__ import annotations

from typing import Any

WIDTHS = {"wide": 1400, "narrow": 400}


def violations(page: Any) -> list[str]:
    """What axe finds wrong with a page as it is now, a line for each kind."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:150] for node in one['nodes'][:3]]}" for one in found]


def overflow(page: Any) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def tabs(page: Any) -> list[str]:
    """The views that have a tab."""
    return page.locator("[role=tab]").evaluate_all("nodes => nodes.map(node => node.id.slice(4))")
