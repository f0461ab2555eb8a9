"""How a run begins, once or again: what is written down, what is refused, what is said of its data."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from toy_tasks import SMALL, TOYS

from recurra.data import DataSource
from recurra.data.gazetteers import Gazetteer, Gazetteers
from recurra.errors import DataError, Interrupted, RunError
from recurra.tasks import TASKS
from recurra.tasks import fit as module
from recurra.tasks.fit import (
    DATA,
    Request,
    Training,
    asked_before,
    begun,
    fit,
    opened_both,
    pick_device,
    prepare,
    removed_on_refusal,
)
from recurra.tasks.recipe_file import ASKED, read_recipe
from recurra.tasks.run_record import RunRecord, read_record, write_record
from recurra.training import INTERRUPTED, Budget, Checkpoint, Event, Note

AGAIN = "the run was stopped before its first checkpoint: it starts again from its beginning"
RECORD = RunRecord(Budget(epochs=3), "recurra train")


def request(folder: Path, task: str = "tag", **other: Any) -> Request:
    made = TASKS[task].recipe().with_settings({**SMALL, **other.pop("settings", {})})
    found = Request(TASKS[task], DataSource(rows=TOYS[task].rows), None, folder / "m", made)
    (found.folder / "run").mkdir(parents=True, exist_ok=True)
    return replace(found, **other)


def lists(*names: str) -> Gazetteers:
    return (Gazetteer.of("cities", names, ""),)


def said(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_what_is_asked_for_is_written_down_before_anything_else(tmp_path: Path) -> None:
    events: list[Event] = []
    asked = request(tmp_path, gazetteers=lists("Rome"))
    assert begun(asked, RECORD, events.append) == asked
    run = asked.folder / "run"
    assert read_record(run, RECORD.said.started) == RECORD
    assert read_recipe(run / ASKED, asked.task.recipe) == asked.recipe
    assert json.loads((run / "gazetteers.json").read_text("utf-8"))["names"] == ["cities"]
    assert not (run / "vectors.json").exists()
    assert events == []


def test_a_run_that_was_stopped_at_once_begins_again_as_it_was_asked_for(tmp_path: Path) -> None:
    events: list[Event] = []
    first = request(tmp_path, settings={"model.width": 12}, gazetteers=lists("Rome"))
    begun(first, RECORD, events.append)
    plain = TASKS["tag"].recipe()
    again = begun(replace(first, resume=True, recipe=plain), RECORD, events.append)
    assert again.recipe == first.recipe
    assert said(events) == [AGAIN]
    with pytest.raises(RunError, match=r"model.width +was 12, now 16"):
        begun(replace(first, resume=True, recipe=plain.with_settings({"model.width": 16})), RECORD, events.append)


def as_classify(one: Request) -> Request:
    return replace(one, task=TASKS["classify"], recipe=TASKS["classify"].recipe(), gazetteers=None)


@pytest.mark.parametrize(
    ("change", "given"),
    [
        (lambda one: replace(one, gazetteers=lists("Paris")), "others of the same name"),
        (lambda one: replace(one, gazetteers=None), "none"),
        (as_classify, "none"),
    ],
)
def test_with_other_things_beside_the_data_it_does_not(
    change: Callable[[Request], Request], given: str, tmp_path: Path
) -> None:
    first = request(tmp_path, gazetteers=lists("Rome"))
    begun(first, RECORD, lambda event: None)
    with pytest.raises(RunError) as caught:
        begun(change(replace(first, resume=True)), RECORD, lambda event: None)
    assert caught.value.typed() == (
        f"{first.folder}: --resume needs the gazetteers that the run was started with: cities; given are {given}\n"
        "  Give the same ones with --gazetteer, or train into another folder with --to."
    )


def test_as_another_task_it_does_not(tmp_path: Path) -> None:
    first = request(tmp_path)
    begun(first, RECORD, lambda event: None)
    other = replace(first, resume=True, task=TASKS["classify"], recipe=TASKS["classify"].recipe())
    with pytest.raises(RunError) as caught:
        begun(other, RECORD, lambda event: None)
    assert caught.value.typed() == (
        f"{first.folder}: --resume needs the task that the run was started with: tag; asked for is classify\n"
        "  Leave out --task to resume, or train into another folder with --to."
    )


def test_how_long_a_run_may_take_is_what_was_asked_for_before(tmp_path: Path) -> None:
    asked = request(tmp_path, started=7.0, command="now")
    two = Budget(epochs=2, started=7.0)
    usual = asked_before(asked, None, None)
    assert (usual.said, usual.command) == (Budget(300.0, None, 7.0), "now")
    assert asked_before(asked, two, None) == RunRecord(two, "now")
    # Of a recurra that wrote nothing down the checkpoint knows it.
    kept = Checkpoint({}, {"budget": {"seconds": 90.0, "epochs": None}})
    resumed = replace(asked, resume=True)
    assert asked_before(resumed, two, kept) == RunRecord(Budget(90.0, None, 7.0), "now")
    with pytest.raises(RunError, match="something in its folder is damaged"):
        asked_before(resumed, None, Checkpoint({}, {}))
    write_record(asked.folder / "run", RECORD)
    assert asked_before(resumed, two, kept) == RunRecord(Budget(epochs=3, started=7.0), "recurra train")
    assert asked_before(asked, two, None) == RunRecord(two, "now")  # which begins anew


def test_a_run_that_is_interrupted_says_by_which_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the member which was interrupted: the last that began."""

    def go(self: Training, *others: object) -> None:
        ended: Any = [SimpleNamespace(reason="plan", signal=0)] * 2
        self.finished = [*ended, SimpleNamespace(reason=INTERRUPTED, signal=15)]  # type: ignore[list-item]

    monkeypatch.setattr(module.Training, "go", go)
    with pytest.raises(Interrupted) as caught:
        fit(request(tmp_path, "classify", started=time.monotonic()), Budget(epochs=1), lambda event: None)
    assert caught.value.signal == 15
    assert caught.value.exit_code == 143


