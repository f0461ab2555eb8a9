"""The members of an ensemble that is trained as one model: networks that differ in their seed alone.

They are trained one after the other on the same encoded examples and share the time. The first is trained in the run
folder itself, as the only network of any other run, each of the others in a folder within it:

run/                  of the first, and what all have: the data, the vocabularies, the recipe
run/members/2/        lock, checkpoint and metrics.jsonl of the second
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from recurra.narrowing import number_of, object_of
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Emit, Encoded, Network, Task
from recurra.training import Budget

R = TypeVar("R", bound=TaskRecipe)

APART = 1000  # seeds of members from one another, so that runs whose seeds follow one another share no member
SEEDS = 2**63
CLOSING = 4  # validations that the measurement at the end takes as long as, for each network


def member_recipe(recipe: R, member: int) -> R:
    """The recipe of a member, by its number from 1: that of the whole with the seed of the member."""
    if member == 1:
        return recipe
    return recipe.with_settings({"training.seed": (recipe.training.seed + APART * (member - 1)) % SEEDS})


def untrained_member(task: Task, first: Network, member: int, encoded: Encoded, budget: Budget, emit: Emit) -> Network:
    """A fresh network with the seed of a member, and with all that was learned from the data without gradients."""
    network = loaded_member(task, first, member)
    with torch.no_grad():
        for name, value in first.model.named_buffers():
            network.model.get_buffer(name).copy_(value)
    return task.settled(network, encoded, budget, emit)


def loaded_member(task: Task, first: Network, member: int) -> Network:
    """The network of a member, whose weights are to be put into it."""
    return task.load(member_recipe(first.recipe, member), first.vocabularies())


def share_of_time(budget: Budget, members: int, ended: Sequence[Mapping[str, object]], began: float) -> Budget:
    """How long the next member may take: an equal part of what those before have left.

    It follows from what is asked for and from the checkpoints of the members before, not from the clock. So a resumed
    run divides the time as the run that was not stopped did.

    Args:
        ended: the values in the checkpoints of the members that have come to their end.
        began: when the next one begins in this session, on the monotonic clock.
    """
    if budget.seconds is None or members == 1:
        return replace(budget, started=began)
    left = budget.seconds - sum(number_of(values["elapsed"]) for values in ended)
    if ended:  # all of them together are measured at the end, and each has kept time for that of one
        left -= CLOSING * (members - 1) * number_of(object_of(ended[0]["plan"])["validation_seconds"])
    return replace(budget, seconds=max(1.0, left / (members - len(ended))), started=began, members=members)
