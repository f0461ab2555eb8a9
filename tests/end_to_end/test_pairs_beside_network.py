"""A translator with n-grams of aligned pairs beside it: they order its candidates, and say so wherever it answers."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import recurra
from recurra.baselines.pairs import MOST_SCORED
from recurra.baselines.pairs_outputs import outputs
from recurra.bundle import load_bundle, save_bundle
from recurra.data import pad_sources
from recurra.decoding import log_likelihoods
from recurra.errors import ModelError
from recurra.models import AlignedPairs
from recurra.models.aligned_pairs import FURTHEST
from recurra.models.search import step_model
from recurra.padded import pad
from recurra.text.special import EOS, GO

SMALL = {
    "model.width": 32,
    "training.learning_rate": 0.01,
    "training.precision": "float32",
    "training.validations": 1,
    "batching.batch_tokens": 200,
}
SOUNDS = {"sh": "S", "x": "k s", "a": "a", "o": "o", "k": "k", "s": "s", "m": "m", "t": "t", "n": "N", "i": "i"}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


def words(count: int, seed: int) -> list[tuple[str, str]]:
    """Words that are spelled as they sound, but for a silent e."""
    dice, found = random.Random(seed), dict[str, str]()
    while len(found) < count:
        pieces = [dice.choice([*SOUNDS]) for _ in range(dice.randint(3, 6))]
        silent = "e" if dice.random() < 0.3 else ""
        found["".join(pieces) + silent] = " ".join(SOUNDS[one] for one in pieces)
    return [*found.items()]


@pytest.fixture(scope="module")
def proposing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has learned far less than its n-grams, so that these propose outputs too."""
    path = tmp_path_factory.mktemp("pairs") / "model"
    heard: list[object] = []
    recurra.train(words(700, 1), task="translate", to=path, epochs=5, settings=SMALL, listeners=[heard.append])
    notes = [str(getattr(event, "text", "")) for event in heard]
    assert any(
        "outputs are reranked by" in note and "grams of aligned pairs, with a weight of" in note for note in notes
    ), notes
    assert any("and the n-grams propose some of them" in note for note in notes), notes
    return path


