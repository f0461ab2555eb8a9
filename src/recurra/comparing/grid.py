"""Which networks are compared: every combination of the given values that the recipe of the task accepts.

    --models rnn,cnn --cells gru,lstm       rnn, gru    rnn, lstm    cnn

A convolutional network has no cell: a setting that has no effect is left out of a combination, and duplicates are
removed. A combination that the recipe refuses is not trained. A value that occurs in no combination is an error, with
the message of the recipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from recurra.errors import UsageError
from recurra.options import NoEffect
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
        UsageError: a value that occurs in no combination, a duplicate, or only one combination.
    """
    check_axes(axes)
    refusals: dict[tuple[str, object], UsageError] = {}
    found: list[dict[str, object]] = []
    for values in product(*(axis.values for axis in axes)):
        settings = with_effect(dict(zip((axis.setting for axis in axes), values, strict=True)), axes, recipe)
        if error := refusal(settings, recipe):
            refusals |= dict.fromkeys(settings.items(), error)
        elif settings not in found:
            found.append(settings)
    for axis in axes:
        for value in axis.values:
            if not any(settings.get(axis.setting) == value for settings in found):
                raise refusals[axis.setting, value]
    if len(found) < 2:
        raise UsageError(
            "there is only one network to train", fix="Give several values, for example --cells elman,gru,lstm."
        )
    several = [axis for axis in axes if len(axis.values) > 1]
    return [Variant(name_of(settings, several), settings) for settings in found]


def check_axes(axes: Sequence[Axis]) -> None:
    """Refuses duplicate settings and values, and a setting without values."""
    names = [axis.setting for axis in axes]
    for axis in axes:
        if names.count(axis.setting) > 1:
            raise UsageError(f"{axis.setting} is varied twice", fix="Give all of its values in one place.")
        twice = next((value for value in axis.values if axis.values.count(value) > 1), None)
        if twice is not None:
            raise UsageError(f"{axis.setting} has the value {twice} twice", fix="Leave one of them out.")
        if not axis.values:
            raise UsageError(f"{axis.setting} has no value", fix="Give several, separated by commas.")


def with_effect(settings: dict[str, object], axes: Sequence[Axis], recipe: TaskRecipe) -> dict[str, object]:
    """The settings without those that have no effect, whatever their value."""
    kept = settings
    for axis in axes:
        others = ({**settings, axis.setting: value} for value in axis.values)
        if any(has_no_effect(axis.setting, refusal(other, recipe)) for other in others):
            kept = {name: value for name, value in kept.items() if name != axis.setting}
    return kept


def has_no_effect(setting: str, error: UsageError | None) -> bool:
    """Whether the error says that the setting has no effect."""
    return isinstance(error, NoEffect) and error.setting == setting


def refusal(settings: dict[str, object], recipe: TaskRecipe) -> UsageError | None:
    """The error with which the recipe refuses the settings, if it does."""
    try:
        recipe.with_settings(settings)
    except UsageError as error:
        return error
    return None


def name_of(settings: dict[str, object], several: Sequence[Axis]) -> str:
    """The name of a variant: the values that vary; numbers and switches with their key."""
    parts = [describe(axis.setting, settings[axis.setting]) for axis in several if axis.setting in settings]
    return ", ".join(parts)


def describe(setting: str, value: object) -> str:
    """lstm, no attention, layers 2, bidirectional false"""
    key = setting.rpartition(".")[2]
    if value == "none":
        return f"no {key}"
    if isinstance(value, str) and key in ("cell", "kind", "attention", "size"):
        return value
    return f"{key.replace('_', ' ')} {str(value).lower()}"
