"""Learning: the loop, its plan, its checkpoints, and the run around them."""

from recurra.runs.events import (
    INTERRUPTED,
    OUT_OF_TIME,
    Emit,
    Event,
    Finished,
    Note,
    PlanMade,
    Sampled,
    Saved,
    StepDone,
    Validated,
)
from recurra.training.budget import USUAL, Budget, budget_from_mapping, parse_time
from recurra.training.checkpoint import NAME as CHECKPOINT
from recurra.training.checkpoint import Checkpoint, load_checkpoint, named_weights, weights_of
from recurra.training.folder import locked
from recurra.training.learner import Index, Learner, Score, State, Stateful
from recurra.training.listeners import metrics_file, tensorboard, to_all
from recurra.training.loop import Diverged, Loop, Position
from recurra.training.loss import Loss, token_loss
from recurra.training.optimizer import make_optimizer
from recurra.training.options import TrainingOptions
from recurra.training.plan import Piece, Plan, learning_rate
from recurra.training.planning import seconds_per_step
from recurra.training.run import Run, Sampler, Weights
from recurra.training.threads import threads

__all__ = [
    "CHECKPOINT",
    "INTERRUPTED",
    "OUT_OF_TIME",
    "USUAL",
    "Budget",
    "Checkpoint",
    "Diverged",
    "Emit",
    "Event",
    "Finished",
    "Index",
    "Learner",
    "Loop",
    "Loss",
    "Note",
    "Piece",
    "Plan",
    "PlanMade",
    "Position",
    "Run",
    "Sampled",
    "Sampler",
    "Saved",
    "Score",
    "State",
    "Stateful",
    "StepDone",
    "TrainingOptions",
    "Validated",
    "Weights",
    "budget_from_mapping",
    "learning_rate",
    "load_checkpoint",
    "locked",
    "make_optimizer",
    "metrics_file",
    "named_weights",
    "parse_time",
    "seconds_per_step",
    "tensorboard",
    "threads",
    "to_all",
    "token_loss",
    "weights_of",
]
