"""A question about an output: of the model's own, of a cut one, of a given target; and where it looked."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from toy_tasks import network

from recurra.data import pad_sources
from recurra.decoding import Hypothesis
from recurra.errors import UsageError
from recurra.tasks.seq2seq.trace import CUT, END, WAS_CUT, ask_decoders, attention_map, number_of
from recurra.text.special import EOS, GO, UNK

SETTINGS = {"text.source_units": "chars", "text.target_units": "chars"}
SOURCE = "red"


@pytest.fixture(scope="module")
def made() -> Any:
    return network("translate", settings=SETTINGS)


def asked(made: Any, tokens: list[int], finished: bool, target: Any = None) -> Any:
    source = pad_sources([made.source.encode(SOURCE)])
    shown = [*made.source.characters(SOURCE), END]
    best = Hypothesis(tokens, -1.0, -1.0, finished)
    return ask_decoders([made.model], source, SOURCE, ["r", "e", "d", "<EOS>"], shown, best, made.target, target)


def test_the_models_own_output(made: Any) -> None:
    tokens = made.target.encode("blue")
    found = asked(made, tokens, True)
    assert (found.source, found.prediction, found.target, found.known) == (SOURCE, "blue", None, 0)
    assert found.source_tokens == ["r", "e", "d", "<EOS>"]
    assert found.target_tokens == ["b", "l", "u", "e", "<EOS>"]
    assert found.outputs == ["b", "l", "u", "e", "<EOS>"]
    assert list(found.chosen) == [*tokens, EOS]
    assert [(one.name, one.tokens) for one in found.inputs] == [
        ("source", ["r", "e", "d", "<EOS>"]),
        ("output", ["<GO>", "b", "l", "u", "e"]),
    ]
    assert (found.finished, found.notes, list(found.parts)) == (True, [], [1, 1, 1, 1])
    assert found.name_of(tokens[0]) == "b"
    assert found.number_of("l") == tokens[1]


def test_an_output_that_was_cut(made: Any) -> None:
    found = asked(made, made.target.encode("bl"), False)
    assert found.target_tokens == ["b", "l", "..."]
    assert (found.finished, found.notes) == (False, [WAS_CUT])
    given = asked(made, made.target.encode("bl"), False, "red")
    assert (given.finished, given.notes, given.target_tokens[-1]) == (True, [], "<EOS>")


def test_a_given_target(made: Any) -> None:
    found = asked(made, made.target.encode("blue"), True, "red")
    assert (found.prediction, found.target, found.known) == ("blue", "red", 4)
    assert found.outputs == ["r", "e", "d", "<EOS>"]
    strange = asked(made, made.target.encode("blue"), True, "r#d")
    assert strange.notes == ["the target has units that the model cannot write: '#'"]
    assert list(strange.chosen)[1] == UNK
    own = asked(made, [UNK], True)
    assert own.notes == []
    empty = asked(made, made.target.encode("blue"), True, "")
    assert (empty.outputs, empty.known) == (["<EOS>"], 1)


@pytest.mark.parametrize(("target", "got"), [(3, "3"), (["a"], "['a']")])
def test_what_is_no_target(made: Any, target: object, got: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(made, made.target.encode("blue"), True, target)
    assert caught.value.what == f"expected a text that the model could have written, got {got}"
    assert (caught.value.where, caught.value.fix) == ("target", 'Give a text: "...".')


def test_a_long_one_is_shown_by_its_beginning(made: Any) -> None:
    with pytest.raises(UsageError) as caught:
        asked(made, made.target.encode("blue"), True, ["x" * 50])
    shown = caught.value.what.split("got ")[1]
    assert shown == "['" + "x" * 38 + "… (and 14 more characters)"


def test_the_attention_of_a_run_is_shown_by_characters(made: Any) -> None:
    found = asked(made, made.target.encode("bl"), True)
    weights = torch.rand(1, 3, 4)

    class Looked:
        looked = (weights,)

    shown = found.attention(Looked())
    assert (shown.source_tokens, shown.target_tokens) == (["r", "e", "d", "<EOS>"], ["b", "l", "<EOS>"])
    torch.testing.assert_close(torch.tensor(shown.weights), weights[0])


def test_where_an_output_looked(made: Any) -> None:
    tokens, source = made.target.encode("bl"), [*made.source.characters(SOURCE), END]
    weights = torch.rand(3, 4)
    assert attention_map(Hypothesis(tokens, 0.0, 0.0, True), made.target, source) is None
    ended = attention_map(Hypothesis(tokens, 0.0, 0.0, True, weights), made.target, source)
    cut = attention_map(Hypothesis(tokens, 0.0, 0.0, False, weights[:2]), made.target, source)
    assert ended is not None
    assert cut is not None
    assert (ended.target_tokens, cut.target_tokens) == (["b", "l", "<EOS>"], ["b", "l"])
    torch.testing.assert_close(torch.tensor(ended.weights), weights)
    torch.testing.assert_close(torch.tensor(cut.weights), weights[:2])
    assert CUT == ("...", 1)


def test_units_are_known_by_how_they_are_written(made: Any) -> None:
    assert number_of("<EOS>", made.target) == EOS
    assert number_of("b", made.target) == made.target.encode("b")[0]
    assert number_of("b", made.target) not in (UNK, GO, EOS)
    for unit in ("bl", "", "#"):
        with pytest.raises(UsageError) as caught:
            number_of(unit, made.target)
        assert caught.value.what == f'"{unit}" is not one unit that the model can write'
        assert caught.value.where == "instead"
    with pytest.raises(UsageError) as caught:
        number_of("x" * 60, made.target)
    assert caught.value.what.startswith('"' + "x" * 40 + '…" (and 20 more characters) is not')
