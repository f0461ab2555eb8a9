"""What if, on the page: what is shown is what the API answers, every control by its label and the keyboard."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from browser import WIDTHS, overflow, violations
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
    """Opens a view of the page; afterwards there was no error in the console."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(task: str, tab: str = "what-if", changes: object = None, **more: str) -> Any:
        context = chromium.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: None if "status of 422" in said.text else wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        kept = {"model": task, "tab": tab, **({"changes": json.dumps(changes)} if changes else {}), **more}
        page.goto(f"{served.address}/#" + "&".join(f"{name}={quote(value)}" for name, value in kept.items()))
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def settled(page: Any) -> None:
    """Waits until what was asked is answered and drawn."""
    page.wait_for_selector(".bench")
    page.wait_for_timeout(300)
    page.wait_for_selector(".bench[aria-busy]", state="detached")
    page.wait_for_timeout(100)
    page.wait_for_selector(".was-and-now[aria-busy], .flips[aria-busy]", state="detached")


def rows(page: Any) -> list[list[str]]:
    """The cells of the table of both outputs."""
    return [
        [cell.inner_text().strip() for cell in row.locator("th, td").all()]
        for row in page.locator(".was-and-now > .scroll tbody tr").all()
    ]


def asked(served: Served, page: Any, task: str, changes: list[Any]) -> Any:
    """What the API answers to the input that stands on the page."""
    given = page.evaluate("() => new URLSearchParams(location.hash.slice(1)).get('input')")
    return served.ask("/v1/what-if", {"model": task, "input": given, "changes": changes})


