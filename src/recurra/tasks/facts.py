"""What a model folder says of itself beside weights and recipe: what it learned from, and how good it is.

It is shown to people, so it may say whatever it likes of what is not known here; what is shown has the type that it is
shown as.
"""

from __future__ import annotations

from collections.abc import Mapping

from recurra.errors import ModelError
from recurra.narrowing import as_object, is_object

LARGEST = 10**300  # of a number that is shown
NUMBERS = ("value", "low", "high")  # of a measure; null is infinite
TEXTS = ("definition", "signature")


def check_facts(facts: Mapping[str, object], where: str) -> None:
    """Refuses facts that cannot be shown.

    Args:
        where: they stand, for the message.

    Raises:
        ModelError: one of another type than it is shown as.
    """
    trained, measured = facts.get("trained", {}), facts.get("measured", {})
    if not is_object(trained) or not _are_counts(trained):
        raise _unreadable("trained", where)
    if not is_object(measured) or not _is_evaluation(measured):
        raise _unreadable("measured", where)


def _are_counts(trained: Mapping[str, object]) -> bool:
    shown = [value for name, value in trained.items() if name.startswith("training ") or name == "steps"]
    return all(type(value) is int for value in shown)


def _is_evaluation(measured: Mapping[str, object]) -> bool:
    """An evaluation's mapping, and what was measured; or nothing."""
    measures = measured.get("measures", {})
    return not measured or (
        _is_baseline(measured.get("baseline"))
        and isinstance(measured.get("on"), str)
        and type(measured.get("count")) is int
        and isinstance(measured.get("counted", ""), str)
        and is_object(measures)
        and all(map(_is_measure, measures.values()))
        and "measures" in measured
    )


def _is_baseline(baseline: object) -> bool:
    """What the model was compared with, or nothing."""
    if baseline is None:
        return True
    found = as_object(baseline)
    measures = found.get("measures")
    return (
        isinstance(found.get("name"), str)
        and isinstance(found.get("better"), bool)
        and is_object(measures)
        and all(_is_measure(one) and "value" in as_object(one) for one in measures.values())
    )


def _is_measure(measure: object) -> bool:
    return (
        is_object(measure)
        and all(_is_number(measure.get(name, "")) for name in NUMBERS)
        and all(isinstance(measure.get(name, ""), str) for name in TEXTS)
    )


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST)


def _unreadable(name: str, where: str) -> ModelError:
    what = f"the section {name!r} is damaged: it cannot be shown"
    return ModelError(what, where=where, fix="Undo the last edit of the file, or copy the model folder again.")
