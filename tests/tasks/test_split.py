"""Setting examples aside: by a hash of the input, in whole groups, and none without which a label is not learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from recurra.data import LABELLED, PAIRS, DataSource, Examples, Kind, open_examples
from recurra.tasks.keys import PLACES, key_hash
from recurra.tasks.recipe import DataOptions
from recurra.tasks.split import Split, all_learned, same_for_both, set_aside, shared_keys, smallest, split_by_hash
from recurra.training import Event, Note

KIND: Kind[Any] = LABELLED


def examples(rows: Sequence[object]) -> Examples[Any]:
    return open_examples(DataSource(rows=rows), KIND)


def said(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_smallest_hashes_with_groups_together(count: int) -> None:
    """As sorting all of them says; a group that would be divided is left out, unless it is the first."""
    keys = [*"abacabdabe"]
    ordered = sorted(set(keys), key=key_hash)
    sizes = Counter(keys)
    taken: list[str] = []
    for key in ordered:
        if sum(sizes[one] for one in [*taken, key]) > count:
            break
        taken.append(key)
    expected = [k for k, key in enumerate(keys) if key in taken]
    first = [k for k, key in enumerate(keys) if key == ordered[0]]
    assert smallest(range(len(keys)), count, keys.__getitem__) == (expected or first[:count])


def test_all_are_taken_where_there_are_no_more() -> None:
    assert smallest("abc", 3, str) == smallest("abc", 9, str) == ["a", "b", "c"]
    assert smallest("", 3, str) == []


@pytest.mark.parametrize(
    ("places", "wanted", "aside"),
    [
        # A share of the hashes: 1/2 of four.
        ([0.1, 0.4, 0.5, 0.9], 2.0, [0.1, 0.4]),
        ([0.1, 0.4, 0.499, 0.9], 2.0, [0.1, 0.4, 0.499]),
        # A group is not set aside that is larger than a quarter of all and than what is wanted.
        ([0.1, 0.1, 0.3, 0.6, 0.7, 0.8, 0.9, 0.95], 4.0, [0.1, 0.3]),
        ([0.1, 0.1, 0.1, 0.6, 0.7, 0.8, 0.9, 0.95], 2.0, []),
        ([0.1, 0.1, 0.1, 0.6, 0.7, 0.8, 0.9, 0.95], 3.0, [0.1]),
        # None by its hash, but the share asks for two groups.
        ([0.6, 0.7, 0.8, 0.9], 2.0, [0.6]),
        ([0.6, 0.7, 0.8, 0.9], 1.9, []),
        # All of them is none.
        ([0.1, 0.2], 2.0, []),
        ([], 2.0, []),
        ([0.1], 0.5, []),
    ],
)
def test_which_groups_are_set_aside(places: list[float], wanted: float, aside: list[float]) -> None:
    def number(place: float) -> int:
        return int(place * PLACES)

    groups = np.array([number(place) for place in places], np.uint64)
    assert set_aside(groups, wanted) == {number(place) for place in aside}


ONE = "warning: no label is there twice: the training examples are used for validation as well; "
EVALUATE = "evaluate the model on others"


@pytest.mark.parametrize(
    ("aside", "valid"),
    [
        ("ae", "ae"),  # nothing is lost
        ("ac", "a"),  # y is only of c, all of which goes back
        ("ade", "ae"),
        ("acdef", "aef"),
    ],
)
def test_a_label_that_only_validates_is_learned_too(aside: str, valid: str) -> None:
    rows = [("a", "x"), ("b", "x"), ("c", "y"), ("d", "z"), ("e", "x"), ("c", "x"), ("f", "x")]
    whole = examples(rows)
    events: list[Event] = []
    parts = Split(whole.filter(lambda one: one.content not in aside), whole.filter(lambda one: one.content in aside))
    found = all_learned(whole, parts, KIND, events.append, lambda one: (one.label,), "no label is there twice")
    assert [one.content for one in found.valid] == [text for text, _ in rows if text in valid]
    assert [one.content for one in found.train] == [text for text, _ in rows if text not in valid]
    assert {one.label for one in found.train} == {"x", "y", "z"}
    assert found.shared == frozenset()
    assert said(events) == []
    assert (found is parts) == (aside == valid)


def test_where_no_label_can_be_spared_all_are_on_both_sides() -> None:
    whole, events = examples([("a", "x"), ("b", "y"), ("c", "z")]), list[Event]()
    parts = Split(whole.filter(lambda one: one.content == "c"), whole.filter(lambda one: one.content != "c"))
    found = all_learned(whole, parts, KIND, events.append, lambda one: (one.label,), "no label is there twice")
    assert list(found.train) == list(found.valid) == list(whole)
    assert found.shared == {key_hash(KIND.input_key(one)) for one in whole}
    assert said(events) == [ONE + EVALUATE]
    assert same_for_both(whole, KIND, events.append, "why").shared == found.shared
    assert said(events)[1] == "warning: why" + ONE.removeprefix("warning: no label is there twice") + EVALUATE


@pytest.mark.parametrize(
    ("kind", "others", "note"),
    [
        (KIND, "xyz", None),
        (KIND, "axyz", "warning: 1 of the test examples has an input that is also in the training data"),
        (KIND, "abxa", "warning: 3 of the test examples have an input that is also in the training data"),
    ],
)
def test_inputs_that_are_trained_on_are_counted(kind: Kind[Any], others: str, note: str | None) -> None:
    events: list[Event] = []
    train, rest = examples([(one, "p") for one in "abcdab"]), examples([(one, "q") for one in others])
    found = shared_keys(train, rest, kind, events.append, "test")
    assert found == {key_hash(kind.input_key(one)) for one in rest if one.content in "abcd"}
    assert said(events) == ([note] if note else [])


def test_a_share_is_set_aside_and_said() -> None:
    rows = [(f"text {k}", "xy"[k % 2]) for k in range(200)]
    events: list[Event] = []
    parts = split_by_hash(examples(rows), None, DataOptions(valid_share=0.2), KIND, events.append)
    valid = parts.valid.count()
    assert said(events) == [
        f"{valid} of them ({valid / 200:.1%}) are set aside for validation, chosen by a hash of the example"
    ]
    assert 20 < valid < 60
    assert sorted([*parts.train, *parts.valid]) == sorted(examples(rows))
    most = split_by_hash(examples(rows), None, DataOptions(valid_share=0.2, valid_max=4), KIND, events.append)
    assert set(most.valid) < set(parts.valid)
    again = split_by_hash(examples([*rows, ("more", "x")]), None, DataOptions(valid_share=0.2), KIND, events.append)
    assert set(parts.valid) <= set(again.valid) | {("more", "x", 201)}
    given = split_by_hash(examples(rows[:3]), examples(rows[2:5]), DataOptions(), KIND, events.append)
    assert (given.train.count(), given.valid.count(), len(given.shared)) == (3, 3, 1)


def test_too_few_to_set_any_aside_are_used_on_both_sides() -> None:
    events: list[Event] = []
    pairs: Kind[Any] = PAIRS
    rows = open_examples(DataSource(rows=[("a", "b")]), pairs)
    found = split_by_hash(rows, None, DataOptions(), pairs, events.append)
    assert list(found.train) == list(found.valid) == list(rows)
    assert said(events)[0].startswith("warning: too few different examples to set any aside: the training examples")
