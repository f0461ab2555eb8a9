"""Which networks are compared: every combination of the values given, as far as the task's recipe has it.

    --models rnn,cnn --cells gru,lstm       rnn, gru    rnn, lstm    cnn

A convolutional network has no cell, so of the combinations with `cnn` one is left. A value that stands in none of the
combinations is refused, with what the recipe says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import NamedTuple

from recurra.errors import UsageError
from recurra.tasks.recipe import TaskRecipe


class Axis(NamedTuple):
    """A setting, and the values it takes in turn."""

    setting: str  # section.key
    values: tuple[object, ...]


class Variant(NamedTuple):
    """One network of the grid."""

    name: str  # "lstm, dot"
    settings: dict[str, object]


def variants(axes: Sequence[Axis], recipe: TaskRecipe) -> list[Variant]:
    """All combinations, in the order of the values.

    Raises:
        UsageError: a value that fits into no combination, a value given twice, or only one combination.
    """
    check_axes(axes)
    refusals: dict[tuple[str, object], UsageError] = {}
    found: list[dict[str, object]] = []
    for values in product(*(axis.values for axis in axes)):
        settings = dict(zip((axis.setting for axis in axes), values, strict=True))
        try:
            recipe.with_settings(settings)
        except UsageError as error:
            refusals |= dict.fromkeys(settings.items(), error)
            settings = largest_part(settings, recipe)
        if settings and settings not in found:
            found.append(settings)
    for axis in axes:
        for value in axis.values:
            if not any(settings.get(axis.setting) == value for settings in found):
                raise refusals[axis.setting, value]
    if len(found) < 2:
        raise UsageError("there is only one network to train", fix="Give several values: --cells elman,gru,lstm")
    several = [axis for axis in axes if len(axis.values) > 1]
    return [Variant(name_of(settings, several), settings) for settings in found]


def check_axes(axes: Sequence[Axis]) -> None:
    """Refuses a setting or a value that is given twice, and a setting without values."""
    names = [axis.setting for axis in axes]
    for axis in axes:
        if names.count(axis.setting) > 1:
            raise UsageError(f"{axis.setting} is varied twice", fix="Give all of its values once.")
        twice = next((value for value in axis.values if axis.values.count(value) > 1), None)
        if twice is not None:
            raise UsageError(f"{axis.setting} has the value {twice} twice", fix="Leave one of them out.")
        if not axis.values:
            raise UsageError(f"{axis.setting} has no value", fix="Give several, with commas between them.")


def largest_part(settings: dict[str, object], recipe: TaskRecipe) -> dict[str, object]:
    """The most of the settings that the recipe takes together; of equally many those that come first."""
    for size in range(len(settings) - 1, 0, -1):
        for part in combinations(settings.items(), size):
            try:
                recipe.with_settings(dict(part))
            except UsageError:
                continue
            return dict(part)
    return {}


def name_of(settings: dict[str, object], several: Sequence[Axis]) -> str:
    """What tells it from the others: a name says itself, a number or a switch needs its key."""
    parts = [in_words(axis.setting, settings[axis.setting]) for axis in several if axis.setting in settings]
    return ", ".join(parts)


def in_words(setting: str, value: object) -> str:
    """lstm, no attention, layers 2, bidirectional false"""
    key = setting.rpartition(".")[2]
    if value == "none":
        return f"no {key}"
    if isinstance(value, str) and key in ("cell", "kind", "attention", "size"):
        return value
    return f"{key.replace('_', ' ')} {str(value).lower()}"
