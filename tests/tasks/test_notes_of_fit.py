"""What is said while a model is trained: what it is, which member it is, and that a stream is not read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import recurra
from recurra.tasks.members import APART
from recurra.training import Event, Note

ROWS = [(f"{one} {other}", "same" if one == other else "other") for one in "abcdef" for other in "abcdef"]
SETTINGS = {"model.width": 8, "model.layers": 1, "model.wide": "off"}


def notes(folder: Path, data: Any = ROWS, **how: Any) -> list[str]:
    said: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            said.append(event.text)

    chosen = {"epochs": 1, "settings": SETTINGS, **how}
    recurra.train(data, task="classify", to=folder / "m", progress=False, listeners=[listen], **chosen)
    return said


def test_a_network_is_described_once_and_each_member_is_named(tmp_path: Path) -> None:
    said = notes(tmp_path, members=2)
    described = [note for note in said if note.startswith("network: ") and note.endswith(" parameters")]
    assert len(described) == 1
    assert [note for note in said if note.startswith("member ")] == [
        "member 1 of 2, seed 1",
        f"member 2 of 2, seed {1 + APART}",
    ]
    assert not any(note.startswith("member ") for note in notes(tmp_path / "one"))
    assert f"{len(ROWS)} examples" in said


def test_the_note_of_each_is_said_once_however_often_the_data_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("".join(f"{text}\t{label}\n" for text, label in ROWS) + "\tx\n")
    said = notes(tmp_path, str(path))
    assert said.count(f"{len(ROWS)} examples in {path}") == 1
    skipped = [note for note in said if "skipped" in note]
    assert skipped == [f"1 example with an empty side skipped of {len(ROWS) + 1} (lines {len(ROWS) + 1})"]
