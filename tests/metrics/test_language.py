"""Perplexity, bits and nats per character against their definitions."""

from __future__ import annotations

import math

import pytest

from recurra.metrics.language import measure_language


def test_the_measures_follow_from_the_sums() -> None:
    nats, units, characters = [2.0, 6.0], [2, 3], [4, 12]
    found = measure_language(nats, units, characters, name="words", counted="line ends", per="lines")
    assert set(found) == {"perplexity", "bits_per_character"}
    assert found["perplexity"].value == pytest.approx(math.exp(8 / 5))
    assert found["bits_per_character"].value == pytest.approx(8 / 16 / math.log(2))
    assert found["perplexity"].low <= found["perplexity"].value <= found["perplexity"].high
    assert "line ends counted; resampled over lines" in found["perplexity"].definition


def test_nats_per_character_are_given_where_units_are_characters() -> None:
    found = measure_language([3.0], [4], [4], name="chars", counted="line ends", per="lines")
    assert found["nats_per_character"].value == pytest.approx(0.75)
    assert found["bits_per_character"].value == pytest.approx(0.75 / math.log(2))
    assert math.log(found["perplexity"].value) == pytest.approx(0.75)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        measure_language([], [], [], name="chars", counted="", per="lines")
