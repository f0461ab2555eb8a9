"""Times of steps as people write them, read strictly, and how they go on.

    2024-01-31  31.01.2024  31/01/2024  01/31/2024  31 Jan 2024  20240131      dates, with or without a time of day
    2024-01-31T12:00:00+01:00  2024-01-31 12:00Z                               and a UTC offset,
    2024-01-31 12:00 CET  2024-01-31T12:00+01:00[Europe/Berlin]                or the name of a time zone (zones.py)
    2024-W05  2024Q3  2024-Q3  2024-03  Mar 2024  2024                         weeks, quarters, months, years
    1706659200  1706659200000                                                  seconds, milliseconds since 1970
    1957.25  1949.083  1958.2027  1871.01                                      months as parts of a year
    1 2 3  0.0 0.5 1.0                                                         numbers

How a column is written (its `Form`) is found by looking at all of it, since 03/04/2021 alone says neither March nor
April. What is written in no form, or in another one than the rest of its column, is no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from recurra.data.zones import EPOCH, MICROSECOND, clock, instant, offset_named, offset_text

DayOrder = Literal["day-first", "month-first"]

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ABBREVIATED = 3  # letters
NANO = 10**9  # positions of numbers are counted in billionths, so that they are exact
SAMPLE = 40  # texts by which the forms are chosen that the whole column is compared with
MONTH_OFF = Decimal("0.15")  # of a month that a part of a year may be off: months differ, decimals are rounded
EPOCHS = {10: 0, 13: 3, 16: 6, 19: 9}  # digits of a number of today -> decimals of a second


class Moment(NamedTuple):
    """When a step was."""

    at: int  # what moments are ordered by: microseconds of UTC since 1970, or billionths of a number
    wall: datetime | None = None  # what calendar and clock show there; None: the time is a number
    zone: str = ""  # whose clock it is, where the name of a zone says so: Europe/Berlin

    @property
    def is_local(self) -> bool:
        """Whether it is told by a clock whose UTC offset nobody says."""
        return self.wall is not None and (bool(self.zone) or self.at == (self.wall - EPOCH) // MICROSECOND)

    def again(self) -> Moment:
        """The second time that the clock of the zone shows this; the same moment where there is none."""
        return (
            self if self.wall is None or not self.zone else self._replace(at=instant(self.wall, self.zone, again=True))
        )

    def later(self, microseconds: int) -> Moment:
        """The moment so much time later."""
        at = self.at + microseconds
        wall = self.wall and (clock(at, self.zone) if self.zone else self.wall + timedelta(microseconds=microseconds))
        return Moment(at, wall, self.zone)

    def at_clock(self, wall: datetime) -> Moment:
        """The moment when the same clock shows something else; where it never does, the one an hour off."""
        assert self.wall is not None
        if not self.zone:
            return Moment(self.at + (wall - self.wall) // MICROSECOND, wall)
        try:
            return Moment(instant(wall, self.zone), wall, self.zone)
        except ValueError:
            return self._replace(at=self.at + (wall - self.wall) // MICROSECOND, wall=wall)


class Form(NamedTuple):
    """One way of writing times.

    Args:
        pattern: with a group for each part that changes: Y year, y two digits of it, m month, b its name, d day, a name
            of the day, H M S f p time of day, z UTC offset, r time zone, q quarter, w u week and its day, t h the part
            of a year before the beginning or the middle of a month, c its number as decimals, n a number, e an epoch.
        order: of day and month, where both are numbers and one could be taken for the other.
    """

    pattern: re.Pattern[str]
    order: DayOrder | None = None

    def read(self, text: str) -> Moment | None:
        """The moment, if the text is written in this form and there is such a moment."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        try:
            return _moment(_parts_of(found))
        except (ValueError, OverflowError):  # the 30th of February
            return None


_CLOCK = (r"(?:(?:T|:|,? +)(?P<H>\d{1,2})(?:[:.]?(?P<M>\d{2})(?:[:.]?(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
          r"(?: ?(?P<p>[AP])\.?M\.?)?)?")  # fmt: skip
