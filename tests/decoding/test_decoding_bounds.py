"""The bounds of the settings of decoding, each of which belongs to what is allowed."""

from __future__ import annotations

import pytest

from recurra.decoding import DecodingOptions
from recurra.errors import UsageError

HIGHEST = {
    "length_penalty": 100,
    "coverage_penalty": 100,
    "min_length": 10_000,
    "max_length": 100_000,
    "max_ratio": 100_000,
    "temperature": 1000,
    "top_p": 1,
}
LOWEST = {
    "beam": 1,
    "nbest": 1,
    "length_penalty": 0,
    "coverage_penalty": 0,
    "min_length": 0,
    "top_k": 0,
    "max_extra": 0,
}
ABOVE = ("temperature", "top_p", "max_ratio")


@pytest.mark.parametrize("name", HIGHEST)
def test_no_more_than(name: str) -> None:
    most = HIGHEST[name]
    assert getattr(DecodingOptions(**{name: most}), name) == most  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        DecodingOptions(**{name: most + (1 if most > 1 else 0.001)})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LOWEST)
def test_no_less_than(name: str) -> None:
    least = LOWEST[name]
    assert getattr(DecodingOptions(**{name: least}), name) == least  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        DecodingOptions(**{name: least - 1})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ABOVE)
def test_more_than_nothing(name: str) -> None:
    assert DecodingOptions(**{name: 1e-6})  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        DecodingOptions(**{name: 0.0})  # type: ignore[arg-type]


def test_so_many_outputs_of_a_beam_and_of_samples() -> None:
    assert DecodingOptions(beam=3, nbest=3).nbest == 3
    with pytest.raises(UsageError, match="nbest = 4 is more than beam = 3"):
        DecodingOptions(beam=3, nbest=4)
    assert DecodingOptions(sample=True, beam=1, nbest=4).nbest == 4
    with pytest.raises(UsageError, match="max_length = 2 is less than min_length = 3"):
        DecodingOptions(max_length=2, min_length=3)
    assert DecodingOptions(max_length=3, min_length=3)
