"""The optimisers, torch's own: Adam (Kingma & Ba 2015), AdamW (Loshchilov & Hutter 2019), SGD with momentum."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from recurra.training.options import TrainingOptions


def make_optimizer(parameters: Iterable[nn.Parameter], options: TrainingOptions) -> torch.optim.Optimizer:
    """The optimiser that the options name; its learning rate is set at every step."""
    trained = list(parameters)
    match options.optimizer:
        case "adam":
            return torch.optim.Adam(trained, lr=options.learning_rate, fused=True)
        case "adamw":
            return torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=options.weight_decay, fused=True)
        case "sgd":
            return torch.optim.SGD(trained, lr=options.learning_rate, momentum=0.9, fused=True)
