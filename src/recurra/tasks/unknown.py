"""How much of what was given a model could not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from recurra.text.counted import agreeing, and_others, counted
from recurra.text.visible import standing_alone

SHOWN = 10
LONG = 40  # characters of a unit


class Unknown:
    """Counts the inputs that have units which the model does not know."""

    def __init__(self) -> None:
        self.inputs = 0
        self.affected = 0
        self.units: Counter[str] = Counter()

    def add(self, units: Sequence[str]) -> None:
        """Takes one input into the count, by its units that are not known."""
        self.inputs += 1
        self.affected += bool(units)
        self.units.update(units)

    def report(self) -> str | None:
        """What to tell the user; None where everything is known."""
        if not self.affected:
            return None
        most = units_in_words(unit for unit, _ in self.units.most_common())
        return (
            f"{self.affected:,} of {counted(self.inputs, 'input')} ({self.affected / self.inputs:.1%}) "
            f"{agreeing(self.affected, 'contain')} characters or "
            f"words that the model does not know and reads as <UNK>: {most}"
        )


def units_in_words(units: Iterable[str]) -> str:
    """The first few of them, each once, and how many others there are; long ones by their beginning."""
    each = list(dict.fromkeys(units))
    shown = (unit if len(unit) <= LONG else f"{unit[:LONG]}…" for unit in each[:SHOWN])
    return ", ".join(f"'{standing_alone(unit)}'" for unit in shown) + and_others(len(each) - SHOWN)


def input_notes(units: Sequence[str]) -> list[str]:
    """What is said of one input with units that the model does not know; nothing if there are none."""
    return [f"the input has what the model does not know and reads as <UNK>: {units_in_words(units)}"] if units else []


def unknown_notes(inputs: Iterable[Sequence[str]]) -> list[str]:
    """What is said of several inputs, by the units of each that the model does not know; nothing if there are none."""
    unknown = Unknown()
    for units in inputs:
        unknown.add(units)
    report = unknown.report()
    return [] if report is None else [report]
