"""A run goes on with the options that it was started with; which of them may be others, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.errors import RunError
from recurra.tasks import TASKS
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.resuming import check_same, damaged_run, flat

KIND = TASKS["tag"].recipe
FIX = "\n  Leave them out to resume, or train into another folder with --to."


def recipe(**settings: object) -> TaskRecipe:
    return KIND().with_settings({name.replace("__", "."): value for name, value in settings.items()})


def test_options_are_named_with_their_sections() -> None:
    found = flat(recipe(model__width=12))
    assert found["model.width"] == 12
    assert {"training.seed", "data.valid_share", "decoding.max_length"} & set(found)
    assert "task" not in found
    assert all("." in name for name in found)


@pytest.mark.parametrize(
    ("recorded", "asked", "found"),
    [
        ({"model__width": 12}, {}, {"model__width": 12}),  # nothing is asked for
        ({"model__width": 12}, {"model__width": 12}, {"model__width": 12}),
        ({"model__width": 12}, {"training__device": "cpu"}, {"model__width": 12, "training__device": "cpu"}),
        ({"training__save_every": 7}, {"training__save_every": 9}, {"training__save_every": 9}),
        ({"training__threads": 1}, {}, {"training__threads": 1}),
        ({"training__members": 2}, {"training__members": 3}, {"training__members": 3}),  # more may be added
        ({"training__members": 3}, {"training__members": 3}, {"training__members": 3}),
    ],
)
def test_what_changes_no_result_may_be_another(
    recorded: dict[str, object], asked: dict[str, object], found: dict[str, object]
) -> None:
    assert check_same(recipe(**recorded), recipe(**asked), KIND()) == recipe(**found)


@pytest.mark.parametrize(
    ("recorded", "asked", "rows"),
    [
        ({}, {"model__width": 12}, f"  model.width  was {KIND().model.width}, now 12"),  # type: ignore[attr-defined]
        ({"model__width": 12}, {"model__width": 14, "model__cell": "gru", "training__threads": 1},
         "  model.width  was 12, now 14\n  model.cell   was 'lstm', now 'gru'"),
        ({"training__members": 3}, {"training__members": 2}, "  training.members  was 3, now 2"),
        ({"training__members": 2}, {"training__members": 3, "training__seed": 5},
         "  training.seed  was 1, now 5"),
    ],
)  # fmt: skip
def test_other_options_are_refused_as_a_table(recorded: dict[str, object], asked: dict[str, object], rows: str) -> None:
    with pytest.raises(RunError) as caught:
        check_same(recipe(**recorded), recipe(**asked), KIND())
    first, *table = str(caught.value.what).split("\n")
    assert first == "--resume needs the options that the run was started with; these differ:"
    assert sorted(table) == sorted(rows.split("\n"))
    assert caught.value.typed().endswith(FIX)


def test_what_is_damaged_is_said() -> None:
    assert damaged_run(Path("m/run"), "a reason").typed() == (
        "m/run: the run cannot be resumed, something in its folder is damaged (a reason)\n"
        "  Copy the whole folder again, or train into another one with --to."
    )
