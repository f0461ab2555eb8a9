"""The page of an evaluation: whole, safe against any text, and saying what the evaluation says."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, overflow, violations
from documents import EVIL, Document

import recurra
from recurra.metrics import Case, ExampleScores, Measure, Share, groupings, sliced, value_text
from recurra.tasks import TASKS
from recurra.tasks.case_pictures import forecast_chart
from recurra.tasks.evaluation import Evaluation
from recurra.text.visible import visible
from recurra.views.report import rows
from recurra.views.report.rows import Answered, rows_of

MODELS = Path(__file__).parents[1] / "stored_models"
sys.path.insert(0, str(Path(__file__).parents[1] / "tasks"))

from toy_tasks import TOYS  # noqa: E402

Opened = Callable[..., Any]
NAMES = ["plain", EVIL, "عربي"]


def evaluation(count: int = 60, wrong: int = 7, answer: str = "b") -> Evaluation:
    """The first of these examples are wrong; inputs and labels have everything that a page could stumble over."""
    cases = [
        Case(
            k + 1,
            f"input {k} {NAMES[k % 3]}",
            (f"right {k}", NAMES[k % 3]),
            f"{answer} {k}" if k < wrong else f"right {k}",
            0.5 + k / 1000,
            k / 10,
            (EVIL,) if k % 20 == 0 else (),
            {"kind": NAMES[k % 3]},
        )
        for k in range(count)
    ]
    right = Share.right([k >= wrong for k in range(count)], "share right")
    errors = Share([float(k % 4) for k in range(count)], [8.0] * count, "errors", False)
    scores = ExampleScores(
        [k % 30 for k in range(count)],
        "characters",
        {"exact_match": right, "token_error_rate": errors},
        whole="exact_match",
    )
    value = 100 * (count - wrong) / count
    return Evaluation(count, {"exact_match": Measure(value, value - 1, value + 1, "right")}, [EVIL], {}, scores, cases)


def rows_in(page: str) -> dict[str, Any]:
    """The JSON of the page."""
    return json.loads(page.split('id="rows">')[1].split("</script>")[0])


def test_the_page_is_whole_and_loads_nothing() -> None:
    page = evaluation().page(EVIL)
    document = Document(page)
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in str(document.all("meta"))
    assert not [key for _, attributes in document.tags for key in attributes if key.startswith("on") or key == "src"]
    assert {str(a["href"])[0] for a in document.all("a")} == {"#"}
    assert [script["type"] for script in document.all("script")] == ["application/json", "module"]


def test_no_text_of_a_user_is_read_as_html() -> None:
    page = evaluation(answer=EVIL).page(EVIL)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    shown = rows_in(page)["rows"][1]
    assert '<script>alert("1")</script>' in shown[1]
    assert "<U+202E>" in shown[1]
    assert '<script>alert("1")</script>' in Document(page).text


def test_every_example_is_there_with_what_the_evaluation_knows() -> None:
    found = evaluation()
    written = rows_in(found.page())
    groups = groupings(found.examples, found.cases)
    assert [group["by"] for group in written["groups"]] == ["length in characters", "units of the input", "kind"]
    assert written["groups"][2]["parts"] == [*map(visible, groups[2].names)]
    for k, (line, source, targets, parts, unknown, said, picture) in enumerate(written["rows"]):
        ((answer, right, error, chance, loss),) = said
        case = found.cases[k]
        assert (line, answer, bool(unknown)) == (case.line, case.answer, bool(case.unknown))
        assert (source.startswith(f"input {k}"), targets[0]) == (True, f"right {k}")
        assert parts == [int(group.of[k]) for group in groups]
        assert (right, picture) == (k >= 7, "")
        assert (error, chance, loss) == pytest.approx((100 * (k % 4) / 8, case.probability, case.loss), rel=1e-3)


def test_the_measures_and_those_of_the_parts_are_the_evaluations() -> None:
    found = evaluation()
    text = Document(found.page()).text
    assert "88.33 %" in text
    share = found.examples.measures["exact_match"]
    for one in sliced(share, groupings(found.examples, found.cases)):
        assert value_text("exact_match", one.value) in text
        if one.interval:
            assert f"{one.interval.low:.2f} to {one.interval.high:.2f}" in text


def test_of_many_examples_the_wrong_ones_are_kept_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 20)
    found = evaluation(count=60, wrong=7)
    page = found.page()
    written = rows_in(page)["rows"]
    assert len(written) == 20
    assert [row[0] for row in written][:7] == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(row[5][0][2] for row in written[7:]) == [37.5] * 13  # then those that are farthest off
    assert "The table has 20 of the 60 pairs" in Document(page).text


def test_long_texts_are_cut_and_the_page_of_ten_thousand_stays_small() -> None:
    scores = ExampleScores(
        [1] * 10_000, "words", {"exact_match": Share.right([False] * 10_000, "")}, whole="exact_match"
    )
    cases = [Case(k, "x" * 300, ("y" * 300,), "z" * 300) for k in range(10_000)]
    cases[0] = Case(0, "x" * 2000)
    made = rows_of([Answered("", cases, scores)], [])
    assert (made.total, made.cut) == (10_000, 1)
    assert 3000 < made.shown < 10_000
    assert len(made.json) < 4_000_000
    assert "1,500 more characters" in made.json


def test_pictures_are_shown_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch, browser_page: Opened) -> None:
    whole = evaluation(count=30, wrong=3)
    charts = [partial(forecast_chart, np.array([[1.0], [2.0]]), np.array([[1.0], [float(k)]])) for k in range(30)]
    found = replace(whole, cases=[replace(case, picture=one) for case, one in zip(whole.cases, charts, strict=True)])
    size = len(charts[0]())
    monkeypatch.setattr(rows, "MAX_PICTURES", 10 * size)
    page = browser_page(found.page(), "#only=all")
    assert 8 <= page.locator("#examples img").count() <= 11
    assert page.locator("#examples img").first.evaluate("img => img.naturalWidth") == 120
    assert "shown without a picture" in page.locator("main").inner_text()


def test_without_measures_of_single_examples_there_are_no_parts() -> None:
    page = Evaluation(3, {"bleu": Measure(1.0, 0.0, 2.0, "BLEU")}).page()
    assert "BLEU" in Document(page).text
    assert 'id="examples"' not in page
    assert Evaluation(3, {}).worse() == []


def column(page: Any, name: str) -> list[str]:
    """The texts of one column of the table of examples, as they are shown."""
    return page.locator(f"#examples td[data-name='{name}']").all_inner_texts()


def count(page: Any) -> str:
    return page.locator("#count").inner_text()


def test_it_begins_with_what_is_wrong_and_says_how_many(browser_page: Opened) -> None:
    page = browser_page(evaluation().page())
    assert count(page) == "1 to 7 of 7 examples"
    assert column(page, "line") == [str(k) for k in range(1, 8)]
    assert column(page, "output")[3] == "b 3"
    assert set(column(page, "right?")) == {"✗ wrong"}


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("#only=all&search=INPUT%2012", [13]),
        ("#only=right&search=%D8%B9%D8%B1%D8%A8%D9%8A&sort=-line", [60, 57, 54]),
        ("#part=2.1", [2, 5]),
        ("#only=all&sort=-loss0", [60, 59, 58]),
        ("#sort=probability0", [1, 2, 3]),
        ("#only=nonsense&part=9.9", []),
        ("#pair=%5B%22right%201%22%2C%22b%201%22%5D", [2]),
        ("#pair=no%20json", [1, 2, 3]),
    ],
)
def test_the_address_says_what_is_shown(browser_page: Opened, address: str, lines: list[int]) -> None:
    page = browser_page(evaluation().page(), address)
    assert column(page, "line")[: len(lines) or None] == [*map(str, lines)]


def test_it_is_sorted_filtered_and_searched(browser_page: Opened) -> None:
    page = browser_page(evaluation(count=200).page())
    page.locator("[name=only][value=all]").check()
    assert count(page) == "1 to 50 of 200 examples"
    page.locator("[data-go=on]").click()
    assert count(page) == "51 to 100 of 200 examples"
    assert column(page, "line")[0] == "51"
    page.locator("[data-key=loss0] button").click()
    assert (page.locator("[data-key=loss0]").get_attribute("aria-sort"), column(page, "line")[0]) == ("ascending", "1")
    page.locator("[data-key=loss0] button").click()
    assert (page.locator("[data-key=loss0]").get_attribute("aria-sort"), column(page, "line")[0]) == (
        "descending",
        "200",
    )
    page.locator("[type=search]").fill("input 19")
    assert count(page) == "1 to 11 of 11 examples"
    assert page.evaluate("location.hash") == "#only=all&search=input+19&sort=-loss0"
    page.locator(".slices a").first.click()
    for _ in range(50):
        if page.locator("select").input_value():
            break
        page.wait_for_timeout(100)
    assert page.locator("select").input_value() == "0.0"
    assert page.locator("[type=search]").input_value() == ""


def test_the_keyboard_is_enough(browser_page: Opened) -> None:
    page = browser_page(evaluation(count=200).page())
    page.locator("[name=only][value=wrong]").focus()
    page.keyboard.press("ArrowRight")
    assert count(page) == "1 to 50 of 193 examples"
    page.locator("[type=search]").focus()
    page.keyboard.type("input 77")
    assert column(page, "line") == ["78"]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # sorts by the second column
    assert page.locator("[data-key=input]").get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_everybody_can_read_it(browser_page: Opened, width: int, dark: bool) -> None:
    whole = evaluation(count=200, answer=EVIL + "x" * 400)
    for text in (whole.page(EVIL), whole.versus(evaluation(count=200), ("new", "old")).page()):
        page = browser_page(text, "#only=all", width=width, dark=dark)
        assert "\n".join(violations(page)) == ""
        assert overflow(page) <= 0


@pytest.mark.parametrize("task", TASKS)
def test_a_page_of_every_task(browser_page: Opened, task: str) -> None:
    model = recurra.load(MODELS / f"{task}-2" / "model")
    found = model.evaluate(TOYS[task].rows)
    page = browser_page(found.page(), "#only=all", width=400)
    assert count(page) == f"1 to {min(50, found.count)} of {found.count} examples"
    assert "\n".join(violations(page)) == ""
    assert overflow(page) <= 0
    lines = [str(case.line) for case in found.cases]
    assert set(column(page, "line")) <= set(lines)


def test_a_notebook_shows_where_it_is_worse_and_how_two_differ() -> None:
    names = ["easy"] * 100 + ["hard"] * 100
    right = Share.right([name == "easy" for name in names], "share right")
    cases = [Case(k + 1, EVIL, ("a",), "b", groups={EVIL: name}) for k, name in enumerate(names)]
    scores = ExampleScores([1] * 200, "words", {"exact_match": right}, whole="exact_match")
    found = Evaluation(200, {"exact_match": Measure(50.0, 43.0, 57.0, "right")}, examples=scores, cases=cases)
    shown = found._repr_html_()
    assert "is hard: exact match 0.00 % (100 pairs), elsewhere 100.00 %" in Document(shown).text
    assert "<script>" not in shown
    assert "200 pairs, 0 are now right" in Document(found.versus(found)._repr_html_()).text


def test_two_models_side_by_side(browser_page: Opened) -> None:
    beside = evaluation(wrong=3).versus(evaluation(wrong=9), ("new", "old"))
    page = browser_page(beside.page())
    for only, lines in (("better", range(4, 10)), ("worse", []), ("wrong", [1, 2, 3]), ("all", range(1, 51))):
        page.locator(f"[name=only][value={only}]").check()
        assert column(page, "line") == [*map(str, lines)]
    assert column(page, "old")[8] == "b 8 ✗ wrong"
    assert column(page, "new")[8] == "right 8 ✓ right"


def test_only_its_own_module_may_run() -> None:
    policy = evaluation().page().split('Content-Security-Policy" content="')[1].split('"')[0]
    assert "script-src 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1]
