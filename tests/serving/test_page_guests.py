"""The page and whoever comes to it: with a token or without, by touch, with a model that a stranger has made."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from browser import overflow, tabs, violations
from served_page import STORED, answered, opening, running

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")
pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=\"window.harmed='{}'\"><script>window.harmed='{}'</script>"


def test_a_server_with_a_token_asks_for_it(chromium: Any) -> None:
    with (
        running([STORED / "translate-2" / "model"], tokens=["open sesame"]) as served,
        opening(chromium, served) as opened,
    ):
        page = opened("#input=red", ready="#token")
        assert page.locator("#token").evaluate("node => node === document.activeElement")
        assert violations(page) == []
        page.keyboard.type("barley")
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert page.locator(".bench").count() == 0
        assert "barley" not in page.get_by_role("alert").inner_text()
        assert page.locator("#token").evaluate("node => node === document.activeElement")
        page.keyboard.type("open sesame")
        page.keyboard.press("Enter")
        answered(page)
        assert page.locator(".answer").inner_text().strip()
        assert "sesame" not in page.url
        page.reload()
        answered(page)  # the token is known as long as this tab is open
        assert page.locator(".answer").inner_text().strip()


def evil(where: str) -> str:
    return EVIL.format(where, where)


def evil_unit(where: str) -> str:
    """The same as one word, as it stands in a tokenizer's file."""
    return json.dumps(evil(where).replace(" ", "/"))


def columns_named(names: list[str]) -> str:
    return json.dumps({"columns": names, "targets": names})


# What stands in the files of a model's vocabularies, by task: the file, and how its text is changed.
SAID: dict[str, dict[str, Callable[[str], str]]] = {
    "classify": {
        "head": lambda text: json.dumps([evil("label a"), evil("label b")]),
        "input": lambda text: text.replace('"bright"', evil_unit("unit")),
    },
    "tag": {
        "tags": lambda text: json.dumps([f"B-{evil('tag')}", f"I-{evil('tag')}", "O"]),
        "words": lambda text: text.replace('"bright"', evil_unit("word")),
    },
    "forecast": {"columns": lambda text: columns_named([evil("column a"), evil("column b")])},
    "translate": {
        "source": lambda text: text.replace('"red"', evil_unit("source")),
        "target": lambda text: text.replace('"krad"', evil_unit("target")),
    },
    "language-model": {"text": lambda text: text.replace('"red"', evil_unit("next"))},
}


def hostile(folder: Path, task: str = "classify") -> Path:
    """A model whose every text is markup that would leave a mark if it ran."""
    model = shutil.copytree(STORED / f"{task}-2" / "model", folder / "<u>guest")
    before = {name: (model / "tokenizers" / f"{name}.json").read_text() for name in SAID[task]}
    texts = {name: change(before[name]) for name, change in SAID[task].items()}
    assert all("window.harmed" in text for text in texts.values())
    config = json.loads((model / "config.json").read_text())
    for name, content in texts.items():
        (model / "tokenizers" / f"{name}.json").write_text(content)
        config["tokenizers"][name]["sha256"] = hashlib.sha256(content.encode()).hexdigest()
    config["trained"] |= {"command": evil("command"), "ended by": evil("ended by"), evil("fact"): evil("value")}
    config["measured"] |= {"data": evil("data")}
    (model / "config.json").write_text(json.dumps(config))
    (model / "README.md").write_text(f"---\nlibrary_name: recurra\n---\n# {evil('card')}\n")
    return model


# Of each task an input, what of the model is seen at once, and a line of a data file.
SEEN = {
    "classify": ("red " + evil("input").replace(" ", "/"), "window.harmed='label", f"{evil('line')}\t{evil('right')}"),
    "tag": ("red " + evil("input").replace(" ", "/"), "window.harmed='ta", f"{evil('line')}\tO\n"),
    "forecast": (None, "window.harmed='column", "1,2"),
    "translate": ("dark blue dark", "window.harmed='target", f"{evil('line')}\t{evil('right')}"),
    "language-model": ("red " + evil("input"), "window.harmed='next", evil("line")),
}


@pytest.mark.parametrize("task", SAID)
def test_what_a_strangers_model_says_is_text(chromium: Any, tmp_path: Path, task: str) -> None:
    given, seen, line = SEEN[task]
    model, data = hostile(tmp_path, task), tmp_path / "<i onclick=1>data.csv"
    head = ",".join(json.dumps(evil(f"column {one}")).replace('\\"', '""') for one in "ab")
    data.write_text("\n".join([*([head] if task == "forecast" else []), *[line] * 12]) + "\n")
    with running([model], [str(data)]) as served, opening(chromium, served) as opened:
        page = opened("" if given is None else "#" + urlencode({"input": given, "options": '{"beam": 1}'}))
        page.set_default_timeout(60_000)  # each view asks for all examples
        assert seen in page.locator(".bench").inner_text()
        for name in tabs(page):
            page.locator(f"#tab-{name}").click()
            answered(page)
        assert page.evaluate("window.harmed") is None
        assert page.locator("img[src=x], main u").count() == 0
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Save as one file").click()
        waiting.value.save_as(tmp_path / "saved.html")
    context = chromium.new_context()
    saved = context.new_page()
    saved.goto((tmp_path / "saved.html").as_uri())
    saved.wait_for_selector(".overview")
    assert saved.evaluate("window.harmed") is None
    context.close()


@pytest.mark.parametrize("task", ["translate", "tag", "forecast", "language-model"])
def test_every_view_by_touch_on_a_narrow_page(chromium: Any, task: str) -> None:
    with running([STORED / f"{task}-2" / "model"]) as served, opening(chromium, served) as opened:
        page = opened(width=400, has_touch=True, is_mobile=True)
        for name in tabs(page):
            page.locator(f"#tab-{name}").tap()
            answered(page)
            assert page.locator(f"#tab-{name}").get_attribute("aria-selected") == "true"
            assert page.locator(f"#view-{name}").is_visible()
            assert overflow(page) <= 0, name
            assert violations(page) == [], name
