"""A measure on parts of the examples: on a page as dots with their intervals over one axis, in a terminal in words.

The axis of all parts is the same, so that they can be compared; it need not begin at 0, since dots have no length.
A line stands where the measure of all examples is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from html import escape
from itertools import groupby
from typing import NamedTuple

from recurra.metrics import Slice, value_text
from recurra.text.counted import counted, counted_as
from recurra.text.visible import visible
from recurra.views.measures import label_of

MANY, AT_ONCE = 12, 8  # parts of a table, and those of a larger one that are seen at once
MARGIN = 0.04  # of the axis, at both ends


Text = Callable[[float], str]


class Shown(NamedTuple):
    """What is shown of each part."""

    name: str  # of the measure, with its unit
    line: float  # that the eye compares with: the measure of all examples, or no difference
    higher_is_better: bool
    slices: Sequence[Slice]
    parts: Sequence[Slice]  # of examples: kinds of spans, steps ahead
    text: Text  # how a value is written


def plainly(measure: str) -> Text:
    """How the values of a measure are written."""
    return partial(value_text, measure)


def worse_text(one: Slice, measure: str, noun: str) -> str:
    """Worse where script is Devanagari: accuracy 58.0 % (157 examples), elsewhere 88.5 %"""
    name, unit = label_of(measure)
    value, elsewhere = (value_text(measure, number) + unit for number in (one.value, one.elsewhere))
    where = f"{visible(one.by)} is {visible(one.name)}"
    return f"worse where {where}: {name} {value} ({counted_as(one.count, noun)}), elsewhere {elsewhere}"


def slices_html(shown: Shown) -> str:
    """A table for each way to divide the examples, and for each way to divide what is in them."""
    axis = Axis.of(shown)
    every = [*shown.slices, *shown.parts]
    return "".join(
        _table(by, _ordered(list(some), shown), shown, axis) for by, some in groupby(every, key=lambda one: one.by)
    )


class Axis(NamedTuple):
    """What the dots of a page lie over."""

    least: float
    most: float

    @classmethod
    def of(cls, shown: Shown) -> Axis:
        """From the lowest end of an interval to the highest."""
        known = [one.interval for one in (*shown.slices, *shown.parts) if one.interval is not None]
        low = min([shown.line, *(one.low for one in known)])
        high = max([shown.line, *(one.high for one in known)])
        room = MARGIN * (high - low or abs(high) or 1.0)
        return cls(low - room, high + room)

    def at(self, value: float) -> str:
        """Where a value lies, in percent."""
        return f"{100 * (value - self.least) / (self.most - self.least):.2f}%"


def _ordered(slices: list[Slice], shown: Shown) -> list[Slice]:
    """Spans of numbers as they follow each other; names from the worst on."""
    if all(_is_span(one.name) for one in slices):
        return slices
    return sorted(slices, key=lambda one: one.value if shown.higher_is_better else -one.value)


def _is_span(name: str) -> bool:
    return name[:1].isdigit() or name[:1] == "-"


def _table(by: str, slices: Sequence[Slice], shown: Shown, axis: Axis) -> str:
    """A table; of many parts the last ones, which are the best, are folded away."""
    if len(slices) <= MANY:
        return _whole_table(by, slices, shown, axis)
    first, rest = slices[:AT_ONCE], slices[AT_ONCE:]
    more = counted(len(rest), "more part")
    return (
        f'<div class="card">\n{_whole_table(by, first, shown, axis)}<details>\n<summary>{more} by '
        f"{escape(visible(by))}</summary>\n{_whole_table(by, rest, shown, axis)}</details>\n</div>\n"
    )


def _whole_table(by: str, slices: Sequence[Slice], shown: Shown, axis: Axis) -> str:
    rows = "".join(_row(one, shown, axis) for one in slices)
    return (
        f'<table class="list slices">\n<caption>{escape(visible(by))}</caption>\n<thead><tr><th scope="col">part</th>'
        f'<th scope="col" class="number">n</th><th scope="col" class="number">{escape(shown.name)} '
        f'<span class="interval">95 % interval</span></th><td></td></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
    )


def _row(one: Slice, shown: Shown, axis: Axis) -> str:
    name = f"<bdi>{escape(visible(one.name))}</bdi>"
    if one.place[0] >= 0:
        name = f'<a href="#part={one.place[0]}.{one.place[1]}">{name}</a>'
    note = f'<span class="verdict"> {one.verdict}</span>' if one.verdict else ""
    mark = f' class="{one.verdict}"' if one.verdict else ""
    return (
        f'<tr{mark}><th scope="row">{name}{note}</th><td class="number">{one.count:,}</td>'
        f'<td class="number">{shown.text(one.value)} '
        f'<span class="interval">{_interval(one, shown.text)}</span></td>'
        f'<td class="dots">{_dots(one, shown, axis)}</td></tr>\n'
    )


def _interval(one: Slice, text: Text) -> str:
    if one.interval is None:
        return "too few"
    return f"{text(one.interval.low)} to {text(one.interval.high)}"


def _dots(one: Slice, shown: Shown, axis: Axis) -> str:
    """Drawn for the eye alone: the numbers stand beside it."""
    if one.interval is None:
        return ""
    low, high = one.interval
    return (
        f'<span class="axis" aria-hidden="true"><i class="whole" style="left:{axis.at(shown.line)}"></i>'
        f'<i class="range" style="left:{axis.at(low)};right:calc(100% - {axis.at(high)})"></i>'
        f'<i class="dot" style="left:{axis.at(one.value)}"></i></span>'
    )


def worse_html(slices: Iterable[Slice], measure: str, noun: str) -> str:
    """The parts on which a model is worse, in sentences."""
    items = "".join(
        f'<li><a href="#part={one.place[0]}.{one.place[1]}">{escape(worse_text(one, measure, noun))}</a></li>\n'
        for one in slices
    )
    return f'<ul class="worse-list">\n{items}</ul>\n' if items else ""
