"""What is said of a network: verdict, distance, memory and saturation, of cells built to be so and of ordinary ones."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest
import torch
from known_rates import constant, keeping, plain, rotating

from recurra.cells import CELLS, Cell, Elman
from recurra.inside import TimedLoss, TracedRun, gradient_flow
from recurra.inside.flow import spread
from recurra.inside.verdict import is_lowest, network_verdict
from recurra.layers import Bidirectional, Layer, Recurrent, Stack
from recurra.padded import Padded
from recurra.tracing import GradientFlow, LayerFlow


def run_of(layer: Layer, length: int, seed: int, *, each_step: bool = True, batch: int = 1) -> TracedRun:
    """The layer over random inputs, with a loss at each step, or at the last one alone."""
    generator = torch.Generator().manual_seed(seed)
    weight = next(layer.parameters())
    values = torch.randn(batch, length, layer.input_size, generator=generator).to(weight)
    direction = torch.randn(layer.output_size, generator=generator).to(weight)
    lengths = torch.arange(length, length - batch, -1)
    unrolled = layer(Padded(values, lengths), trace=True)
    found = (unrolled.outputs.values * direction).sum(-1)  # [B, T]
    steps = range(length) if each_step else [length - 1]
    return TracedRun(unrolled.trace, [TimedLoss(found[:, t], t) for t in steps])


def flow_of(layer: Layer, length: int, *, runs: int = 1, each_step: bool = True, batch: int = 1) -> GradientFlow:
    return gradient_flow(run_of(layer, length, seed, each_step=each_step, batch=batch) for seed in range(runs))


def only(flow: GradientFlow) -> LayerFlow:
    (layer,) = flow.layers
    return layer


SIZES = [(4, 80, 0), (16, 80, 1), (33, 80, 2)]


@pytest.mark.parametrize(("size", "length", "seed"), SIZES)
@pytest.mark.parametrize("rate", [0.3, 0.8, 0.9])
def test_a_cell_that_shrinks_errors_vanishes_from_the_distance_that_its_rate_gives(
    rate: float, size: int, length: int, seed: int
) -> None:
    layer = only(flow_of(Recurrent(rotating(rate, size, seed)), length))
    assert layer.verdict.kind == "vanishing"
    assert layer.verdict.distance == 1 + math.ceil(math.log(0.01) / math.log(rate))
    assert layer.memory == pytest.approx(1 / math.log(1 / rate))
    assert layer.jacobians.step == pytest.approx(rate)
    assert layer.jacobians.product == pytest.approx([rate**d for d in layer.jacobians.distance])


def test_several_runs_say_together_what_each_says_alone() -> None:
    layer = Recurrent(rotating(0.8, 5))
    together, alone = only(flow_of(layer, 40, runs=3)), only(flow_of(layer, 40))
    assert (together.verdict, together.memory) == (alone.verdict, pytest.approx(alone.memory))
    assert together.curve.losses[0] == 3 * alone.curve.losses[0]


@pytest.mark.parametrize(("size", "length", "seed"), SIZES)
@pytest.mark.parametrize("rate", [1.1, 1.5])
def test_a_cell_that_enlarges_errors_explodes_from_the_distance_that_its_rate_gives(
    rate: float, size: int, length: int, seed: int
) -> None:
    layer = only(flow_of(Recurrent(rotating(rate, size, seed)), length))
    assert layer.verdict.kind == "exploding"
    assert layer.verdict.distance == 1 + math.ceil(math.log(10) / math.log(rate))
    assert layer.memory is None


@pytest.mark.parametrize(("size", "length", "seed"), SIZES)
@pytest.mark.parametrize("rate", [0.99, 1.0, 1.005])
def test_a_cell_that_hardly_changes_errors_is_healthy(rate: float, size: int, length: int, seed: int) -> None:
    layer = only(flow_of(Recurrent(rotating(rate, size, seed)), length))
    assert layer.verdict.kind == "healthy"
    assert layer.verdict.distance is None
    assert layer.curve.left[-1] == pytest.approx(rate ** (layer.curve.distance[-1] - 1))


@pytest.mark.parametrize(
    ("make", "rate"),
    [
        *((lambda seed, f=f: keeping(f, 8, seed), f) for f in (0.5, 0.9, 0.99, 0.999)),
        *((lambda seed, z=z: constant(z, 8, seed), 1 - z) for z in (0.5, 0.1, 0.001)),
    ],
)
def test_gates_that_are_constant(make: Callable[[int], Cell], rate: float) -> None:
    """Over so many steps that half of the rates vanish within them."""
    length = 80 if rate == 0.9 else 40
    layer = only(flow_of(Recurrent(make(1)), length, each_step=False, runs=3))
    left = rate ** (length - 2)
    assert layer.verdict.kind == ("vanishing" if left < 0.01 else "healthy")
    if layer.verdict.kind == "vanishing":
        assert layer.verdict.distance == 1 + math.ceil(math.log(0.01) / math.log(rate))
    if layer.memory is not None:
        assert layer.memory == pytest.approx(1 / math.log(1 / rate), rel=1e-6)
    assert (layer.memory is None) == (left > math.exp(-1))


@pytest.mark.parametrize("seed", range(3))
def test_ordinary_cells(seed: int) -> None:
    """An LSTM that has learned to keep, and an Elman network with small weights; by what they are known for."""
    lstm = plain("lstm", 24, seed)
    with torch.no_grad():
        lstm.bias_input[24:48] = 6.0  # forget gates near 1
    assert only(flow_of(Recurrent(lstm), 40)).verdict.kind == "healthy"
    elman = plain("elman", 24, seed)
    with torch.no_grad():
        elman.weight_hidden.mul_(0.5)
    assert only(flow_of(Recurrent(elman), 40)).verdict.kind == "vanishing"
    relu = Elman(24, 24, "relu").double()
    with torch.no_grad():
        relu.weight_hidden.copy_(1.6 * torch.eye(24))
        relu.bias_input.fill_(5.0)
    assert only(flow_of(Recurrent(relu), 40)).verdict.kind == "exploding"


def test_rows_of_a_batch_are_losses_of_their_own() -> None:
    torch.manual_seed(0)
    layer = Recurrent(rotating(0.7, 5))
    together, alone = flow_of(layer, 30, batch=4, runs=1), flow_of(layer, 30, runs=1)
    assert only(together).verdict == only(alone).verdict
    assert only(together).curve.losses[0] > only(alone).curve.losses[0]


def test_a_stack_of_both_directions_has_a_curve_for_each() -> None:
    torch.manual_seed(0)
    sizes = [(0.5, 6), (0.9, 6)]
    lower = Bidirectional(*(Recurrent(rotating(rate, size)) for rate, size in sizes))
    upper = Recurrent(plain("gru", 12))
    flow = flow_of(Stack([lower, upper]), 60)
    assert [layer.name for layer in flow.layers] == ["0.forward", "0.backward", "1"]
    assert [layer.cell for layer in flow.layers] == ["Linear", "Linear", "GRU"]
    assert flow.verdict.kind == "vanishing"
    assert flow.verdict.words.startswith("layer 0.")


@pytest.mark.parametrize("name", CELLS)
def test_gates_are_counted(name: str) -> None:
    torch.manual_seed(0)
    cell = CELLS[name](3, 5)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.mul_(0.0)
        cell.bias_input.fill_(4.0)
    layer = only(flow_of(Recurrent(cell), 6, runs=2))
    gates = {one.name: (one.low, one.high) for one in layer.saturated}
    expected = {"elman": ["hidden"], "gru": ["reset", "update"], "lstm": ["input", "forget", "output"]}
    assert list(gates) == expected.get(name, [gate for gate in cell.blocks if gate != "candidate"])
    if name == "slstm":  # f and i are shares: of the six steps only the first finds next to nothing to keep
        assert (gates.pop("input"), gates.pop("forget")) == ((0.0, 1 / 6), (1 / 6, 0.0))
    half = {"minlstm": 0.0}  # f and i are 1/2 each
    assert all(share == (0.0, half.get(name, 1.0)) for share in gates.values())


def test_the_share_of_a_relu_that_is_zero_is_counted() -> None:
    cell = Elman(3, 4, "relu")
    with torch.no_grad():
        cell.weight_hidden.zero_()
        cell.weight_input.zero_()
        cell.bias_input.copy_(torch.tensor([1.0, 1.0, 1.0, -1.0]))
    (found,) = only(flow_of(Recurrent(cell), 6)).saturated
    assert (found.low, found.high, found.ends) == (0.25, 0.0, ("= 0", ""))


def test_losses_without_any_gradient_are_counted_and_left_out() -> None:
    layer = Recurrent(plain("lstm", 4))
    run = run_of(layer, 12, 0)
    flat = [TimedLoss(loss.value * 0, loss.step) for loss in run.losses[::2]]
    found = only(gradient_flow([run._replace(losses=[*flat, *run.losses[1::2]])]))
    assert found.silent == 5  # of six, one has no step before it
    assert found.curve.losses == only(gradient_flow([run._replace(losses=run.losses[1::2])])).curve.losses


def test_gradients_that_are_too_large_for_a_number_explode() -> None:
    cell = rotating(10.0, 3).float()
    with torch.no_grad():
        cell.weight_input.zero_()  # its states stay at zero, so only the way back is too steep
    layer = only(flow_of(Recurrent(cell), 60, runs=6, each_step=False))
    assert (layer.verdict.kind, layer.verdict.distance) == ("exploding", 3)
    assert layer.curve.left[-1] == math.inf
    mapping = json.loads(gradient_flow([run_of(Recurrent(cell), 60, 0)]).to_json())
    assert mapping["layers"][0]["curve"]["left"][-1] is None
    assert only(GradientFlow.of_mapping(mapping)).curve.left[-1] == math.inf


def test_a_single_step_says_nothing() -> None:
    flow = flow_of(Recurrent(plain("gru", 4)), 1)
    assert flow.verdict.kind == "unknown"
    assert only(flow).curve.distance == []
    assert GradientFlow.of_mapping(json.loads(flow.to_json())).to_mapping() == flow.to_mapping()


def test_a_network_without_recurrent_layers_says_so() -> None:
    flow = gradient_flow([])
    assert (flow.layers, flow.verdict.kind) == ([], "unknown")


def test_losses_are_spread_and_the_last_is_taken() -> None:
    assert spread(range(40), 4) == [9, 19, 29, 39]
    assert spread(range(3), 4) == [0, 1, 2]


def test_what_is_read_first_in_each_part() -> None:
    lowest = ["", "forward", "0", "0.backward", "encoder.0.forward", "decoder.first", "text.layers.0.forward"]
    assert all(map(is_lowest, lowest))
    assert not any(map(is_lowest, ["1", "1.forward", "encoder.1", "decoder.upper.0", "decoder.upper.1"]))


def test_the_verdict_on_a_network_is_that_of_its_worst_lowest_layer() -> None:
    torch.manual_seed(0)
    keeps, loses, grows = (only(flow_of(Recurrent(rotating(rate, 4)), 60)) for rate in (1.0, 0.5, 1.3))

    def said(**layers: LayerFlow) -> str:
        from dataclasses import replace

        return network_verdict([replace(layer, name=name.replace("_", ".")) for name, layer in layers.items()]).kind

    assert said(a_0=keeps, a_1=loses) == "healthy"
    assert said(a_0=keeps, b_0=loses) == "vanishing"
    assert said(a_0_forward=grows, a_0_backward=loses) == "exploding"


def test_a_network_of_512_units_and_200_steps_in_seconds() -> None:
    """Work is counted, not time: how often the graph is gone through for one example."""
    calls = 0
    original = torch.autograd.grad

    def counting(*args: object, **keywords: object) -> object:
        nonlocal calls
        calls += 1
        return original(*args, **keywords)  # type: ignore[arg-type]

    torch.autograd.grad = counting  # type: ignore[assignment]
    try:
        flow_of(Recurrent(plain("gru", 3)), 200, runs=1)
    finally:
        torch.autograd.grad = original  # type: ignore[assignment]
    assert calls < 900
