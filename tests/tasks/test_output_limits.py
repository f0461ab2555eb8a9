"""How long outputs may become: learned, kept in the model, replaced by what the user says, and said where it cuts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.data import DIALOGUES, PAIRS, PLAIN, DataSource, open_examples
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.chat.recipe import ChatRecipe
from recurra.tasks.chat.task import Chat
from recurra.tasks.cut import Cut, cut_notes
from recurra.tasks.language_model.recipe import GenerationOptions, LanguageRecipe
from recurra.tasks.language_model.task import LanguageModelling
from recurra.tasks.seq2seq.limits import Measured, never_written, with_limit
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.translate.task import Translate
from recurra.training import Event, Note

SMALL: dict[str, object] = {"model.width": 8, "model.layers": 1, "text.source_units": "chars"}


def said(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def made(rows: list[Any], **settings: object) -> tuple[DecodingOptions, list[str]]:
    """How a translator of these pairs answers, and what is said while it is made."""
    events: list[Event] = []
    recipe = Recipe().with_settings({**SMALL, "text.target_units": "chars", **settings})
    network = Translate().make(open_examples(DataSource(rows=rows), PAIRS), recipe, events.append)
    return network.recipe.decoding, said(events)


def test_long_outputs_of_short_sources_have_room() -> None:
    options, notes = made([(f"{k}", "one thousand two hundred and thirty") for k in range(10, 60)])
    assert options.max_ratio is not None
    assert options.max_extra is not None
    assert 3 * options.max_ratio + options.max_extra >= 70
    assert any(note.startswith("outputs may have up to ") for note in notes)
    assert not any("warning" in note for note in notes)


def test_a_limit_that_is_given_is_kept_and_what_it_cuts_is_said() -> None:
    rows = [(f"{k}", "one thousand" if k % 2 else "ten") for k in range(10, 20)]
    options, notes = made(rows, **{"decoding.max_length": 5})
    assert (options.max_length, options.max_ratio, options.max_extra) == (5, None, None)
    (warning,) = [note for note in notes if "warning" in note]
    assert "5 of the 10 training targets are longer than an output may become (lines 2, 4, 6, 8, 10)" in warning
    assert "decoding.max_length=12 allows it" in warning


def test_replies_have_one_limit_whatever_the_context() -> None:
    events: list[Event] = []
    talks = [["hi", "a long reply of more words", "bye", "yes"]] * 9
    recipe = ChatRecipe().with_settings({**SMALL, "text.source_units": "words"})
    network = Chat().make(open_examples(DataSource(rows=talks), DIALOGUES), recipe, events.append)
    assert network.recipe.decoding.max_length == 22


def test_examples_that_are_not_trained_on_do_not_count() -> None:
    lengths = Measured(np.array([3, 3, 3]), np.array([4, 4, 90]), np.array([1, 2, 3]))
    recipe = Recipe().with_settings({"data.max_length": 50})
    assert with_limit(recipe, lengths, lambda event: None).decoding.max_extra <= 30
    assert "1 of the 3 texts is longer" in never_written(lengths, DecodingOptions(max_length=50), "texts")
    assert never_written(lengths, DecodingOptions(max_length=90), "texts") == ""


@pytest.mark.parametrize("settings", [{"max_ratio": 3.0}, {"max_extra": 5}])
def test_two_limits_exclude_each_other(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="has no effect where max_length is given"):
        DecodingOptions(max_length=9, **settings)


def test_cut_outputs_are_counted_with_their_places() -> None:
    answers = [Answer("x", [Alternative("abc" * k, finished=k % 2 == 0)], None) for k in range(1, 16)]
    (note,) = cut_notes(answers)
    assert "8 of 15 outputs are cut off at the maximum length (examples 1, 3, 5, 7, 9 and 3 more)" in note
    assert "--set max_length=90 " in note
    assert cut_notes(answers[1:2]) == []
    one = Cut()
    one.add(answers[0])
    assert "1 of 1 output is cut off" in str(one.report())
    assert "(input 1)" in str(one.report())


@pytest.mark.parametrize(("text", "units"), [("강남", 6), ("é", 2), ("", 1)])
def test_what_is_advised_is_longer_than_the_limit_was(text: str, units: int) -> None:
    """Whatever the units are: letters of Hangul, marks, words."""
    (note,) = cut_notes([Answer("x", [Alternative(text, finished=False)], None)])
    assert int(note.split("max_length=")[1].split()[0]) > units


@pytest.mark.slow
def test_a_model_keeps_its_limit_and_what_is_said_when_it_answers_takes_its_place(tmp_path: Path) -> None:
    rows = [(f"{k}", "one hundred") for k in range(60)]
    events: list[Event] = []
    settings = {**SMALL, "text.target_units": "chars", "training.learning_rate": 0.0}
    recurra.train(rows, to=tmp_path / "m", epochs=1, task="translate", settings=settings, listeners=[events.append])
    model = recurra.load(tmp_path / "m")
    kept = model.recipe.decoding
    assert kept.max_length is None
    answer = model.predict("12")
    assert answer.finished == answer.to_mapping()["alternatives"][0]["finished"]  # type: ignore[index]
    long, short = (model.predict("12", min_length=least, max_length=most) for least, most in ((60, 60), (1, 1)))
    assert [len(one.text) <= most for one, most in ((long, 60), (short, 1))] == [True, True]
    assert len(long.text) > len(answer.text) > len(short.text)
    evaluation = model.evaluate([*rows, ("1", "two hundred"), ("", "x")], max_length=3)
    assert evaluation.count == 60
    assert any("1 source has several targets (2 examples, lines 2, 61)" in note for note in evaluation.notes)
    assert any("1 pair with an empty side skipped of 62" in note for note in evaluation.notes)
    assert any("references are longer than an output may become" in note for note in evaluation.notes)
    with pytest.raises(UsageError, match="max_ratio has no effect"):
        model.predict("12", max_length=3, max_ratio=5.0)


def test_continued_lines_become_as_long_as_lines_are() -> None:
    def length(rows: list[str], **settings: object) -> int | None:
        recipe = LanguageRecipe().with_settings({"model.width": 8, "text.units": "words", **settings})
        examples = open_examples(DataSource(rows=rows), PLAIN)
        return LanguageModelling().make(examples, recipe, lambda event: None).recipe.generation.length

    lines = ["red blue green", "red"] * 9
    assert length(lines, **{"data.form": "lines"}) == 16
    assert length(lines, **{"data.form": "lines", "generation.length": 7}) == 7
    assert length(lines, **{"data.form": "running"}) is None
    assert GenerationOptions().decoding().max_length == 200
