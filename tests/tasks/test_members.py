"""An ensemble that is trained as one model: each member is the network that its seed gives alone, in every task."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from toy_tasks import TOYS

import recurra
from recurra.errors import ModelError, RunError, UsageError
from recurra.runs import Watch
from recurra.tasks.members import share_of_time
from recurra.tasks.run_record import read_record
from recurra.training import (
    Budget,
    Event,
    Finished,
    Note,
    Saved,
    StepDone,
    TrainingOptions,
    Validated,
    load_checkpoint,
    planning,
    weights_of,
)

SMALL: Mapping[str, object] = {
    "model.width": 8,
    "model.layers": 1,
    "training.precision": "float32",
    "training.validations": 2,
    "training.save_every": 0.0,
}
WEIGHTS = ("model.safetensors", "members/2.safetensors", "members/3.safetensors")


class Stopped(Exception):
    """Stands for whatever ends a run from outside."""


def trained(task: str, folder: Path, seed: int = 1, **keywords: Any) -> recurra.Model:
    settings = {**SMALL, **TOYS[task].settings, "training.seed": seed}
    return recurra.train(TOYS[task].rows, task=task, to=folder, epochs=2, settings=settings, **keywords)


def answers(model: recurra.Model, task: str) -> list[Any]:
    found = [answer.to_mapping() for answer in model.predict(TOYS[task].inputs)]
    return [*found, str(model.evaluate(TOYS[task].rows[:12]).measures)]


def same(some: Mapping[str, torch.Tensor], others: Mapping[str, torch.Tensor]) -> bool:
    return some.keys() == others.keys() and all(torch.equal(some[name], others[name]) for name in some)


def bits(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in WEIGHTS]


@pytest.mark.parametrize("task", TOYS)
def test_each_member_is_what_its_seed_gives_alone(task: str, tmp_path: Path) -> None:
    """One folder answers as the folders of its members do together, bit for bit."""
    whole = trained(task, tmp_path / "whole", members=2)
    alone = [trained(task, tmp_path / str(seed), seed) for seed in (1, 1001)]
    for member, one in zip(whole.networks, alone, strict=True):
        assert same(weights_of(member.model), weights_of(one.networks[0].model))
    folders = recurra.load([tmp_path / "1", tmp_path / "1001"])
    assert answers(whole, task) == answers(folders, task) == answers(recurra.load(tmp_path / "whole"), task)
    assert answers(whole.members[1], task) == answers(alone[1], task)
    assert whole.members[1].recipe == alone[1].recipe


@pytest.fixture(scope="module", name="three")
def an_ensemble_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three") / "model"
    trained("classify", folder, members=3)
    return folder


def test_what_the_folder_says(three: Path) -> None:
    config = json.loads((three / "config.json").read_text())
    assert config["format"] == 3
    assert config["members"] == config["trained"]["members"] == 3
    assert config["recipe"]["training"]["members"] == 3
    assert "| members | 3 |" in (three / "README.md").read_text()
    model = recurra.load(three)
    assert len(model.members) == 3
    assert model.members[0].members == [model.members[0]] or len(model.members[0].members) == 1
    assert "3 models" in repr(model)


def test_a_model_of_one_network_is_written_as_ever(tmp_path: Path) -> None:
    trained("classify", tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    assert config["format"] == 2
    assert "members" not in config
    assert not (tmp_path / "m" / "members").exists()


def test_saved_copied_and_pickled_it_answers_the_same(three: Path, tmp_path: Path) -> None:
    model = recurra.load(three)
    expected = answers(model, "classify")
    model.save(tmp_path / "saved")
    assert bits(tmp_path / "saved") == bits(three)
    for other in (recurra.load(tmp_path / "saved"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert answers(other, "classify") == expected
    model.members[2].save(tmp_path / "saved")
    assert answers(recurra.load(tmp_path / "saved"), "classify") == answers(model.members[2], "classify")
    assert not (tmp_path / "saved" / "members").exists()


def test_models_of_several_folders_are_saved_one_by_one(three: Path, tmp_path: Path) -> None:
    model = recurra.load([three, three])
    assert len(model.members) == 6
    with pytest.raises(UsageError, match="folders of their own"):
        model.save(tmp_path / "saved")


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "members"])
def test_damage_to_a_member_is_said(damage: str, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    recurra.load(three).save(folder)
    path = folder / "members" / "2.safetensors"
    config = json.loads((folder / "config.json").read_text())
    match damage:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-9])
        case "other":
            trained("regress", tmp_path / "other")
            path.write_bytes((tmp_path / "other" / "model.safetensors").read_bytes())
        case _:
            (folder / "config.json").write_text(json.dumps({**config, "members": 10**9}))
    with pytest.raises(ModelError, match=r"2\.safetensors|members must be a number from 1 to 100"):
        recurra.load(folder)


def stopping(condition: Callable[[Event, list[Finished]], bool]) -> Callable[[Event], None]:
    """A listener that ends the run as soon as a condition holds; it is given the event and the ends before it."""
    ended: list[Finished] = []

    def listen(event: Event) -> None:
        if condition(event, ended):
            raise Stopped
        if isinstance(event, Finished):
            ended.append(event)

    return listen


MOMENTS: dict[str, Callable[[Event, list[Finished]], bool]] = {
    "within the first": lambda event, ended: isinstance(event, StepDone) and event.step == 2 and not ended,
    "at the end of the first": lambda event, ended: isinstance(event, Finished) and not ended,
    "before the first checkpoint of the second": lambda event, ended: isinstance(event, Note) and len(ended) == 1,
    "at the first checkpoint of the second": lambda event, ended: isinstance(event, Saved) and len(ended) == 1,
    "within the second": lambda event, ended: isinstance(event, StepDone) and event.step == 2 and len(ended) == 1,
    "within the last": lambda event, ended: isinstance(event, StepDone) and event.step == 2 and len(ended) == 2,
    "at the end of the last": lambda event, ended: isinstance(event, Finished) and len(ended) == 2,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_stopped_anywhere_it_goes_on_to_the_same_bits(moment: str, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    with pytest.raises(Stopped):
        trained("classify", folder, members=3, listeners=[stopping(MOMENTS[moment])])
    if (folder / "config.json").exists():
        assert recurra.load(folder).predict("red blue").text in ("long", "short")
    resumed = trained("classify", folder, members=3, resume=True)
    assert bits(folder) == bits(three)
    assert answers(resumed, "classify") == answers(recurra.load(three), "classify")


def test_with_nothing_left_to_do_the_folder_stays_as_it_is(three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    trained("classify", folder, members=3)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "metrics.jsonl"}
    recurra.train(TOYS["classify"].rows, task="classify", to=folder, resume=True)
    assert {path: path.read_bytes() for path in before} == before
    assert bits(folder) == bits(three)


def test_more_epochs_train_every_member_further(tmp_path: Path) -> None:
    trained("classify", tmp_path / "m", members=2)
    ends: list[Event] = []
    recurra.train(TOYS["classify"].rows, task="classify", to=tmp_path / "m", epochs=4, resume=True,
                  listeners=[lambda event: ends.append(event) if isinstance(event, Finished) else None])  # fmt: skip
    first, second = ends
    assert isinstance(first, Finished)
    assert isinstance(second, Finished)
    assert first.step == second.step == 4  # one an epoch


def test_trained_further_it_keeps_all_members_from_the_first_new_weights_on(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    trained("classify", folder, members=3)
    new = stopping(lambda event, ended: isinstance(event, Validated) and event.best)
    with pytest.raises(Stopped):
        recurra.train(
            TOYS["classify"].rows, task="classify", to=folder, epochs=40, resume=True, listeners=[new], progress=False
        )
    model = recurra.load(folder)
    assert len(model.networks) == 3
    assert "has not finished" in model.caveats[0]


def test_fewer_members_are_refused_where_a_run_goes_on(three: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(three, tmp_path / "m")
    with pytest.raises(RunError, match=r"training\.members +was 3, now 2"):
        trained("classify", folder, members=2, resume=True)


@pytest.mark.parametrize("before", [1, 2])
def test_members_can_be_added_to_a_finished_run(before: int, three: Path, tmp_path: Path) -> None:
    """It is the ensemble of that number trained at once, and those that there were stay bit for bit."""
    folder, heard = tmp_path / "m", list[Event]()
    trained("classify", folder, members=before)
    old = [(folder / name).read_bytes() for name in WEIGHTS[:before]]
    model = trained("classify", folder, members=3, resume=True, listeners=[heard.append])
    assert bits(folder)[:before] == old
    assert bits(folder) == bits(three)
    assert [one.step for one in heard if isinstance(one, Finished)] == [2, 2, 2]
    assert sum(isinstance(one, StepDone) for one in heard) == 2 * (3 - before)
    assert answers(model, "classify") == answers(recurra.load(three), "classify")
    assert json.loads((folder / "config.json").read_text())["members"] == 3
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "metrics.jsonl"}
    recurra.train(TOYS["classify"].rows, task="classify", to=folder, resume=True)  # the number need not be said again
    assert {path: path.read_bytes() for path in files} == files
    with pytest.raises(RunError, match=r"training\.members +was 3, now 2"):
        trained("classify", folder, members=2, resume=True)


@pytest.mark.parametrize("stop_in", [1, 2, 3])
def test_members_are_added_to_a_run_that_was_stopped_and_it_may_be_stopped_again(
    stop_in: int, three: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    first = stopping(lambda event, ended: isinstance(event, StepDone) and len(ended) == min(stop_in, 2) - 1)
    with pytest.raises(Stopped):
        trained("classify", folder, members=2, listeners=[first])
    again = stopping(lambda event, ended: isinstance(event, StepDone) and len(ended) == stop_in - 1)
    with pytest.raises(Stopped):
        trained("classify", folder, members=3, resume=True, listeners=[again])
    trained("classify", folder, resume=True)
    assert bits(folder) == bits(three)


def test_members_that_are_added_get_as_much_time_as_those_before(tmp_path: Path) -> None:
    """Unless another time is said, which is for all of them; in no case are those before trained further."""
    rows, settings = TOYS["classify"].rows, {**SMALL, **TOYS["classify"].settings}
    seconds: dict[str, list[float]] = {}
    for name, time_again in (("as before", None), ("said", "14s")):
        folder = tmp_path / name
        recurra.train(rows, task="classify", to=folder, time="4s", members=2,
                      settings={**settings, "training.enough": 1e9})  # fmt: skip
        old = [(folder / weights).read_bytes() for weights in WEIGHTS[:2]]
        recurra.train(rows, task="classify", to=folder, resume=True, members=3,
                      **({} if time_again is None else {"time": time_again}))  # fmt: skip
        assert [(folder / weights).read_bytes() for weights in WEIGHTS[:2]] == old
        parts = [folder / "run", *((folder / "run" / "members" / str(k)) for k in (2, 3))]
        seconds[name] = [load_checkpoint(part).values["budget"]["seconds"] for part in parts]  # type: ignore[union-attr]
    assert seconds["as before"][0] == seconds["said"][0] == 2.0
    assert seconds["as before"][2] <= 6.0 < seconds["said"][2]
    record = read_record(tmp_path / "as before" / "run", 0.0)
    assert record is not None
    assert record.budget.seconds == 6.0


def test_trained_anew_by_force_no_member_of_the_old_model_is_left(tmp_path: Path) -> None:
    trained("classify", tmp_path / "m", members=3)
    trained("classify", tmp_path / "m", members=2, force=True)
    assert [path.name for path in (tmp_path / "m" / "members").iterdir()] == ["2.safetensors"]
    assert len(recurra.load(tmp_path / "m").networks) == 2
    assert not (tmp_path / "m" / "run" / "members" / "3").exists()


def test_the_members_share_the_time(tmp_path: Path) -> None:
    notes: list[str] = []
    began = time.monotonic()
    recurra.train(TOYS["classify"].rows, task="classify", to=tmp_path / "m", time="3s", members=3,
                  settings={**SMALL, "training.patience": 0},
                  listeners=[lambda event: notes.append(str(event))])  # fmt: skip
    assert time.monotonic() - began < 20  # also on a busy machine
    said = "\n".join(notes)
    assert re.findall(r"member (\d) of 3, seed (\d+)", said) == [("1", "1"), ("2", "1001"), ("3", "2001")]


@pytest.mark.parametrize("half", [True, False])
def test_all_members_compute_in_the_precision_of_the_first(
    half: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(learner: object, options: TrainingOptions, *given: object) -> tuple[bool, float]:
        asked.append(options.precision)
        return half, 0.01

    monkeypatch.setattr(planning, "choose_precision", choose)
    settings = {**SMALL, "training.precision": "auto"}
    recurra.train(TOYS["classify"].rows, task="classify", to=tmp_path / "m", epochs=1, members=3, settings=settings)
    assert asked == ["auto", *["bfloat16" if half else "float32"] * 2]


def test_shares_follow_from_what_the_members_before_took() -> None:
    ended = [{"elapsed": 40.0, "plan": {"validation_seconds": 1.0}}]
    first = share_of_time(Budget(300, None, 0.0), 3, [], 0.0)
    second = share_of_time(Budget(300, None, 0.0), 3, ended, 50.0)
    assert (first.seconds, second.seconds, second.started) == (100, (300 - 40 - 8) / 2, 50.0)
    assert share_of_time(Budget(None, 7, 0.0), 3, ended, 50.0).to_mapping() == {"epochs": 7}
    assert share_of_time(Budget(300, None, 0.0), 1, [], 0.0).seconds == 300


def test_too_little_time_for_so_many_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    recurra.train(TOYS["translate"].rows, task="translate", to=tmp_path / "m", time="4s", members=4,
                  settings={**SMALL, "model.width": 64},
                  listeners=[lambda event: notes.append(event.text) if isinstance(event, Note) else None])  # fmt: skip
    assert any("for each member" in note and "fewer --members" in note for note in notes), notes


def test_the_run_of_each_member_is_drawn_and_watched(three: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(three, tmp_path / "m")
    names = ["m, member 1", "m, member 2", "m, member 3"]
    found = recurra.curves(folder)
    assert [run.name for run in found.runs] == names
    assert all(run.clip_norm == 1.0 for run in found.runs)
    watch = Watch([folder])
    list(watch.update())
    assert [run.name for run in watch.runs.values()] == names
    assert watch.ended
    assert [run.doing_text for run in watch.runs.values()] == ["plan complete"] * 3
    (folder / "config.json").unlink()  # as it is before the end of the last
    (folder / "run" / "lock").write_text(str(os.getpid()))
    (folder / "run" / "members" / "2" / "lock").write_text(str(os.getpid()))
    watch = Watch([folder])
    list(watch.update())
    assert "plan complete; the ensemble is not finished" in next(iter(watch.runs.values())).doing_text


def test_ensembles_are_compared_with_single_networks(tmp_path: Path) -> None:
    found = recurra.compare(
        TOYS["classify"].rows,
        task="classify",
        vary={"training.members": [1, 2]},
        seeds=1,
        epochs=1,
        to=tmp_path / "c",
        settings=SMALL,
        progress=False,
    )
    one, two = (row["parameters"] for row in sorted(found.to_mapping()["variants"], key=lambda row: row["parameters"]))
    assert two == 2 * one
