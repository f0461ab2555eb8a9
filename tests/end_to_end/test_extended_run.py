"""A run that is asked for more, and ends before a checkpoint holds that, gets it all the same when it is resumed.

What is asked for is written down first. So a kill may leave a run that was asked for more and a checkpoint, or one of
several members, that has ended under what was asked for before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.runs.members import member_folder
from recurra.training import Checkpoint, Event, Note, load_checkpoint

ROWS = [(f"{word} {k}", word) for k in range(20) for word in ("good", "bad")]
# So few epochs are possible that no length in time depends on the clock.
SETTINGS = {"model.width": 8, "model.wide": "off", "training.patience": 0, "training.max_epochs": 2}
LITTLE, MORE = {"epochs": {"epochs": 1}, "time": {"time": "0.01s"}}, {"epochs": {"epochs": 2}, "time": {"time": "1h"}}
GAPS = ["network:", "member 1 of 2", "member 2 of 2"]  # what is said between the record and the next checkpoint


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def train(folder: Path, *, members: int = 1, **options: Any) -> None:
    settings = {} if options.get("resume") else SETTINGS
    several = {"members": members} if members > 1 else {}
    recurra.train(ROWS, task="classify", to=folder, progress=False, settings=settings, **several, **options)


def killed(folder: Path, gap: str, **options: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(folder, resume=True, listeners=[ending_at(gap)], **options)


def ending_at(words: str) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, Note) and event.text.startswith(words):
            raise KeyboardInterrupt

    return listen


def checkpoint(folder: Path, member: int) -> Checkpoint:
    found = load_checkpoint(member_folder(folder / "run", member))
    assert found is not None
    return found


def weights(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.safetensors")
            if "run" not in path.parts}  # fmt: skip


@pytest.mark.parametrize("kind", MORE)
@pytest.mark.parametrize(("members", "gap"), [(1, GAPS[0]), *((2, gap) for gap in GAPS)])
def test_a_longer_training_that_was_only_written_down_is_done(
    kind: str, members: int, gap: str, tmp_path: Path
) -> None:
    for name in ("whole", "killed"):
        train(tmp_path / name, members=members, **LITTLE[kind])
    before = [checkpoint(tmp_path / "whole", member + 1).step for member in range(members)]
    train(tmp_path / "whole", members=members, resume=True, **MORE[kind])
    after = [checkpoint(tmp_path / "whole", member + 1).step for member in range(members)]
    assert all(more > few for more, few in zip(after, before, strict=True))
    killed(tmp_path / "killed", gap, members=members, **MORE[kind])
    train(tmp_path / "killed", resume=True)  # what was asked for last need not be said again
    assert [checkpoint(tmp_path / "killed", member + 1).step for member in range(members)] == after
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    ended = (tmp_path / "killed/run/checkpoint.safetensors").read_bytes()
    train(tmp_path / "killed", members=members, resume=True, **MORE[kind])
    assert (tmp_path / "killed/run/checkpoint.safetensors").read_bytes() == ended


@pytest.mark.parametrize("kind", MORE)
def test_members_that_were_only_written_down_are_trained_and_those_before_stay(kind: str, tmp_path: Path) -> None:
    """Also where the command that adds them repeats the length: that is no other one."""
    for name in ("whole", "killed"):
        train(tmp_path / name, **MORE[kind])
    train(tmp_path / "whole", members=2, resume=True, **MORE[kind])
    first = (tmp_path / "killed/run/checkpoint.safetensors").read_bytes()
    killed(tmp_path / "killed", GAPS[-1], members=2, **MORE[kind])
    train(tmp_path / "killed", members=2, resume=True, **MORE[kind])
    assert (tmp_path / "killed/run/checkpoint.safetensors").read_bytes() == first
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")


@pytest.mark.parametrize("kind", MORE)
def test_members_may_be_added_to_what_was_only_written_down(kind: str, tmp_path: Path) -> None:
    """The first is then trained further as well."""
    for name in ("whole", "killed"):
        train(tmp_path / name, **LITTLE[kind])
    train(tmp_path / "whole", resume=True, **MORE[kind])
    train(tmp_path / "whole", members=2, resume=True)
    killed(tmp_path / "killed", GAPS[0], **MORE[kind])
    killed(tmp_path / "killed", GAPS[1], members=2)
    train(tmp_path / "killed", resume=True)
    assert "members/2.safetensors" in weights(tmp_path / "whole")
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")


@pytest.mark.parametrize("kind", MORE)
def test_members_that_are_added_with_another_length_leave_those_before(kind: str, tmp_path: Path) -> None:
    train(tmp_path / "m", **LITTLE[kind])
    first = (tmp_path / "m/run/checkpoint.safetensors").read_bytes()
    for gap in GAPS:
        killed(tmp_path / "m", gap, members=2, **MORE[kind])
    train(tmp_path / "m", members=2, resume=True, **MORE[kind])
    assert (tmp_path / "m/run/checkpoint.safetensors").read_bytes() == first
    assert checkpoint(tmp_path / "m", 2).step > checkpoint(tmp_path / "m", 1).step
