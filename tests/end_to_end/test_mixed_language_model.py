"""A language model with the n-grams of its baseline: what is predicted, scored, drawn, traced and stored is one."""

from __future__ import annotations

import json
import math
import pickle
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import recurra
from recurra.bundle import load_bundle, save_bundle
from recurra.bundle.folder import BASELINE, CONFIG
from recurra.errors import ModelError
from recurra.tasks.language_model.mixing import Told, fitted

SMALL = {
    "model.width": 16,
    "training.learning_rate": 0.003,
    "training.precision": "float32",
    "training.validations": 1,
    "batching.batch_tokens": 320,
}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


def lines(count: int, seed: int) -> list[str]:
    """Three syllables of a few; the last says the first again."""
    dice = random.Random(seed)
    found: list[str] = []
    for _ in range(count):
        first, second = dice.choice(["bar", "tul", "kem"]), dice.choice(["no", "si"])
        found.append(f"{first}{second}{dice.randint(0, 99)}{first}")
    return found


def verses(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    return [
        text
        for _ in range(count)
        for n in [dice.choice(["one", "two", "six"])]
        for text in (f"the {n} and", f"the {n} again.", "")
    ]


@pytest.fixture(scope="module", params=["lines", "running"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned far less than its n-grams."""
    path = tmp_path_factory.mktemp("mixed") / "model"
    data = lines(400, 1) if request.param == "lines" else verses(250, 1)
    heard: list[object] = []
    settings = {**SMALL, "data.form": request.param}
    recurra.train(data, task="language-model", to=path, epochs=1, settings=settings, listeners=[heard.append])
    notes = [str(getattr(event, "text", "")) for event in heard]
    assert any("grams is mixed in, with" in note and "without it, on" in note for note in notes), notes
    return path


def prompt(folder: Path) -> str:
    running = json.loads((folder / CONFIG).read_text())["recipe"]["data"]["form"] == "running"
    return "the two and\nthe tw" if running else "barsi12b"


def without(folder: Path, to: Path) -> recurra.Model:
    """The same network alone."""
    model = recurra.load(folder)
    model.networks[0].model.mixture = None  # type: ignore[assignment]
    model.save(to)
    return recurra.load(to)


def test_it_is_better_than_both_and_says_so(folder: Path, tmp_path: Path) -> None:
    model, alone = recurra.load(folder), without(folder, tmp_path / "alone")
    other = lines(100, 2) if "bar" in prompt(folder) else verses(60, 2)
    mixed, network = model.evaluate(other), alone.evaluate(other)
    assert mixed.baseline is not None
    assert mixed.measures["perplexity"].value < network.measures["perplexity"].value
    assert mixed.measures["perplexity"].value < 1.05 * mixed.baseline.measures["perplexity"].value
    assert "is mixed in" in (folder / "README.md").read_text()


def test_one_distribution_is_predicted_scored_and_traced(folder: Path) -> None:
    model, text = recurra.load(folder), prompt(folder)
    trace = model.trace(text)
    scored = [one for part in (model.surprisal(text.split("\n"))) for one in part.bits]
    for k in range(len(text) - 3, len(text)):
        answer = model.predict(text[:k], nbest=100)
        chances = {one.text: math.exp(one.log_prob) for one in answer.alternatives}
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-2)  # <UNK> is not among them
        assert -math.log2(chances[text[k]]) == pytest.approx(scored[k], abs=1e-3)
        seen = dict(trace.decisions[k].top)
        for token, chance in seen.items():
            if token in chances:
                assert chance == pytest.approx(chances[token], abs=1e-4)


def test_what_is_generated_follows_it_step_by_step(folder: Path) -> None:
    model, text = recurra.load(folder), prompt(folder)
    found = model.generate(text, beam=1, length=6).text
    for k in range(len(text), len(found)):
        assert model.predict(found[:k]).alternatives[0].text == found[k]
    drawn = model.generate(text, samples=3, seed=4, length=5)
    assert [one.text for one in drawn.alternatives] == [
        one.text for one in model.generate([text, text + "a"], samples=3, seed=4, length=5)[0].alternatives
    ]


def test_it_is_saved_and_an_ensemble_of_two_is_their_mean(folder: Path, tmp_path: Path) -> None:
    model, alone, text = recurra.load(folder), without(folder, tmp_path / "alone"), prompt(folder)
    model.save(tmp_path / "copy")
    again = recurra.load(tmp_path / "copy")
    assert again.surprisal(text).bits == model.surprisal(text).bits
    assert (tmp_path / "copy" / BASELINE).read_bytes() == (folder / BASELINE).read_bytes()
    both = recurra.load([folder, tmp_path / "alone"])
    chances = [np.exp2(-np.array(one.surprisal(text).bits)) for one in (model, alone, both)]
    np.testing.assert_allclose(chances[2], (chances[0] + chances[1]) / 2, rtol=1e-4)


def test_resuming_a_finished_run_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    form = json.loads((folder / CONFIG).read_text())["recipe"]["data"]["form"]
    data = lines(400, 1) if form == "lines" else verses(250, 1)
    model = recurra.train(
        data, task="language-model", to=folder, epochs=1, resume=True, settings={**SMALL, "data.form": form}
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert model.surprisal(prompt(folder)).bits == recurra.load(folder).surprisal(prompt(folder)).bits


def damaged_text(text: str, name: str, value: object) -> str:
    found = json.loads(text)
    part = found if name in found else found["sizes"]
    part[name] = value
    return json.dumps(found)


@pytest.mark.parametrize(
    ("name", "value"), [("longest", 99), ("longest", None), ("contexts", -1), ("units", 3), ("base", 2), ("sizes", [])]
)
def test_one_that_is_described_otherwise_is_refused(folder: Path, tmp_path: Path, name: str, value: object) -> None:
    bundle = load_bundle(folder)
    changed = {**bundle.tokenizers, "ngrams": damaged_text(bundle.tokenizers["ngrams"], name, value)}
    save_bundle(tmp_path / "copy", replace(bundle, tokenizers=changed))
    with pytest.raises(ModelError, match="mixture"):
        recurra.load(tmp_path / "copy")


@pytest.mark.parametrize(("name", "change"), [("alpha", 5.0), ("counts", 1), ("contexts", 1), ("weights", 1e9)])
def test_one_with_other_numbers_is_refused(folder: Path, tmp_path: Path, name: str, change: float) -> None:
    bundle = load_bundle(folder)
    key = f"mixture.{name}"
    found = bundle.weights[key].clone()
    changed = found.flip(0) if name == "contexts" else found + found.new_tensor(change)
    save_bundle(tmp_path / "copy", replace(bundle, weights={**bundle.weights, key: changed}))
    with pytest.raises(ModelError, match=r"the mixture with n-grams in model\.safetensors is impossible"):
        recurra.load(tmp_path / "copy")


def test_members_are_mixed_one_by_one(tmp_path: Path) -> None:
    settings = {**SMALL, "training.members": 2}
    model = recurra.train(lines(150, 1), task="language-model", to=tmp_path / "m", epochs=1, settings=settings)
    again = recurra.load(tmp_path / "m")
    assert again.surprisal("barno1bar").bits == model.surprisal("barno1bar").bits
    first, second = (one.surprisal("barno1bar").bits for one in again.members)
    both = -np.log2((np.exp2(-np.array(first)) + np.exp2(-np.array(second))) / 2)
    np.testing.assert_allclose(again.surprisal("barno1bar").bits, both, rtol=1e-4)
    weights = [network.model.mixture.weights.tolist() for network in again.networks]  # type: ignore[union-attr]
    assert weights[0] != weights[1]
    copied = pickle.loads(pickle.dumps(again))
    assert copied.surprisal("barno1bar").bits == again.surprisal("barno1bar").bits


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    model = recurra.train(
        lines(100, 1), task="language-model", to=tmp_path / "m", epochs=1, settings={**SMALL, "model.ngrams": False}
    )
    assert "ngrams" not in load_bundle(tmp_path / "m").tokenizers
    assert model.predictor.network.model.mixture is None  # type: ignore[attr-defined]


def told(network: float, ngrams: float, count: int = 500) -> Told:
    """Units that both know equally well on average: the one the even ones, the other the odd ones."""
    odd = torch.arange(count, dtype=torch.float64) % 2
    features = torch.stack([torch.ones(count).double(), 3 * odd, 3 * (1 - odd)], 1)
    return Told(math.log(network) - odd, math.log(ngrams) - 1 + odd, features)


def test_the_weights_follow_whoever_is_sure() -> None:
    found = fitted(told(0.9, 0.9))
    assert found.weights[1] > 0.5  # where the network is unsure the n-grams count
    assert found.weights[2] < -0.5
    assert found.better
    assert found.nats < -math.log(0.9) + 0.25
    assert found.share == pytest.approx(0.5, abs=0.01)


def test_what_brings_nothing_is_not_mixed_in() -> None:
    none = told(0.9, 0.9)
    assert not fitted(Told(none.network, none.network, none.features)).better
    worse = fitted(Told(none.network, none.network - 5, none.features))
    assert not worse.better
    assert worse.share < 0.02
