"""The record of two outputs beside each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from recurra.errors import UsageError
from recurra.tracing import Contrast, ContrastStep

STEPS = [
    ContrastStep("a", "a", -0.5, -0.5),
    ContrastStep("b", "c", -0.2, -1.2),
    ContrastStep("d", None, -2.5, None),
    ContrastStep("<EOS>", "<EOS>", -0.1, -0.3),
]
PAIR = Contrast("text", "abd", "ac", True, STEPS, -0.6, -0.5)


def test_the_differences_add_up_to_the_log_odds() -> None:
    assert [round(step.difference, 6) for step in STEPS] == [0.0, 1.0, -2.5, 0.2]
    assert PAIR.log_odds == pytest.approx(sum(step.difference for step in STEPS))
    assert (PAIR.first_log_prob, PAIR.second_log_prob) == pytest.approx((-3.3, -2.0))


def test_it_knows_where_they_part_and_what_decides() -> None:
    assert (PAIR.parting, PAIR.deciding) == (1, 2)
    other = replace(PAIR, steps=[STEPS[0], STEPS[1], STEPS[3]])
    assert (other.parting, other.deciding) == (1, 1)


def test_a_search_error_is_a_better_output_that_was_not_found() -> None:
    assert PAIR.missed
    assert not replace(PAIR, own=False).missed
    assert not replace(PAIR, second_score=-0.5995).missed
    assert not replace(PAIR, second_score=None).missed


def test_the_same_output_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="the two outputs are the same to the model"):
        Contrast("text", "a", "a", True, [STEPS[0], STEPS[3]])


def test_it_comes_through_json_unchanged() -> None:
    mapping = json.loads(json.dumps(PAIR.to_mapping()))
    assert Contrast.of_mapping(mapping) == PAIR
    assert mapping["steps"][1]["difference"] == 1.0
    assert (mapping["parting"], mapping["deciding"]) == (1, 2)
