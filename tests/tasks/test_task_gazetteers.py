"""Lists of names that a user gives: which tasks take them, what has no effect without, by what they are known."""

from __future__ import annotations

from typing import Any

import pytest
from toy_tasks import TOYS

from recurra.data.gazetteers import Gazetteer, digest_of
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.gazetteers import GAZETTEERS, reading, record_of, shown

LISTS = (Gazetteer.of("cities", ["Rome"], ""), Gazetteer.of("people", ["Ann"], ""))


@pytest.mark.parametrize("task", TOYS)
def test_the_tagger_reads_them_and_no_other_task(task: str) -> None:
    plain: Any = TASKS[task]
    recipe = plain.recipe()
    assert reading(plain, recipe, None) is plain
    if task == "tag":
        found: Any = reading(plain, recipe, LISTS)
        assert found is not plain
        assert found.name == "tag"
        assert vars(found) == vars(plain.with_gazetteers(LISTS))
        return
    with pytest.raises(UsageError) as caught:
        reading(plain, recipe, LISTS)
    assert caught.value.typed() == (
        f"--gazetteer has no effect on the task {task}\n  Leave it out; the task tag reads lists of names."
    )


@pytest.mark.parametrize(("setting", "value"), [("gazetteer", 7), ("gazetteer_dropout", 0.25)])
def test_settings_about_them_have_no_effect_without(setting: str, value: float) -> None:
    task = TASKS["tag"]
    recipe = task.recipe().with_settings({f"model.{setting}": value})
    with pytest.raises(UsageError) as caught:
        reading(task, recipe, None)
    assert caught.value.typed() == (
        f"model.{setting} has no effect without gazetteers\n  Give them with --gazetteer FILE, or leave it out."
    )
    assert reading(task, recipe, LISTS) is not task


def test_they_are_known_by_their_names_and_all_their_entries() -> None:
    assert record_of(None) == {}
    record = record_of(LISTS)
    assert record == {"names": ["cities", "people"], "sha256": digest_of(LISTS)}
    other = (Gazetteer.of("cities", ["Rome", "Bonn"], ""), *LISTS[1:])
    assert record_of(other)["names"] == record["names"]
    assert record_of(other)["sha256"] != record["sha256"]
    assert shown(record) == "cities, people"
    assert shown({}) == "none"
    assert GAZETTEERS.file == "gazetteers.json"
