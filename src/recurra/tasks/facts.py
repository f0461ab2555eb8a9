"""What a model folder says of itself beside weights and recipe: what it learned from, and how good it is.

It is shown to people, so it may say whatever it likes of what is not known here; what is shown has the type that it is
shown as.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from recurra.errors import ModelError

LARGEST = 10**300  # of a number that is shown
NUMBERS = ("value", "low", "high")  # of a measure; null is infinite
TEXTS = ("definition", "signature")


def check_facts(facts: Mapping[str, Any], where: str) -> None:
    """Refuses facts that cannot be shown.

    Args:
        where: they stand, for the message.

    Raises:
        ModelError: one of another type than it is shown as.
    """
    trained, measured = facts.get("trained", {}), facts.get("measured", {})
    if not isinstance(trained, dict) or not _are_counts(cast("dict[str, object]", trained)):
        raise _unreadable("trained", where)
    if not isinstance(measured, dict) or not _is_evaluation(cast("dict[str, object]", measured)):
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
        and isinstance(measures, dict)
        and all(map(_is_measure, cast("dict[str, object]", measures).values()))
        and "measures" in measured
    )


def _is_baseline(baseline: object) -> bool:
    """What the model was compared with, or nothing."""
    if baseline is None:
        return True
    found = cast("dict[str, object]", baseline) if isinstance(baseline, dict) else {}
    measures = found.get("measures")
    return (
        isinstance(found.get("name"), str)
        and isinstance(found.get("better"), bool)
        and isinstance(measures, dict)
        and all(map(_is_measure, cast("dict[str, object]", measures).values()))
        and all("value" in cast("dict[str, object]", one) for one in cast("dict[str, object]", measures).values())
    )


def _is_measure(measure: object) -> bool:
    if not isinstance(measure, dict):
        return False
    found = cast("dict[str, object]", measure)
    numbers = [found.get(name, "") for name in NUMBERS]
    return all(_is_number(number) for number in numbers) and all(isinstance(found.get(name, ""), str) for name in TEXTS)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST)


def _unreadable(name: str, where: str) -> ModelError:
    what = f"the section {name!r} is damaged: it cannot be shown"
    return ModelError(what, where=where, fix="Undo the last edit of the file, or copy the model folder again.")
