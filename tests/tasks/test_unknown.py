"""What is said of inputs that a model does not know all of: how many, and which units, the commonest first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from recurra.tasks.unknown import input_notes, units_in_words, unknown_notes

ONE = "contains characters or words that the model does not know and reads as <UNK>"
WORDS = "contain characters or words that the model does not know and reads as <UNK>"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([], []),
        ([[], []], []),
        ([["q"]], [f"1 of 1 input (100.0%) {ONE}: 'q'"]),
        ([[], ["q"], [], []], [f"1 of 4 inputs (25.0%) {ONE}: 'q'"]),
        ([["q", "z"], [], ["z", "z"]], [f"2 of 3 inputs (66.7%) {WORDS}: 'z', 'q'"]),  # the commonest first
        ([["b"], ["a"]], [f"2 of 2 inputs (100.0%) {WORDS}: 'b', 'a'"]),  # of equal ones the earlier
        ([["q"]] * 1200 + [[]] * 800, [f"1,200 of 2,000 inputs (60.0%) {WORDS}: 'q'"]),
        ([[*"abcdefghijk"]], [f"1 of 1 input (100.0%) {ONE}: {', '.join(map(repr, 'abcdefghij'))} and 1 other"]),
    ],
)
def test_inputs_with_unknown_units_are_counted(inputs: Sequence[Sequence[str]], said: list[str]) -> None:
    assert unknown_notes(inputs) == said
    assert unknown_notes(iter(inputs)) == said


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([], ""),
        (["q"], "'q'"),
        (["q", "z", "q"], "'q', 'z'"),  # each once
        ([*"abcdefghij"], ", ".join(map(repr, "abcdefghij"))),
        ([*"abcdefghijkl"], ", ".join(map(repr, "abcdefghij")) + " and 2 others"),
        (["x" * 40], f"'{'x' * 40}'"),
        (["x" * 41], f"'{'x' * 40}…'"),
        (["\u0301"], "'◌\u0301'"),  # a mark alone
        (["\t"], "'⇥'"),
    ],
)
def test_units_in_words(units: list[str], words: str) -> None:
    assert units_in_words(units) == words
    expected = f"the input has what the model does not know and reads as <UNK>: {words}"
    assert input_notes(units) == ([expected] if units else [])
