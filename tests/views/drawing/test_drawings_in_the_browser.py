"""Drawings as Chromium shows them: texts beside each other, inside the drawing, and seen on light and dark."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from browser import violations

from recurra.views.drawing.style import COLOURS

DRAWINGS = Path(__file__).parents[3] / "docs" / "_static" / "drawings"
MEASURE = """() => [...document.querySelectorAll('svg')].map(svg => {
    const outer = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].filter(text => text.textContent).map(text => {
        const box = text.getBoundingClientRect();
        return {text: text.textContent, left: box.left, right: box.right, top: box.top, bottom: box.bottom};
    });
    return {title: svg.querySelector('title').textContent, outer: {left: outer.left, right: outer.right,
        top: outer.top, bottom: outer.bottom}, boxes};
})"""
WORDS = ("ink", "quiet", "input", "hidden", "cell", "gate")  # roles that texts have
TINT = 0.13  # of a role over paper, in a box
EDGE = 3.0  # pixels: the box of a text has room above and below its letters


def page_of(folder: Path) -> str:
    drawings = "\n".join(f"<p>{path.read_text('utf-8')}</p>" for path in sorted(folder.glob("*.svg")))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>drawings</title></head><body><main><h1>drawings</h1>{drawings}</main></body></html>"
    )


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    across = one["left"] < other["right"] - 1 and other["left"] < one["right"] - 1
    return across and one["top"] + EDGE < other["bottom"] - EDGE and other["top"] + EDGE < one["bottom"] - EDGE


def test_texts_lie_beside_each_other_and_inside(browser_page: Callable[..., Any]) -> None:
    page = browser_page(page_of(DRAWINGS), width=3000)
    drawings = page.evaluate(MEASURE)
    assert len(drawings) == len(list(DRAWINGS.glob("*.svg")))
    for drawing in drawings:
        boxes, outer = drawing["boxes"], drawing["outer"]
        assert boxes
        assert [(a["text"], b["text"]) for a, b in combinations(boxes, 2) if overlap(a, b)] == [], drawing["title"]
        for box in boxes:
            assert outer["left"] <= box["left"], box
            assert box["right"] <= outer["right"], box
            assert outer["top"] <= box["top"] + EDGE, box
            assert box["bottom"] - EDGE <= outer["bottom"], box


def test_nothing_is_wrong_for_screen_readers(browser_page: Callable[..., Any]) -> None:
    page = browser_page(page_of(DRAWINGS))
    assert violations(page) == []
    names = page.locator("svg").evaluate_all(
        "all => all.map(svg => [svg.getAttribute('role'), svg.firstElementChild.tagName])"
    )
    assert names == [["img", "title"]] * len(names)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_follow_light_and_dark_and_the_page(browser_page: Callable[..., Any], dark: bool) -> None:
    text = page_of(DRAWINGS)
    colour = "all => getComputedStyle(all[0]).stroke"
    page = browser_page(text, dark=dark)
    assert page.locator(".line-hidden").evaluate_all(colour) == rgb(COLOURS["hidden"][dark])
    chosen = browser_page(text.replace("<body>", '<body style="--recurra-hidden: rgb(1, 2, 3)">'), dark=dark)
    assert chosen.locator(".line-hidden").evaluate_all(colour) == "rgb(1, 2, 3)"


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*channels(colour))


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: tuple[float, ...]) -> float:
    linear = [one / 255 / 12.92 if one <= 10 else ((one / 255 + 0.055) / 1.055) ** 2.4 for one in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [0, 1])
@pytest.mark.parametrize("role", WORDS)
def test_texts_can_be_read(role: str, dark: int) -> None:
    """A contrast of 4.5 (WCAG 2 AA) on the page, on a panel, and for words within boxes also on their tints."""
    colour = channels(COLOURS[role][dark])
    grounds = [channels(COLOURS[ground][dark]) for ground in ("paper", "panel")]
    for tint in WORDS if role in ("ink", "quiet") else ():
        over = zip(channels(COLOURS[tint][dark]), channels(COLOURS["paper"][dark]), strict=True)
        grounds.append(tuple(TINT * one + (1 - TINT) * other for one, other in over))  # type: ignore[arg-type]
    assert min(contrast(colour, ground) for ground in grounds) >= 4.5
