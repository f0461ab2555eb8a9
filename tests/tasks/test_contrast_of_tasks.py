"""Contrasts of every task: the log-odds are those of the probabilities that the model itself gives."""

from __future__ import annotations

import math
from typing import Any

import pytest
from test_answers import check
from toy_tasks import TOYS, network, predictor

from recurra.errors import UsageError
from recurra.tasks import contrast as module
from recurra.tasks.contrast import ShownContrast, contrasted
from recurra.tasks.task import Network

OTHERS: dict[str, tuple[Any, Any]] = {
    "translate": ("red", "eulb"),
    "chat": ("red", "blue red"),
    "caption": ("red", "blue red"),
    "classify": ("long", "short"),
    "tag": ("O B-X", "O I-X"),
    "language-model": (" blue", " red"),
}


def contrast(
    task: str, versus: object, target: object = None, networks: list[Network] | None = None, options: Any = None
) -> ShownContrast:
    """Of the first toy input."""
    networks = networks or [network(task)]
    asked: Any = predictor(task, *networks)
    given, options = TOYS[task].inputs[0], options or networks[0].recipe.decoding
    return contrasted(asked.ask(given, options, target), asked.ask(given, options, versus), options)


@pytest.mark.parametrize("task", OTHERS)
def test_one_way_and_the_other(task: str) -> None:
    first, second = OTHERS[task]
    one, other = contrast(task, second, first), contrast(task, first, second)
    assert one.log_odds == pytest.approx(-other.log_odds, abs=1e-5)
    assert one.log_odds == pytest.approx(sum(step.difference for step in one.steps))
    assert (one.first, one.second, one.own) == (first, second, False)
    check(one.to_mapping(), "contrast.schema.json")
    assert "times as probable" in str(one)
    assert "<table" in one.body()
    assert one.body() in one._repr_html_()


@pytest.mark.parametrize("task", ["translate", "chat", "caption"])
def test_texts_are_worth_what_a_search_says(task: str) -> None:
    """Of the outputs of a beam, with the mean of two networks."""
    networks = [network(task), network(task, seed=2)]
    asked: Any = predictor(task, *networks)
    settings = {"beam": 12, "nbest": 12, **({"anti_lm": 0.0} if task == "chat" else {})}
    options: Any = (
        networks[0].recipe.with_settings({f"decoding.{key}": value for key, value in settings.items()}).decoding
    )
    found = [one for one in asked.searched(TOYS[task].inputs[0], options).outputs if one.finished]
    assert len(found) > 1
    pair = contrast(task, found[1].text, found[0].text, networks, options)
    assert pair.first_log_prob == pytest.approx(found[0].log_prob, abs=1e-4)
    assert pair.second_log_prob == pytest.approx(found[1].log_prob, abs=1e-4)
    assert (pair.first_score, pair.second_score) == pytest.approx((found[0].score, found[1].score), abs=1e-4)


def test_labels_are_worth_what_is_predicted() -> None:
    networks = [network("classify"), network("classify", seed=2)]
    asked: Any = predictor("classify", *networks)
    options = networks[0].recipe.with_settings({"decoding.nbest": 2}).decoding
    (answer,) = asked.predict([TOYS["classify"].inputs[0]], options)
    best, other = answer.alternatives
    pair = contrast("classify", other.text, None, networks)
    assert (pair.own, pair.first, len(pair.steps)) == (True, best.text, 1)
    assert pair.log_odds == pytest.approx(best.log_prob - other.log_prob, abs=1e-5)


def test_tags_stand_beside_each_other() -> None:
    pair = contrast("tag", "O I-X", "O B-X")
    assert [(step.place, step.first, step.second) for step in pair.steps] == [("red", "O", "O"), ("blue", "B-X", "I-X")]
    assert (pair.parting, pair.steps[0].difference) == (1, 0.0)


