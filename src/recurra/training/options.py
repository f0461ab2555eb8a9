"""How a network learns: the section [training] of a recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from recurra.errors import UsageError
from recurra.training.budget import MAX_EPOCHS


@dataclass(frozen=True)
class TrainingOptions:
    """The section [training] of a recipe. The same defaults serve every language and data set."""

    seed: int = 1  # random seed of initial weights, order of examples and dropout
    members: int = 1  # networks of an ensemble, each with its own seed, trained one after the other
    optimizer: Literal["adam", "adamw", "sgd"] = "adamw"  # update rule
    learning_rate: float = 0.004  # the highest learning rate, reached at the end of the warm-up
    weight_decay: float = 0.01  # decoupled weight decay of adamw
    warmup: float = 0.05  # share of the run in which the learning rate rises from 0
    decay: Literal["linear", "cosine", "none"] = "linear"  # how the learning rate falls to 0 at the end of the run
    clip_norm: float = 1.0  # maximum norm of the gradient; 0: no clipping
    label_smoothing: float = 0.1  # share of the target probability that is spread over the vocabulary
    scheduled_sampling: float = 0.0  # share of target inputs replaced by predictions, reached at the end of the run
    validations: int = 20  # number of validations in the whole run; fewer if they would take too much time
    patience: int = 8  # validations without improvement before early stopping; 0: no early stopping
    enough: float = 0.0  # early stopping as soon as the validation loss is below this; 0: never
    samples: int = 4  # validation examples whose answers are recorded at validations; 0: none
    average: int = 0  # keep the mean of the weights at the last so many validations; 0: no averaging
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 if it is measured to be faster
    device: Literal["auto", "cpu", "cuda"] = "auto"  # auto: a GPU if there is one
    threads: int = 0  # number of CPU threads; 0: as many as are measured to be faster with --time, 1 with --epochs
    max_epochs: float = 0.0  # maximum number of passes over the training data, also if time is left; 0: no limit
    save_every: float = 60.0  # maximum number of seconds between two checkpoints

    def most_steps(self, per_epoch: int) -> float:
        """The number of steps that no run goes beyond, where an epoch has so many."""
        return max(1, round(self.max_epochs * per_epoch)) if self.max_epochs else math.inf

    def __post_init__(self) -> None:
        for name, low, high in (
            ("seed", 0, 2**63 - 1),
            ("members", 1, 100),
            ("learning_rate", 0.0, 10.0),
            ("weight_decay", 0.0, 1.0),
            ("warmup", 0.0, 0.9),
            ("clip_norm", 0.0, float("inf")),
            ("enough", 0.0, float("inf")),
            ("label_smoothing", 0.0, 0.9),
            ("scheduled_sampling", 0.0, 1.0),
            ("validations", 1, 100_000),
            ("patience", 0, 100_000),
            ("samples", 0, 100),
            ("average", 0, 100),
            ("threads", 0, 1024),
            ("max_epochs", 0.0, MAX_EPOCHS),
            ("save_every", 0.0, float("inf")),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"training.{name} must be between {low} and {high}, got {value}")