_ZONE = (r"(?: ?(?P<z>(?:UTC|GMT)[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}(?::?\d{2})?|[A-Z]{1,5}(?![\w/])))?"
         r"(?: ?\[?(?P<r>[A-Z]\w*(?:/[A-Z][\w+-]*){1,2})\]?)?")  # fmt: skip
_DAY = rf"(?:(?P<a>{'|'.join(f'{day}|{day[:ABBREVIATED]}' for day in DAYS)})\.?,? +)?"
_NAME = rf"(?P<b>{'|'.join(f'{month}|{month[:ABBREVIATED]}' for month in MONTHS)}|Sept)\.?"
_YEAR, _ANY_YEAR = r"(?P<Y>\d{4})", r"(?:(?P<Y>\d{4})|'?(?P<y>\d{2}))"
_M, _D = r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_CENTURIES = r"(?P<Y>1[5-9]\d{2}|2[01]\d{2})"


def _dates(date: str, order: DayOrder | None = None) -> Form:
    """Dates, with or without a time of day."""
    return Form(re.compile(date + _CLOCK + _ZONE, re.IGNORECASE | re.ASCII), order)


def _periods(period: str) -> Form:
    return Form(re.compile(period, re.IGNORECASE | re.ASCII))


FORMS = (
    _dates(rf"{_YEAR}-{_M}-{_D}"),
    _dates(rf"{_YEAR}/{_M}/{_D}"),
    _dates(rf"{_YEAR}\.{_M}\.{_D}"),
    _dates(r"(?P<Y>[12]\d{3})(?P<m>\d{2})(?P<d>\d{2})"),
    _periods(r"(?P<Y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?P<H>\d{2})(?:(?P<M>\d{2})(?P<S>\d{2})?)?"),
    _dates(rf"{_D}\. ?{_M}\. ?{_ANY_YEAR}"),
    *(_dates(rf"{_D}{mark}{_M}{mark}{_ANY_YEAR}", "day-first") for mark in "/-"),
    *(_dates(rf"{_M}{mark}{_D}{mark}{_ANY_YEAR}", "month-first") for mark in "/-"),
    _dates(rf"{_DAY}{_D}\.?[ /-]?{_NAME}[ /-]?,? ?{_ANY_YEAR}"),
    _dates(rf"{_DAY}{_NAME}[ /-]?{_D}(?:, ?|[ /-]){_ANY_YEAR}"),
    _dates(rf"{_YEAR}[ /-]?{_NAME}[ /-]?{_D}"),
    _periods(rf"{_DAY}{_NAME} +{_D}{_CLOCK}{_ZONE} +{_YEAR}"),
    _periods(r"(?P<Y>\d{4})[/-](?P<m>\d{1,2})"),
    _periods(r"(?P<Y>\d{4})M(?P<m>\d{1,2})"),
    _periods(r"(?P<Y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])"),
    _periods(r"(?P<m>\d{1,2})[/-](?P<Y>\d{4})"),
    _periods(r"(?P<m>\d{2})\.(?P<Y>(?:19|20)\d{2})"),
    _periods(rf"{_NAME}[ ,/-]*{_ANY_YEAR}"),
    _periods(rf"{_YEAR}[ ,/-]*{_NAME}"),
    _periods(r"(?P<Y>\d{4})[ ./-]?Q(?P<q>[1-4])"),
    _periods(rf"Q(?P<q>[1-4])[ ./-]?{_ANY_YEAR}"),
    _periods(r"(?P<Y>\d{4})[ -]?W(?P<w>\d{1,2})(?:-?(?P<u>[1-7]))?"),
    _periods(r"W(?P<w>\d{1,2})[ /-](?P<Y>\d{4})"),
    _periods(r"(?P<e>\d{10}|\d{13}|\d{16}|\d{19})(?:\.(?P<f>\d+))?"),
    _periods(_CENTURIES),
    _periods(_CENTURIES + r"\.(?P<q>[1-4])"),
    _periods(_CENTURIES + r"\.(?P<c>0[1-9]|1[0-2]?)"),
    _periods(_CENTURIES + r"(?:\.(?P<t>\d{1,18}))?"),
    _periods(_CENTURIES + r"\.(?P<h>\d{1,18})"),
    _periods(r"(?P<n>[+-]?(?:\d{1,18}(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?)"),
)  # fmt: skip
NUMBER_FORMS = FORMS[-7:]  # an epoch, a year, months as its decimals, a number
NUMBER = FORMS[-1]


