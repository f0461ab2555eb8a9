"""A measure on parts of the examples: by the length of the input, by label, with and without unknown units, ...

Where is a model worse than elsewhere? Each part is compared with all other examples. Both measures are ratios of sums,
whose variances are those of their residuals (the delta method); their difference over its standard error is compared
with Student's t, with the degrees of freedom of Satterthwaite (1946), and the p values of all parts are Holm's (1979),
so that looking at many of them finds no more by chance than looking at one.

N examples; statistics [N, 2] as of metrics/examples.py.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.metrics.bootstrap import Interval, Numbers, interval
from recurra.metrics.cases import Case
from recurra.metrics.examples import ExampleScores, Share, shares
from recurra.metrics.paired import LEVEL, MIN_EXAMPLES, holm, student_p

BINS = 5  # of a number, of about equally many examples
MOST_PARTS = 24  # of names; all others are one part
RARE, FEWEST = 0.05, 3  # of few examples: a name of a smaller share of them, or of fewer, is no part
OTHERS, NONE = "all others", -1
KNOWN, UNKNOWN = "all known", "some unknown"


class Bin(NamedTuple):
    """Examples whose numbers lie between two."""

    least: int
    most: int
    examples: list[int]  # their numbers


@dataclass(frozen=True)
class Grouping:
    """One way to divide the examples into parts."""

    by: str  # what they are divided by
    names: tuple[str, ...]  # of the parts
    ordered: bool  # whether they are spans of a number, and not names
    of: NDArray[np.int64]  # [N] the part of each example; NONE where it has none
    rest: int = NONE  # the part that is left over when the others have been named

    def examples(self, part: int) -> NDArray[np.int64]:
        """The numbers of those in a part."""
        return np.flatnonzero(self.of == part)


@dataclass(frozen=True)
class Slice:
    """A measure on one part of the examples."""

    by: str
    name: str
    count: int
    value: float
    interval: Interval | None  # None of too few examples
    elsewhere: float | None = None  # on all others; None where there are too few to compare with
    p: float = 1.0  # of a difference as large from all others where there is none, corrected for the number of parts
    verdict: str = ""  # "worse" than elsewhere, significantly; never of what is left over: that is nowhere to look
    place: tuple[int, int] = (NONE, NONE)  # the numbers of the grouping and of the part in it


def bins(numbers: Sequence[int], number: int, least: int = MIN_EXAMPLES) -> list[Bin]:
    """Examples in so many bins of about equally many, each of at least `least`; none where there would be one."""
    number = min(number, len(numbers) // least)
    if number < 2:
        return []
    ordered = sorted(numbers)
    edges = sorted({ordered[len(ordered) * k // number] for k in range(1, number)} - {ordered[0]})
    starts = [ordered[0], *edges]
    ends = [*(edge - 1 for edge in edges), ordered[-1]]
    if len(starts) < 2:
        return []
    return [
        Bin(low, high, [k for k, one in enumerate(numbers) if low <= one <= high])
        for low, high in zip(starts, ends, strict=True)
    ]


def groupings(scores: ExampleScores, cases: Sequence[Case]) -> list[Grouping]:
    """All ways to divide these examples of which at least two parts come."""
    found = [_by_number(f"length in {scores.unit}", list(scores.lengths))]
    if cases:
        found.append(_by_name("units of the input", [UNKNOWN if case.unknown else KNOWN for case in cases]))
    for by in dict.fromkeys(key for case in cases for key in case.groups):
        values = [case.groups.get(by, "") for case in cases]
        numbers = [value for value in values if not isinstance(value, str)]
        found.append(_by_number(by, numbers) if len(numbers) == len(values) else _by_name(by, [*map(str, values)]))
    return [one for one in found if len(one.names) > 1]


def _by_number(by: str, numbers: Sequence[float]) -> Grouping:
    different, ranks = np.unique(np.asarray(numbers), return_inverse=True)
    of, parts = np.full(len(numbers), NONE, np.int64), bins(ranks.tolist(), BINS)
    for k, part in enumerate(parts):
        of[part.examples] = k
    ends = [(different[part.least], different[part.most]) for part in parts]
    names = [_shown(least) if least == most else f"{_shown(least)} to {_shown(most)}" for least, most in ends]
    return Grouping(by, tuple(names), True, of)


def _shown(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:.4g}"


def _by_name(by: str, values: Sequence[str]) -> Grouping:
    """The commonest names first, and what is rare together; an empty one is none."""
    counts = Counter(filter(None, values))
    ordered = [name for name, _ in counts.most_common()]
    enough = min(MIN_EXAMPLES, max(FEWEST, RARE * len(values)))
    shown = [name for name in ordered[:MOST_PARTS] if counts[name] >= enough]
    if len(ordered) == len(shown) + 1:
        shown = ordered
    number = {name: min(k, len(shown)) for k, name in enumerate(ordered)}
    rest = (f"{OTHERS} ({len(ordered) - len(shown):,})",) * (len(ordered) > len(shown))
    of = np.array([number[value] if value else NONE for value in values], np.int64)
    return Grouping(by, (*shown, *rest), False, of, len(shown) if rest else NONE)


def sliced(share: Share, groups: Sequence[Grouping]) -> list[Slice]:
    """The measure on each part of each grouping, in their order."""
    statistics = share.statistics()
    places = [(number, part) for number, group in enumerate(groups) for part in range(len(group.names))]
    members = [groups[number].examples(part) for number, part in places]
    compared = [_against_rest(statistics, some, share) for some in members]
    corrected = iter(holm([one.p for one in compared if one is not None]))
    found: list[Slice] = []
    for (number, part), some, one in zip(places, members, compared, strict=True):
        group, p = groups[number], next(corrected) if one else 1.0
        plain = _measured(group.by, group.names[part], statistics[some])
        worse = one is not None and one.worse and p < LEVEL and part != group.rest
        verdict = "worse" if worse else ""
        found.append(replace(plain, elsewhere=one and one.elsewhere, p=p, verdict=verdict, place=(number, part)))
    return found


def parted(parts: Mapping[str, Mapping[str, Share]]) -> list[Slice]:
    """The measure on parts of examples (kinds of spans, steps ahead), which are not compared with each other."""
    found: list[Slice] = []
    for by, shares_by_name in parts.items():
        for name, share in shares_by_name.items():
            statistics = share.statistics()
            found.append(_measured(by, name, statistics[statistics[:, 1] > 0]))
    return found


def _measured(by: str, name: str, statistics: Numbers) -> Slice:
    value = float(shares(statistics.sum(axis=0)))
    known = interval(statistics, shares, value) if len(statistics) >= MIN_EXAMPLES else None
    return Slice(by, name, len(statistics), value, known)


class Compared(NamedTuple):
    """A part beside all other examples."""

    elsewhere: float
    p: float
    worse: bool


def _against_rest(statistics: Numbers, members: NDArray[np.int64], share: Share) -> Compared | None:
    inside = np.zeros(len(statistics), bool)
    inside[members] = True
    if min(inside.sum(), (~inside).sum()) < MIN_EXAMPLES:
        return None
    (one, variance), (other, rest) = (_ratio(statistics[part], share.scale) for part in (inside, ~inside))
    sizes = int(inside.sum()), int((~inside).sum())
    degrees = (variance + rest) ** 2 / (variance**2 / (sizes[0] - 1) + rest**2 / (sizes[1] - 1))
    p = student_p((one - other) / math.sqrt(variance + rest), degrees)
    return Compared(other, p, one < other if share.higher_is_better else one > other)


def _ratio(statistics: Numbers, scale: float) -> tuple[float, float]:
    """A ratio of sums and its variance, which is never nothing: the next example may differ from all that agree."""
    count = len(statistics)
    value = float(shares(statistics.sum(axis=0)))
    residuals = 100.0 * statistics[:, 0] - value * statistics[:, 1]
    total = max(float(statistics[:, 1].sum()), 1.0)
    variance = count / (count - 1) * float((residuals**2).sum()) / total**2
    return value, max(variance, (scale / (count + 2)) ** 2)


def telling(slices: Sequence[Slice], most: int = 3) -> list[Slice]:
    """Of each grouping the part that is worst beside the rest, if significantly; the largest differences first."""
    found: dict[str, Slice] = {}
    for one in sorted(slices, key=_difference, reverse=True):
        if one.verdict == "worse":
            found.setdefault(one.by, one)
    return list(found.values())[:most]


def _difference(one: Slice) -> float:
    return 0.0 if one.elsewhere is None else abs(one.value - one.elsewhere)
