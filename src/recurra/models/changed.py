"""Networks in which something was changed by hand: units of a layer that are held, attention that is given.

A changed network shares all weights with the one it was made of, which stays as it is. What is changed at some steps
only is found by its number where a whole sequence runs; a search, which goes step by step, takes for each step the
network as it is there (`at_step`).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TypeVar

from torch import nn

from recurra.attention import GivenAttention
from recurra.layers import HeldRecurrent

M = TypeVar("M", bound=nn.Module)

ELSE = -1  # the number of no step: what is changed at single steps only is as ever there


def replaced(network: M, parts: Mapping[nn.Module, nn.Module]) -> M:
    """The network with other parts in the place of some of its own; all else is shared.

    Args:
        parts: from its own part to the one that takes its place; never the network itself.
    """
    found = _replaced(network, parts)
    assert isinstance(found, type(network))
    return found


def _replaced(module: nn.Module, parts: Mapping[nn.Module, nn.Module]) -> nn.Module:
    if module in parts:
        return parts[module]
    own: dict[str, nn.Module | None] = vars(module)["_modules"]
    inner = {name: None if one is None else _replaced(one, parts) for name, one in own.items()}
    if all(one is own[name] for name, one in inner.items()):
        return module
    other = copy(module)
    vars(other)["_modules"] = inner
    return other


def changed_steps(network: nn.Module) -> set[int]:
    """The numbers of the steps at which something in it is other than it is else."""
    return {step for part in _changed(network) for step in part.steps}


def at_step(network: M, step: int) -> M:
    """The network as it is at one step."""
    return replaced(network, {part: part.at(step) for part in _changed(network) if part.steps})


def _changed(network: nn.Module) -> list[GivenAttention | HeldRecurrent]:
    return [one for one in network.modules() if isinstance(one, GivenAttention | HeldRecurrent)]