@pytest.fixture(scope="module")
def folder(proposing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, where n-grams only put the network's outputs in order."""
    model = recurra.load(proposing)
    part = model.networks[0].model.pairs
    model.networks[0].model.pairs = AlignedPairs.of(part.opened(), float(part.scale))
    model.save(path := tmp_path_factory.mktemp("pairs") / "ordering")
    return path


def without(folder: Path, to: Path) -> recurra.Model:
    """The same network alone."""
    model = recurra.load(folder)
    model.networks[0].model.pairs = None  # type: ignore[assignment]
    model.save(to)
    return recurra.load(to)


def test_it_is_better_than_the_network_alone_and_says_what_it_is(folder: Path, tmp_path: Path) -> None:
    model, alone, other = recurra.load(folder), without(folder, tmp_path / "alone"), words(150, 2)
    both, network = model.evaluate(other), alone.evaluate(other)
    assert both.measures["sequence_error_rate"].value < network.measures["sequence_error_rate"].value
    assert both.measures["perplexity"].value == network.measures["perplexity"].value
    assert "beside" in str(model)
    assert "grams of aligned pairs" in str(model)


def test_proposals_make_it_better_still(proposing: Path, folder: Path) -> None:
    assert "outputs are reranked by" in (proposing / "README.md").read_text()
    other = words(150, 2)
    with_proposals, ordering = (recurra.load(one).evaluate(other).measures for one in (proposing, folder))
    assert with_proposals["sequence_error_rate"].value < 0.7 * ordering["sequence_error_rate"].value
    baseline = recurra.load(proposing).networks[0].model.pairs.opened()
    network = recurra.load(proposing).networks[0]
    own = outputs(baseline, [np.array(network.source.encode(word)) for word, _ in other])
    wrong = sum(network.target.decode(one) != right for one, (_, right) in zip(own, other, strict=True))
    assert with_proposals["sequence_error_rate"].value <= 100 * wrong / len(other) + 5


def test_proposals_have_the_scores_of_the_network_and_no_search_need_find_them(proposing: Path, tmp_path: Path) -> None:
    model, alone = recurra.load(proposing), without(proposing, tmp_path / "alone")
    network = model.networks[0]
    new = 0
    for word, _ in words(20, 3):
        searched = {one.text for one in alone.predict(word, nbest=5).alternatives}
        for one in model.predict(word, nbest=5).alternatives:
            if one.finished:
                targets = pad([torch.tensor([GO, *network.target.encode(one.text), EOS])])
                likely = log_likelihoods(
                    step_model([network.model]), pad_sources([network.source.encode(word)]), targets
                )
                assert one.log_prob == pytest.approx(likely[0], abs=1e-3)
            new += one.text not in searched
    assert new


def test_nothing_is_proposed_for_what_is_too_long_to_be_scored(proposing: Path) -> None:
    part = recurra.load(proposing).networks[0].model.pairs
    short, long = np.array([4, 5, 6]), np.full(MOST_SCORED + 1, 4)
    assert [bool(some) for some in part.proposals([long, short, long], 2)] == [False, True, False]
    assert part.proposals([long, short], 0) == [[], []]


def test_proposals_keep_to_what_outputs_are_asked_for(proposing: Path) -> None:
    model, some = recurra.load(proposing), [word for word, _ in words(20, 3)]
    for answer in model.predict(some, max_length=3, nbest=5):
        assert all(len(one.text.split()) <= 3 for one in answer.alternatives)
    for answer in model.predict(some, min_length=9, nbest=5):
        assert all(len(one.text.split()) >= 9 for one in answer.alternatives)
    shown = model.predict(some[0], attention=True, nbest=5)
    assert all(one.attention is not None for one in shown.alternatives)


def test_scores_are_those_of_both_and_the_network_has_proposed_the_same_outputs(folder: Path, tmp_path: Path) -> None:
    model, alone = recurra.load(folder), without(folder, tmp_path / "alone")
    network = model.networks[0]
    part = network.model.pairs
    moved = 0
    for word, _ in words(30, 3):
        mine = model.predict(word, nbest=5).alternatives
        theirs = {one.text: one for one in alone.predict(word, nbest=5).alternatives}
        assert {one.text for one in mine} == {*theirs}
        ids = {one.text: np.array(network.target.encode(one.text)) for one in mine}
        penalties = {one.text: ((5 + len(ids[one.text]) + one.finished) / 6) ** 1.0 for one in mine}
        first = next((one for one in theirs.values() if one.finished), next(iter(theirs.values())))
        least = first.score - FURTHEST * float(part.scale) / penalties[first.text]
        near = [text for text in ids if theirs[text].score >= least]
        (preferred,) = part.preferences([np.array(network.source.encode(word))], [[ids[text] for text in near]])
        nats = {**dict.fromkeys(ids, -FURTHEST), **dict(zip(near, preferred.tolist(), strict=True))}
        for one in mine:
            added = float(part.scale) * nats[one.text] / penalties[one.text]
            assert one.score == pytest.approx(theirs[one.text].score + added, abs=1e-4)
            assert one.log_prob == theirs[one.text].log_prob
        finished = [one.score for one in mine if one.finished]
        assert finished == sorted(finished, reverse=True)
        moved += mine[0].text != alone.predict(word).text
    assert moved


def test_greedy_search_and_samples_are_the_networks_alone(folder: Path, tmp_path: Path) -> None:
    model, alone, some = recurra.load(folder), without(folder, tmp_path / "alone"), [word for word, _ in words(20, 4)]
    for options in ({"beam": 1}, {"sample": True, "seed": 3, "nbest": 2}):
        mine, theirs = model.predict(some, **options), alone.predict(some, **options)
        assert [one.alternatives for one in mine] == [one.alternatives for one in theirs]


@pytest.mark.parametrize("which", ["proposing", "folder"])
def test_one_word_and_many_stream_and_search_have_the_same_answer(which: str, request: pytest.FixtureRequest) -> None:
    model, some = recurra.load(request.getfixturevalue(which)), [word for word, _ in words(40, 5)]
    together, new = model.predict(some, nbest=2), 0
    firsts = model.predict(some)
    assert [one.text for one in firsts] == [answer.alternatives[0].text for answer in together]
    assert [one.alternatives[0].score for one in firsts] == pytest.approx(
        [answer.alternatives[0].score for answer in together], abs=1e-5
    )
    for word, answer in zip(some[:12], together, strict=False):
        alone = model.predict(word, nbest=2)
        assert [one.text for one in alone.alternatives] == [one.text for one in answer.alternatives]
        assert [one.score for one in alone.alternatives] == pytest.approx([one.score for one in answer.alternatives])
        assert "".join(model.stream(word)) == answer.text
        tree = model.search(word, nbest=2)
        assert [one.text for one in tree.outputs] == [one.text for one in answer.alternatives]
        assert any("aligned pairs" in note for note in tree.notes)
        assert {one.found for one in tree.outputs} <= {*range(1, 6 if which == "folder" else 11)}
        proposed = [one for one in tree.outputs if one.found > 5]
        assert not proposed or any("propose" in note for note in tree.notes)
        new += len(proposed)
    assert bool(new) == (which == "proposing")


def test_it_is_saved_and_an_ensemble_weighs_by_the_mean(folder: Path, tmp_path: Path) -> None:
    model, alone = recurra.load(folder), without(folder, tmp_path / "alone")
    model.save(tmp_path / "copy")
    word = words(1, 6)[0][0]
    assert (
        recurra.load(tmp_path / "copy").predict(word, nbest=3).alternatives == model.predict(word, nbest=3).alternatives
    )
    twice = recurra.load([folder, folder]).predict(word, nbest=5).alternatives
    assert [one.text for one in twice] == [one.text for one in model.predict(word, nbest=5).alternatives]
    half = {
        one.text: one.score for one in recurra.load([folder, tmp_path / "alone"]).predict(word, nbest=5).alternatives
    }
    whole, none = ({one.text: one.score for one in m.predict(word, nbest=5).alternatives} for m in (model, alone))
    for text, score in half.items():
        assert score == pytest.approx((whole[text] + none[text]) / 2, abs=1e-3)


def test_members_weigh_them_one_by_one_also_where_they_are_no_help_to_one(tmp_path: Path) -> None:
    settings = {**SMALL, "training.members": 2}
    model = recurra.train(words(700, 1), task="translate", to=tmp_path / "m", epochs=6, settings=settings)
    again, some = recurra.load(tmp_path / "m"), [word for word, _ in words(20, 8)]
    assert [one.text for one in again.predict(some)] == [one.text for one in model.predict(some)]
    scales = [float(network.model.pairs.scale) for network in again.networks]  # type: ignore[union-attr]
    assert scales[0] != scales[1]
    again.networks[1].model.pairs.scale.zero_()  # type: ignore[union-attr]
    again.save(tmp_path / "one")
    half = recurra.load(tmp_path / "one")
    assert [float(network.model.pairs.scale) for network in half.networks] == [scales[0], 0.0]  # type: ignore[union-attr]


def test_of_several_columns_they_read_the_first(tmp_path: Path) -> None:
    """A word and how often it is said: the second column says nothing, and must not make pieces unknown."""
    dice = random.Random(9)
    pairs = [((word, dice.choice(["x", "yy", "zzz"])), sounds) for word, sounds in words(700, 1)]
    train = [("\t".join(columns), sounds) for columns, sounds in pairs]
    model = recurra.train(train, task="translate", to=tmp_path / "m", epochs=3, settings=SMALL)
    part = model.networks[0].model.pairs
    assert part is not None
    assert part.scale > 0
    some = [columns for columns, _ in pairs[:20]]
    sources = [np.array(ids) for ids in model.networks[0].source.encode_batch(["\t".join(one) for one in some])]
    lengths = [len(word) for word, _ in some]
    assert [len(one) for one in part.read(sources)] == lengths
    together = model.predict(["\t".join(one) for one in some])
    assert [model.predict(one).text for one in some] == [one.text for one in together]
    again = recurra.load(tmp_path / "m")
    assert again.networks[0].model.pairs.until == part.until  # type: ignore[union-attr]
    assert [one.text for one in again.predict(["\t".join(one) for one in some])] == [one.text for one in together]


def test_it_can_be_left_out(tmp_path: Path) -> None:
    settings = {**SMALL, "model.ngrams": False}
    recurra.train(words(300, 1), task="translate", to=tmp_path / "m", epochs=1, settings=settings)
    assert "pairs" not in load_bundle(tmp_path / "m").tokenizers


def test_where_source_and_target_do_not_correspond_in_order_there_are_none(tmp_path: Path) -> None:
    dice = random.Random(1)
    names = [f"w{k}" for k in range(300)]
    pairs = [(" ".join(some), " ".join(f"v{name}" for name in reversed(some))) for some in (
        dice.sample(names, 5) for _ in range(300)
    )]  # fmt: skip
    settings = {**SMALL, "text.source_units": "words", "text.target_units": "words"}
    recurra.train(pairs, task="translate", to=tmp_path / "m", epochs=1, settings=settings)
    assert "pairs" not in load_bundle(tmp_path / "m").tokenizers


@pytest.mark.parametrize("value", ["{}", "[]", "none", '{"facts": {}, "arrays": {"keys": ["<i8", [2, 2]]}}'])
def test_a_damaged_description_is_refused(value: str, folder: Path, tmp_path: Path) -> None:
    bundle = load_bundle(folder)
    save_bundle(tmp_path / "m", replace(bundle, tokenizers={**bundle.tokenizers, "pairs": value}))
    with pytest.raises(ModelError):
        recurra.load(tmp_path / "m")


@pytest.mark.parametrize("scale", [-1.0, 1e9])
def test_an_impossible_scale_is_refused(scale: float, folder: Path, tmp_path: Path) -> None:
    model = recurra.load(folder)
    model.networks[0].model.pairs.scale.fill_(scale)
    model.save(tmp_path / "m")
    with pytest.raises(ModelError, match="n-gram model of aligned pairs"):
        recurra.load(tmp_path / "m")


@pytest.mark.parametrize("number", [-1, 1000, "5", True, None])
def test_an_impossible_number_of_proposals_is_refused(number: object, folder: Path, tmp_path: Path) -> None:
    model = recurra.load(folder)
    part = model.networks[0].model.pairs
    model.networks[0].model.pairs = AlignedPairs.of(part.opened(), 1.0, proposes=number)
    model.save(tmp_path / "m")
    with pytest.raises(ModelError, match="n-gram model of aligned pairs"):
        recurra.load(tmp_path / "m")


@pytest.mark.parametrize("end", [-1, "4", 1.5])
def test_an_impossible_end_of_what_is_read_is_refused(end: object, folder: Path, tmp_path: Path) -> None:
    model = recurra.load(folder)
    model.networks[0].model.pairs = AlignedPairs.of(model.networks[0].model.pairs.opened(), 1.0, until=end)
    model.save(tmp_path / "m")
    with pytest.raises(ModelError, match="n-gram model of aligned pairs"):
        recurra.load(tmp_path / "m")


def test_impossible_numbers_are_refused(folder: Path, tmp_path: Path) -> None:
    model = recurra.load(folder)
    part = model.networks[0].model.pairs
    part.get_buffer("pairs-log_probs").neg_()
    model.save(tmp_path / "m")
    with pytest.raises(ModelError, match="n-gram model of aligned pairs"):
        recurra.load(tmp_path / "m")


def test_a_contrast_gives_no_score_of_the_network_alone(folder: Path) -> None:
    model = recurra.load(folder)
    word, sounds = words(1, 7)[0]
    contrast = model.contrast(word, sounds + " a")
    assert contrast.first_score is None
    assert contrast.second_score is None
