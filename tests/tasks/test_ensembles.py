"""Several models answer as one, in every task."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from toy_tasks import TOYS, examples, network, options_of, predictor

from recurra.errors import ModelError
from recurra.layers.crf import LinearChain
from recurra.tasks import TASKS
from recurra.tasks.answer import Answer
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.many_to_one.numbers import NumberDetails
from recurra.tasks.task import Network

# Examples of which another vocabulary is made, or other columns.
OTHER: dict[str, list[Any]] = {
    "translate": [("red", "der"), ("blue", "eulb")] * 20,
    "chat": [["red", "blue", "red"], ["blue", "red", "blue"]] * 20,
    "caption": [([3.0, k % 3, 0.5], "red") for k in range(40)],
    "classify": [("red", "short"), ("bright light", "long"), ("dark", "middle")] * 20,
    "regress": [("red", 1.0), ("bright light", 2.5), ("dark", 7.0)] * 20,
    "tag": [(["red", "blue"], ["B-X", "O"])] * 40,
    "language-model": ["red", "blue"] * 20,
    "forecast": [{"a": [float(k * k % 17) for k in range(80)], "c": [float(k % 5) for k in range(80)]}],
}


def asked(task: str, *networks: Network) -> list[Answer[Any]]:
    return list(predictor(task, *networks).predict(TOYS[task].inputs, options_of(task, networks[0])))


def numbers(answer: Answer[Any]) -> list[float]:
    """What of an answer is a number."""
    if isinstance(answer.details, NumberDetails):
        return [] if answer.details.value is None else [answer.details.value]
    if answer.score is None:
        return [value for column in answer.details.columns for value in column.median]
    return [one.score for one in answer.alternatives if one.score is not None]


def test_every_task_is_here() -> None:
    assert set(OTHER) == set(TASKS)


@pytest.mark.parametrize("task", TOYS)
def test_a_network_twice_answers_as_the_network(task: str) -> None:
    made = network(task)
    alone, twice = asked(task, made), asked(task, made, made)
    for one, other in zip(alone, twice, strict=True):
        assert [each.text for each in one.alternatives] == [each.text for each in other.alternatives]
        assert numbers(one) == pytest.approx(numbers(other), rel=1e-4)
    given = examples(task)
    measured = [predictor(task, *several).evaluate(given, made.recipe.decoding) for several in ([made], [made] * 2)]
    values = [[measure.value for measure in found.measures.values()] for found in measured]
    assert values[0] == pytest.approx(values[1], rel=1e-4)


@pytest.mark.parametrize("task", TOYS)
def test_another_network_changes_the_answers(task: str) -> None:
    first, second = network(task), network(task, seed=2)
    assert first.vocabularies() == second.vocabularies()
    alone, together = asked(task, first), asked(task, first, second)
    assert [numbers(one) for one in alone] != [pytest.approx(numbers(one), rel=1e-3) for one in together]
    again = asked(task, second, first)
    assert [numbers(one) for one in again] == [pytest.approx(numbers(one), rel=1e-3) for one in together]


@pytest.mark.parametrize("task", TOYS)
def test_networks_that_read_or_write_something_else_are_refused(task: str) -> None:
    with pytest.raises(ModelError, match="of an ensemble must"):
        predictor(task, network(task), network(task, rows=OTHER[task]))


@pytest.mark.parametrize("task", ["classify", "tag"])
def test_probabilities_are_means(task: str) -> None:
    settings = {"model.crf": False} if task == "tag" else {}
    several = [network(task, seed, settings) for seed in (1, 2, 3)]

    def of(*networks: Network) -> list[float]:
        answer = next(predictor(task, *networks).predict(["red blue"], networks[0].recipe.decoding))
        found = answer.details.probabilities  # of all labels, or of the tag that was chosen
        return list(found.values()) if isinstance(found, dict) else found

    together = of(*several)
    if task == "classify":
        means = [sum(each) / 3 for each in zip(*map(of, several), strict=True)]
        assert together == pytest.approx(means, rel=1e-5)
    else:
        assert all(1 / 3 < chance < max(of(one)[k] for one in several) + 1e-6 for k, chance in enumerate(together))


def test_a_crf_together_is_the_one_of_the_mean_scores() -> None:
    several = [network("tag", seed) for seed in (1, 2)]
    for k, one in enumerate(several):
        with torch.no_grad():
            one.model.crf.transition.fill_(k)  # type: ignore[union-attr]
    crf = predictor("tag", *several).ensemble.crf  # type: ignore[attr-defined]
    assert isinstance(crf, LinearChain)
    assert crf.transition.unique().tolist() == [0.5]
    assert crf.forbidden.equal(several[0].model.crf.forbidden)  # type: ignore[union-attr]
    assert LinearChain.mean([crf]) is crf


def test_tokens_that_are_remembered_are_tagged_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    several = [network("tag", seed) for seed in (1, 2)]
    found = predictor("tag", *several)
    sentences = ["red blue", "dark", "red dark blue red", "no such word", "blue no"]

    def answers(one: object) -> list[tuple[str, list[float]]]:
        every = one.predict(sentences, None)  # type: ignore[attr-defined]
        return [(answer.text, answer.details.probabilities) for answer in every]

    every = answers(predictor("tag", *several))
    first = [(text, pytest.approx(chances, abs=1e-6)) for text, chances in every]
    for most in (20_000, 2):  # of the latter all are forgotten between two batches
        monkeypatch.setattr("recurra.tasks.tag.ensemble.REMEMBERED", most)
        assert [answers(found) for _ in range(3)] == [first] * 3
    calls: list[int] = []
    monkeypatch.setattr("recurra.tasks.tag.ensemble.REMEMBERED", 20_000)
    answers(found)
    monkeypatch.setattr("recurra.tasks.tag.ensemble.spelt", lambda tokens: calls.append(len(tokens)))
    assert answers(found) == first
    assert not calls


def test_taggers_with_and_without_a_crf_are_refused() -> None:
    with pytest.raises(ModelError, match="must all have a CRF, or all have none"):
        predictor("tag", network("tag"), network("tag", settings={"model.crf": False}))


@pytest.mark.parametrize("form", ["lines", "running"])
def test_language_models_together_give_the_mean_probability(form: str) -> None:
    several = [network("language-model", seed, {"data.form": form}) for seed in (1, 2)]
    asked, (first, second) = LanguagePredictor(several), map(LanguagePredictor, zip(several))
    for text in ("red blue", "quiz", ""):
        together, one, other = (next(each.surprisal([text])).bits for each in (asked, first, second))
        means = [-math.log2((2**-a + 2**-b) / 2) for a, b in zip(one, other, strict=True)]
        assert together == pytest.approx(means, rel=1e-4)
    options = several[0].recipe.with_settings({"generation.beam": 3, "generation.length": 6}).generation
    (drawn,) = asked.generate(["red"], options)
    next_ones = {one.text: one.score for one in next(asked.predict(["red"], several[0].recipe.decoding)).alternatives}
    singles = [next(each.predict(["red"], several[0].recipe.with_settings({"decoding.nbest": 50}).decoding))
               for each in (first, second)]  # fmt: skip
    for text, chance in next_ones.items():
        apart = [one.score or 0.0 for single in singles for one in single.alternatives if one.text == text]
        assert chance == pytest.approx(sum(apart) / 2, rel=1e-4)
    assert drawn.text.startswith("red")
    assert drawn.best.log_prob is not None


def test_a_continuation_of_an_ensemble_has_the_mean_probability() -> None:
    """What a search says of a text is what scoring says of it."""
    several = [network("language-model", seed) for seed in (1, 2)]
    asked = LanguagePredictor(several)
    options = several[0].recipe.with_settings({"generation.beam": 1, "generation.length": 4}).generation
    (drawn,) = asked.generate(["red"], options)
    (whole,), (begun,) = asked.surprisal([drawn.text]), asked.surprisal(["red"])
    assert drawn.best.log_prob is not None
    count = len(whole.bits) - (not drawn.best.finished)
    added = sum(whole.bits[:count]) - sum(begun.bits[:-1])
    assert drawn.best.log_prob == pytest.approx(-added * math.log(2), rel=1e-3)
