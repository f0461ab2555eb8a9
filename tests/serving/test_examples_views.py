"""The views of many examples in Chromium: what is drawn and listed is what the API says, for every task."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_page
from browser import WIDTHS, overflow, violations
from examples_files import FILES, write_files
from safetensors.torch import load_file, save_file
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
    others = [another(folder, task) for task in ("translate", "classify", "regress")]
    with running(
        [*(folder / task for task in FILES), *others], [f"{task}={folder / name}" for task, name in FILES.items()]
    ) as found:
        yield found


def another(folder: Path, task: str) -> Path:
    """A model for the same that answers otherwise: with the weights of the first turned round."""
    path = shutil.copytree(folder / task, folder / f"<b>{task}")
    [file] = path.glob("*.safetensors")
    weights = {name: -tensor if tensor.is_floating_point() else tensor for name, tensor in load_file(file).items()}
    save_file(weights, file)  # without the checksum
    return path


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
    for one in found["measures"]:
        [[value, _]] = one["models"]
        assert one["name"] in shown
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


@pytest.mark.parametrize("task", ["translate", "classify", "regress"])
def test_two_models_have_their_answers_and_differences_side_by_side(opened: Opened, served: Served, task: str) -> None:
    other = f"<b>{task}"
    page = opened(f"#model={task}&model2={other}&tab=table")
    drawn(page)
    found = served.ask("/page/table", {"model": task, "beside": other, "data": FILES[task]})
    alone = [served.ask("/page/table", {"model": one, "data": FILES[task]}) for one in (task, other)]
    rows = found["table"]["rows"]
    for k, one in enumerate(alone):
        assert [row[5][k] for row in rows] == [row[5][0] for row in one["table"]["rows"]]
    measures = page.get_by_role("region", name="measures of both").inner_text()
    for k, one in enumerate(found["measures"]):
        assert one["models"] == [each["measures"][k]["models"][0] for each in alone]
        assert all(value in measures for value, _ in one["models"])
    shown = page.get_by_role("region", name="differences").inner_text()
    assert found["differences"]
    assert all(one["text"] in shown for one in found["differences"])
    assert page.locator(".data-table b:has-text('translate')").count() == 0  # names are text
    heads = page.locator("table.rows thead th").all_inner_texts()
    assert heads[3] == task
    assert any(one.startswith(other) for one in heads)
    if task == "regress":
        return
    said = page.locator(".data-table .changes").inner_text()
    assert said.lower() == f"{found['changes']}.".lower()
    count = page.locator(".data-table .count")
    right = [tuple(model[1] for model in row[5]) for row in rows]
    for name, wanted in (
        (f"only {task} right", (1, 0)),
        (f"only {other} right", (0, 1)),
        ("both wrong", (0, 0)),
        ("both right", (1, 1)),
    ):
        page.get_by_role("button", name=f"{name} ({right.count(wanted)})").click()
        assert count.inner_text().startswith(f"{right.count(wanted)} of {len(rows)} ")
    page.get_by_role("button", name="all (").click()
    page.get_by_role("button", name=other, exact=True).click()  # sorted by the answers of the other one
    answers = page.locator("table.rows tbody tr").evaluate_all("rows => rows.map((row) => row.children[5].innerText)")
    assert answers == sorted(answers) or task == "translate"
    assert violations(page) == []


def test_parts_say_where_two_models_differ(opened: Opened, served: Served) -> None:
    page = opened("#model=regress&model2=<b>regress&tab=table")
    drawn(page)
    lines = [f"{'red ' * (k % 12 + 1)}blue\t{k % 7}" for k in range(200)]
    page.get_by_text("Own examples").click()
    page.get_by_label("examples, one a line").fill("\n".join(lines))
    page.get_by_label("examples, one a line").blur()
    drawn(page)
    inputs, targets = zip(*(line.split("\t") for line in lines), strict=True)
    body = {"model": "regress", "beside": "<b>regress", "inputs": inputs, "targets": targets}
    slices = served.ask("/page/table", body)["parts"]["slices"]
    assert {one["verdict"] for one in slices} & {"better", "worse"}
    said = page.locator(".parts summary").inner_text()
    for verdict in ("better", "worse"):
        count = sum(one["verdict"] == verdict for one in slices)
        assert (f"{verdict} on {count}" in said) == (count > 0)
        assert page.locator(f".parts tr.{verdict}").count() == count
    assert slices[0]["value"] in page.locator(".parts tbody tr").first.inner_text()
    page.locator(".parts button").first.click()
    assert page.locator(".data-table .count").inner_text().startswith(f"{slices[0]['count']} of 200 ")
    assert violations(page) == []


def test_two_models_that_cannot_be_compared_are_refused_in_words(opened: Opened, served: Served) -> None:
    page = opened("#model=classify&model2=regress&tab=table")
    drawn(page)
    assert page.locator("#view-table").get_by_role("alert").count() == 1


def test_a_file_is_dropped_on_the_table(opened: Opened, served: Served) -> None:
    page = opened("#model=classify&tab=table")
    drawn(page)
    page.locator("#view-table .data-table").evaluate(r"""(place) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File(["red blue\tlong\ndark\tshort\nred\tshort\n"], "<i>mine.tsv"));
      for (const type of ["dragover", "drop"])
        place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: dropped }));
    }""")
    drawn(page)
    assert page.locator(".data-table .count").inner_text().startswith("3 of 3 ")
    assert page.get_by_label("Examples of").locator("option:checked").inner_text() == "<i>mine.tsv"


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
