"""How a network learns: the section [training] of a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recurra.errors import UsageError


@dataclass(frozen=True)
class TrainingOptions:
    """The section [training] of a recipe. The same defaults serve every language and data set."""

    seed: int = 1  # of the initial weights, the order of the examples and dropout
    optimizer: Literal["adam", "adamw", "sgd"] = "adamw"
    learning_rate: float = 0.004  # the highest, reached at the end of the warm-up
    weight_decay: float = 0.01  # for adamw only
    warmup: float = 0.05  # share of the plan over which the learning rate rises from 0
    decay: Literal["linear", "cosine", "none"] = "linear"  # how it falls to 0 at the end of the plan
    clip_norm: float = 1.0  # gradients are clipped to this norm; 0 does not clip
    label_smoothing: float = 0.1  # share of the target probability spread over the vocabulary
    scheduled_sampling: float = 0.0  # share of target inputs replaced by predictions at the end of the plan
    validations: int = 20  # over the whole plan; fewer if they would take too much of the time
    patience: int = 8  # validations without improvement before early stopping; 0 never stops early
    average: int = 0  # validate and keep the mean of the weights at the last so many validations; 0 does not average
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 if it measures as faster
    device: Literal["auto", "cpu", "cuda"] = "auto"  # auto: a GPU if there is one
    save_every: float = 60.0  # the most seconds between two checkpoints

    def __post_init__(self) -> None:
        for name, low, high in (
            ("seed", 0, 2**63 - 1),
            ("learning_rate", 0.0, 10.0),
            ("weight_decay", 0.0, 1.0),
            ("warmup", 0.0, 0.9),
            ("clip_norm", 0.0, float("inf")),
            ("label_smoothing", 0.0, 0.9),
            ("scheduled_sampling", 0.0, 1.0),
            ("validations", 1, 100_000),
            ("patience", 0, 100_000),
            ("average", 0, 100),
            ("save_every", 0.0, float("inf")),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"training.{name} must be between {low} and {high}, got {value}")