def forms_of(texts: Sequence[str], order: str | None = None) -> list[Form]:
    """The forms in which a column of times may be written: none, one, or two that differ in the order of day and month.

    A text that does not fit where most do is left out: it is for the caller to refuse.

    Args:
        order: of day and month, where it is known.
    """
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    possible = [form for form in FORMS if order is None or form.order in (None, order)]
    fits = [sum(form.read(text) is not None for text in sample) for form in possible]
    most = max(fits, default=0)
    if 2 * most <= len(sample):
        return []
    left = [form for form, count in zip(possible, fits, strict=True) if count == most]
    for text in texts:
        if len(left) == 1:
            break
        left = [form for form in left if form.read(text) is not None] or left
    first = left[0]
    return [form for form in left if first.order is not None and form.order is not None] or [first]


def is_time(text: str) -> bool:
    """Whether a text is surely a time: a date, a week, a quarter, a month; a number may be anything else."""
    return any(form.read(text) is not None for form in FORMS if form not in NUMBER_FORMS) and not text.isdecimal()


class Style(NamedTuple):
    """How a column writes what one of its texts alone does not show."""

    short: bool  # whether numbers below ten have one digit: of the date
    short_hour: bool  # and of the hour
    whole_names: bool  # January, not Jan
    parts: dict[int, str]  # month -> how it is written as a part of a year

    @classmethod
    def of(cls, texts: Sequence[re.Match[str]]) -> Style:
        """Told from some texts; May says nothing about names."""
        lengths = [{name: len(part) for name, part in found.groupdict().items() if part} for found in texts]
        short = any(one.get(name) == 1 for one in lengths for name in "mdw")
        hours = [hour for found in texts if (hour := found.groupdict().get("H"))]
        short_hours = any(len(hour) == 1 for hour in hours) or (short and not any(hour < "10" for hour in hours))
        fractions = [one for one in map(_parts_of, texts) if "t" in one or "h" in one]
        parts = {_month_of_part(one): one.get("t") or one.get("h") or "" for one in fractions}
        return cls(short, short_hours, any(one.get("b", 0) > ABBREVIATED + 1 for one in lengths), parts)


def written(moments: Iterable[Moment], form: Form, models: Sequence[str]) -> Iterator[str]:
    """Moments as the others of their column are written.

    Args:
        models: some of them, one at least.
    """
    texts = [found for text in models if (found := form.pattern.fullmatch(text)) is not None]
    style = Style.of(texts)
    model = max(reversed(texts), key=lambda found: len(found[0]))  # midnight may be written without its hours
    places = sorted((model.span(name), name) for name in model.re.groupindex)
    for moment in moments:
        text, end = "", 0
        for (first, last), name in places:
            if first >= 0:
                text += model[0][end:first] + _part(name, moment, model, style)
                end = last
        yield text + model[0][end:]


