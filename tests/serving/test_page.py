"""The page of the server in Chromium: for every task what is typed is answered as the API answers, and traced."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, overflow, tabs, violations
from served_page import STORED, Opened, Served, answered, opening, running

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")
pytestmark = pytest.mark.slow

TASKS = ["translate", "chat", "caption", "classify", "regress", "tag", "language-model", "forecast"]
SERIES = {"a": [1.0, 2.0, 3.0, 2.0] * 5, "b": [0.0, 1.0, 0.0, 1.0] * 5}
INPUTS = {
    "translate": "red blue",
    "chat": ["red", "blue", "dark"],
    "caption": [3.0, 1.0, 0.5],
    "classify": "red blue",
    "regress": "blue blue red",
    "tag": "red blue dark",
    "language-model": "red blue",
    "forecast": SERIES,
}
EVIL = "<img src=x onerror=alert(1)> </script> &amp; \u202e"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("models")
    for task in TASKS:
        shutil.copytree(STORED / f"{task}-2" / "model", folder / task)
    shutil.copytree(folder / "translate", folder / "<b>another")
    with running([*(folder / task for task in TASKS), folder / "<b>another"]) as found:
        yield found


@pytest.fixture
def opened(chromium: Any, served: Served) -> Iterator[Opened]:
    with opening(chromium, served) as found:
        yield found


def hash_of(task: str, given: object) -> str:
    from urllib.parse import urlencode

    text = given if isinstance(given, str) else json.dumps(given)
    return "#" + urlencode({"model": task, "input": text})


def predicted(served: Served, model: str, given: object, **options: object) -> Any:
    [answer] = served.ask("/v1/predict", {"model": model, "inputs": [given], "options": options})["answers"]
    return answer


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


@pytest.mark.parametrize("task", TASKS)
def test_a_link_shows_the_answer_and_the_trace_of_its_input(opened: Opened, served: Served, task: str) -> None:
    given = INPUTS[task]
    page = opened(hash_of(task, given))
    answer = predicted(served, task, given)
    shown = page.locator(".front").inner_text()
    trace = served.ask("/v1/trace", {"model": task, "input": given})
    if task == "forecast":
        for column in answer["details"]["columns"].values():
            assert f"{column['median'][0]:.3f}".replace("-", "−") in shown
    elif task == "tag":
        for token, tag in zip(answer["details"]["tokens"], answer["details"]["tags"], strict=True):
            assert page.get_by_role("button", name=f"{token}: {tag}").count() == 1
    elif task == "language-model":
        best = answer["alternatives"][0]
        assert page.locator(".chip").filter(has_text=f"{100 * best['score']:.1f}").count() >= 1
    else:
        assert answer["text"] in shown
    layer = trace["layers"][0]
    page.locator("#tab-arrays").click()
    row = page.locator("#view-arrays tbody tr", has_text="hidden").first
    numbers = [float(text.replace("−", "-")) for text in row.locator("td.amount").all_inner_texts()]
    hidden = np.array(layer["states"]["hidden"])
    np.testing.assert_allclose(numbers, [hidden.min(), hidden.mean(), hidden.max(), hidden.std()], atol=2e-3)


def test_what_is_typed_is_answered_as_the_api_answers(opened: Opened, served: Served) -> None:
    page = opened("#model=translate")
    page.get_by_label("Text", exact=True).fill("blue red")
    answered(page)
    answer = predicted(served, "translate", "blue red", nbest=5)
    rows = page.locator(".choices button bdi").all_inner_texts()
    assert [text or "(empty)" for text in (one["text"] for one in answer["alternatives"])] == rows
    assert "input=blue+red" in page.url
    page.locator(".choices button").nth(1).click()
    answered(page)
    assert "Target" in page.locator(".overview").inner_text()
    assert page.locator(".choices button").nth(1).evaluate("node => node === document.activeElement")
    page.reload()
    answered(page)
    assert page.locator(".choices button").nth(1).get_attribute("aria-pressed") == "true"


def test_an_empty_field_asks_nothing_and_nonsense_is_refused_in_words(opened: Opened) -> None:
    page = opened(hash_of("translate", "red"))
    field = page.get_by_label("Text", exact=True)
    field.fill("")
    answered(page)
    assert page.locator(".overview").count() == 0
    field.fill("a" * 5001)
    answered(page)
    assert "5,001" in page.get_by_role("alert").inner_text() or "1,000" in page.get_by_role("alert").inner_text()
    field.fill("red")
    answered(page)
    assert page.get_by_role("alert").count() == 0


def test_texts_and_names_are_shown_as_text(opened: Opened) -> None:
    page = opened(hash_of("<b>another", EVIL))
    assert page.locator("#model option").all_inner_texts()[-1] == "<b>another (translate)"
    assert page.locator("img[src=x], main b:has-text('another')").count() == 0
    assert "onerror" in page.locator(".front").inner_text()
    page = opened(hash_of("tag", EVIL))
    assert page.locator("img[src=x]").count() == 0
    assert "onerror=alert(1)>" in page.locator(".tagged").inner_text()


def test_two_inputs_and_two_models_side_by_side(opened: Opened, served: Served) -> None:
    page = opened(hash_of("translate", "red"))
    page.get_by_label("Beside it").select_option("another input")
    answered(page)
    page.locator("#input-1").fill("blue")
    answered(page)
    for k, text in enumerate(("red", "blue")):
        assert predicted(served, "translate", text)["text"] in page.locator(".answer").nth(k).inner_text()
    assert page.locator(".overview").count() == 2
    assert violations(page) == []
    page.get_by_label("Beside it").select_option("<b>another")
    answered(page)
    assert page.locator("#input-1").input_value() == "red"
    page.locator("#input-1").fill("dark")
    answered(page)
    assert page.locator("#input-0").input_value() == "dark"  # it is one input
    page.go_back()
    answered(page)
    assert page.locator(".front").count() == 1 or page.locator("#input-1").is_visible()


def test_a_conversation_with_its_memory(opened: Opened, served: Served) -> None:
    page = opened(hash_of("chat", []))
    page.get_by_role("button", name="Forget").click()
    field = page.get_by_label("What you say")
    said: list[str] = []
    for text in ("red", "blue"):
        field.fill(text)
        field.press("Enter")
        answered(page)
        said.append(text)
        reply = predicted(served, "chat", said)["text"]
        assert page.locator(".turn").all_inner_texts()[-1].removeprefix("Model:").strip() == (reply or "(nothing)")
        said.append(reply)
    assert page.locator(".turn").count() == 4
    assert violations(page) == []
    page.get_by_role("button", name="Forget").click()
    answered(page)
    assert page.locator(".turn").count() == 0


def test_a_text_without_spans_says_so(opened: Opened, served: Served) -> None:
    page = opened(hash_of("tag", "blue bright light"))
    assert set(predicted(served, "tag", "blue bright light")["details"]["tags"]) == {"O"}
    assert "No span was found." in page.locator(".answer").inner_text()


GROWING = """() => {
  window.grown = [];
  new MutationObserver((records) => records.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
    if (node.className?.startsWith("result")) window.grown.push(node.textContent);
  }))).observe(document.querySelector(".answer"), { childList: true, subtree: true });
}"""


@pytest.mark.parametrize(
    ("task", "typed", "given"), [("translate", "blue red dark", "blue red dark"), ("caption", "5 0 1", [5, 0, 1])]
)
def test_an_answer_is_seen_while_it_is_written(
    opened: Opened, served: Served, task: str, typed: str, given: object
) -> None:
    page = opened(hash_of(task, INPUTS[task]) + "&options=%7B%22beam%22%3A1%7D")
    old = page.locator(".answer .result").inner_text()
    page.evaluate(GROWING)
    page.locator("[id^=input-0]").first.fill(typed)
    answered(page)
    *before, last = (text for text in page.evaluate("window.grown") if text != old)
    assert last == predicted(served, task, given, beam=1)["text"]
    assert len(before) > 2
    assert all(last.startswith(one) for one in before)
    assert before == sorted(before, key=len)


def test_a_language_model_writes_on_with_its_dials(opened: Opened, served: Served) -> None:
    page = opened(hash_of("language-model", "red"))
    dial = page.get_by_label("Temperature")
    page.locator(".dials summary").click()
    dial.fill("1.5")
    answered(page)
    options = {"length": 120, "temperature": 1.5}
    answer = served.ask("/v1/generate", {"model": "language-model", "input": "red", "options": options})["answer"]
    assert page.locator(".writing").inner_text().strip() == answer["text"].strip()
    page.locator(".chips .chip").first.click()
    answered(page)
    assert page.locator("#input-0").input_value() != "red"


def test_the_last_number_of_a_series_is_dragged_or_moved_by_keys(opened: Opened, served: Served) -> None:
    page = opened(hash_of("forecast", SERIES))
    handle = page.get_by_role("slider", name="the last number of a")
    handle.focus()
    handle.press("PageUp")
    answered(page)
    values = [float(text) for text in page.locator("#input-0-0").input_value().split()]
    assert values[:-1] == SERIES["a"][:-1]
    assert values[-1] > SERIES["a"][-1]
    median = predicted(served, "forecast", {**SERIES, "a": values})["details"]["columns"]["a"]["median"][0]
    assert f"{median:.3f}".replace("-", "−") in page.locator(".answer").inner_text()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + 9, box["y"] + 30, steps=4)
    page.mouse.up()
    answered(page)
    assert float(page.locator("#input-0-0").input_value().split()[-1]) < values[-1]
    assert page.locator(".answer").inner_text()


def test_the_page_is_saved_as_one_file(opened: Opened, chromium: Any, tmp_path: Any) -> None:
    page = opened(hash_of("translate", "red blue"))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as one file").click()
    file = tmp_path / "saved.html"
    waiting.value.save_as(file)
    context = chromium.new_context()
    saved = context.new_page()
    saved.goto(file.as_uri())
    assert saved.locator(".overview").inner_text() == page.locator(".overview").inner_text()
    assert {"attribution", "gradients"} <= set(tabs(saved))
    context.close()


def test_what_costs_more_is_asked_when_it_is_opened(opened: Opened, served: Served) -> None:
    page = opened(hash_of("classify", "red blue"))
    page.locator("#tab-attribution").click()
    page.wait_for_selector("#view-attribution .scores")
    found = served.ask("/v1/explain", {"model": "classify", "input": "red blue"})
    shown = page.locator("#view-attribution .scores li").evaluate_all("nodes => nodes.map(node => node.title)")
    scores = [float(text.replace("−", "-").replace("e-", "e-")) for text in shown]
    np.testing.assert_allclose(scores, found["inputs"][0]["scores"][0], atol=2e-3)
    page.locator("#tab-gradients").click()
    page.wait_for_selector("#view-gradients [role=application]")
    page.get_by_label("Text", exact=True).fill("blue")
    answered(page)
    page.locator("#tab-attribution").click()
    answered(page)
    assert page.locator("#view-attribution .scores li").count() == 1


def test_tabs_stand_in_one_line_on_a_phone_and_the_open_one_can_be_seen(opened: Opened) -> None:
    page = opened("#model=translate&tab=what-if", width=WIDTHS["narrow"])
    for _ in range(2):
        page.wait_for_timeout(100)
        strip, tab = page.get_by_role("tablist").bounding_box(), page.get_by_role("tab", selected=True).bounding_box()
        assert strip["height"] < 60
        assert strip["x"] <= tab["x"]
        assert tab["x"] + tab["width"] <= strip["x"] + strip["width"] + 1
        assert overflow(page) <= 0
        page.get_by_role("tab", selected=True).focus()
        page.keyboard.press("End")
