"""Tokens of which a tagger reads only the beginning are said, in training, evaluation and answers."""

from __future__ import annotations

import pytest
from toy_tasks import TOYS, examples, network, predictor

from recurra.data import DataSource, open_examples
from recurra.tasks import TASKS
from recurra.tasks.tag.words import LONGEST_TOKEN
from recurra.training import Event, Note

LINK = "https://" + "x" * 60
COMBINED = "e\u0301" * LONGEST_TOKEN  # 40 characters, of two code points each


def said_in_training(sentences: list[list[str]]) -> list[str]:
    task, heard = TASKS["tag"], list[Event]()
    rows = [*TOYS["tag"].rows, *((tokens, ["O"] * len(tokens)) for tokens in sentences)]
    found = open_examples(DataSource(rows=rows), task.kind)
    task.make(found, task.recipe().with_settings({"data.scheme": "IOB1"}), heard.append)
    return [one.text for one in heard if isinstance(one, Note) and "longer than" in one.text]


@pytest.mark.parametrize(
    ("sentences", "begins"),
    [
        ([["red", LINK]], "1 token is longer than 40 characters, of which the first 40 are read: "),
        ([["red", LINK], [LINK]], "2 tokens are longer than 40 characters, of which the first 40 are read: "),
        ([["red", "x" * LONGEST_TOKEN, COMBINED]], ""),
    ],
)
def test_before_training(sentences: list[list[str]], begins: str) -> None:
    notes = said_in_training(sentences)
    assert bool(notes) == bool(begins)
    assert all(note.startswith(begins) and "https://xxx" in note for note in notes)


def test_where_it_answers_and_is_measured() -> None:
    asked = predictor("tag", network("tag"))
    plain, long = asked.predict([["red"], ["red", LINK]], None)
    assert not plain.details.notes()
    assert long.details.notes() == ["of tokens of more than 40 characters only the first 40 are read"]
    assert "cut" not in long.details.to_mapping()
    notes = asked.evaluate(examples("tag", [(["red", LINK], ["O", "O"])]), None).notes
    assert any(note.startswith("1 token is longer than 40 characters") for note in notes)
