"""What whoever uses a model should know of its training: that it has not come to its end, or was too short."""

from __future__ import annotations

from collections.abc import Mapping

from recurra.narrowing import as_object
from recurra.text.counted import counted
from recurra.training import OUT_OF_TIME


def caveats(trained: Mapping[str, object]) -> list[str]:
    """Whole sentences, from what config.json says under "trained"; none of a training that ended as planned."""
    if trained.get("finished") is False:
        return ["the training of this model has not finished; recurra train --resume continues one that was stopped"]
    steps = trained.get("steps")
    if trained.get("ended by") != OUT_OF_TIME or not isinstance(steps, int):
        return []
    members = trained.get("members")
    networks = f" {counted(members, 'network')}" if isinstance(members, int) else ""
    return [
        f"the time was up after {counted(steps, 'step')} of training{networks}, which is too little to learn much; "
        "train further with --resume and a longer --time"
    ]


def trained_of(config: Mapping[str, object]) -> Mapping[str, object]:
    """What a model folder says about its training; nothing where something else stands there."""
    return as_object(config.get("trained"))
