"""A law over all tasks: what is left open and settled while a network is made stands on the card, with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import SMALL, TOYS

import recurra
from recurra.tasks import TASKS
from recurra.tasks.resuming import flat
from recurra.training import Note

# Of each task a setting that its data settle, and how a reason begins.
OPEN = {
    "translate": ("text.source_units", "source units"),
    "chat": ("text.source_units", "units of all turns"),
    "caption": ("text.target_units", "target units"),
    "classify": ("model.kind", "wide part"),
    "regress": ("model.kind", "wide part"),
    "tag": ("data.scheme", ""),
    "language-model": ("text.units", "units"),
    "forecast": ("model.scale", "baseline: last, scale"),
}


@pytest.mark.parametrize("task", TOYS)
def test_what_is_settled_stands_on_the_card(task: str, tmp_path: Path) -> None:
    said: list[str] = []
    settings = {**SMALL, **TOYS[task].settings}
    recurra.train(
        TOYS[task].rows, task=task, to=tmp_path / "m", epochs=0.1, settings=settings, progress=False,
        listeners=[lambda event: said.append(event.text) if isinstance(event, Note) else None],
    )  # fmt: skip
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    decided = card.split("## Decided by looking at the data")[1].split("## ")[0]
    asked = flat(TASKS[task].recipe().with_settings(settings))
    made: Any = recurra.load(tmp_path / "m").recipe
    settled = {name: value for name, value in flat(made).items() if value != asked.get(name)}
    assert OPEN[task][0] in settled
    for name, value in settled.items():
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        assert f"| {name} | {shown} |" in decided, name
    reasons = [note.partition(" (change")[0] for note in said if OPEN[task][1] and note.startswith(OPEN[task][1])]
    assert bool(reasons) == bool(OPEN[task][1])
    assert all(f"- {reason}" in decided for reason in reasons)
