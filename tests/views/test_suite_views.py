"""A suite as table, picture and page: all of them say what the record says."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from recurra.views import suite_page, suite_svg, suite_text
from recurra.views.suite_records import SuiteRecord


def run(*right: float | None, longer: float | None) -> dict[str, Any]:
    return {"seed": 1, "rate": 0.01, "failed": "", "steps": 1200, "seconds": 3.0, "parameters": 900,
            "right": list(right), "longer": longer}  # fmt: skip


def cell(problem: str, network: str, can: bool, verdict: str, *runs: dict[str, Any]) -> dict[str, Any]:
    best = max(range(len(runs)), key=lambda k: runs[k]["longer"]) if runs else None
    return {"problem": problem, "network": network, "can": can, "why": "<because>", "source": "A & B",
            "verdict": verdict, "best": best, "runs": list(runs)}  # fmt: skip


@pytest.fixture
def record() -> SuiteRecord:
    return {
        "suite": "letters", "about": "which <network> can do what", "ranges": [[1, 10], [11, 20]], "tested": 5,
        "tries": [[0.01, 1], [0.03, 1]], "solved": 99.0,
        "problems": [
            {"name": "even-pairs", "title": "even pairs", "about": "x", "shown": ["ab", "no"], "chance": 50.0,
             "measure": "accuracy"},
            {"name": "dyck-2", "title": "dyck-2", "about": "x", "shown": ["(", "round"], "chance": 50.0,
             "measure": "accuracy"},
        ],
        "networks": [{"name": "gru", "cell": "gru", "attention": False},
                     {"name": "gru, attention", "cell": "gru", "attention": True}],
        "cells": [
            cell("even-pairs", "gru", True, "solved", run(100.0, 60.0, longer=60.0), run(100.0, 99.6, longer=99.6)),
            cell("even-pairs", "gru, attention", True, "chance", run(80.0, 51.0, longer=51.0)),
            cell("dyck-2", "gru", False, "more than chance", run(90.0, 75.0, longer=75.0)),
            cell("dyck-2", "gru, attention", True, "not tried"),
        ],
    }  # type: ignore[return-value]  # fmt: skip


def test_the_table_has_short_and_longer_inputs_and_what_theory_says(record: SuiteRecord) -> None:
    text = suite_text(record)
    rows = {line.split("  ")[0].strip(): line for line in text.splitlines()}
    assert re.search(r"100 100 \+ +90  75 -", rows["gru"])
    assert re.search(r"80  51 \+!$", rows["gru, attention"])
    assert "inputs of 1 to 10 units, the lengths that were trained on, and of 11 to 20" in text
    assert "! even pairs: some weights solve it (<because>; A & B), measured: gru with attention 51 %" in text
    assert text.count("<because>") == 1  # only where measurement and theory part


def test_the_picture_is_xml_with_a_frame_where_theory_says_it_can(record: SuiteRecord) -> None:
    root = ElementTree.fromstring(suite_svg(record))
    rects = [one.get("class") for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert rects.count("can") == 3
    assert rects.count("right") == 2 * 4
    shades = [float(one.get("fill-opacity") or 0) for one in root.iter() if one.get("class") == "right"]
    assert shades[:2] == [1.0, pytest.approx(0.992)]  # 99.6 %: from chance to all right
    titles = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == "letters: which <network> can do what"
    assert "gru, even-pairs: theory says it can (<because>); 1-10 units 100.0 %, 11-20 units 99.6 %" in titles
    assert "gru, attention, dyck-2: theory says it can (<because>); not tried" in titles
    assert [one.text for one in root.iter() if one.get("class") == "parts"] == ["!", "!"]  # one, and the legend


def test_a_picture_alone_has_colours_for_the_dark_and_one_in_a_page_those_of_the_page(record: SuiteRecord) -> None:
    assert "prefers-color-scheme: dark" in suite_svg(record)
    assert "prefers-color-scheme" not in suite_svg(record, alone=False)


@pytest.mark.parametrize("narrow", [False, True])
def test_all_problems_fit_into_the_picture(record: SuiteRecord, narrow: bool) -> None:
    """On a narrow screen three stand beside each other, with all networks, and the others below them."""
    problems = record["problems"]
    for k in range(3):
        problems.append({**problems[0], "name": f"more-{k}", "title": f"more {k}"})
        record["cells"] += [{**one, "problem": f"more-{k}"} for one in record["cells"][:2]]
    root = ElementTree.fromstring(suite_svg(record, narrow=narrow))
    width, height = map(float, (root.get("viewBox") or "").split()[2:])
    assert width <= 368 if narrow else width > 600  # of a page 400 pixels wide
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert all(0 <= float(one.get("x") or -1) < width and float(one.get("y") or 0) < height for one in texts)
    shown = [one.text for one in texts]
    assert shown.count("gru") == (2 if narrow else 1)
    assert all(shown.count(f"{k}") == 1 for k in range(3))
    titles = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert len(titles) == len(problems) * len(record["networks"])


def test_a_page_shows_one_of_both_pictures(record: SuiteRecord) -> None:
    page = suite_page(record)
    assert page.count('<svg class="suite"') == page.count('<svg class="suite narrow"') == 1
    assert "@media (max-width: 700px)" in page


def test_the_page_has_every_run_and_every_claim(record: SuiteRecord) -> None:
    page = suite_page(record)
    assert "<td><bdi>99.6</bdi></td>" in page
    assert "<td><bdi>60.0</bdi></td>" in page  # also the run that does not count
    assert "<because>" not in page
    assert "&lt;because&gt;" in page
    assert "A &amp; B" in page
    assert "gru, gru with attention" in page  # of whom the same is said
