"""The optimisers: Adam (Kingma & Ba 2015), AdamW (Loshchilov & Hutter 2019), SGD with momentum (Polyak 1964).

An update of all parameters is one call of torch's fused kernels, the same that `torch.optim` calls, bit for bit. The
classes around them are ours since those of `torch.optim` import torch's compiler at the first step, which takes longer
than a small model's training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from recurra.training.options import TrainingOptions

MOMENTUM = 0.9
BETAS, EPSILON = (0.9, 0.999), 1e-8


class Optimizer(ABC):
    """Updates parameters by their gradients; those without a gradient stay as they are.

    Args:
        parameters: what is trained, all on one device.
        rate: the learning rate, which may be set before every step.
    """

    kept: int  # tensors of the size of a parameter that its state has

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float) -> None:
        self.parameters = list(parameters)
        self.rate = rate
        self.state: list[dict[str, Tensor]] = [{} for _ in self.parameters]  # empty before a parameter's first step

    @torch.no_grad()
    def step(self) -> None:
        """Changes every parameter by its gradient."""
        trained: list[Tensor] = []
        gradients: list[Tensor] = []
        states: list[dict[str, Tensor]] = []
        for parameter, state in zip(self.parameters, self.state, strict=True):
            if parameter.grad is not None:
                trained.append(parameter)
                gradients.append(parameter.grad)
                states.append(state)
        if trained:
            self.update(trained, gradients, states)

    @abstractmethod
    def update(self, parameters: list[Tensor], gradients: list[Tensor], states: list[dict[str, Tensor]]) -> None:
        """Changes parameters and their states in place."""

    def tensors(self) -> dict[str, Tensor]:
        """The state of all parameters, by number and name (`3/exp_avg`), on the CPU."""
        return {f"{number}/{name}": value.cpu() for number, one in enumerate(self.state) for name, value in one.items()}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Puts back what `tensors` gave."""
        for key, value in tensors.items():
            number, name = key.split("/")
            # Steps are counted where torch's kernel expects it: beside the parameter.
            self.state[int(number)][name] = value.to(self.parameters[int(number)].device, copy=True)


class AdamW(Optimizer):
    """Adam with weight decay beside the gradient instead of in it; with a decay of 0, plain Adam.

    m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g²; w = w - rate decay w - rate m' / (√v' + e), where m' and v' are m
    and v divided by 1 - b1^t and 1 - b2^t.
    """

    kept = 2

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float, decay: float) -> None:
        super().__init__(parameters, rate)
        self.decay = decay

    def update(self, parameters: list[Tensor], gradients: list[Tensor], states: list[dict[str, Tensor]]) -> None:
        for parameter, state in zip(parameters, states, strict=True):
            if not state:
                state["step"] = torch.zeros((), dtype=torch.float32, device=parameter.device)
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
        steps = [state["step"] for state in states]
        for step in steps:
            step += 1
        torch._fused_adamw_(  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
            parameters,
            gradients,
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            steps,
            lr=self.rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=self.decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )


class MomentumSGD(Optimizer):
    """Stochastic gradient descent with momentum: b = 0.9 b + g; w = w - rate b."""

    kept = 1

    def update(self, parameters: list[Tensor], gradients: list[Tensor], states: list[dict[str, Tensor]]) -> None:
        for parameter, state in zip(parameters, states, strict=True):
            if not state:
                state["momentum_buffer"] = torch.zeros_like(parameter)
        torch._fused_sgd_(  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
            parameters,
            gradients,
            [state["momentum_buffer"] for state in states],
            weight_decay=0.0,
            momentum=MOMENTUM,
            lr=self.rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )


def make_optimizer(parameters: Iterable[nn.Parameter], options: TrainingOptions) -> Optimizer:
    """The optimiser that the options name; its learning rate is set at every step."""
    match options.optimizer:
        case "adam":
            return AdamW(parameters, options.learning_rate, decay=0.0)
        case "adamw":
            return AdamW(parameters, options.learning_rate, options.weight_decay)
        case "sgd":
            return MomentumSGD(parameters, options.learning_rate)
