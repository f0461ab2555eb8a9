"""Which data are pairs to be translated, what is said as a translator is made, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_tasks import examples, network

from recurra.data import DataSource, EncodedPairs, Example
from recurra.data.preview import preview_of
from recurra.models import AlignedPairs
from recurra.tasks.seq2seq.aligned_pairs import learned, seconds_for
from recurra.tasks.task import Encoded
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.translate.task import Translate, may_have_pairs
from recurra.training import Event, Note

TASK = Translate()
PAIRS = [Example(f"{one}{other}", f"{one}{other}".upper(), 1) for one in "abcd" for other in "efgh"]
CHARS: dict[str, object] = {"text.source_units": "chars", "text.target_units": "chars"}


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_what_says_that_data_are_pairs(tmp_path: Path) -> None:
    def why(source: DataSource) -> str | None:
        return TASK.detect(preview_of(source))

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("one\ntwo\n")
    assert why(DataSource(str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))) == "these are two parallel files"
    assert why(DataSource(str(tmp_path / "a.txt"))) is None
    (tmp_path / "x.tsv").write_text("Src\tTrg\na\tb\n")
    assert why(DataSource(str(tmp_path / "x.tsv"))) == "its columns are called Src and Trg"
    assert why(DataSource(rows=[{"src": "a", "trg": "b"}])) == "its keys are called src and trg"
    assert why(DataSource(rows=[{"one": "a", "two": "b"}])) is None


def test_what_is_said_as_a_translator_is_made() -> None:
    said: list[Event] = []
    recipe = Recipe().with_settings({"model.width": 8, "model.layers": 1})
    made = TASK.make(examples("translate"), recipe, said.append)
    notes = texts(said)
    assert notes[0].startswith(f"source units: {made.recipe.text.source_units}, because ")
    assert notes[1].startswith(f"target units: {made.recipe.text.target_units}, because ")
    assert notes[-1].startswith("outputs may have up to ")
    said.clear()
    mixed = [Example("e\u0301", "e\u0301t\u00e9", k) for k in range(9)]
    TASK.make(mixed, recipe.with_settings(CHARS), said.append)
    assert [note for note in texts(said) if note.startswith("target: ")]
    cut = [Example("un@@ known", "wor@@ ds", k) for k in range(9)]
    TASK.make(cut, recipe.with_settings(CHARS), said.append)
    assert [note for note in texts(said) if note.startswith("warning: ") and "sources" in note]


def encoded(made: Any, folder: Path, train: list[Example], valid: list[Example]) -> Encoded:
    return Encoded(
        *(
            EncodedPairs.write(folder / name, some, made.source, made.target)
            for name, some in (("t", train), ("v", valid))
        )
    )


def translator(**settings: object) -> Any:
    return network("translate", settings={**CHARS, **settings}, rows=[(one.source, one.target) for one in PAIRS])


def test_pairs_that_are_too_long_are_left_out_and_targets_too_long_said(tmp_path: Path) -> None:
    made = translator(**{"data.max_length": 2, "decoding.max_length": 2})
    train = [*PAIRS[:3], Example("abe", "A", 4)]
    data = encoded(made, tmp_path, train, [PAIRS[0], Example("a", "ABE", 9)])
    said: list[Event] = []
    learner = TASK.learner(made, data, said.append)
    assert sorted(k for batch in learner.batches(0) for k in batch.tolist()) == [0, 1, 2]
    left, warning = texts(said)
    assert left == "1 of 4 examples is longer than 2 units and is left out (data.max_length)"
    assert warning.startswith("warning: 1 of the 2 validation targets is longer than an output may become (line 9)")


def test_ngrams_of_aligned_pairs_stand_beside_a_network_where_pieces_are_known(tmp_path: Path) -> None:
    made, said = translator(), list[Event]()
    data = encoded(made, tmp_path / "a", PAIRS[:12] * 4, PAIRS[2:14])
    TASK.closed(made, data, b"", said.append)
    assert isinstance(made.model.pairs, AlignedPairs)
    [note] = texts(said)
    assert "grams of aligned pairs" in note
    assert TASK.closing_seconds(made, data) == seconds_for(data.train, data.valid) > 0
    off = translator(**{"model.ngrams": False})
    same = Encoded(data.train, data.train)
    for other, given in ((off, data), (translator(), same)):
        said.clear()
        assert not may_have_pairs(other, given)
        assert TASK.closing_seconds(other, given) == 0
        TASK.closed(other, given, b"", said.append)
        assert (other.model.pairs, said) == (None, [])


def test_ngrams_are_left_out_where_many_pieces_are_new(tmp_path: Path) -> None:
    made, said = translator(), list[Event]()
    strange = [Example(one.source, one.target[::-1], 1) for one in PAIRS]
    TASK.closed(made, encoded(made, tmp_path, PAIRS[:12] * 4, strange), b"", said.append)
    assert (made.model.pairs, said) == (None, [])


@pytest.mark.parametrize("scales", [(0.0,), (2.0,), (0.0, 2.0), (1.0, 2.0)])
def test_networks_are_searched_with_the_ngrams_that_count(scales: tuple[float, ...], tmp_path: Path) -> None:
    networks = []
    for scale in scales:
        made = translator()
        pairs = learned(encoded(made, tmp_path / f"{len(networks)}", PAIRS, PAIRS[:2]).train, None)
        assert pairs is not None
        made.model.pairs = AlignedPairs.of(pairs.opened(), scale)
        networks.append(made)
    found: Any = TASK.predictor(networks)
    search = getattr(found.search, "__self__", None)
    if not any(scales):
        assert search is None
        return
    assert search.scales == pytest.approx([scale / len(scales) for scale in scales if scale])
    assert getattr(found.recorded, "__self__", None) is search
    assert np.isfinite(next(iter(found.predict(["ae"], networks[0].recipe.decoding))).alternatives[0].score)


def test_sides_are_source_and_target() -> None:
    made = translator(**{"text.min_count": 1})
    source, target = TASK.sides(made)
    assert (source.name, source.size, source.setting) == ("source", made.source.size, "text.source_vocabulary")
    assert (target.name, target.size, target.setting) == ("target", made.target.size, "text.target_vocabulary")
    pair = [Example("ab", "XYZ", 1)]
    assert [one.number for one in source.read(pair)] == [2]
    assert [one.number for one in target.read(pair)] == [3]
    assert source.becomes != target.becomes
