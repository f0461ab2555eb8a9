"""Traces of all tasks, as they are shown."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from recurra.cells import GRU, Elman, HiddenState
from recurra.errors import RunError, UsageError, called_from_command_line
from recurra.inside import attribution
from recurra.inside.attribution import METHODS, Explained, Found
from recurra.inside.probes import Probe, Run, WritingProbe
from recurra.layers import Recorded, Recurrent
from recurra.padded import Padded
from recurra.tasks import tracing
from recurra.tasks.tracing import (
    Asked,
    ReadInput,
    Scale,
    ShownTrace,
    checked_outputs,
    explained,
    layer_trace,
    no_attention,
    spread,
    traced,
)
from recurra.tracing import AttentionMap, AttributedInput, LayerTrace, Trace

TOKENS = ["a", "b", "c"]


class Weighted(Probe):
    """What is read [B, 3, 1], weighted for each output; its states are the running sums of what it reads."""

    def __init__(self, weights: Tensor, *, numbers: bool = False) -> None:
        super().__init__([Padded(torch.tensor([[[1.0], [2.0], [4.0]]]), torch.tensor([3]))])
        self.weights, self.numbers = weights, numbers  # [P, V, 3]

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        states = list(vectors[0].cumsum(1).unbind(1))
        read = torch.stack([states[0], states[1] - states[0], states[2] - states[1]], 1)
        values = torch.einsum("btx,pvt->bpv", read, self.weights)
        values = values if self.numbers else values.log_softmax(2)
        layers = {"layers.0": Recorded({}, {"hidden": states}, torch.tensor([3]))} if trace else {}
        return Run(values, layers)


def asked(outputs: int = 2, *, networks: int = 1, numbers: bool = False, **other: object) -> Asked:
    """Three choices at each output, of which the first stands there; or a number, of which one unit is 10."""
    probes = [
        Weighted(torch.linspace(-0.1, 0.1 + k, outputs * 9).reshape(outputs, 3, 3).sin(), numbers=numbers)
        for k in range(networks)
    ]
    if numbers:
        probes = [Weighted(probe.weights[:, :1], numbers=True) for probe in probes]
        other = {"scales": [Scale(5.0, 10.0)] * outputs, **other}
    else:
        other = {"chosen": [0] * outputs, "name_of": "xyz".__getitem__, "number_of": "xyz".index, **other}
    given: dict[str, Any] = {
        "source": "a b c", "prediction": "x" * outputs, "source_tokens": TOKENS, "target_tokens": [],
        "probes": probes, "inputs": [ReadInput("source", TOKENS, "layers")],
        "outputs": [f"x{k}" for k in range(outputs)], "notes": ["of the input"],
    }  # fmt: skip
    return Asked(**{**given, **other})


def test_a_printed_trace_names_what_it_has_and_leaves_out_the_numbers() -> None:
    attention = AttentionMap(["a"], ["b", "c"], [[0.123456], [0.123456]])
    one = np.array([[0.123456]], np.float32)
    layer = LayerTrace("encoder.0", ["a"], {"input": one}, {"hidden": one})
    trace = ShownTrace("a", "bc", ["a"], ["b", "c"], attention, [layer])
    assert repr(trace) == "<recurra.Trace of 'a' to 'bc': 1 source token; 2 target tokens; attention; layers encoder.0>"
    assert str(trace).splitlines()[0] == "a → bc"
    assert repr(ShownTrace("a", "b", ["a"], ["b"])) == "<recurra.Trace of 'a' to 'b': 1 source token; 1 target token>"


def test_a_layer_says_what_its_equations_do_not() -> None:
    """Where it began, and the activation of an Elman cell."""
    layer, start = Recurrent(Elman(3, 4, "relu")), HiddenState(torch.ones(1, 4))
    run = layer(torch.randn(1, 5, 3), start, trace=True)
    found = layer_trace("layers.0", list("abcde"), run.trace[""])
    assert (found.cell, found.activation, found.before["hidden"].tolist()) == ("Elman", "relu", [1.0] * 4)
    run = Recurrent(GRU(3, 4))(torch.randn(1, 5, 3), trace=True)
    found = layer_trace("layers.0", list("abcde"), run.trace[""])
    assert (found.cell, found.activation, found.before["hidden"].tolist()) == ("GRU", None, [0.0] * 4)


@pytest.mark.parametrize(
    ("count", "most", "found"),
    [
        (1, 1, [0]),
        (2, 1, [0, 1]),  # the first and the last at least
        (9, 0, [0, 8]),
        (9, 2, [0, 8]),
        (9, 3, [0, 4, 8]),
        (9, 5, [0, 2, 4, 6, 8]),
        (10, 4, [0, 3, 6, 9]),
        (4, 4, [0, 1, 2, 3]),
        (3, 9, [0, 1, 2]),
    ],
)
def test_outputs_are_spread_evenly(count: int, most: int, found: list[int]) -> None:
    assert spread(count, most) == found


@pytest.mark.parametrize(
    ("wanted", "count", "said"),
    [
        ([3], 3, "there is no output 3\n  There are 3 outputs, numbered from 0."),
        ([0, -1], 3, "there is no output -1\n  There are 3 outputs, numbered from 0."),
        ([1], 1, "there is no output 1\n  There is 1 output, numbered from 0."),
    ],
)
def test_an_output_that_is_not_there_is_refused_by_its_number(wanted: list[int], count: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_outputs(wanted, count)
    assert caught.value.typed() == said


def test_outputs_are_numbered_as_the_caller_does() -> None:
    with called_from_command_line(), pytest.raises(UsageError) as caught:
        checked_outputs([3], 3)
    assert caught.value.typed() == "there is no output 4\n  There are 3 outputs, numbered from 1."
    assert checked_outputs((2, 0, 2), 3) == [2, 0, 2]


def test_a_trace_of_several_networks_is_of_the_first_and_has_the_others() -> None:
    one = asked(networks=3)
    trace = traced(one, "task")
    together = "the answer is that of 3 networks together; the trace is of the first, members has the others"
    assert trace.notes == ["of the input", together]
    assert [member.notes for member in trace.members] == [["of the input"]] * 2
    for member, probe in zip([trace, *trace.members], one.probes, strict=True):
        expected = probe.as_it_is().values[0, :, 0].exp().tolist()
        assert [decision.probability for decision in member.decisions] == pytest.approx(expected)
    assert traced(asked(), "task").notes == ["of the input"]
    assert one.notes == ["of the input"]


def test_the_answer_of_several_networks_is_by_the_mean_of_their_probabilities() -> None:
    one = asked(networks=3)
    mean = torch.stack([probe.as_it_is().values[0].exp() for probe in one.probes]).mean(0)
    torch.testing.assert_close(one.log_probs().exp(), mean)
    alone = asked()
    torch.testing.assert_close(alone.log_probs(), alone.probes[0].as_it_is().values[0])


def test_what_an_output_is_about_and_its_loss() -> None:
    choices, numbers = asked(chosen=[2, 1]), asked(numbers=True)
    given = asked(numbers=True, wanted=[0.5, -0.5])
    for k in range(2):
        run = choices.probes[0].as_it_is()
        assert choices.value(run, k) == run.values[0, k, [2, 1][k]]
        assert choices.loss(run, k) == -choices.value(run, k)
        run = numbers.probes[0].as_it_is()
        assert numbers.value(run, k) == numbers.loss(run, k) == run.values[0, k, 0]
        assert given.loss(run, k) == (run.values[0, k, 0] - [0.5, -0.5][k]) ** 2
    assert no_attention(numbers.probes[0].as_it_is()) is None


def test_tags_stand_at_the_tokens_and_nothing_else_does() -> None:
    assert asked(3).places == TOKENS
    assert asked(2).places == ["", ""]
    single = asked(1, source_tokens=["a"])
    assert single.places == [""]
    assert not single.is_text


@pytest.mark.parametrize(
    ("most", "wanted", "outputs", "notes"),
    [
        (64, True, [0, 1, 2, 3, 4], []),
        (5, True, [0, 1, 2, 3, 4], []),
        (3, True, [0, 2, 4], ["gradients of the losses at 3 of 5 outputs, evenly spread"]),
        (3, [4, 1], [4, 1], []),  # those that are asked for
    ],
)
def test_gradients_are_of_as_many_losses_as_there_is_time_for(
    most: int, wanted: bool | list[int], outputs: list[int], notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MOST_LOSSES", most)
    one = asked(5)
    trace = traced(one, "task", gradients=wanted)
    assert trace.notes == ["of the input", *notes]
    assert trace.gradients is not None
    assert trace.gradients.outputs == outputs
    assert trace.gradients.tokens == [f"x{k}" for k in outputs]
    assert bool(trace.gradients.vectors) == (wanted is not True)


def test_gradients_are_those_of_the_losses() -> None:
    """By differences: the loss where one state is a little more, and what follows from it as it was."""
    one = asked(2)
    found = traced(one, "task", gradients=[0, 1]).gradients
    assert found is not None
    vectors = torch.from_numpy(found.vectors["layers.0"])[..., 0]  # [P, T]
    given = one.probes[0].inputs[0].values.double()
    weights = one.probes[0].weights.double()  # type: ignore[attr-defined]
    slopes = torch.stack([weights[..., 0] - weights[..., 1], weights[..., 1] - weights[..., 2], weights[..., 2]], -1)
    chances = torch.einsum("btx,pvt->pv", given, weights).softmax(1)
    expected = torch.einsum("pv,pvt->pt", chances, slopes) - slopes[:, 0]
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert traced(one, "task").gradients is None


INEXACT = "do not add up within 1 %: the output changes too abruptly for the number of steps that are computed"
EVEN = "outputs are explained, evenly spread; each can be asked for by its number"


@pytest.mark.parametrize(
    ("outputs", "asked_for", "most", "inexact", "notes"),
    [
        (4, [], 9, 0, []),
        (4, [], 4, 0, []),
        (4, [], 3, 0, [f"3 of 4 {EVEN}"]),
        (4, [1], 3, 0, []),  # fewer were asked for
        (4, [], 9, 4, [f"the scores {INEXACT}; single outputs are more exact"]),
        (4, [], 9, 1, [f"the scores of 1 of 4 outputs {INEXACT}; single outputs are more exact"]),
        (4, [2, 0], 9, 1, [f"the scores of 1 of 2 outputs {INEXACT}; single outputs are more exact"]),
        (4, [2, 0], 9, 2, [f"the scores {INEXACT}; single outputs are more exact"]),
        (4, [2], 9, 1, [f"the scores {INEXACT}"]),
        (1, [], 9, 1, [f"the scores {INEXACT}"]),
        (4, [], 2, 1, [f"2 of 4 {EVEN}", f"the scores of 1 of 2 outputs {INEXACT}; single outputs are more exact"]),
    ],
)
@pytest.mark.parametrize("networks", [1, 2])
def test_what_is_to_be_known_of_an_explanation_is_said(
    outputs: int, asked_for: list[int], most: int, inexact: int, notes: list[str], networks: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def method(probe: Probe, what: Explained) -> Found:
        values = what(probe.as_it_is())[0]
        return Found([torch.zeros(len(values), 3)], values, values, inexact)

    monkeypatch.setitem(METHODS, "gradient", method)
    monkeypatch.setattr(attribution, "STEPS_FIRST", 3 * most)  # the input has 3 steps
    one = asked(outputs, networks=networks)
    members = [f"of the first of {networks} networks"] if networks > 1 else []
    assert explained(one, method="gradient", outputs=asked_for).notes == [*members, "of the input", *notes]


@pytest.mark.parametrize("method", METHODS)
def test_what_is_explained_of_choices(method: str) -> None:
    """A log-probability; with a contrast the difference of two, which is linear here."""
    one = asked(4, chosen=[0, 1, 2, 0])
    values = one.log_probs()
    found = explained(one, method=method)
    assert (found.source, found.method, found.explained, found.instead) == ("a b c", method, "log-probability", [])
    assert (found.outputs, found.tokens) == ([0, 1, 2, 3], ["x0", "x1", "x2", "x3"])
    assert found.values == pytest.approx([float(values[k, [0, 1, 2, 0][k]]) for k in range(4)], abs=1e-5)
    assert found.baselines == pytest.approx([-math.log(3)] * 4, abs=1e-5)
    odds = explained(one, method=method, instead="z", outputs=[3, 0])
    assert (odds.explained, odds.instead, odds.outputs, odds.tokens) == ("log-odds", ["z", "z"], [3, 0], ["x3", "x0"])
    weights = one.probes[0].weights  # type: ignore[attr-defined]
    expected = (weights[[3, 0], 0] - weights[[3, 0], 2]) * torch.tensor([1.0, 2.0, 4.0])
    np.testing.assert_allclose(odds.inputs[0].scores, expected, atol=1e-5)
    assert odds.baselines == pytest.approx([0.0, 0.0], abs=1e-6)


def test_what_is_explained_of_numbers_is_in_their_units() -> None:
    one = asked(3, numbers=True)
    weights = one.probes[0].weights[:, 0] * torch.tensor([1.0, 2.0, 4.0])  # type: ignore[attr-defined]
    found = explained(one, outputs=[2, 0])
    assert (found.explained, found.instead) == ("number", [])
    np.testing.assert_allclose(found.inputs[0].scores, 10 * weights[[2, 0]], atol=1e-4)
    assert found.baselines == pytest.approx([5.0, 5.0])
    assert found.values == pytest.approx((5 + 10 * weights[[2, 0]].sum(1)).tolist(), abs=1e-4)
    with pytest.raises(UsageError) as caught:
        explained(one, instead="3")
    assert caught.value.typed() == "instead: a number has no alternative to be compared with\n  Leave it out."


def test_a_layer_reads_the_pieces_of_what_it_reads() -> None:
    inputs = [ReadInput("first", ["a"], "one"), ReadInput("second", ["b", "c"], "two", pieces=["bc"])]
    both = asked(inputs=inputs)
    assert both.tokens_of("one.0.forward") == ["a"]
    assert both.tokens_of("two.0") == ["bc"]


def shown_trace() -> ShownTrace:
    weights = AttentionMap(["a"], ["b", "c"], [[0.25], [1.0]])
    return ShownTrace("<a>", "bc", ["a"], ["b", "c"], weights, notes=["of <it>"])


def test_a_trace_is_saved_as_its_name_says(tmp_path: Path) -> None:
    trace = shown_trace()
    for name in ("page.html", "data.json", "data.npz"):
        trace.save(tmp_path / name)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>&lt;a&gt;" in page
    assert json.loads((tmp_path / "data.json").read_text("utf-8"))["prediction"] == "bc"
    for name in ("data.json", "data.npz"):
        assert Trace.load(tmp_path / name).attention == trace.attention
    trace.save(str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_text("utf-8") == page
    with pytest.raises(UsageError):
        trace.save(tmp_path / "page.pdf")
    with pytest.raises(RunError):
        trace.save(tmp_path / "no folder" / "page.html")


def test_a_trace_and_an_explanation_show_themselves() -> None:
    trace = shown_trace()
    assert "c ← a: 1.0000" in trace._repr_html_()
    assert trace.figure().axes
    assert trace.figure("attention").axes
    with pytest.raises(UsageError, match="attentio"):
        trace.figure("attentio")
    found = explained(asked(1))
    assert isinstance(found.inputs[0], AttributedInput)
    assert "<table" in found.body()
    assert found.body() in found._repr_html_()
    assert found.figure().axes
    assert "rests on" in str(found)


def test_only_what_is_written_token_by_token_is_a_text() -> None:
    assert not asked().is_text
    assert asked(probes=[WritingProbe.__new__(WritingProbe)]).is_text
