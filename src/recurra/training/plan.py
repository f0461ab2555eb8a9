"""The plan of a run: its length in steps, and what follows from how far it has come.

Everything that changes over a run (learning rate, scheduled sampling) is a function of `progress`, the share of the
plan that is done, and progress is a function of the step number. A plan that is changed on the way keeps the progress
made so far and spreads the rest over the new length, so that the learning rate never jumps and still ends at zero.
The plan stands in every checkpoint; a resumed run follows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from recurra.narrowing import list_of, number_of, value_of
from recurra.training.options import TrainingOptions


@dataclass(frozen=True)
class Piece:
    """From `step`, where `progress` was reached, straight to progress 1 at `steps`."""

    step: int
    progress: float
    steps: int


@dataclass(frozen=True)
class Plan:
    """How long a run is and how it is carried out."""

    pieces: tuple[Piece, ...]
    validations: int  # spread evenly over the progress
    validation_examples: int  # used in each
    parts: int = 1  # that a batch is computed in, where memory is short
    bfloat16: bool = False
    validation_seconds: float = 0.0  # of each, as estimated at the start
    threads: int = 1  # of the CPU

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""
        return self.pieces[-1].steps

    def progress(self, step: int) -> float:
        """Share of the plan that is done after `step` steps, between 0 and 1."""
        piece = next(piece for piece in reversed(self.pieces) if piece.step <= step)
        return piece.progress + (1 - piece.progress) * (step - piece.step) / max(1, piece.steps - piece.step)

    def validation_is_due(self, step: int) -> bool:
        """Whether to validate after this step; always after the last one."""
        if step >= self.steps:
            return True
        return int(self.progress(step) * self.validations) > int(self.progress(step - 1) * self.validations)

    def validations_left(self, step: int) -> int:
        """Validations still to come after `step` steps."""
        return self.validations - int(self.progress(step) * self.validations)

    def changed(self, step: int, steps: int) -> Plan:
        """The plan that goes on from `step` to a new total of `steps` with the progress made so far."""
        return replace(self, pieces=(*self.pieces, Piece(step, self.progress(step), max(steps, step + 1))))

    def cut(self, step: int) -> Plan:
        """The plan that ends at `step`, with the progress made so far."""
        return replace(self, pieces=(*self.pieces, Piece(step, self.progress(step), step)))

    def extended(self, step: int, steps: int) -> Plan:
        """The plan of a run that is asked to take `steps` in all after `step` of them.

        Progress is then what it would be in a plan of that length from the start. So a finished run, whose learning
        rate had come down to zero, learns again.
        """
        steps = max(steps, step + 1)
        return replace(self, pieces=(*self.pieces, Piece(step, step / steps, steps)))

    def to_mapping(self) -> dict[str, object]:
        """Plain data for the checkpoint."""
        pieces = [[piece.step, piece.progress, piece.steps] for piece in self.pieces]
        return {**self.__dict__, "pieces": pieces}

    @staticmethod
    def from_mapping(mapping: Mapping[str, object]) -> Plan:
        """The plan of a checkpoint; ValueError, TypeError or KeyError where there is none."""
        pieces = tuple(_piece(*list_of(piece)) for piece in list_of(mapping["pieces"]))
        counts = {name: value_of(int, mapping[name]) for name in COUNTS if name in mapping}
        if not pieces or counts.get("threads", 1) < 1:
            raise ValueError("an impossible plan")
        seconds, half = mapping.get("validation_seconds", 0.0), mapping.get("bfloat16", False)
        return Plan(pieces, **counts, validation_seconds=number_of(seconds), bfloat16=value_of(bool, half))


COUNTS = ("validations", "validation_examples", "parts", "threads")


def _piece(step: object, progress: object, steps: object) -> Piece:
    return Piece(value_of(int, step), number_of(progress), value_of(int, steps))


def learning_rate(options: TrainingOptions, progress: float) -> float:
    """Linear warm-up to the highest rate, then decay to zero at the end of the plan."""
    if progress < options.warmup:
        return options.learning_rate * progress / options.warmup
    done = (progress - options.warmup) / (1 - options.warmup)
    match options.decay:
        case "linear":
            return options.learning_rate * (1 - done)
        case "cosine":
            return options.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
        case "none":
            return options.learning_rate
