"""Options that stand for settings of a recipe."""

from __future__ import annotations

import re

import pytest

from recurra.cli.set_options import TIME, decoding_settings, parsed_settings, train_settings
from recurra.errors import UsageError
from recurra.training import parse_time


def test_short_options_and_set_become_settings() -> None:
    short = {"--cell": "gru", "--layers": None, "--bidirectional": False}
    assert train_settings(short, ["training.learning_rate=1e-3", "text.normalization = NFD"]) == {
        "model.cell": "gru",
        "model.bidirectional": False,
        "training.learning_rate": 0.001,
        "text.normalization": "NFD",
    }


def test_saying_the_same_twice_is_allowed() -> None:
    assert train_settings({"--layers": 3}, ["model.layers=3"]) == {"model.layers": 3}
    with pytest.raises(UsageError, match=re.escape("model.layers is given twice: 3 by --layers, 4 by --set")):
        train_settings({"--layers": 3}, ["model.layers=4"])


def test_a_value_may_have_an_equals_sign() -> None:
    assert parsed_settings(["a.b=c=d"]) == {"a.b": "c=d"}


def test_decoding_settings_need_no_section() -> None:
    assert decoding_settings({"beam": 3, "nbest": None}, ["decoding.length_penalty=1", "max_length=9"]) == {
        "beam": 3,
        "length_penalty": 1,
        "max_length": 9,
    }


@pytest.mark.parametrize(
    "text", ["90s", "5m", "1h30m", "1.5h", " 2d ", "5", "m", "5 m", "5x", "-5m", "", "5m!", "1h30"]
)
def test_the_quick_look_at_a_time_agrees_with_the_reading_of_it(text: str) -> None:
    try:
        parse_time(text)
        readable = True
    except UsageError:
        readable = False
    assert bool(TIME.fullmatch(text)) == readable
