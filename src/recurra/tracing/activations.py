"""What one layer computed over many texts, and questions to it: where is this unit so active, and which are like it?

    found = Activations(...)             # in general: model.units(inputs)
    found.strongest(17)                  # the places where unit 17 is largest
    found.follows()                      # what each unit goes along with: the position, digits, a character
    found.active(text, 3, 7)             # the units that are active at these steps and not beside them
    found.pattern(text, 3, 7).matches    # the places where most of these are

The values of all texts stand one after the other, in half precision.

N texts, S steps of all of them, H units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.errors import UsageError
from recurra.text.counted import counted
from recurra.tracing.kept import Kept
from recurra.tracing.pattern import Match, Pattern, Span, own_place, places, ranked

THRESHOLD = 0.3  # from which on a unit counts as active
COMMON = 20  # tokens that units may go along with
LOOKED_AT = 100  # texts
LONG, FEW = 2, 0.1  # a token of more characters is more than a letter with its mark; characters have few of them
CLEAR = 0.5  # a correlation below it is none to speak of

Numbers = NDArray[np.float64]


class Place(NamedTuple):
    """Steps of a text."""

    text: int
    first: int
    last: int  # the step after the last one
    value: float  # what it was found by


class Follows(NamedTuple):
    """What a unit goes along with most, or against."""

    what: str  # "the position", "digits", "'e'"
    correlation: float  # between -1 and 1

    @property
    def clearly(self) -> bool:
        """Whether it is worth a word."""
        return abs(self.correlation) >= CLEAR


@dataclass(frozen=True, eq=False)
class Activations(Kept):
    """The values of one state or gate of a layer, after each step of many texts.

    Args:
        layer: where it is: "encoder.0.forward".
        name: of the state or gate: "hidden", "forget".
        texts: the tokens of each text.
        values: [S, H], the texts one after the other.
        others: what else could have been asked for: the other layers, each with its states and gates.
        notes: what a reader should know: how many texts there were.
        numbers: of the texts in the data, from 1; 0 of one that is not of the data. Empty: the texts are the data.

    Raises:
        UsageError: values that do not fit the tokens, or that are not finite.
    """

    noun: ClassVar[str] = "activations"

    layer: str
    name: str
    texts: list[list[str]]
    values: NDArray[np.float16]
    others: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    notes: Sequence[str] = ()
    numbers: Sequence[int] = ()

    def __post_init__(self) -> None:
        steps = sum(map(len, self.texts))
        if self.values.ndim != 2 or len(self.values) != steps or not steps:
            what = f"expected a row for each of {counted(steps, 'step')}, saw the shape {list(self.values.shape)}"
            raise UsageError(what, where=f"activations of {self.layer}")
        if not np.isfinite(self.values).all():
            raise UsageError("a number is not finite", where=f"activations of {self.layer}")

    @property
    def units(self) -> int:
        """H."""
        return self.values.shape[1]

    @property
    def are_characters(self) -> bool:
        """Whether tokens are shown close together, as characters are; words have spaces between them."""
        some = [token for text in self.texts[:LOOKED_AT] for token in text if token[:1] != "<"]
        return sum(len(token) > LONG or (len(token) > 1 and token.isdigit()) for token in some) <= FEW * len(some)

    def number(self, text: int) -> int:
        """Which input of the data a text is, from 1; 0 of one that is none of them."""
        return self.numbers[text] if self.numbers else text + 1

    @cached_property
    def starts(self) -> list[int]:
        """Where each text begins in the values, and where the last one ends."""
        return [0, *np.cumsum([len(text) for text in self.texts]).tolist()]

    def of(self, text: int) -> NDArray[np.float16]:
        """The values of one text: [T, H]."""
        return self.values[self.starts[text] : self.starts[text + 1]]

    def strongest(self, unit: int, count: int = 10, *, lowest: bool = False) -> list[Place]:
        """The steps at which a unit is largest (or smallest), one of each text, the most extreme first.

        Raises:
            UsageError: there is no such unit.
        """
        column = self._column(unit)
        sign = -1.0 if lowest else 1.0
        best = [int(np.argmax(sign * column[begin:end])) for begin, end in self._spans()]
        places = [Place(k, at, at + 1, float(column[self.starts[k] + at])) for k, at in enumerate(best) if at >= 0]
        return sorted(places, key=lambda place: -sign * place.value)[:count]

    def alike(self, unit: int, count: int = 10) -> list[tuple[int, float]]:
        """Other units whose values go along with those of this one (or against them), with the correlation."""
        self._column(unit)
        found = self._standard.T @ self._standard[:, unit] / len(self.values)
        order = np.argsort(-np.abs(found), kind="stable")
        return [(int(k), float(found[k])) for k in order if k != unit][:count]

    def follows(self) -> list[Follows]:
        """What each unit goes along with most, of all that is looked for: see `features`."""
        names, table = features(self.texts)
        found = standardised(table).T @ self._standard / len(self.values)  # [F, H]
        best = np.abs(found).argmax(axis=0)
        return [Follows(names[k], float(found[k, unit])) for unit, k in enumerate(best.tolist())]

    def active(
        self, text: int, first: int, last: int, threshold: float = THRESHOLD, *, alone: bool = True
    ) -> list[int]:
        """The units that are above the threshold at all of these steps and, if alone, not at the steps beside them.

        Raises:
            UsageError: steps that the text does not have.
        """
        on = self._on(text, first, last, threshold)
        return list(own_place(on, first, last, alone=alone).units)

    def nearest(self, text: int, first: int, last: int) -> tuple[int, float]:
        """The unit that is highest over all of these steps among those that are lower beside them, and how high.

        -1 and 0 where no unit is higher at these steps than beside them.
        """
        values = self.of(text).astype(np.float64)
        beside = [values[k] for k in (first - 1, last) if 0 <= k < len(values)]
        lowest = values[first:last].min(axis=0)
        apart = lowest > np.max(beside, axis=0) if beside else np.ones(self.units, bool)
        if not apart.any():
            return -1, 0.0
        unit = int(np.where(apart, lowest, -np.inf).argmax())
        return unit, float(lowest[unit])

    def pattern(
        self,
        text: int,
        first: int,
        last: int,
        threshold: float = THRESHOLD,
        *,
        alone: bool = True,
        count: int = 10,
    ) -> Pattern:
        """The units that are active at steps of a text, and the places of all texts where most of them are.

        What counts as a match, and which is better, says pattern.py.

        Args:
            text: its number; -1 is the last one.
            alone: only units that are not active at the steps beside these.
            count: matches at most.

        Raises:
            UsageError: steps that the text does not have, or no match is asked for.
        """
        if count < 1:
            raise UsageError(f"count must be at least 1, got {count}", where="pattern")
        text = len(self.texts) - 1 if text == -1 else text
        own = own_place(self._on(text, first, last, threshold), first, last, alone=alone)
        units, length = list(own.units), own.last - own.first
        found: list[tuple[int, Span]] = []
        if units:
            for k in range(len(self.texts)):
                on = self.of(k)[:, units].astype(np.float64) > threshold
                found += [(k, one) for one in places(on, last - first, length, alone=alone)]
        matches = [
            Match(self.number(k), list(self.texts[k]), one.first, one.last, [units[column] for column in one.units])
            for k, one in ranked(found, text, own)[:count]
        ]
        return Pattern(
            self.layer,
            self.name,
            list(self.texts[text]),
            first,
            last,
            threshold,
            alone,
            units,
            matches,
            len(self.texts),
            len(self.values),
            self.are_characters,
            list(self.notes),
        )

    def stored(self) -> dict[str, object]:
        """What `save` writes."""
        about = {"layer": self.layer, "name": self.name, "texts": self.texts, "notes": list(self.notes)}
        others = {layer: list(names) for layer, names in self.others.items()}
        return {**about, "numbers": list(self.numbers), "others": others, "values": self.values}

    @cached_property
    def _standard(self) -> Numbers:
        return standardised(self.values.astype(np.float64))

    def _spans(self) -> list[tuple[int, int]]:
        return list(zip(self.starts, self.starts[1:], strict=False))

    def _column(self, unit: int) -> Numbers:
        if not 0 <= unit < self.units:
            what = f"unit {unit} of a layer of {counted(self.units, 'unit')}"
            raise UsageError(what, where="unit", fix=f"Units are counted from 0 to {self.units - 1}.")
        return self.values[:, unit].astype(np.float64)

    def _on(self, text: int, first: int, last: int, threshold: float) -> NDArray[np.bool_]:
        """Which unit is above the threshold at each step of a text [T, H]."""
        values = self.of(self._checked_text(text)).astype(np.float64)
        if not 0 <= first < last <= len(values):
            what = f"steps {first} to {last} of a text of {counted(len(values), 'step')}"
            raise UsageError(what, where="span", fix="Give the first step, from 0, and the one after the last.")
        return values > threshold

    def _checked_text(self, text: int) -> int:
        if not 0 <= text < len(self.texts):
            raise UsageError(f"text {text} of {counted(len(self.texts), 'text')}", where="text")
        return text


def standardised(table: Numbers) -> Numbers:
    """Columns less their mean in their own deviations; one that never changes is all 0."""
    centred = table - table.mean(axis=0)
    deviation = centred.std(axis=0)
    return np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-9)


def features(texts: Sequence[Sequence[str]]) -> tuple[list[str], Numbers]:
    """What units may go along with, and its value at each step: names [F], and [S, F]."""
    tokens = [token for text in texts for token in text]
    words, counts = np.unique(np.array(tokens, dtype=object).astype(str), return_counts=True)
    common = words[np.argsort(-counts, kind="stable")[:COMMON]].tolist()
    columns: dict[str, Sequence[float]] = {
        "the position": [k for text in texts for k in range(len(text))],
        "the steps that are left": [len(text) - k for text in texts for k in range(len(text))],
        "the length of the text": [len(text) for text in texts for _ in text],
        "the first step": [float(k == 0) for text in texts for k in range(len(text))],
        "digits": [any(map(str.isdigit, token)) for token in tokens],
        "letters": [any(map(str.isalpha, token)) for token in tokens],
        "capitals": [token[:1].isupper() for token in tokens],
        "spaces": [token.isspace() for token in tokens],
        "punctuation": [bool(token) and not any(c.isalnum() or c.isspace() for c in token) for token in tokens],
        **{f"{token!r}": [one == token for one in tokens] for token in common},
    }
    return list(columns), np.array(list(columns.values()), np.float64).T
