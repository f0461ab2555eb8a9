"""Examples of any task as questions: what is asked, what is right, where it stands, and how it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from toy_tasks import SENTENCES, TOYS, examples

from recurra.data import Example, Exchange, Passage, Tagged
from recurra.data.captions import Captioned
from recurra.data.content import Fields
from recurra.data.labelled import Labelled
from recurra.data.numbers import Numbers
from recurra.data.series import Series
from recurra.errors import DataError, UsageError
from recurra.tasks import TASKS
from recurra.tasks.questions import STRETCH, Question, drawn, input_text, questions, sampled, stretches, windows
from recurra.tasks.recipe import TaskRecipe

VECTOR = np.array([1.5, 2.0, 3.25], np.float32)
NUMBERS = Numbers(VECTOR, ("a", "b", "c"))
PLAIN = TASKS["translate"].recipe()
RUNNING = TASKS["language-model"].recipe().with_settings({"data.form": "running"})


def series(steps: int, name: str = "", times: Iterable[str] = ()) -> Series:
    return Series(name, np.arange(steps, dtype=float)[:, None], ("x",), tuple(times), 7)


def horizon(window: int, steps: int) -> TaskRecipe:
    return TASKS["forecast"].recipe().with_settings({"data.window": window, "model.horizon": steps})


@pytest.mark.parametrize(
    ("example", "given", "target", "text", "right"),
    [
        (Example("a b", "c", 3), "a b", "c", "a b", "c"),
        (Exchange(["a", "b"], "c", 2, "", 3), ["a", "b"], "c", "a\tb", "c"),
        (Labelled("a b", "c", 3), "a b", "c", "a b", "c"),
        (Labelled(Fields(("a", "b"), ("x", "y")), "c", 3), Fields(("a", "b"), ("x", "y")), "c", "a\tb", "c"),
        (Captioned(VECTOR, "c d", 3, 1), VECTOR, "c d", "a vector of 3 numbers: 1.5 2 3.25", "c d"),
        (Tagged(("a", "b"), ("B-X", "O"), 3), ["a", "b"], ["B-X", "O"], "a b", "B-X O"),
        (Passage("a b", 3), "a b", None, "a b", None),
    ],
)
def test_an_example_is_asked_about(example: Any, given: object, target: Any, text: str, right: str | None) -> None:
    (found,) = questions([example], PLAIN)
    assert found.given is given or found.given == given
    assert (found.target, found.line, found.text, found.target_text) == (target, 3, text, right)
    assert found.record is (None if isinstance(example, Passage) else example)


def test_what_is_no_example_of_a_task_is_refused() -> None:
    with pytest.raises(UsageError, match="examples of the kind int cannot be traced"):
        list(questions([3], PLAIN))
    with pytest.raises(UsageError, match="examples of the kind Series cannot be traced"):
        list(questions([series(9)], PLAIN))


@pytest.mark.parametrize("task", TOYS)
def test_the_examples_of_every_task_can_be_asked_about(task: str) -> None:
    recipe = TASKS[task].recipe().with_settings(TOYS[task].settings)
    found = list(questions(examples(task), recipe))
    assert found
    assert all(one.text for one in found)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a b", "a b"),
        (["a", "b"], "a b"),
        (("a", "b"), "a\tb"),
        (NUMBERS, "3 numbers"),
        (Fields(("a", NUMBERS), ("x", "y")), "a\t3 numbers"),
        (series(3, "one"), "one: 3 steps of 1 number"),
        ({"x": [1, 2]}, "{'x': [1, 2]}"),
        (VECTOR, "a vector of 3 numbers: 1.5 2 3.25"),
        (np.zeros((2, 3), np.uint8), "an image of 2 x 3 pixels"),
    ],
)
def test_an_input_is_shown(given: object, text: str) -> None:
    assert input_text(given) == text


def test_an_input_that_cannot_be_shown_is_refused() -> None:
    with pytest.raises(DataError):
        input_text(object())


def test_running_text_is_asked_about_in_stretches_of_whole_lines() -> None:
    """Every line in one of them, none longer than it has to be, each where its first line stands."""
    lengths = [298, 0, 10, 289, 5, 280, 12, 1, 700, 0, 3, 299, 298, 300, 40]
    passages = [Passage(chr(97 + k) * length, 5 + k) for k, length in enumerate(lengths)]
    found = list(stretches(passages))
    assert "\n".join(one.text for one in found) == "\n".join(one.text for one in passages)
    at = 0
    for one in found:
        lines = one.text.split("\n")
        assert one.line == 5 + at
        assert len(one.text) + 1 >= STRETCH or one is found[-1]
        assert len("\n".join(lines[:-1])) + 1 < STRETCH
        at += len(lines)
    assert [one.line for one in found] == [5, 7, 9, 12, 14, 17, 19]
    assert list(stretches([])) == []
    assert [*questions(passages, RUNNING)] == [Question(one.text, None, one.line, one.text) for one in found]


def test_a_line_that_was_cut_goes_on_without_a_break() -> None:
    parts = [Passage("a" * 290, 1, ends=False), Passage("b" * 9, 1), Passage("c", 2, ends=False), Passage("d", 2)]
    assert list(stretches(parts)) == [Passage("a" * 290 + "b" * 9, 1), Passage("cd", 2)]
    assert list(stretches(parts[:1])) == [Passage("a" * 290, 1)]


@pytest.mark.parametrize(
    ("steps", "window", "horizon_", "ends"),
    [
        (12, 8, 3, [8, 9]),
        (20, 4, 15, [4, 5]),
        (6, 8, 3, [3]),  # less than a window
        (3, 8, 3, [1]),  # at least one
        (1, 8, 3, [1]),
        (11, 8, 3, [8]),
    ],
)
def test_a_series_is_asked_about_at_each_origin(steps: int, window: int, horizon_: int, ends: list[int]) -> None:
    one = series(steps, "s")
    found = list(windows(one, horizon(window, horizon_)))
    assert [question.text for question in found] == [f"s: up to step {end}" for end in ends]
    for question, end in zip(found, ends, strict=True):
        past = question.given
        assert isinstance(past, Series)
        assert past.values[:, 0].tolist() == list(range(end))
        assert (question.target, question.line, question.record, past.start) == (None, 7, None, 0)


def test_an_origin_is_named_by_its_time() -> None:
    days = [f"day {k}" for k in range(12)]
    named, plain = (list(windows(series(12, name, days), horizon(8, 3))) for name in ("s", ""))
    assert [one.text for one in named] == ["s: up to day 7", "s: up to day 8"]
    assert [one.text for one in plain] == ["up to day 7", "up to day 8"]
    assert isinstance(named[0].given, Series)
    assert named[0].given.times == tuple(days[:8])
    assert next(windows(series(12), horizon(8, 3))).text == "up to step 8"


@pytest.mark.parametrize("most", [0, 1, 3, 9, 10, 11])
def test_some_are_drawn_in_their_order(most: int) -> None:
    found = drawn(iter(range(10)), most, 1)
    assert found.total == 10
    assert found.kept == sorted(set(found.kept))
    assert len(found.kept) == min(most, 10)
    assert drawn(range(10), most, 1) == found
    assert drawn([], most, 1) == ([], 0)


def test_each_is_drawn_as_often_as_every_other() -> None:
    counts = Counter(one for seed in range(2000) for one in drawn(range(6), 2, seed).kept)
    assert set(counts) == set(range(6))
    assert max(abs(count - 2000 * 2 / 6) for count in counts.values()) < 100  # 4.7 standard deviations


@pytest.mark.parametrize(
    ("task", "recipe", "most", "note"),
    [
        ("translate", PLAIN, 35, "35 of 36 pairs were taken, drawn with seed 4"),
        ("translate", PLAIN, 1, "1 of 36 pairs was taken, drawn with seed 4"),
        ("translate", PLAIN, 36, None),
        ("translate", PLAIN, 37, None),
        ("language-model", RUNNING, 35, "35 of 36 lines were taken, the first ones"),
        ("language-model", RUNNING, 36, None),
        ("language-model", TASKS["language-model"].recipe().with_settings({"data.form": "lines"}), 5,
         "5 of 36 lines were taken, drawn with seed 4"),
    ],
)  # fmt: skip
def test_what_is_left_out_of_the_examples_is_said(task: str, recipe: TaskRecipe, most: int, note: str | None) -> None:
    every = list(examples(task))
    some = sampled(examples(task), most, recipe, 4)
    found = list(some)
    assert [one for one in some.notes if "taken" in one] == ([note] if note else [])
    assert len(found) == min(most, 36)
    assert found == list(some)  # it can be read again
    if note and "first" in note:
        assert [one.text for one in found] == SENTENCES[:most]
    else:
        assert found == drawn(every, most, 4).kept
    if most == 5:
        assert found != every[:5]
