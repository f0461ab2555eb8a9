"""What is changed about a run, as plain data: another input, a token of the output, how outputs are searched for.

An intervention is a list of changes, each of which says one thing. It comes from Python, from a command line or as JSON
from anywhere, so every value is checked as it is made; whether there is such a token or layer, only a model can say.
Numbers count from 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import ClassVar, Self, TypeVar

from recurra.errors import UsageError
from recurra.lists import Numbers
from recurra.narrowing import is_list, is_mapping, is_row, is_sequence
from recurra.options import unknown_name
from recurra.text.visible import as_given
from recurra.tracing.records import Recorded

MOST_CHANGES = 1000  # of one intervention
LARGEST = 1e6  # value of a unit, and weight of a token
MOST_STEPS = 1000  # at which a unit is held


@dataclass(frozen=True)
class Change:
    """One of the changes below."""

    kind: ClassVar[str]

    def to_mapping(self) -> dict[str, object]:
        """Its kind, and its values."""
        return {"change": self.kind, **{one.name: _plain(getattr(self, one.name)) for one in fields(self)}}

    def _refuse(self, what: str, fix: str | None = None) -> UsageError:
        return UsageError(what, where=self.kind, fix=fix)

    def _check_number(self, name: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._refuse(f"{name} must be a whole number from 0, got {as_given(value, 40)}")

    def _check_text(self, name: str, value: object) -> None:
        if not isinstance(value, str):
            raise self._refuse(f"{name} must be a text, got {as_given(value, 40)}")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self._refuse(f"{name} has half of a character, which no encoding can write")


C = TypeVar("C", bound=Change)


@dataclass(frozen=True)
class Instead(Change):
    """Another input in the place of the one that was given.

    Args:
        given: as the model reads it.
    """

    kind: ClassVar[str] = "input"
    given: object


@dataclass(frozen=True)
class Force(Change):
    """A token of the output; what stands before it stays, and what comes after it is searched for anew.

    Args:
        step: its number in the output.
        token: one unit that the model can write, or "<EOS>" for the end.
    """

    kind: ClassVar[str] = "force"
    step: int
    token: str

    def __post_init__(self) -> None:
        self._check_number("step", self.step)
        self._check_text("token", self.token)


@dataclass(frozen=True)
class SetUnit(Change):
    """A unit of a layer whose hidden state is held at a value: 0 switches it off.

    Args:
        layer: its name in the trace: "encoder.0.forward".
        unit: its number.
        value: that whatever reads the unit reads.
        steps: at these steps of the layer only; None: at all.
    """

    kind: ClassVar[str] = "unit"
    layer: str
    unit: int
    value: float = 0.0
    steps: Sequence[int] | None = None

    def __post_init__(self) -> None:
        self._check_text("layer", self.layer)
        self._check_number("unit", self.unit)
        if not finite(self.value) or abs(self.value) > LARGEST:
            raise self._refuse(
                f"value must be a number between -{LARGEST:,.0f} and {LARGEST:,.0f}, got {as_given(self.value, 40)}"
            )
        if self.steps is not None:
            if not isinstance(self.steps, list | tuple) or not self.steps:
                raise self._refuse(
                    f"steps must be numbers of steps, got {as_given(self.steps, 40)}", "Leave it out for all."
                )
            if len(self.steps) > MOST_STEPS:
                raise self._refuse(f"at most {MOST_STEPS:,} steps, got {len(self.steps):,}", "Leave it out for all.")
            for step in self.steps:
                self._check_number("a step", step)


@dataclass(frozen=True)
class SetAttention(Change):
    """Where a step of the output looks; it is divided by its sum, so that it is weights.

    Args:
        step: of the output; of a model with one answer for a whole input 0.
        weights: for each source token (an input without an end: for each token) a number from 0; or by the number of a
            token, and all others have 0. Of an input of several columns, those that it names no token of stay.
    """

    kind: ClassVar[str] = "attention"
    step: int
    weights: Sequence[float] | Mapping[int, float]

    def __post_init__(self) -> None:
        self._check_number("step", self.step)
        if isinstance(self.weights, Mapping):
            by_number = {int(k) if isinstance(k, str) and k.isdecimal() else k: one for k, one in self.weights.items()}
            for place in by_number:
                self._check_number("the number of a token", place)
            object.__setattr__(self, "weights", by_number)
        elif not isinstance(self.weights, list | tuple):
            what = f"weights must be numbers for each source token, or by its number, got {as_given(self.weights, 40)}"
            raise self._refuse(what, "As [0.5, 0.5, 0] or {0: 0.5, 1: 0.5}.")
        numbers = list(self.weights.values() if isinstance(self.weights, Mapping) else self.weights)
        for one in numbers:
            if not finite(one) or not 0 <= one <= LARGEST:
                raise self._refuse(f"a weight must be a number from 0 to {LARGEST:,.0f}, got {as_given(one, 40)}")
        if not sum(numbers) > 0:
            raise self._refuse("the weights add up to 0", "Give one of them a weight.")


@dataclass(frozen=True)
class Decode(Change):
    """How the output is searched for.

    Args:
        settings: single options of answering by name: {"sample": True, "temperature": 0.7, "top_k": 10}.
    """

    kind: ClassVar[str] = "decode"
    settings: Mapping[str, object]

    def __post_init__(self) -> None:
        if not isinstance(self.settings, Mapping) or not self.settings:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise self._refuse(
                f"settings must be options by name, got {as_given(self.settings, 40)}", 'As {"beam": 1}.'
            )


KINDS: dict[str, type[Change]] = {kind.kind: kind for kind in (Instead, Force, SetAttention, SetUnit, Decode)}


@dataclass(frozen=True)
class Intervention(Recorded):
    """All that is changed. Without changes it is an intervention too: nothing may follow from it.

    Args:
        changes: in any order.

    Raises:
        UsageError: something else than a change, two changes of one thing, or too many.
    """

    changes: Sequence[Change] = field(default_factory=tuple[Change, ...])

    def __post_init__(self) -> None:
        if len(self.changes) > MOST_CHANGES:
            raise UsageError(f"an intervention has at most {MOST_CHANGES:,} changes, got {len(self.changes):,}")
        for one in self.changes:
            if not isinstance(one, Change):  # pyright: ignore[reportUnnecessaryIsInstance]
                fix = f"There are: {', '.join(kind.__name__ for kind in KINDS.values())}."
                raise UsageError(f"expected a change, got {as_given(one, 40)}", where="what-if", fix=fix)
        for kind in (Instead, Decode):
            if len(self.of(kind)) > 1:
                raise UsageError(f"a second {kind.kind}", where="what-if", fix="Say it once.")
        for kind in (Force, SetAttention):
            steps = [one.step for one in self.of(kind)]
            if len(set(steps)) < len(steps):
                raise UsageError("a step of the output is changed twice", where=kind.kind, fix="Say it once.")

    def of(self, kind: type[C]) -> list[C]:
        """The changes of a kind."""
        return [one for one in self.changes if isinstance(one, kind)]

    def to_mapping(self) -> dict[str, object]:
        """Lists, dicts, texts and numbers."""
        return {"changes": [one.to_mapping() for one in self.changes]}

    @classmethod
    def of_mapping(cls, found: object) -> Self:
        """The way back from JSON, which anyone may have written.

        Raises:
            UsageError: something else stands there; it names what may.
        """
        listed = found.get("changes") if is_row(found) else None
        if not is_list(listed):
            raise UsageError('expected {"changes": [...]}', where="what-if", fix='As {"changes": []}.')
        return cls(tuple(map(change_of, listed)))


def change_of(found: object) -> Change:
    """One change from JSON.

    Raises:
        UsageError: it is none.
    """
    values = dict(found) if is_row(found) else {}
    kind = values.pop("change", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise unknown_name("change", f"{kind!s:.40}", KINDS, where="what-if")
    known = {one.name: one for one in fields(KINDS[kind])}
    for name in values:
        if name not in known:
            raise unknown_name("key", name, known, where=kind)
    for name, one in known.items():
        if name not in values and one.default is MISSING:
            raise UsageError(f"{name} is missing", where=kind, fix=f"It has: {', '.join(known)}.")
    return KINDS[kind](**values)


def finite(value: object) -> bool:
    """Whether it is a number that can be counted with."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= LARGEST
    return isinstance(value, float) and math.isfinite(value)


def _plain(value: object) -> object:
    if is_mapping(value):
        return {str(name): _plain(one) for name, one in value.items()}
    if is_sequence(value):
        return [_plain(one) for one in value]
    if isinstance(value, Numbers):
        return value.tolist()
    return value if value is None or isinstance(value, str | int | float) else type(value).__name__  # as an image
