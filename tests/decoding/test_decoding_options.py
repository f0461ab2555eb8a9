"""Dials that cannot be right are refused with their name and value; limits follow from the source."""

from __future__ import annotations

from typing import Any

import pytest
from toy_step_models import rows

from recurra.decoding import DecodingOptions
from recurra.decoding.limits import length_limits
from recurra.errors import UsageError
from recurra.padded import pad


@pytest.mark.parametrize(
    ("dials", "message"),
    [
        ({"beam": 0}, "beam: beam must be at least 1, got 0"),
        ({"nbest": 0}, "nbest: nbest must be at least 1, got 0"),
        ({"beam": 4, "nbest": 5}, "nbest: nbest = 5 is more than beam = 4"),
        ({"length_penalty": -0.1}, "length_penalty: length_penalty must be at least 0, got -0.1"),
        ({"length_penalty": float("nan")}, "length_penalty must be at least 0, got nan"),
        ({"coverage_penalty": -1.0}, "coverage_penalty must be at least 0, got -1.0"),
        ({"min_length": -1}, "min_length must be at least 0, got -1"),
        ({"max_length": 0}, "max_length: max_length = 0 is less than 1"),
        ({"max_length": 3, "min_length": 4}, "max_length = 3 is less than min_length = 4"),
        ({"max_ratio": 0.0}, "max_ratio must be more than 0, got 0.0"),
        ({"temperature": 0.0}, "temperature must be more than 0, got 0.0"),
        ({"temperature": float("inf")}, "temperature must be more than 0, got inf"),
        ({"top_k": -1}, "top_k must be at least 0, got -1"),
        ({"top_p": 0.0}, "top_p must be more than 0, got 0.0"),
        ({"top_p": 1.1}, "top_p must be at most 1, got 1.1"),
    ],
)
def test_refused(dials, message):
    with pytest.raises(UsageError) as caught:
        DecodingOptions(**dials)
    assert message in str(caught.value)
    assert caught.value.where == next(iter(dials)) or "nbest" in dials


def test_sampling_has_no_beam_to_exceed():
    assert DecodingOptions(beam=1, nbest=9, sample=True).nbest == 9


def test_limits_follow_from_each_source():
    source = pad(rows(3, 10, 1))
    assert length_limits(source, DecodingOptions()).tolist() == [26, 40, 22]
    assert length_limits(source, DecodingOptions(max_ratio=0.5)).tolist() == [21, 25, 20]
    assert length_limits(source, DecodingOptions(max_ratio=0.5, max_extra=3)).tolist() == [4, 8, 3]
    assert length_limits(source, DecodingOptions(max_extra=1)).tolist() == [7, 21, 3]
    assert length_limits(source, DecodingOptions(max_length=7)).tolist() == [7, 7, 7]
    assert length_limits(source, DecodingOptions(min_length=30)).tolist() == [30, 40, 30]


@pytest.mark.parametrize("given", [{"max_ratio": 3.0}, {"max_extra": 5}, {"max_ratio": 2.0, "max_extra": 5}])
def test_what_a_maximum_length_makes_useless_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"has no effect where max_length is given, which is 9 here"):
        DecodingOptions(max_length=9, **given)
    DecodingOptions(max_length=9, max_ratio=2.0, max_extra=20)  # as older recipes have it
