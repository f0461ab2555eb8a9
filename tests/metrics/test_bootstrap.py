"""The interval is the one that drawing sentences again and scoring them afresh would give."""

from __future__ import annotations

import numpy as np
import pytest
import sacrebleu

from recurra.metrics import bleu, bootstrap, exact_match
from recurra.metrics.bootstrap import Numbers, interval


def mean(sums: Numbers) -> Numbers:
    return sums[:, 0] / sums[:, 1]


def statistics(values: Numbers) -> Numbers:
    return np.stack([values, np.ones_like(values)], axis=1)


@pytest.mark.parametrize("count", [300, bootstrap.GROUPS, bootstrap.GROUPS + 1, 3 * bootstrap.GROUPS + 1234])
def test_the_width_is_that_of_the_normal_distribution_for_a_mean(count: int) -> None:
    values = np.random.default_rng(0).normal(5.0, 2.0, count)
    low, high = interval(statistics(values), mean, float(values.mean()))
    margin = 1.96 * values.std() / np.sqrt(count)
    assert (high - low) / (2 * margin) == pytest.approx(1, abs=0.1)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.2 * margin)


def test_groups_hold_every_sentence_once() -> None:
    rows = statistics(np.arange(bootstrap.GROUPS * 2 + 7, dtype=np.float64))
    grouped = bootstrap._grouped(rows)
    assert grouped.shape == (bootstrap.GROUPS, 2)
    assert grouped.sum(axis=0) == pytest.approx(rows.sum(axis=0))
    assert set(grouped[:, 1]) == {2.0, 3.0}


def test_each_resample_draws_as_many_sentences_as_there_are() -> None:
    counts = bootstrap._counts(np.random.default_rng(1), 37)
    assert counts.shape == (bootstrap.CHUNK, 37)
    assert set(counts.sum(axis=1)) == {37.0}
    assert counts.mean(axis=0).std() < 0.3  # no sentence is preferred
    assert len({tuple(row) for row in counts}) == bootstrap.CHUNK


def test_bleu_of_resamples_is_bleu_of_the_drawn_sentences() -> None:
    references = [f"the {word} cat sat on the mat" for word in ("red", "big", "old", "fat", "sad", "shy")]
    predictions = [text.replace("sat", "lay") if i % 3 else text for i, text in enumerate(references)]
    generator = np.random.default_rng(bootstrap.SEED)
    scores: list[float] = []
    for _ in range(bootstrap.RESAMPLES // bootstrap.CHUNK):
        for counts in bootstrap._counts(generator, len(references)).astype(int):
            drawn = np.repeat(np.arange(len(references)), counts)
            scored = sacrebleu.corpus_bleu([predictions[i] for i in drawn], [[references[i] for i in drawn]])
            scores.append(scored.score)
    measure = bleu(predictions, references)
    ordered = sorted(scores)
    assert (measure.low, measure.high) == pytest.approx((ordered[25], ordered[-26]))
    assert measure.low < measure.value < measure.high


def test_the_interval_contains_the_value_and_is_the_same_each_time() -> None:
    references = ["a b c d e f", "x", "q r", ""]
    predictions = ["a b c d e g", "x", "q", "z"]
    first, second = bleu(predictions, references), bleu(predictions, references)
    assert first == second
    assert first.low <= first.value <= first.high


def test_certainty_has_no_width_and_more_sentences_less() -> None:
    assert exact_match(["a"] * 50, ["a"] * 50).low == 100
    few = exact_match(["a", "b"] * 20, ["a"] * 40)
    many = exact_match(["a", "b"] * 2000, ["a"] * 4000)
    assert many.high - many.low < (few.high - few.low) / 5
