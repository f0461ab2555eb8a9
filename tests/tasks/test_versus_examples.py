"""Two evaluations side by side: which examples both have, and what of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from recurra.errors import UsageError
from recurra.metrics import Case, ExampleScores, Share
from recurra.tasks.versus import common, versus
from recurra.views.report.page import Measured

Places = Sequence[tuple[int, str]]


def cases(places: Places) -> list[Case]:
    return [Case(line, source) for line, source in places]


def measured(places: Places, right: Sequence[bool], *notes: str, measure: str = "accuracy") -> Measured:
    record: Any = {}
    scores = ExampleScores([1] * len(right), measures={measure: Share.right(right, "")}, whole=measure)
    return Measured(record, notes, scores, cases(places), {})


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ([(1, "a"), (2, "b")], [(1, "a"), (2, "b")], [(0, 0), (1, 1)]),
        ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], [(0, 1), (1, 0)]),
        ([(1, "a"), (2, "b")], [(1, "b"), (2, "c")], []),  # the same line with another input
        ([(1, "a"), (1, "a")], [(1, "a"), (1, "a"), (1, "a")], [(0, 0), (1, 1)]),  # in their order
        ([(1, "a"), (1, "a")], [(1, "a")], [(0, 0)]),
    ],
)
def test_examples_that_both_have_stand_on_one_line_with_one_input(one: Places, other: Places, found: Places) -> None:
    assert common(cases(one), cases(other)) == found


def test_what_changed_is_counted_and_what_one_lacks_is_said() -> None:
    every = [(k, "x") for k in range(6)]
    one = measured(every, [True, True, True, False, False, True], "of both", "of one")
    other = measured([*every[1:], (9, "y"), (10, "y")], [False, True, True, True, False, True, True], "of both")
    found = versus(one, other, ("old", "new")).two
    assert found.changes is not None
    assert tuple(found.changes) == (2, 2, 0, 1)  # now wrong, now right, wrong, right
    assert list(found.notes) == ["of both", "of one", "3 examples of one evaluation that the other lacks left out"]
    assert [one.line for one in found.one.cases] == [one.line for one in found.other.cases] == [1, 2, 3, 4, 5]
    (difference,) = found.differences
    assert difference.difference.value == pytest.approx(0.0)
    assert not versus(one, one, ("old", "new")).two.notes[2:]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (measured([(1, "b")], [True]), "no examples in common"),
        (measured([(1, "a")], [True], measure="recall"), "no measure in common"),
    ],
)
def test_what_cannot_be_compared_is_refused(other: Measured, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        versus(measured([(1, "a")], [True]), other, ("old", "new"))