def test_a_folder_of_others_is_not_replaced(tmp_path: Path) -> None:
    asked = replace(request(tmp_path, "classify"), force=True)
    (asked.folder / "thesis.tex").write_text("mine")
    with pytest.raises(RunError, match="this folder is not empty"):
        fit(asked, Budget(epochs=1), lambda event: None)
    assert (asked.folder / "thesis.tex").read_text() == "mine"


def test_nothing_is_left_of_the_data_of_a_start_that_came_to_nothing(tmp_path: Path) -> None:
    asked = request(tmp_path)
    left = asked.folder / "run" / DATA / "train" / "of another start"
    left.parent.mkdir(parents=True)
    left.touch()
    prepare(asked, Budget(epochs=1), lambda event: None)
    assert not left.exists()
    assert len(list(left.parent.iterdir())) > 0


def test_what_validation_examples_have_that_no_vocabulary_has_is_said(tmp_path: Path) -> None:
    events: list[Event] = []
    strange = [(("zyx", "red"), ("COLOUR", "COLOUR"))] * 3
    prepare(request(tmp_path, valid=DataSource(rows=strange)), Budget(epochs=1), events.append)
    assert [note for note in said(events) if "zyx (3)" in note]


@pytest.mark.parametrize("valid", [False, True])
def test_data_are_counted_where_they_stand(valid: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("a\tb\n\t\nc\td\n")
    events: list[Event] = []
    other = DataSource(rows=[("e", "f"), ("g", "h")]) if valid else None
    found = opened_both(TASKS["translate"], DataSource(str(path)), other, tmp_path / "copies", events.append)
    assert [one.source for one in found.train] == ["a", "c"]
    assert said(events) == [
        "1 pair with an empty side skipped of 3 (lines 2)",
        f"2 pairs in {path}",
        *["2 pairs for validation"] * valid,
    ]
    assert (found.valid is not None) == valid
    with pytest.raises(DataError) as caught:
        opened_both(TASKS["translate"], DataSource(rows=[]), None, tmp_path / "copies", events.append)
    assert caught.value.typed() == "pairs: expected pairs, found none"


@pytest.mark.parametrize("worthless", [False, True])
@pytest.mark.parametrize("made", [False, True])
def test_a_folder_that_was_made_for_nothing_is_taken_away(made: bool, worthless: bool, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    for error, refused in ((RunError("no"), True), (OSError("no"), True), (ValueError("no"), False)):
        folder.mkdir(exist_ok=True)
        with pytest.raises(type(error)), removed_on_refusal(folder if made else None, lambda: worthless):
            raise error
        assert folder.exists() == (not (made and worthless and refused))
    with removed_on_refusal(folder, lambda: True):
        folder.mkdir(exist_ok=True)
    assert folder.exists()


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for there in (False, True):
        monkeypatch.setattr(module.torch.cuda, "is_available", lambda there=there: there)
        assert pick_device("cpu").type == "cpu"
        assert pick_device("auto").type == ("cuda" if there else "cpu")
        if there:
            assert pick_device("cuda").type == "cuda"
    monkeypatch.setattr(module.torch.cuda, "is_available", lambda: False)
    with pytest.raises(RunError) as caught:
        pick_device("cuda")
    assert caught.value.typed() == ("training.device is cuda, and torch sees no CUDA device here\n  Use auto or cpu.")