def test_texts_part_token_against_token_and_are_aligned_after_it() -> None:
    pair = contrast("translate", "der eulb krad", "eulb krad")
    assert [(step.first, step.second) for step in pair.steps] == [
        ("eulb", "der"),
        (None, "eulb"),
        ("krad", "krad"),
        ("<EOS>", "<EOS>"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "steps"),
    [
        ("abc", "abc", ["aa", "bb", "cc"]),
        ("abc", "axc", ["aa", "bx", "cc"]),
        ("abc", "xbc", ["ax", "bb", "cc"]),
        ("abc", "ab", ["aa", "bb", "c-"]),  # one goes on
        ("ab", "abc", ["aa", "bb", "-c"]),
        ("abcd", "axbcd", ["aa", "bx", "-b", "cc", "dd"]),  # at the parting token against token, then aligned
        ("abcd", "ad", ["aa", "bd", "c-", "d-"]),
        ("", "ab", ["-a", "-b"]),
        ("a", "b", ["ab"]),
    ],
)
def test_tokens_with_their_log_probabilities_are_aligned(first: str, second: str, steps: list[str]) -> None:
    one = [(token, -1.0 - k) for k, token in enumerate(first)]
    other = [(token, -0.5 - k / 4) for k, token in enumerate(second)]
    found = list(module._aligned(one, other))
    assert ["".join(name or "-" for name in (step.first, step.second)) for step in found] == steps
    assert [(step.first, step.first_log_prob) for step in found if step.first is not None] == one
    assert [(step.second, step.second_log_prob) for step in found if step.second is not None] == other
    assert all(step.first_log_prob is None for step in found if step.first is None)
    assert all(step.second_log_prob is None for step in found if step.second is None)


def test_what_a_language_model_writes_next_is_its_answer() -> None:
    made = network("language-model")
    asked: Any = predictor("language-model", made)
    (answer,) = asked.predict(["red"], made.recipe.decoding)
    pair = contrast("language-model", " blue", networks=[made])
    assert pair.own
    assert [step.first for step in pair.steps] == ["red", answer.text]
    assert [step.second for step in pair.steps] == ["red", "blue"]
    assert pair.steps[1].first_log_prob == pytest.approx(answer.alternatives[0].log_prob, abs=1e-5)


def test_what_is_ranked_by_more_than_length_has_no_score() -> None:
    made = network("chat")
    asked: Any = predictor("chat", made)
    options = made.recipe.with_settings({"decoding.anti_lm": 0.5}).decoding
    questions = [asked.ask(["red"], options, target) for target in ("red", "blue")]
    pair = contrasted(*questions, options)
    assert pair.first_score is None
    assert not math.isnan(pair.log_odds)


@pytest.mark.parametrize("task", ["regress", "forecast"])
def test_numbers_have_no_alternative(task: str) -> None:
    made = network(task)
    asked: Any = predictor(task, made)
    question = asked.ask(TOYS[task].inputs[0], made.recipe.decoding)
    with pytest.raises(UsageError, match="numbers have no alternatives"):
        contrasted(question, question, made.recipe.decoding)


@pytest.mark.parametrize("penalty", [0.0, 0.5, 2.0])
def test_the_score_of_a_target_is_that_of_wu(penalty: float) -> None:
    """Its log-probability over ((5 + n) / 6) to the power of the penalty, the end counted."""
    options: Any = network("translate").recipe.with_settings({"decoding.length_penalty": penalty}).decoding
    pair = contrast("translate", "eulb krad", "der", options=options)
    count = sum(step.first is not None for step in pair.steps)
    assert count > 1
    assert pair.first_score == pytest.approx(pair.first_log_prob / ((5 + count) / 6) ** penalty, abs=1e-5)


def test_a_printed_contrast_names_both() -> None:
    pair = contrast("classify", "short", "long")
    assert repr(pair) == f"<recurra.Contrast of 'long' and 'short': log-odds {pair.log_odds:+.2f}>"