def _part(name: str, moment: Moment, model: re.Match[str], style: Style) -> str:
    """What stands in the place of a group of the form."""
    before, groups, wall = model[name], model.groupdict(), moment.wall
    if wall is None:
        decimals = len(before.partition(".")[2].lower().partition("e")[0])
        return f"{Decimal(moment.at) / NANO:.{decimals}f}"
    match name:
        case "e":
            return str(int(Decimal(moment.at).scaleb(EPOCHS[len(before)] - 6)))
        case "f":
            return "0" * len(before) if groups.get("e") else f"{wall.microsecond:06}000"[: len(before)]
        case "Y" | "y":
            return f"{wall.isocalendar().year if groups.get('w') else wall.year:04}"[-len(before) :]
        case "b":
            return _cased(MONTHS[wall.month - 1], before, style.whole_names)
        case "a":
            return _cased(DAYS[wall.weekday()], before, len(before) > ABBREVIATED)
        case "p":
            return _cased("Am" if wall.hour < 12 else "Pm", before, True)[: len(before)]
        case "H":
            hour = (wall.hour - 1) % 12 + 1 if groups.get("p") else wall.hour
            return f"{hour:0{1 if style.short_hour else len(before)}}"
        case "m" | "d" | "w":
            number = {"m": wall.month, "d": wall.day, "w": wall.isocalendar().week}[name]
            return f"{number:0{1 if style.short else len(before)}}"
        case "q" | "u":
            return str((wall.month + 2) // 3 if name == "q" else wall.isoweekday())
        case "M" | "S":
            return f"{wall.minute if name == 'M' else wall.second:02}"
        case "c":
            return f"{wall.month:02}"
        case "t" | "h":
            return style.parts.get(wall.month) or _part_of_year(wall.month, name, len(before))
        case "z" if moment.zone:
            return offset_text((wall - EPOCH) // MICROSECOND - moment.at, before)
        case _:
            return before  # the UTC offset, the zone


def _cased(name: str, model: str, whole: bool) -> str:
    """A name in the case of another one."""
    name = name if whole else name[:ABBREVIATED]
    return name.upper() if model.isupper() else name.lower() if model.islower() else name


def _moment(parts: dict[str, str]) -> Moment:
    """The moment that the parts say.

    Raises:
        ValueError: there is none.
    """
    if "n" in parts:
        return Moment(round(Decimal(parts["n"]) * NANO))
    if "e" in parts:
        seconds = Decimal(f"{parts['e']}.{parts.get('f', '0')}").scaleb(-EPOCHS[len(parts["e"])])
        at = int(seconds * 10**6)
        return Moment(at, EPOCH + timedelta(microseconds=at))
    wall, zone = _day(parts) + _time_of_day(parts), parts.get("r", "")
    if "z" in parts or not zone:
        return Moment((wall - EPOCH) // MICROSECOND - offset_named(parts.get("z", "Z")), wall, zone)
    return Moment(instant(wall, zone), wall, zone)


def _parts_of(found: re.Match[str]) -> dict[str, str]:
    """What the groups of a form found."""
    return {name: part for name, part in found.groupdict().items() if part is not None}


def _day(parts: dict[str, str]) -> datetime:
    year = int(parts["Y"]) if "Y" in parts else _century(int(parts["y"]))
    if "w" in parts:
        return datetime.fromisocalendar(year, int(parts["w"]), int(parts.get("u", 1)))
    if "q" in parts:
        return datetime(year, 3 * int(parts["q"]) - 2, 1)
    if "c" in parts:
        return datetime(year, int(f"{parts['c']:0<2}"), 1)  # October may have lost its zero: 1871.1
    if "t" in parts or "h" in parts:
        return datetime(year, _month_of_part(parts), 1)
    month = _month_named(parts["b"]) if "b" in parts else int(parts.get("m", 1))
    return datetime(year, month, int(parts.get("d", 1)))


def _month_of_part(parts: Mapping[str, str]) -> int:
    """The month that begins after this part of a year, or whose middle is there.

    Raises:
        ValueError: none does, as near as people write it.
    """
    months = 12 * Decimal(f"0.{parts.get('t') or parts.get('h')}") - (Decimal("0.5") if "h" in parts else 0)
    month = round(months)
    if abs(months - month) > MONTH_OFF or not 0 <= month < 12:
        raise ValueError
    return month + 1


def _part_of_year(month: int, name: str, decimals: int) -> str:
    """The decimals of the year at the beginning (t) or in the middle (h) of a month."""
    part = (Decimal(month) - (1 if name == "t" else Decimal("0.5"))) / 12
    return f"{part:.{decimals}f}".partition(".")[2]


def _century(year: int) -> int:
    """As POSIX has it."""
    return year + (1900 if year >= 69 else 2000)


def _month_named(name: str) -> int:
    return next(k for k, month in enumerate(MONTHS, 1) if month[:ABBREVIATED] == name[:ABBREVIATED].capitalize())


def _time_of_day(parts: dict[str, str]) -> timedelta:
    hour, minute, second = (int(parts.get(name, 0)) for name in "HMS")
    if "p" in parts:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if parts["p"] in "Pp" else 0)
    midnight = hour == 24 and minute == second == 0
    if (hour > 23 and not midnight) or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(f"{parts.get('f', ''):0<6}"[:6]))
