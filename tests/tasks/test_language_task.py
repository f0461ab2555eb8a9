"""A language model from text: its form and units, what is left out and said, what is stored and refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_tasks import network

from recurra.baselines import UnitsBaseline
from recurra.data import PLAIN, DataSource, EncodedTable, Examples, Passage, Row, open_examples
from recurra.errors import ModelError, RunError, UsageError
from recurra.tasks.language_model import task as module
from recurra.tasks.language_model.learner import LineLearner, StreamLearner
from recurra.tasks.language_model.mixing import mixture_of
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.tasks.language_model.task import (
    KINDS,
    LanguageModelling,
    decided,
    described_mixture,
    encoded_rows,
    suitable_units,
)
from recurra.tasks.task import Encoded
from recurra.training import Event, Note

TASK = LanguageModelling()
LINES = ["red", "blue rose", "a rose"]
PROSE = ["The day was long and all of us", "were tired, so we went home", "early. Then it rained and we", "stayed in."]


def examples(lines: list[str]) -> Examples[Passage]:
    return open_examples(DataSource(rows=list(lines)), PLAIN)


def recipe(**settings: object) -> LanguageRecipe:
    return LanguageRecipe().with_settings({name.replace("_", ".", 1): value for name, value in settings.items()})


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def made(form: str, **settings: object) -> Any:
    return network("language-model", 1, {"data.form": form, "text.units": "chars", **settings}, rows=LINES * 9)


@dataclass(frozen=True)
class Tables:
    folder: Path

    def table(self, name: str, rows: list[list[int]]) -> EncodedTable:
        every = (Row({"units": row, "characters": [len(row)]}, k) for k, row in enumerate(rows, 1))
        return EncodedTable.write(self.folder / name, KINDS, every)

    def encoded(self, train: list[list[int]], valid: list[list[int]]) -> Encoded:
        return Encoded(self.table("train", train), self.table("valid", valid))


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def test_the_form_is_decided_and_said_and_both_sides_have_it() -> None:
    said: list[Event] = []
    parts = TASK.split(examples(PROSE * 9), None, recipe(), said.append)
    assert parts.decided == {"data.form": "running"}
    assert parts.contiguous
    assert texts(said)[0].startswith("form: running, because after ")
    assert texts(said)[0].endswith(" (change it with --set data.form)")
    said.clear()
    parts = TASK.split(examples(["emma", "olivia", ""] * 1 + ["ava"] * 99), examples(["x", ""]), recipe(), said.append)
    assert parts.decided == {"data.form": "lines"}
    assert (parts.train.count(), parts.valid.count()) == (101, 1)
    assert not parts.contiguous
    assert len([note for note in texts(said) if "and left out" in note]) == 2
    said.clear()
    assert TASK.split(examples(PROSE), None, recipe(data_form="lines"), said.append).decided == {"data.form": "lines"}
    assert not [note for note in texts(said) if note.startswith("form: ")]


def test_settings_of_the_other_form_are_refused() -> None:
    train = examples(LINES)
    for settings, what in (
        ({"data_form": "lines", "batching_steps": 50}, "batching.steps is for running text, and these are lines"),
        ({"data_form": "running", "data_max_length": 50}, "data.max_length is for lines, and this is running text"),
    ):
        with pytest.raises(UsageError) as caught:
            decided(train, recipe(**settings), print)
        assert (caught.value.what, caught.value.fix) == (what, "Leave it out.")
    found = decided(train, recipe(data_form="running", batching_steps=50, text_units="chars"), print)
    assert (found.data.form, found.text.units) == ("running", "chars")
    said: list[Event] = []
    found = decided(train, recipe(), said.append)
    assert (found.data.form, found.text.units) == ("lines", "chars")
    assert texts(said) == [f"units: chars, because {suitable_units(train).reason}"]
    assert (
        decided(train, recipe(data_form="lines", data_max_length=50, text_units="words"), print).text.units == "words"
    )


def test_units_suit_the_text_and_how_much_of_it_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"a b c d e {'xyz'[k % 3]} b a c" for k in range(200)]
    prose = [f"the quick number {k} jumps over many lazy words of wood {k * k}" for k in range(200)]
    total = sum(map(len, prose))
    assert suitable_units(examples(words)).units == "words"
    found = suitable_units(examples(prose))
    assert (found.units, found.reason) == (
        "chars",
        f"{total:,} characters are too few to learn well from words or their pieces",
    )
    monkeypatch.setattr(module, "MIN_SUBWORD_TEXT", total)
    assert suitable_units(examples(prose)).units == "subwords"
    monkeypatch.setattr(module, "MIN_SUBWORD_TEXT", total + 1)
    assert suitable_units(examples(prose)).units == "chars"
    monkeypatch.setattr(module, "MIN_SUBWORD_TEXT", 1)
    short = suitable_units(examples(["emma", "olivia", "ava"]))
    assert short.units == "chars"
    assert "too few" not in short.reason


def test_passages_are_stored_with_their_ends() -> None:
    for form in ("lines", "running"):
        found = made(form)
        passages = [Passage("red", 3), Passage("ro", 4, ends=False), Passage("", 5, ends=False), Passage("", 6)]
        rows = list(encoded_rows(passages, found))
        ids = found.tokenizer.encode
        end = found.line_end
        assert [list(row.values["units"]) for row in rows] == [[*ids("red"), end], ids("ro"), [end]]
        assert [list(row.values["characters"]) for row in rows] == [[4], [2], [1]]
        assert [row.line for row in rows] == [3, 4, 6]


def test_what_learns_suits_the_form(tables: Tables) -> None:
    said: list[Event] = []
    data = tables.encoded([[5, 6, 7], [5, 6, 7, 8], [5, 6]], [[5, 6]])
    running = TASK.learner(made("running"), data, said.append)
    assert isinstance(running, StreamLearner)
    lines = TASK.learner(made("lines", **{"data.max_length": 2}), data, said.append)
    assert isinstance(lines, LineLearner)
    assert sorted(k for batch in lines.batches(0) for k in batch.tolist()) == [0, 2]
    assert texts(said) == ["1 of 3 lines is longer than 2 units and is left out (data.max_length)"]
    with pytest.raises(RunError, match="the text has fewer than two units: there is nothing to learn"):
        TASK.learner(made("running"), Encoded(tables.table("one", [[5]]), data.valid), print)
    TASK.learner(made("running"), Encoded(tables.table("two", [[5, 6]]), data.valid), print)


def test_ngrams_are_mixed_in_at_the_end_and_it_is_said(tables: Tables) -> None:
    found = made("lines")
    rows = [[*found.tokenizer.encode(line), found.line_end] for line in LINES]
    baseline = UnitsBaseline.fit([np.array(row) + 1 for row in rows] * 20, ~found.model.never.numpy())
    stored = baseline.stored().to_bytes()
    other = tables.encoded(rows, [rows[0]] * 3)
    for network_, data, given in (
        (made("lines", **{"model.ngrams": False}), other, stored),
        (found, other, b""),
        (found, Encoded(other.train, other.train), stored),
    ):
        said: list[Event] = []
        TASK.closed(network_, data, given, said.append)
        assert (said, network_.model.mixture) == ([], None)
    TASK.closed(found, other, stored, said.append)
    [note] = texts(said)
    assert note.startswith(f"the {baseline.name} is mixed in, with a mean weight of ")
    assert note.endswith(" without it, on 12 validation units")
    assert found.model.mixture.counts_at_all
    assert found.describe().endswith(f", over the grapheme clusters of lines, mixed with {baseline.longest}-grams")
    said.clear()
    TASK.closed(found, Encoded(other.train, tables.table("one", [rows[0][:1]])), stored, said.append)
    [note] = texts(said)
    assert note.startswith(f"the {baseline.name} is not mixed in: ")
    assert note.endswith(" without it, on 1 validation unit")
    assert found.describe().endswith(", over the grapheme clusters of lines")


def test_what_is_stored_is_loaded_and_what_is_damaged_refused() -> None:
    found = made("lines")
    rows = [np.array([5, 6, 7]) + 1] * 20
    found.model.mixture = mixture_of(found, UnitsBaseline.fit(rows, ~found.model.never.numpy()), [0.1, 0.2, 0.3])
    again = TASK.load(found.recipe, found.vocabularies())
    assert again.tokenizer.to_json() == found.tokenizer.to_json()
    assert again.model.mixture is not None
    assert again.vocabularies() == found.vocabularies()
    with pytest.raises(ModelError, match=r"data\.form is left open"):
        TASK.load(recipe(data_form="auto"), found.vocabularies())
    larger = network("language-model", 1, {"data.form": "lines", "text.units": "chars"}, rows=[*LINES, "xyz"] * 9)
    with pytest.raises(ModelError, match="the mixture with n-grams is none: n-grams of other units"):
        described_mixture(found.model.mixture.to_json(), larger)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="the mixture with n-grams is none"):
        described_mixture("{}", found)


def test_the_lines_of_an_ensemble_have_one_vocabulary_and_one_form() -> None:
    TASK.predictor([made("lines"), made("lines")])
    with pytest.raises(ModelError, match=r"have the same vocabulary and the same data\.form"):
        TASK.predictor([made("lines"), made("running")])


def test_the_side_is_the_text() -> None:
    found = made("lines")
    [side] = TASK.sides(found)
    assert (side.name, side.size, side.setting, side.becomes) == (
        "text", found.tokenizer.size, "text.vocabulary", module.PREDICTED,
    )  # fmt: skip
    [units] = side.read([Passage("redz", 1)])
    assert (units.number, list(units.unknown)) == (4, ["z"])


def test_what_is_said_as_a_network_is_made() -> None:
    said: list[Event] = []
    small = recipe(data_form="lines", text_units="chars", model_width=8, model_layers=1)
    pieces = examples(["un@@ known wor@@ ds", "a wor@@ d"] * 9)
    found = TASK.make(pieces, small, said.append)
    notes = texts(said)
    assert any(note.startswith("warning: ") and "perplexity is that of pieces" in note for note in notes)
    assert f"continuations may have up to {found.recipe.generation.length:,} units (from the training lines)" in notes
    said.clear()
    TASK.make(examples(LINES), small.with_settings({"generation.length": 7}), said.append)
    assert not [note for note in texts(said) if "continuations" in note or "warning" in note]
