"""The validation examples that a run keeps as text for its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import TOYS, examples, predictor

from recurra.errors import RunError
from recurra.tasks import TASKS, sample
from recurra.tasks.keys import key_hash
from recurra.tasks.sample import read_sample, write_sample
from recurra.tasks.split import Split, smallest


@pytest.mark.parametrize("task", [task for task in TOYS if task != "forecast"])
def test_they_come_back_with_whether_they_are_trained_on(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "SAMPLE", 5)
    made, every, asked = TASKS[task], list(examples(task)), predictor(task)
    key = made.kind.input_key
    shared = frozenset(key_hash(key(one)) for one in every[::2])
    parts: Any = Split(examples(task), examples(task), shared)
    write_sample(tmp_path, made, parts, asked, print)
    found = read_sample(tmp_path, made)
    pack = made.kind.pack  # arrays are not compared by ==
    assert [pack(one) for one in found.examples] == [pack(one) for one in smallest(every, 5, key)]
    assert found.trained_on == [key_hash(key(one)) in shared for one in found.examples]
    write_sample(tmp_path, made, parts._replace(contiguous=True), asked, print)
    first = read_sample(tmp_path, made).examples  # of what goes on from one to the next
    assert [pack(one) for one in first] == [pack(one) for one in every[:5]]


@pytest.mark.parametrize("content", [None, "", "{", "[1]", "[[1, 2]]"])
def test_what_is_damaged_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "valid.json").write_text(content)
    with pytest.raises(RunError) as caught:
        read_sample(tmp_path, TASKS["translate"])
    where = tmp_path / "valid.json"
    assert caught.value.typed().startswith(f"{where}: the run cannot be resumed, something in its folder is damaged (")
