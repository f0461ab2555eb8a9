"""Every drawing on the page of drawings is what the command above it draws."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from recurra.cli import run

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

from make_drawings import DRAWINGS, PAGE, commands  # noqa: E402


def test_each_drawing_has_its_command_and_is_shown() -> None:
    stored = {path.name for path in DRAWINGS.glob("*.svg")}
    shown = set(re.findall(r"!\[[^\]]+\]\(_static/drawings/([^)]+)\)", PAGE.read_text("utf-8")))
    assert stored == shown == set(commands())


@pytest.mark.parametrize("name", commands())
def test_it_is_what_the_command_draws(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(commands()[name]) == 0
    drawn, stored = (tmp_path / name).read_text("utf-8"), (DRAWINGS / name).read_text("utf-8")
    assert drawn == stored, "draw them again: make drawings"
