"""The views of many examples in Chromium: what is drawn and listed is what the API says, for every task."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import test_page
from browser import WIDTHS, overflow, violations
from examples_files import FILES, write_files
from served_page import STORED, Served, running
from test_page import Opened, answered

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")
pytestmark = pytest.mark.slow

opened = test_page.opened
VIEWS = ("alike", "table", "pattern")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("models")
    write_files(folder)
    for task in FILES:
        shutil.copytree(STORED / f"{task}-2" / "model", folder / task)
    with running(
        [folder / task for task in FILES], [f"{task}={folder / name}" for task, name in FILES.items()]
    ) as found:
        yield found


def drawn(page: Any) -> None:
    """Waits until everything that was asked is there."""
    answered(page)
    page.wait_for_timeout(300)
    page.wait_for_selector("[aria-busy]", state="detached")


def cells(page: Any, row: Any) -> list[str]:
    return [text.strip() for text in row.locator("td").all_inner_texts()]


@pytest.mark.parametrize("task", FILES)
def test_examples_are_drawn_and_the_nearest_are_those_of_the_api(opened: Opened, served: Served, task: str) -> None:
    page = opened(f"#model={task}&tab=alike")
    drawn(page)
    data = {"model": task, "data": FILES[task]}
    states = served.ask("/v1/states", data)
    assert page.locator(".plane .mark-of").count() == len(states["examples"])
    assert page.locator(".plane .own").count() == 1
    assert states["what"] in page.locator(".alike").inner_text()
    given = next(one for one in served.ask("/v1/models")["models"] if one["name"] == task)["examples"][0]
    near = served.ask("/v1/nearest", {**data, "input": given})
    rows = page.locator(".near tbody tr").all()
    assert [cells(page, row)[:2] for row in rows] == [
        [f"{one['distance']:.5f}", f"{one['line']:,}"] for one in near["found"]
    ]
    page.get_by_label("Compare by").select_option("euclid")
    drawn(page)
    near = served.ask("/v1/nearest", {**data, "input": given, "by": "euclid"})
    assert cells(page, page.locator(".near tbody tr").first)[0] == f"{near['found'][0]['distance']:.5f}"


def test_an_example_is_chosen_by_keys_and_by_the_pointer_and_asked_about(opened: Opened, served: Served) -> None:
    page = opened("#model=translate&tab=alike")
    drawn(page)
    states = served.ask("/v1/states", {"model": "translate", "data": "pairs.tsv"})
    order = sorted(states["examples"], key=lambda one: one["point"][0])
    page.locator(".plane-ground").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert order[1]["text"] in page.locator(".chosen-example").inner_text()
    assert order[1]["text"] in page.locator(".plane-ground").get_attribute("aria-valuetext")
    assert f"example={order[1]['line']}" in page.evaluate(
        "new Promise(done => setTimeout(() => done(location.hash), 300))"
    )
    page.get_by_role("button", name="Ask the model about it").click()
    answered(page)
    assert page.get_by_label("Text", exact=True).input_value() == order[1]["text"]
    ring, mark = (page.locator(f".plane {one}").first.bounding_box() for one in (".own", ".held"))
    assert abs(ring["x"] + ring["width"] / 2 - mark["x"] - mark["width"] / 2) < 2  # the input is that example
    page.locator(".plane .mark-of").nth(3).click(force=True)
    assert page.locator(".chosen-example .readout").inner_text().startswith("Line ")


@pytest.mark.parametrize("task", FILES)
def test_the_table_has_the_measures_and_examples_of_the_evaluation(opened: Opened, served: Served, task: str) -> None:
    page = opened(f"#model={task}&tab=table")
    drawn(page)
    found = served.ask("/page/table", {"model": task, "data": FILES[task]})
    assert found["record"] == served.ask("/v1/evaluate", {"model": task, "data": FILES[task]})
    shown = page.locator(".measures").inner_text()
    for name, value, _ in found["measures"]:
        assert name in shown
        assert value in shown
    assert page.locator(".data-table .count").inner_text().startswith(f"{found['total']:,} of {found['total']:,} ")
    first = found["table"]["rows"][0]
    row = cells(page, page.locator("table.rows tbody tr").first)
    assert (row[0], row[1]) == (str(first[0]), first[1].strip())


def test_the_table_is_filtered_sorted_and_asked_about(opened: Opened, served: Served) -> None:
    page = opened("#model=translate&tab=table")
    drawn(page)
    found = served.ask("/page/table", {"model": "translate", "data": "pairs.tsv"})
    rows = found["table"]["rows"]
    wrong = [row for row in rows if row[5][0][1] == 0]
    count, lines = page.locator(".data-table .count"), page.locator("table.rows tbody tr td:first-child")
    page.get_by_role("button", name="wrong").click()
    assert count.inner_text().startswith(f"{len(wrong):,} of ")
    page.get_by_role("button", name="all (").click()
    page.get_by_role("searchbox").fill("bright")
    assert count.inner_text().startswith(f"{sum('bright' in row[1] for row in rows)} of ")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="score").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("score")
    scored = sorted(rows, key=lambda row: (row[5][0][3] is None, row[5][0][3] or 0))
    assert lines.all_inner_texts()[:10] == [str(row[0]) for row in scored[:10]]
    page.get_by_label("Score below").fill("0.5")
    assert count.inner_text().startswith(f"{sum((row[5][0][3] or 1) < 0.5 for row in rows)} of ")
    page.get_by_label("Score below").fill("")
    page.locator("table.rows tbody button").first.click()
    answered(page)
    assert page.get_by_label("Text", exact=True).input_value() == scored[0][1]


def test_a_part_of_the_data_is_shown(opened: Opened, served: Served) -> None:
    page = opened("#model=regress&tab=table")
    drawn(page)
    page.get_by_text("Own examples").click()
    lines = [f"{'red ' * (k % 12 + 1)}blue\t{k % 7}" for k in range(200)]
    page.get_by_label("examples, one a line").fill("\n".join(lines))
    page.get_by_label("examples, one a line").blur()
    drawn(page)
    inputs, targets = zip(*(line.split("\t") for line in lines), strict=True)
    found = served.ask("/page/table", {"model": "regress", "inputs": inputs, "targets": targets})
    part = next(one for one in found["parts"]["slices"] if one["place"][0] >= 0)
    summary = page.locator(".parts summary")
    if page.locator(".parts[open]").count() == 0:
        summary.click()
    page.locator(".parts button").first.click()
    assert page.locator(".data-table .count").inner_text().startswith(f"{part['count']} of 200 ")
    row = page.locator(".parts tbody tr").first.inner_text()
    assert part["value"] in row
    assert part["interval"][0] in row
    assert "part=0.0" in page.evaluate("new Promise(done => setTimeout(() => done(location.hash), 300))")


@pytest.mark.parametrize("task", ["translate", "classify", "language-model"])
def test_a_pattern_is_marked_and_found_as_the_api_finds_it(opened: Opened, served: Served, task: str) -> None:
    page = opened(f"#model={task}&tab=pattern&span=0-0,0")
    drawn(page)
    given = next(one for one in served.ask("/v1/models")["models"] if one["name"] == task)["examples"][0]
    layer = page.locator("#view-pattern .controls select").nth(1).input_value()
    page.get_by_label("also active beside").check()
    drawn(page)
    body = {"model": task, "data": FILES[task], "input": given, "threshold": 0.0, "examples": 300, "count": 12}
    found = served.ask("/v1/pattern", {**body, "span": [0, 1], "alone": False, "layer": layer})
    others = [one for one in found["matches"] if one["number"]]
    said = page.locator(".pattern-matches li .quiet").all_inner_texts()
    assert said == [f"{len(one['units'])} of {len(found['units'])} units; input {one['number']}" for one in others]
    page.locator(".steps-marked button").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".steps-marked [aria-pressed=true]").count() == 2


def test_own_lines_take_the_place_of_a_file(opened: Opened, served: Served) -> None:
    page = opened("#model=classify&tab=table")
    drawn(page)
    page.get_by_text("Own examples").click()
    page.get_by_label("examples, one a line").fill("red blue\tlong\n<b>dark</b>\tshort\n")
    page.get_by_label("examples, one a line").blur()
    drawn(page)
    sent = {"model": "classify", "inputs": ["red blue", "<b>dark</b>"], "targets": ["long", "short"]}
    assert served.ask("/v1/evaluate", sent)["count"] == 2
    assert page.locator(".data-table .count").inner_text().startswith("2 of 2 ")
    assert "<b>dark</b>" in page.locator("table.rows").inner_text()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_everybody_can_read_them(opened: Opened, view: str, width: int, dark: bool) -> None:
    page = opened(f"#model=classify&tab={view}", width=width, dark=dark)
    drawn(page)
    assert overflow(page) <= 0
    assert violations(page) == []
