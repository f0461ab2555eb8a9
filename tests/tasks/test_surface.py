"""Shapes and affixes of words as numbers: what is read of a word, what is kept, and what a tagger makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from toy_tasks import network, predictor

import recurra
from recurra.data.tagged import TagReads
from recurra.errors import ModelError
from recurra.models.tagger import Sentences, Tagger, TaggerOptions
from recurra.padded import Padded
from recurra.tasks.tag.surface import MIN_WORDS, Surface
from recurra.tasks.tag.words import Encoded, Token, batch_of, to_device

WORDS = ["walking", "talking", "Singing", "York", "Bath", "Rome", "12", "34", "56", "a"]


def surface(*, shapes: bool = True, affixes: int = 3, lowercase: bool = True) -> Surface:
    found = Surface.build(WORDS, shapes=shapes, affixes=affixes, lowercase=lowercase)
    assert found is not None
    return found


def test_what_several_words_share_is_known() -> None:
    assert MIN_WORDS == 3
    shapes, *affixes = surface().known
    assert shapes == ("Xx", "d", "x")
    assert affixes == [(), ("g",), (), ("ng",), (), ("ing",)]


def test_each_slot_has_its_own_number_for_what_is_not_known() -> None:
    found = surface()
    assert found.ids("ab!") == (1, 2, 3, 4, 5, 6, 7)  # shape x!, and no affix that is known
    assert found.ids("a") == (found.ids("walking")[0], 2, 3, 0, 0, 0, 0)  # too short for the others
    assert found.ids("walking") == found.ids("calling")
    assert max(id for word in WORDS for id in found.ids(word)) < found.size == 1 + 7 + 6


def test_case_and_form_of_affixes() -> None:
    assert surface().ids("SING")[1:] == surface().ids("sing")[1:]
    assert surface(lowercase=False).ids("SING")[-1] != surface(lowercase=False).ids("sing")[-1]
    assert surface().ids("e\u0301") == surface().ids("\u00e9")  # one letter, however it is written


def test_nothing_is_read_where_all_is_switched_off() -> None:
    assert Surface.build(WORDS, shapes=False, affixes=0, lowercase=True) is None
    assert surface(affixes=0).ids("York") == (2,)
    assert surface(shapes=False).slots == 6


def test_stored_is_loaded() -> None:
    assert Surface.from_json(surface().to_json()) == surface()


@pytest.mark.parametrize(
    "change",
    [{"affixes": 2}, {"affixes": 11}, {"shapes": 1}, {"known": "x"}, {"known": [["x", "x"]] * 7}, {"known": [[1]] * 7}],
)
def test_damage_is_said(change: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        Surface.from_json(json.dumps({**json.loads(surface().to_json()), **change}))


def test_a_token_is_read_by_the_sum_of_its_features() -> None:
    torch.manual_seed(1)
    model = Tagger(TaggerOptions(width=8, embedding=5, characters=0, surface=6), 20, 10, 3, surface=9).eval()
    read = model.read(batch_of([Encoded([4, 5], [Token((4,), (1, 0)), Token((4,), (2, 8))])])).values[0]
    assert model.surface is not None
    table = model.surface.weight
    torch.testing.assert_close(read[:, 5:], torch.stack([table[1], table[2] + table[8]]))
    assert not table[0].any()


def test_rare_words_are_read_as_unknown_more_often() -> None:
    torch.manual_seed(0)
    options = TaggerOptions(width=8, embedding=5, characters=0, word_dropout=0.1, rare_dropout=0.5)
    model = Tagger(options, 20, 10, 3)
    ids = torch.full((50, 60), 7)
    sentences = Sentences(
        Padded(ids, torch.full((50,), 60)), Padded(torch.ones(1, 1).long(), torch.ones(1).long()), ids
    )
    for count, share in ((1, 0.5), (3, 0.25), (1000, 0.1)):
        counted = to_device(sentences._replace(counts=torch.full_like(ids, count)), torch.device("cpu"))
        unknown = (model.train().read(counted).values == model.words.weight[1]).all(-1).float().mean().item()
        assert unknown == pytest.approx(share, abs=0.04)


def test_a_tagger_goes_by_endings_and_can_do_without(tmp_path: Path) -> None:
    rows = [([word, other], ["N" if word[0].isupper() else "V", "N"]) for word in WORDS[:6] for other in WORDS[3:6]]
    settings = {"model.width": 8, "training.precision": "float32"}
    with_them = recurra.train(rows, task="tag", to=tmp_path / "a", epochs=1, settings=settings)
    assert "shapes and affixes (64)" in with_them.networks[0].describe()
    off = {**settings, "text.shapes": False, "text.affixes": 0}
    without = recurra.train(rows, task="tag", to=tmp_path / "b", epochs=1, settings=off)
    assert "affixes" not in without.networks[0].describe()
    assert "surface" not in without.networks[0].vocabularies()
    for model in (with_them, without):
        again = recurra.load(model.path)
        assert again.predict("York talking").details == model.predict("York talking").details


def test_a_tagger_knows_its_tags_in_what_it_reads() -> None:
    made: Any = network("tag")
    assert predictor("tag", made).reads == TagReads(frozenset(made.tags))
    assert made.tags