def percent(share: float) -> str:
    """As the page writes it."""
    return f"{100 * share:.1f}\u00a0%" if 0.0005 <= share <= 0.9995 else "\u00a0"


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_the_view(opened: Opened, task: str) -> None:
    page = opened(task)
    assert page.locator(".what-if .verdict").inner_text() == "Nothing is changed yet: both sides are the same."
    assert rows(page)
    for fold in page.locator("details.tool:visible").all():
        fold.evaluate("(one) => (one.open = true)")
    assert "[object" not in page.locator(".what-if").inner_text()
    for width, scheme in ((WIDTHS["wide"], "light"), (WIDTHS["narrow"], "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert overflow(page) <= 0
        assert violations(page) == []


def test_a_token_is_forced_and_what_follows_is_what_the_api_answers(opened: Opened, served: Served) -> None:
    page = opened("translate", input="red blue")
    page.get_by_role("button", name="change step 1,").click()
    assert page.evaluate("document.activeElement.id") == "force-token"
    page.keyboard.type("der")
    page.keyboard.press("Enter")
    settled(page)
    changes = [{"change": "force", "step": 0, "token": "der"}]
    found = asked(served, page, "translate", changes)
    shown = rows(page)
    assert len(shown) == len(found["pairs"])
    for row, pair in zip(shown, found["pairs"], strict=True):
        for cell, side in ((row[2], pair["was"]), (row[4], pair["now"])):
            assert percent(side["probability"]) in cell if side else cell == ""
    assert "forced" in shown[0][5]
    assert found["now"]["prediction"] in page.locator(".what-if .verdict").inner_text()
    assert json.loads(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('changes')")) == changes
    page.get_by_role("button", name="take back: step 1 is").click()
    settled(page)
    assert page.locator(".what-if .verdict").inner_text().startswith("Nothing is changed yet")
    assert "changes=" not in page.url


def test_a_token_that_is_chosen_above_is_chosen_in_the_tools(opened: Opened) -> None:
    page = opened("translate", input="red blue", output="1", options='{"min_length": 3}')
    page.locator("summary", has_text="Another token in the output").press("Enter")
    assert page.locator("#force-step").input_value() == "1"
    page.locator('.strip[data-axis="output"]').press("ArrowRight")
    page.wait_for_timeout(100)
    assert page.locator("#force-step").input_value() == "2"


def test_where_a_step_looks_is_set_with_the_keyboard(opened: Opened, served: Served) -> None:
    page = opened("translate", input="red blue")
    page.locator("summary", has_text="Where a step looks").press("Enter")
    sliders = page.locator(".sliders input").all()
    assert sliders[0].get_attribute("aria-label") == "weight of token 1, “\u2068red\u2069”"
    for slider, key in zip(sliders, ("End", "Home", "Home"), strict=True):
        slider.press(key)
    page.get_by_role("button", name="Look so").press("Enter")
    settled(page)
    change = {"change": "attention", "step": 0, "weights": {"0": 1, "1": 0, "2": 0}}
    found = asked(served, page, "translate", [change])
    assert found["now"]["attention"]["weights"][0] == [1, 0, 0]
    assert percent(found["pairs"][0]["now"]["probability"]) in rows(page)[0][4]
    assert page.locator(".what-if .chips").inner_text().startswith("step 1 looks at “\u2068red\u2069” 100.0\u00a0%")


@pytest.mark.parametrize("task", ["translate", "tag", "classify"])
def test_a_unit_is_switched_off(opened: Opened, served: Served, task: str) -> None:
    page = opened(task, input="red blue")
    page.locator("summary", has_text="A unit held at a value").press("Enter")
    page.get_by_label("Unit", exact=True).fill("1")
    page.get_by_label("Value").fill("0.5")
    page.get_by_label("At steps").fill("1, 2")
    page.get_by_role("button", name="Hold it").click()
    settled(page)
    layer = page.locator("#unit-layer").input_value()
    change = {"change": "unit", "layer": layer, "unit": 1, "value": 0.5, "steps": [0, 1]}
    found = asked(served, page, task, [change])
    column = 5 if task == "tag" else 4
    for row, pair in zip(rows(page), found["pairs"], strict=True):
        assert percent(pair["now"]["probability"]) in row[column]
    assert f"unit 1 of {layer} is 0.5 at step 1, 2" in page.locator(".what-if .chips").inner_text()


def test_another_input_and_another_way_of_drawing(opened: Opened, served: Served) -> None:
    page = opened("translate", input="red blue")
    page.locator("summary", has_text="Another input").press("Enter")
    page.get_by_label("Input", exact=True).fill("dark blue")
    page.get_by_role("button", name="Ask this").click()
    settled(page)
    page.locator("summary", has_text="Another way of drawing").press("Enter")
    page.get_by_label("temperature", exact=True).last.fill("2")
    page.get_by_role("button", name="Draw so").click()
    settled(page)
    changes = [
        {"change": "input", "given": "dark blue"},
        {"change": "decode", "settings": {"sample": True, "temperature": 2, "top_k": 0, "top_p": 1}},
    ]
    found = asked(served, page, "translate", changes)
    first = found["now_chances"][0][0]
    row = page.locator(".chances tbody tr").first.locator("td").all_inner_texts()
    assert percent(first["probability"]) in row[0]
    assert percent(first["chance"]) in row[1]
    assert "drawn at random, temperature 2" in page.locator(".what-if .chips").inner_text()
    assert found["now"]["prediction"] in page.locator(".what-if .verdict").inner_text()


def test_what_is_refused_is_said_and_can_be_taken_back(opened: Opened) -> None:
    page = opened("translate", changes=[{"change": "unit", "layer": "nowhere", "unit": 0, "value": 0, "steps": None}])
    assert "Unknown layer 'nowhere'" in page.locator(".was-and-now .refusal").inner_text()
    page.get_by_role("button", name="take back: unit 0 of nowhere is 0").click()
    settled(page)
    assert page.locator(".refusal").count() == 0
    assert rows(page)


def test_texts_are_text(opened: Opened) -> None:
    page = opened("translate", changes=[{"change": "input", "given": "<img src=x onerror=alert(1)>"}])
    assert page.locator(".what-if img").count() == 0
    assert "<img" in page.locator(".what-if .chips").inner_text()


@pytest.mark.parametrize("task", ["translate", "classify", "regress", "tag"])
def test_the_smallest_change_is_found_and_asked(opened: Opened, served: Served, task: str) -> None:
    page = opened(task, "flip", input="red blue")
    body: dict[str, Any] = {"model": task, "input": "red blue"}
    if task == "regress":
        page.get_by_label("The other side of").fill("5")
        body["threshold"] = 5
    page.get_by_role("button", name="Find it").press("Enter")
    page.wait_for_selector(".flips .verdict")
    settled(page)
    found = served.ask("/v1/flip", body)
    assert f"{found['singles']:,} of {found['possible']:,} inputs" in page.locator(".flips").inner_text()
    buttons = page.locator(".flips .choices button").all()
    assert len(buttons) == len(found["found"])
    for button, one in zip(buttons, found["found"], strict=True):
        assert one["given"] in button.inner_text()
    assert violations(page) == []
    if buttons:
        buttons[0].press("Enter")
        settled(page)
        assert page.get_by_label("Text", exact=True).input_value() == found["found"][0]["given"]
