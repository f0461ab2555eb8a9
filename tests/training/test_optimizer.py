"""Our optimisers against torch's, bit for bit, and what they keep."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from recurra.training.optimizer import Optimizer, make_optimizer
from recurra.training.options import TrainingOptions

THEIRS: dict[str, Callable[[list[nn.Parameter]], torch.optim.Optimizer]] = {
    "adam": lambda parameters: torch.optim.Adam(parameters, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, weight_decay=0.3, fused=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, momentum=0.9, fused=True),
}
RATES = (0.01, 0.05, 0.002, 0.03)


def weights() -> list[nn.Parameter]:
    torch.manual_seed(1)
    return [nn.Parameter(torch.randn(5, 4)), nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2))]


def gradients(step: int) -> list[Tensor | None]:
    """Those of a step; the second parameter has none in the last two, the last has none at all."""
    torch.manual_seed(100 + step)
    return [torch.randn(5, 4), torch.randn(3) if step < 2 else None, None]


def ours(name: str, parameters: list[nn.Parameter]) -> Optimizer:
    return make_optimizer(parameters, TrainingOptions(optimizer=name, weight_decay=0.3))  # pyright: ignore


def take(optimizer: Optimizer, step: int) -> None:
    for parameter, gradient in zip(optimizer.parameters, gradients(step), strict=True):
        parameter.grad = gradient
    optimizer.rate = RATES[step]
    optimizer.step()


@pytest.mark.parametrize("name", THEIRS)
def test_every_step_is_that_of_torch_bit_for_bit(name: str) -> None:
    mine, theirs = ours(name, weights()), THEIRS[name](weights())
    for step, rate in enumerate(RATES):
        take(mine, step)
        for parameter, gradient in zip(theirs.param_groups[0]["params"], gradients(step), strict=True):
            parameter.grad = gradient
        theirs.param_groups[0]["lr"] = rate
        theirs.step()
        for one, other in zip(mine.parameters, theirs.param_groups[0]["params"], strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize("name", THEIRS)
def test_a_restored_optimiser_goes_on_as_the_one_before(name: str) -> None:
    whole = ours(name, weights())
    for step in range(2):
        take(whole, step)
    second = ours(name, [nn.Parameter(parameter.detach().clone()) for parameter in whole.parameters])
    second.restore({name: value.clone() for name, value in whole.tensors().items()})
    for step in range(2, 4):
        take(whole, step)
        take(second, step)
    for one, other in zip(whole.parameters, second.parameters, strict=True):
        assert torch.equal(one, other)
    assert whole.tensors().keys() == second.tensors().keys()


def test_the_state_is_named_as_in_checkpoints_of_torch() -> None:
    """So that those which earlier versions wrote can be resumed."""
    optimizer = ours("adamw", weights())
    take(optimizer, 0)
    assert list(optimizer.tensors()) == ["0/step", "0/exp_avg", "0/exp_avg_sq", "1/step", "1/exp_avg", "1/exp_avg_sq"]


@pytest.mark.slow
def test_nothing_imports_the_compiler_of_torch() -> None:
    """Its import takes longer than to train a small model."""
    program = (
        "import sys, torch; from recurra.training import optimizer, options; w = torch.nn.Parameter(torch.ones(2));"
        "o = optimizer.make_optimizer([w], options.TrainingOptions()); w.sum().backward(); o.step();"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("name", THEIRS)
def test_a_parameter_may_get_its_first_gradient_late(name: str) -> None:
    """As it would have moved had it been trained alone."""
    both, alone = ours(name, weights()), ours(name, weights()[1:2])
    take(both, 2)
    for optimizer in (both, alone):
        optimizer.parameters[-2 if optimizer is both else 0].grad = torch.ones(3)
        optimizer.rate = 0.1
        optimizer.step()
    assert torch.equal(both.parameters[1], alone.parameters[0])


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_so_many_numbers_are_kept_for_each_weight(name: str) -> None:
    """By which the room of a checkpoint is reckoned."""
    parameter = nn.Parameter(torch.ones(3))
    optimizer = make_optimizer([parameter], TrainingOptions(optimizer=name))  # pyright: ignore
    parameter.grad = torch.ones(3)
    optimizer.step()
    assert optimizer.kept == sum(tensor.shape == parameter.shape for tensor in optimizer.tensors().values())
