"""Which networks are compared: every combination of the values given, as far as the task's recipe takes it.

    --models rnn,cnn --cells gru,lstm       rnn, gru    rnn, lstm    cnn

A convolutional network has no cell: a setting without effect is left out of a combination, and what is then the same
stands there once. A combination that the recipe refuses is not trained. A value that stands in none is refused, with
what the recipe says of it.
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
        UsageError: a value that fits into no combination, a value given twice, or only one combination.
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


def with_effect(settings: dict[str, object], axes: Sequence[Axis], recipe: TaskRecipe) -> dict[str, object]:
    """The settings without those that have no effect beside the others, whatever value of theirs is taken."""
    kept = settings
    for axis in axes:
        others = ({**settings, axis.setting: value} for value in axis.values)
        if any(has_no_effect(axis.setting, refusal(other, recipe)) for other in others):
            kept = {name: value for name, value in kept.items() if name != axis.setting}
    return kept


def has_no_effect(setting: str, error: UsageError | None) -> bool:
    """Whether this is what the recipe says."""
    return isinstance(error, NoEffect) and error.setting == setting


def refusal(settings: dict[str, object], recipe: TaskRecipe) -> UsageError | None:
    """What the recipe says against the settings."""
    try:
        recipe.with_settings(settings)
    except UsageError as error:
        return error
    return None


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
