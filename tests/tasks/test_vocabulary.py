"""What vocabularies lack of the data: each side by itself, of training data with what helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from toy_tasks import SMALL, TOYS, examples

from recurra.data.unknown import READ, WRITTEN
from recurra.tasks import TASKS, vocabulary
from recurra.tasks.vocabulary import Side, counted_unknown, say_unknown, text_side, unseen_entries
from recurra.text import Tokenizer
from recurra.training import Event, Note

TOKENIZER = Tokenizer.build(["a b c d", "a b"], "words")  # four words and the special symbols


def side(setting: str = "text.source_size", min_count: int = 1, becomes: str = READ) -> Side[str]:
    return text_side("source", TOKENIZER, str.lower, setting, min_count, becomes)


def said(sides: Sequence[Side[str]], train: Sequence[str], valid: Sequence[str]) -> list[str]:
    events: list[Event] = []
    say_unknown(sides, train, valid, "pairs", events.append)
    return [event.text for event in events if isinstance(event, Note)]


HIDDEN = "red \u200b blue"
RARE = ["a b c d"] * 30 + ["A x"]  # 1 of 122 units


@pytest.mark.parametrize(
    ("made", "train", "valid", "notes"),
    [
        (side(), ["a b", "C d"], ["a"], []),
        (side(), RARE, [], [
            "source: 1 of 122 units (0.82%), in 1 of 31 pairs (3.2%), is not in the vocabulary of 8 and is read "
            "as <UNK>: x (1). --set text.source_size=9 takes in all"]),
        (side(), ["a x", "y x"], [], [
            "warning: source: 3 of 4 units (75.00%), in 2 of 2 pairs (100.0%), are not in the vocabulary of 8 and "
            "are read as <UNK>: x (2), y (1). --set text.source_size=10 takes in all"]),
        (side(min_count=2), ["a x", "y x"], [], [
            "warning: source: 3 of 4 units (75.00%), in 2 of 2 pairs (100.0%), are not in the vocabulary of 8 and "
            "are read as <UNK>: x (2), y (1). --set text.source_size=10 takes in all that are seen 2 times "
            "(text.min_count)"]),
        (side(min_count=3), ["a x", "y x"], [], [
            "warning: source: 3 of 4 units (75.00%), in 2 of 2 pairs (100.0%), are not in the vocabulary of 8 and "
            "are read as <UNK>: x (2), y (1). --set text.min_count=2 takes in the most frequent of them "
            "(it is 3 now)"]),
        (side("", becomes=WRITTEN), ["a x", "y x"], [], [
            "warning: source: 3 of 4 units (75.00%), in 2 of 2 pairs (100.0%), are not in the vocabulary of 8 and "
            "can never be written: x (2), y (1)"]),
        (side(), ["a"], ["a x", "a", "a"], [
            "source: of the validation data 1 of 4 units (25.00%), in 1 of 3 pairs (33.3%), is not in the vocabulary "
            "of 8 and is read as <UNK>: x (1)"]),
    ],
)  # fmt: skip
def test_what_a_vocabulary_lacks_is_said(made: Side[str], train: list[str], valid: list[str], notes: list[str]) -> None:
    assert said([made], train, valid) == notes


def test_each_side_is_counted_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "CHUNK", 2)
    backward = text_side("target", TOKENIZER, lambda text: " ".join(reversed(text.split()[1:])), "text.target_size")
    one, other = counted_unknown([side(), backward], ["x a", "a y b", "a", "y z", "c"])
    assert (one.texts, one.affected, one.tokens, one.unknown, one.different) == (5, 3, 9, 4, 3)
    assert (other.texts, other.affected, other.tokens, other.unknown, other.different) == (5, 2, 4, 2, 2)
    assert dict(one.most_frequent) == {"x": 1, "y": 2, "z": 1}
    assert counted_unknown([], iter(["never read"])) == []
    (first, second) = said([side(), backward], ["a", "b"], ["a x"])
    assert first.startswith("source: of the validation data 1 of 2 units")
    assert second.startswith("target: of the validation data 1 of 1 unit ")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a b", "a\u00a0b c"], []),  # spaces of any width can be seen
        (["a \u200b b"], ["source: 1 of 3 units is made of characters that cannot be seen, and is read like any other: "
                          "<U+200B> (1); take it out if nothing is meant by that"]),
        (["a \u200b", "\u2060\u200b \u200b a"],
         ["source: 3 of 5 units are made of characters that cannot be seen, and are read like any other: "
          "<U+200B> (2), <U+2060><U+200B> (1); take them out if nothing is meant by that"]),
    ],
)  # fmt: skip
def test_words_that_cannot_be_seen_are_counted(texts: list[str], said: list[str]) -> None:
    tokenizer = Tokenizer.build(texts, "words")
    notes: list[Any] = []
    say_unknown([text_side("source", tokenizer, str, "text.size")], texts, [], "pairs", notes.append)
    assert [note.text for note in notes] == [f"warning: {one}" for one in said]


def test_joiners_as_characters_are_part_of_how_words_are_spelled() -> None:
    tokenizer = Tokenizer.build(["a\u200db \u200cc"], "chars")
    assert unseen_entries(tokenizer) == {}


@pytest.mark.parametrize("task", ["translate", "chat", "classify", "regress", "tag", "language-model"])
def test_each_task_says_words_that_cannot_be_seen(task: str) -> None:
    hidden = {
        "translate": (HIDDEN, "red"), "chat": [HIDDEN, "red"], "classify": (HIDDEN, "long"), "regress": (HIDDEN, 3.5),
        "tag": (["red", "\u200b"], ["B-X", "O"]), "language-model": HIDDEN,
    }  # fmt: skip
    units = {"translate": "text.source_units", "chat": "text.source_units"}.get(task, "text.units")
    words = {} if task == "tag" else {units: "words"}
    recipe = TASKS[task].recipe().with_settings({**SMALL, **TOYS[task].settings, **words})
    data, said = examples(task, [*TOYS[task].rows, hidden[task]]), list[Any]()
    made = TASKS[task].make(data, recipe, lambda event: None)
    say_unknown(TASKS[task].sides(made), data, [], "examples", said.append)
    assert any("1 of" in one.text and "<U+200B> (1)" in one.text for one in said)
