"""The error signal: against finite differences, and against cells whose rate is known."""

from __future__ import annotations

import pytest
import torch
from known_rates import constant, gone_through, keeping, plain, rotating
from torch import Tensor

from recurra.cells import CELLS
from recurra.inside import Passage, Signal, State, TimedLoss, signals, spectral_norms
from recurra.layers import Bidirectional, Recurrent, steps
from recurra.padded import Padded


def values(batch: int, length: int, size: int, seed: int = 1) -> Tensor:
    return torch.randn(batch, length, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def at(signal: Signal, pair: int) -> list[float]:
    """What arrives of one pair, the nearest step first."""
    return signal.whole[signal.pair == pair].tolist()


@pytest.mark.parametrize("rate", [0.5, 0.9, 1.0, 1.2])
@pytest.mark.parametrize(("size", "length", "seed"), [(1, 5, 0), (7, 40, 1), (32, 90, 2)])
def test_the_signal_of_a_linear_cell_falls_by_its_rate(rate: float, size: int, length: int, seed: int) -> None:
    passage = gone_through(rotating(rate, size, seed), values(2, length, size))
    direction = values(2, 1, size, seed)[:, 0]
    loss = TimedLoss((passage.states[-1][0] * direction).sum(1))
    (signal,) = signals([passage], [loss])
    for row in range(2):
        first = float(direction[row].norm())
        assert at(signal, row) == pytest.approx([first * rate**d for d in range(length)], rel=1e-9)
    assert signal.distance.tolist() == [*range(length)] * 2


@pytest.mark.parametrize("forget", [0.3, 0.95, 0.999])
def test_the_cell_of_an_lstm_keeps_what_its_forget_gate_says(forget: float) -> None:
    passage = gone_through(keeping(forget, 6), values(3, 50, 6))
    (signal,) = signals([passage], [TimedLoss(passage.states[-1][0].sum(1))])
    cells = signal.parts[signal.pair == 0][:, 1]
    assert cells[0] == 0  # c_t is read by nobody but the step after t, and h_t counts by itself
    torch.testing.assert_close(cells[1:], cells[1] * forget ** torch.arange(49, dtype=torch.float64))
    assert signal.parts[signal.pair == 0][1:, 0].eq(0).all()  # nothing hears h


@pytest.mark.parametrize("update", [0.01, 0.3, 0.9])
def test_a_mingru_keeps_what_its_gate_leaves(update: float) -> None:
    passage = gone_through(constant(update, 5), values(1, 30, 5))
    (signal,) = signals([passage], [TimedLoss(passage.states[-1][0].sum(1))])
    found = signal.whole
    torch.testing.assert_close(found, found[0] * (1 - update) ** torch.arange(30, dtype=torch.float64))


@pytest.mark.parametrize("name", CELLS)
def test_the_signal_is_what_a_small_change_of_a_state_does_to_the_loss(name: str) -> None:
    """Also where rows end before the others, for losses in the middle, and for every part of the state."""
    torch.manual_seed(3)
    cell, lengths = CELLS[name](4, 4).double(), [6, 4]
    inputs = Padded(values(2, 6, 4), torch.tensor(lengths))
    passage = gone_through(cell, inputs.values, lengths)
    outputs = torch.stack([state[0] for state in passage.states], 1)
    (signal,) = signals([passage], [TimedLoss(_loss(outputs[:, 3]), 3), TimedLoss(_loss(outputs[:, 5]), 5)])
    assert set(signal.pair.tolist()) == {0, 1, 2}  # the second row has no step 5
    for pair, (row, step) in {0: (0, 3), 1: (1, 3), 2: (0, 5)}.items():
        chosen = signal.pair == pair
        for distance, parts in zip(signal.distance[chosen].tolist(), signal.parts[chosen], strict=True):
            expected = _by_differences(cell, inputs, passage.states[step - distance], row, step, distance)
            assert parts.tolist() == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert len(signal.pair) == 4 + 4 + 6


def _loss(output: Tensor) -> Tensor:
    return output.sin().sum(1)


def _by_differences(
    cell: torch.nn.Module, inputs: Padded, state: State, row: int, step: int, distance: int
) -> list[float]:
    """The norms of the gradient of a loss `distance` steps after a state, by central differences."""
    first = step - distance + 1
    norms: list[float] = []
    for part in range(len(state)):
        slopes: list[float] = []
        for unit in range(state[part].shape[1]):
            results: list[float] = []
            for change in (1e-5, -1e-5):
                moved = [one.detach().clone() for one in state]
                moved[part][row, unit] += change
                kind = type(cell.initial_state(1))  # type: ignore[operator]
                after = kind(*moved)
                rest = Padded(inputs.values[:, first : step + 1], (inputs.lengths - first).clamp(0, distance))
                hidden = moved[0]
                for one in steps(cell, rest, after):  # type: ignore[arg-type]
                    hidden = one.output
                results.append(float(_loss(hidden.detach())[row]))
            slopes.append((results[0] - results[1]) / 2e-5)
        norms.append(float(torch.tensor(slopes).norm()))
    return norms


def test_a_layer_that_goes_backwards_counts_from_its_own_side() -> None:
    torch.manual_seed(0)
    layer = Bidirectional(Recurrent(rotating(0.5, 3)), Recurrent(rotating(0.25, 3, seed=1)))
    inputs = Padded(values(1, 6, 3), torch.tensor([6]))
    ahead = gone_through(layer.ahead.cell, inputs.values)  # type: ignore[union-attr, arg-type]
    back = gone_through(layer.back.cell, inputs.values.flip(1))._replace(backward=True)  # type: ignore[union-attr, arg-type]
    both = torch.cat([ahead.states[2][0], back.states[3][0]], dim=1)  # of step 2
    first, second = signals([ahead, back], [TimedLoss(both.sum(1), 2)])
    assert first.distance.tolist() == [0, 1, 2]
    assert second.distance.tolist() == [0, 1, 2, 3]
    assert first.whole[2] / first.whole[1] == pytest.approx(0.5)
    assert second.whole[2] / second.whole[1] == pytest.approx(0.25)


def test_for_what_is_not_of_the_loss_s_steps_the_loss_comes_after_the_last() -> None:
    passage = gone_through(rotating(0.5, 3), values(1, 4, 3))._replace(aligned=False)
    (signal,) = signals([passage], [TimedLoss(passage.states[-1][0].sum(), 17)])
    assert signal.distance.tolist() == [0, 1, 2, 3]


def test_what_a_loss_does_not_depend_on_gets_zero() -> None:
    passage = gone_through(rotating(0.5, 3), values(1, 4, 3))
    other = gone_through(rotating(0.5, 3), values(1, 3, 3))
    first, second = signals([passage, other], [TimedLoss(other.states[-1][0].sum())])
    assert first.whole.tolist() == [0, 0, 0, 0]
    assert second.whole.gt(0).all()


@pytest.mark.parametrize("kind", ["elman", "gru", "lstm"])
@pytest.mark.parametrize(("size", "seed"), [(1, 0), (5, 1), (24, 2)])
def test_the_largest_singular_value_is_the_one_of_the_whole_jacobian(kind: str, size: int, seed: int) -> None:
    cell, inputs = plain(kind, size, seed), values(2, 9, size, seed)
    passage = gone_through(cell, inputs)
    found = spectral_norms(passage.states, 8, [1, 2, 5, 8])
    for d, norms in zip([1, 2, 5, 8], found, strict=True):
        for row in range(2):
            exact = torch.linalg.svdvals(_jacobian(passage, 8, 8 - d, row))[0]
            assert float(norms[row]) == pytest.approx(float(exact), rel=1e-3)
            assert norms[row] <= exact * (1 + 1e-9)


def _jacobian(passage: Passage, end: int, start: int, row: int) -> Tensor:
    """ds_end/ds_start of one row, entry by entry."""
    rows: list[Tensor] = []
    for part in passage.states[end]:
        for unit in range(part.shape[1]):
            found = torch.autograd.grad(part[row, unit], passage.states[start], retain_graph=True, allow_unused=True)
            zero = torch.zeros_like(passage.states[start][0][row])
            rows.append(torch.cat([zero if one is None else one[row] for one in found]))
    return torch.stack(rows)


@pytest.mark.parametrize("rate", [0.4, 1.0, 1.3])
def test_the_product_of_jacobians_of_a_linear_cell_is_a_power_of_its_rate(rate: float) -> None:
    passage = gone_through(rotating(rate, 8), values(1, 60, 8))
    distances = [1, 3, 10, 50]
    found = spectral_norms(passage.states, 55, distances)[:, 0]
    assert found.tolist() == pytest.approx([rate**d for d in distances], rel=1e-6)


def test_the_largest_singular_value_where_nothing_passes_is_zero() -> None:
    passage = gone_through(rotating(0.0, 4), values(1, 5, 4))
    assert spectral_norms(passage.states, 4, [1, 3]).tolist() == [[0.0], [0.0]]


def test_signals_that_are_hardly_numbers_any_more_are_still_measured() -> None:
    """In 32 bits the squares of numbers below 1e-19 are zero."""
    cell = rotating(0.1, 4).float()
    passage = gone_through(cell, values(1, 34, 4).float())
    (signal,) = signals([passage], [TimedLoss(passage.states[-1][0].sum())])
    assert at(signal, 0)[30] == pytest.approx(2e-30, rel=1e-3)
    assert float(spectral_norms(passage.states, 33, [30])[0, 0]) == pytest.approx(1e-30, rel=1e-3)
