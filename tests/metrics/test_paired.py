"""Differences of two kinds of network: Student's t, Holm, and how rarely luck is taken for skill."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recurra.metrics.paired import holm, paired_difference, resample, student_p

# t, degrees of freedom, P(|T| > t), from tables of Student's t.
TABLE = [
    (12.706, 1, 0.05),
    (4.303, 2, 0.05),
    (3.182, 3, 0.05),
    (2.228, 10, 0.05),
    (3.169, 10, 0.01),
    (1.984, 100, 0.05),
    (0.0, 7, 1.0),
]


@pytest.mark.parametrize(("t", "degrees", "p"), TABLE)
def test_students_t_is_that_of_the_tables(t: float, degrees: float, p: float) -> None:
    assert student_p(t, degrees) == pytest.approx(p, abs=2e-4)
    assert student_p(-t, degrees) == student_p(t, degrees)


def test_many_degrees_are_the_normal_distribution() -> None:
    assert student_p(1.96, 1e9) == pytest.approx(math.erfc(1.96 / math.sqrt(2)), abs=1e-3)


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def outputs(right: np.ndarray) -> np.ndarray:
    """Statistics [S, N, 2] of whether each output is right, [S, N]."""
    return np.stack([right.astype(float), np.ones_like(right, dtype=float)], axis=2)


def test_the_measure_is_a_sum_over_a_sum() -> None:
    found = resample(np.array([[[1, 2], [3, 8]], [[0, 2], [5, 8]]], dtype=float))
    assert found.values.tolist() == [40.0, 50.0]
    assert found.resampled.shape == (1000,)


def test_what_is_the_same_does_not_differ() -> None:
    one = resample(outputs(np.random.default_rng(1).random((3, 100)) < 0.7))
    assert paired_difference(one, one) == (0.0, pytest.approx(100 / 102), 1.0)


def test_a_large_difference_is_sure_and_a_few_examples_never_are() -> None:
    generator = np.random.default_rng(1)
    good, bad = generator.random((3, 300)) < 0.9, generator.random((3, 300)) < 0.6
    difference = paired_difference(resample(outputs(good)), resample(outputs(bad)))
    assert difference.value == pytest.approx(30, abs=5)
    assert difference.p < 0.01
    few = paired_difference(resample(outputs(good[:, :19])), resample(outputs(bad[:, :19])))
    assert few.p == 1.0


def test_pairing_sees_what_is_hidden_among_hard_and_easy_examples() -> None:
    generator = np.random.default_rng(1)
    hard = generator.random(400) < 0.5
    better = np.tile(~hard, (3, 1))
    worse = better & (generator.random((3, 400)) > 0.06)  # the same, with a few more mistakes
    assert paired_difference(resample(outputs(better)), resample(outputs(worse))).p < 0.05


@pytest.mark.parametrize("spread", [0.0, 0.08])
def test_two_of_the_same_kind_are_rarely_told_apart(spread: float) -> None:
    """The error of the first kind, with seeds that matter and with seeds that do not, is about 5 % or less."""
    generator = np.random.default_rng(1)
    false = 0
    for _ in range(100):
        difficulty = generator.random(200)
        skill = 0.7 + spread * generator.standard_normal((2, 3, 1))  # of two kinds, at three seeds
        one, other = generator.random((2, 3, 200)) < np.clip(skill + 0.5 * (difficulty - 0.5), 0, 1)
        false += paired_difference(resample(outputs(one)), resample(outputs(other))).p < 0.05
    assert false <= 10
