"""Linear layers over n-grams, numbers and kernels are what they say: the same as scikit-learn's on small data."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from recurra.baselines import Allowance, Cells, ColumnsBaseline, Fitting, Stored, from_bytes
from recurra.baselines.kernels import KERNELS, SeriesReader, kernel_weights
from recurra.baselines.linear import chosen_penalty, logistic, ridge
from recurra.baselines.ngrams import Ngrams, character_ngrams, word_ngrams
from recurra.baselines.readers import NumberReader, TextReader
from recurra.baselines.sparse import dense, side_by_side

TEXTS = ["a good film", "A bad, bad film!", "good good plot", "bad plot. film", "", "ein guter Film", "très bon"]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def whole(matrix: object) -> np.ndarray:
    """A matrix as an array."""
    return matrix.times(torch.eye(matrix.shape[1])).numpy()  # type: ignore[attr-defined]


def spaced(text: str) -> str:
    """As n-grams of characters see a text."""
    return f" {' '.join(text.lower().split())} "


@pytest.mark.parametrize(
    ("ngrams", "options"),
    [
        (word_ngrams, {"token_pattern": r"\w+|[^\w\s]", "ngram_range": (1, 2)}),
        (character_ngrams, {"analyzer": "char", "ngram_range": (2, 5), "preprocessor": spaced}),
    ],
)
def test_ngrams_weigh_as_those_of_scikit_learn(ngrams, options) -> None:  # type: ignore[no-untyped-def]
    found = ngrams(TEXTS)
    ours = whole(Ngrams.learn(found, 10_000).weigh(found))
    theirs = TfidfVectorizer(sublinear_tf=True, min_df=2, **options).fit_transform(TEXTS).toarray()
    assert ours.shape == theirs.shape
    # Columns stand in another order: the products of the rows do not depend on it.
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-6)


def test_of_too_many_ngrams_those_in_most_texts_are_kept() -> None:
    found = word_ngrams(["a b", "a b", "a c", "c d"])
    kept = Ngrams.learn(found, 1)
    assert whole(kept.weigh(word_ngrams(["a", "b", "c d"]))).tolist() == [[1.0], [0.0], [0.0]]


def test_logistic_regression_is_that_of_scikit_learn() -> None:
    dice = np.random.default_rng(1)
    features = dice.normal(size=(60, 5))
    labels = (features @ dice.normal(size=(5, 3)) + dice.normal(size=(60, 3))).argmax(1)
    ours = logistic(dense(features), torch.from_numpy(labels), 3, 0.5, Allowance(), tolerance=1e-6)
    theirs = LogisticRegression(C=2.0, tol=1e-8, max_iter=1000).fit(features, labels)
    np.testing.assert_allclose(ours(dense(features)).softmax(1).numpy(), theirs.predict_proba(features), atol=1e-3)


def test_however_short_the_time_something_is_learned() -> None:
    dice = np.random.default_rng(1)
    features = dice.normal(size=(200, 5))
    labels = torch.from_numpy((features[:, 0] > 0).astype(np.int64))
    found = logistic(dense(features), labels, 2, 0.5, Allowance(0.0))(dense(features)).argmax(1)
    assert float((found == labels).float().mean()) > 0.97


def test_ridge_regression_is_that_of_scikit_learn_also_with_weights() -> None:
    dice = np.random.default_rng(2)
    features, weights = dice.normal(size=(40, 6)), dice.integers(0, 2, 40).astype(float)
    targets = features @ dice.normal(size=(6, 2)) + 3
    parts = side_by_side([dense(features[:, :2]), dense(features[:, 2:])])
    ours = ridge(
        parts, torch.from_numpy(targets).float(), 2.0, weights=torch.from_numpy(weights).float(), tolerance=1e-6
    )
    theirs = Ridge(alpha=2.0).fit(features, targets, sample_weight=weights)
    np.testing.assert_allclose(ours.weights.numpy(), theirs.coef_.T, atol=1e-3)
    np.testing.assert_allclose(ours.bias.numpy(), theirs.intercept_, atol=1e-3)


def test_the_penalty_is_chosen_on_examples_that_are_held_out() -> None:
    dice = np.random.default_rng(3)
    features = dice.normal(size=(100, 80))
    noise = torch.from_numpy(dice.normal(size=(100, 1))).float()
    clear = torch.from_numpy(features[:, :1] * 3).float()
    penalties = [chosen_penalty(dense(features), one, Allowance(), labels=False) for one in (noise, clear)]
    strong, weak = (ridge(dense(features), *one) for one in zip((noise, clear), penalties, strict=True))
    assert strong.weights.abs().max() < 0.1
    assert weak.weights[0] > 2.5


def test_numbers_are_in_standard_form_and_missing_ones_are_the_mean() -> None:
    values = np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])
    read = whole(NumberReader.learn(values).read(values))
    np.testing.assert_allclose(read, [[-1, 0], [1, 0], [0, 0]], atol=1e-6)


def test_kernels_are_those_of_minirocket_and_padding_changes_nothing() -> None:
    weights = kernel_weights()
    assert weights.shape == (KERNELS, 9) == (84, 9)
    assert len({tuple(row) for row in weights.tolist()}) == KERNELS
    assert (weights.sum(1) == 0).all()
    dice = np.random.default_rng(4)
    series = [dice.normal(size=(length, 2)) for length in (30, 12, 40, 9)]
    reader, _ = SeriesReader.learn(series)
    other = dice.normal(size=(11, 2))
    np.testing.assert_allclose(reader.raw([*series, other])[4], reader.raw([other])[0], atol=1e-6)


def test_dilated_kernels_tell_slow_waves_from_fast_ones() -> None:
    dice = np.random.default_rng(5)

    def wave(period: float) -> np.ndarray:
        steps = np.arange(dice.integers(40, 60)) + dice.uniform(0, period)
        return (np.sin(2 * np.pi * steps / period) + dice.normal(0, 0.3, len(steps)))[:, None]

    labels = torch.tensor([k % 2 for k in range(80)])
    series = [wave(5.0 if k % 2 else 11.0) for k in range(80)]
    found = ColumnsBaseline.fit([Cells("series", series[:60])], labels[:60], 2, Allowance())
    right = found.outputs([Cells("series", series[60:])]).argmax(1) == labels[60:]
    assert float(right.float().mean()) > 0.95
    assert "dilated kernels" in found.name


def several(count: int) -> tuple[list[Cells], torch.Tensor]:
    dice = random.Random(count)
    rows = [(dice.choice(["good", "bad"]), dice.uniform(0, 9)) for _ in range(count)]
    columns = [Cells("text", [f"so {word}!" for word, _ in rows]), Cells("numbers", np.array([[n] for _, n in rows]))]
    return columns, torch.tensor([int(word == "good" and number > 3) for word, number in rows])


def test_several_columns_are_read_together_and_stored() -> None:
    columns, labels = several(200)
    found = ColumnsBaseline.fit(columns, labels, 2, Allowance())
    assert found.name == "logistic regression over n-grams of words and characters and numbers"
    others, right = several(100)
    assert float((found.outputs(others).argmax(1) == right).float().mean()) > 0.9
    again = ColumnsBaseline.from_stored(from_bytes(found.stored().to_bytes()))
    torch.testing.assert_close(again.outputs(others), found.outputs(others), atol=0.02, rtol=0.01)
    assert again.stored().to_bytes() == found.stored().to_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda facts, arrays: facts.update(columns=3),
        lambda facts, arrays: facts["0."].update(kind="image"),
        lambda facts, arrays: arrays.update(weights=arrays["weights"][1:]),
        lambda facts, arrays: arrays.update(bias=arrays["bias"] * np.float32("nan")),
        lambda facts, arrays: arrays.update({"0.words.hashes": arrays["0.words.hashes"][::-1].copy()}),
        lambda facts, arrays: arrays.pop("1.mean"),
    ],
)
def test_damage_is_refused(damage) -> None:  # type: ignore[no-untyped-def]
    stored = ColumnsBaseline.fit(*several(50), 2, Allowance()).stored()
    facts, arrays = dict(stored.facts), dict(stored.arrays)
    damage(facts, arrays)
    with pytest.raises((ValueError, KeyError)):
        ColumnsBaseline.from_stored(Stored(stored.kind, facts, arrays))


def test_what_is_kept_says_nothing_of_the_texts() -> None:
    found, _ = TextReader.learn(["secret word", "secret word"], 100)
    assert b"secret" not in found.stored().to_bytes()


def test_what_the_parts_of_an_input_add_is_all_that_the_outputs_are() -> None:
    dice = np.random.default_rng(0)
    texts = ["What is the  Capital of France ?", "who wrote İstanbul?", "how many how many", "x", "a b a b a"] * 3
    series = [dice.normal(size=(size, 2)).cumsum(0) for size in dice.integers(5, 60, size=15)]
    columns = [Cells("text", texts), Cells("series", series), Cells("numbers", dice.normal(size=(15, 3)))]
    baseline = ColumnsBaseline.fit(columns, torch.arange(15) % 3, 3, Allowance())
    for text, length in (("Who many of France", 20), ("", 3), ("unseen", 90)):
        asked = [
            Cells("text", [text]),
            Cells("series", [dice.normal(size=(length, 2)).cumsum(0)]),
            Cells("numbers", dice.normal(size=(1, 3))),
        ]
        shares = baseline.shares(asked)
        assert len(shares[1]) == length
        total = torch.stack([one.sum(0) for one in shares]).sum(0) + baseline.linear.bias
        torch.testing.assert_close(total, baseline.outputs(asked)[0], atol=1e-4, rtol=1e-4)


def test_held_out_outputs_know_nothing_of_their_own_group() -> None:
    dice = np.random.default_rng(0)
    columns = [Cells("numbers", dice.normal(size=(100, 60)))]
    labels, groups = torch.from_numpy(dice.integers(0, 2, size=100)), np.arange(100) % 5
    fitting = Fitting.of(columns, labels, 2, Allowance())
    outputs = fitting.held_out(groups)
    assert float((fitting.whole().outputs(columns).argmax(1) == labels).float().mean()) > 0.9
    assert 0.3 < float((outputs.argmax(1) == labels).float().mean()) < 0.7  # the labels are of chance
    labels[groups == 2] = 1 - labels[groups == 2]
    others = Fitting.of(columns, labels, 2, Allowance()).held_out(groups)
    torch.testing.assert_close(others[groups == 2], outputs[groups == 2])
    assert not torch.allclose(others[groups == 1], outputs[groups == 1], atol=0.1)
