"""Time zones by their names: those of the IANA database (Europe/Berlin), and abbreviations (CET).

Times of one column are only compared with one another. So an abbreviation that means several zones may be read as any
of them, as long as what stands beside it in a column is read as its neighbour: CST as Chicago's, whose clocks show CDT
in summer, also where China's is meant, which stands alone. What has no such reading (IDT beside IST) is unknown.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)
NUMERIC = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE | re.ASCII)
# Minutes before UTC.
ABBREVIATED: dict[str, int] = {
    **dict.fromkeys(("Z", "UTC", "UT", "GMT", "WET"), 0), **dict.fromkeys(("WEST", "BST", "CET", "MEZ", "WAT"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET", "CAT", "SAST"), 120), **dict.fromkeys(("EEST", "MSK", "EAT", "TRT"), 180),
    "GST": 240, "PKT": 300, "IST": 330, "NPT": 345, **dict.fromkeys(("WIB", "ICT"), 420),
    **dict.fromkeys(("HKT", "SGT", "AWST", "WITA", "PHT"), 480), **dict.fromkeys(("JST", "KST", "WIT"), 540),
    "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "NST": -210, "NDT": -150, "ART": -180, "BRT": -180, "ADT": -180, "AST": -240, "EDT": -240, "EST": -300, "CDT": -300,
    "CST": -360, "MDT": -360, "MST": -420, "PDT": -420, "PST": -480, "AKDT": -480, "AKST": -540, "HDT": -540,
    "HST": -600,
}  # fmt: skip


def offset_named(text: str) -> int:
    """Microseconds that a clock is before UTC, of +01:00, UTC+1, Z or CET.

    Raises:
        ValueError: the abbreviation is not known.
    """
    if found := NUMERIC.fullmatch(text):
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        return (-1 if found[1] == "-" else 1) * minutes * 60 * 10**6
    if text.upper() not in ABBREVIATED:
        raise ValueError(text)
    return ABBREVIATED[text.upper()] * 60 * 10**6


def offset_text(offset: int, model: str) -> str:
    """An offset in microseconds, written as another one is."""
    found = NUMERIC.fullmatch(model)
    if found is None:
        return model
    hours, minutes = divmod(abs(offset) // (60 * 10**6), 60)
    digits = found.end(2) - found.start(2)
    colon = ":" if ":" in model else ""
    more = f"{colon}{minutes:02}" if found[3] or minutes else ""
    return f"{model[: found.start(1)]}{'-' if offset < 0 else '+'}{hours:0{digits}}{more}"


@cache
def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database.

    Raises:
        ValueError: there is none of that name, or no database.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:  # a folder of the database is an OSError
        raise ValueError(name) from error


def instant(wall: datetime, zone: str, *, again: bool = False) -> int:
    """When the clocks of a zone show this: microseconds since 1970 in UTC.

    Args:
        again: the second time, where clocks are set back.

    Raises:
        ValueError: they never do, since clocks are set forward there; or there is no such zone.
    """
    found = wall.replace(tzinfo=zone_named(zone), fold=int(again)).astimezone(UTC).replace(tzinfo=None)
    at = (found - EPOCH) // MICROSECOND
    if clock(at, zone) != wall:
        raise ValueError(wall)
    return at


def clock(at: int, zone: str) -> datetime:
    """What the clocks of a zone show then."""
    moment = (EPOCH + timedelta(microseconds=at)).replace(tzinfo=UTC)
    return moment.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)
