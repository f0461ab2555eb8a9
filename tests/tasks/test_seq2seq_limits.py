"""How long outputs may become, and what is said of it, to the word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from toy_tasks import network

from recurra.data import Example
from recurra.decoding import DecodingOptions
from recurra.decoding.limits import learned_length, learned_limit
from recurra.errors import RunError
from recurra.tasks.seq2seq import limits
from recurra.tasks.seq2seq.limits import (
    Measured,
    limit_in_words,
    measured,
    never_written,
    say_too_long,
    short_pairs,
    with_limit,
)
from recurra.tasks.translate.recipe import Recipe
from recurra.training import Event, Note


def lengths(sources: list[int], targets: list[int], lines: list[int] | None = None) -> Measured:
    places = lines or [*range(1, len(sources) + 1)]
    return Measured(np.array(sources, np.int32), np.array(targets, np.int32), np.array(places, np.int64))


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_lengths_are_measured_in_the_units_of_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = network("translate", settings={"text.source_units": "chars", "text.target_units": "words"})
    pairs = [Example("red", "red blue", 3), Example("blue dark", "red", 7), Example("", "red red red", 9)]
    for chunk in (1, 2, 3, 4096):
        monkeypatch.setattr(limits, "CHUNK", chunk)
        found = measured(iter(pairs), made.source, made.target)
        assert [part.tolist() for part in found] == [[3, 9, 0], [2, 1, 3], [3, 7, 9]]
        assert [part.dtype for part in found] == [np.int32, np.int32, np.int64]


def test_what_is_longer_on_a_side_is_not_trained_on() -> None:
    some = lengths([3, 4, 1, 4], [1, 4, 5, 5], [2, 4, 6, 8])
    assert [part.tolist() for part in some.up_to(4)] == [[3, 4], [1, 4], [2, 4]]
    said: list[Event] = []
    assert short_pairs(some, 4, said.append).tolist() == [0, 1]
    assert texts(said) == ["2 of 4 examples are longer than 4 units and are left out (data.max_length)"]
    assert short_pairs(some, 5, said.append).tolist() == [0, 1, 2, 3]
    with pytest.raises(RunError, match="all examples are longer than 2 units"):
        short_pairs(some, 2, said.append)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (DecodingOptions(max_length=1234), "1,234 units"),
        (DecodingOptions(max_ratio=1.5, max_extra=1200), "1.5 units for each unit of the source and 1,200 more"),
        (DecodingOptions(max_ratio=2.0, max_extra=3), "2 units for each unit of the source and 3 more"),
    ],
)
def test_a_limit_in_words(options: DecodingOptions, words: str) -> None:
    assert limit_in_words(options) == words


def test_a_limit_is_learned_where_none_is_given() -> None:
    some = lengths([3, 5, 9, 4], [4, 6, 12, 900])
    short = some.up_to(100)
    recipe = Recipe().with_settings({"data.max_length": 100})
    said: list[Event] = []
    found = with_limit(recipe, some, said.append).decoding
    ours = learned_limit(short.source_lengths, short.target_lengths)
    assert (found.max_length, found.max_ratio, found.max_extra) == (None, ours.ratio, ours.extra)
    assert texts(said) == [f"outputs may have up to {limit_in_words(found)} (from the training targets)"]
    said.clear()
    found = with_limit(recipe, some, said.append, by_source=False).decoding
    assert (found.max_length, found.max_ratio, found.max_extra) == (learned_length(short.target_lengths), None, None)
    assert texts(said) == [f"outputs may have up to {found.max_length} units (from the training targets)"]


@pytest.mark.parametrize("given", [{"max_length": 20}, {"max_ratio": 2.0}, {"max_extra": 9}])
def test_a_limit_that_is_given_is_kept(given: dict[str, object]) -> None:
    some = lengths([3, 5, 9], [4, 6, 12])
    recipe = Recipe().with_settings({f"decoding.{name}": value for name, value in given.items()})
    said: list[Event] = []
    assert with_limit(recipe, some, said.append) is recipe
    assert said == []


def test_of_no_examples_nothing_is_learned() -> None:
    said: list[Event] = []
    recipe = Recipe().with_settings({"data.max_length": 2})
    assert with_limit(recipe, lengths([3], [4]), said.append) is recipe
    assert said == []


def test_what_can_never_be_written_is_said() -> None:
    some = lengths([3] * 7, [4, 5, 6, 1005, 7, 8, 9], [70, 60, 50, 40, 30, 20, 10])
    assert never_written(some, DecodingOptions(max_length=1005), "texts") == ""
    assert never_written(some, DecodingOptions(max_length=9), "training targets") == (
        "warning: 1 of the 7 training targets is longer than an output may become (line 40): it can never be written. "
        "The longest has 1,005 units: --set decoding.max_length=1005 allows it"
    )
    assert never_written(some, DecodingOptions(max_length=4), "texts") == (
        "warning: 6 of the 7 texts are longer than an output may become (lines 10, 20, 30, 40, 50 and 1 more): they "
        "can never be written. The longest has 1,005 units: --set decoding.max_length=1005 allows it"
    )
    said: list[Event] = []
    say_too_long(some, DecodingOptions(max_length=8), "validation", said.append)
    say_too_long(some, DecodingOptions(max_length=2000), "validation", said.append)
    assert texts(said) == [never_written(some, DecodingOptions(max_length=8), "validation targets")]
    recipe = Recipe().with_settings({"decoding.max_length": 8, "data.max_length": 100})
    said.clear()
    with_limit(recipe, some, said.append)
    assert texts(said) == [never_written(some.up_to(100), DecodingOptions(max_length=8), "training targets")]
    assert "1 of the 6 training targets" in texts(said)[0]
