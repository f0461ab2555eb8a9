"""The documentation keeps up with the code: every room has its page, every public name is on it, every example runs."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

# The page of each room that has public names.
PAGES = {
    "recurra": "python.md",
    "recurra.attention": "attention.md",
    "recurra.baselines": "baselines.md",
    "recurra.bundle": "model-folder.md",
    "recurra.cells": "cells.md",
    "recurra.comparing": "compare.md",
    "recurra.comparing.suites": "automata.md",
    "recurra.data": "data.md",
    "recurra.decoding": "decoding.md",
    "recurra.inside": "gradients.md",
    "recurra.layers": "layers.md",
    "recurra.metrics": "metrics.md",
    "recurra.models": "models.md",
    "recurra.sklearn": "sklearn.md",
    "recurra.text": "data.md",
    "recurra.tracing": "looking-inside.md",
    "recurra.views": "looking-inside.md",
    "recurra.views.drawing": "drawings.md",
}
EXAMPLES = re.compile(r"^```pycon\n(.*?)^```", re.MULTILINE | re.DOTALL)


def code_of(text: str) -> set[str]:
    """The names in a page's inline code and examples."""
    return set(re.findall(r"\w+", " ".join(re.findall(r"`+[^`]+`+", text))))


@pytest.mark.parametrize("room", PAGES)
def test_every_public_name_is_on_the_page_of_its_room(room: str) -> None:
    on_page = code_of((DOCS / PAGES[room]).read_text("utf-8"))
    assert set(importlib.import_module(room).__all__) - on_page == set()


@pytest.mark.parametrize("page", [path.name for path in sorted(DOCS.glob("*.md")) if ">>> " in path.read_text("utf-8")])
def test_the_examples_of_a_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.displayhook", print)
    text = (DOCS / page).read_text("utf-8")
    # Blank out everything else: the line numbers of a failure are then those of the page.
    kept = "".join(
        block if number % 2 else re.sub(r"[^\n]+", "", block) for number, block in enumerate(EXAMPLES.split(text))
    )
    example = doctest.DocTestParser().get_doctest(kept, {}, page, str(DOCS / page), 0)
    printed: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    result = runner.run(example, out=printed.append)
    assert result.attempted
    assert result.failed == 0, "".join(printed)


def test_the_index_lists_every_page() -> None:
    listed = set(re.findall(r"^(\w[\w-]*)$", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE))
    assert listed == {path.stem for path in DOCS.glob("*.md")} - {"index"}
