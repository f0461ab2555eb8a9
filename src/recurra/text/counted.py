"""Numbers of things in words: "1 layer", "1,200 pairs", "lines 3, 5, 8, 9, 12 and 4 more"; seconds as 12:30."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 5  # lines, or other things, that a message names


def counted(number: int, noun: str) -> str:
    """The number and its noun, which is given in the singular."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def counted_as(number: int, nouns: str) -> str:
    """The same of a noun that is given in the plural: "1 pair", "2 captioned images", "1 series"."""
    return f"{number:,} {nouns.removesuffix('s') if number == 1 and nouns != 'series' else nouns}"


def plural(noun: str) -> str:
    """Of a noun that follows the rules: "pairs", "entries", "processes", "hypotheses"."""
    if noun.endswith("is"):
        return f"{noun[:-2]}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}{'es' if noun.endswith(('s', 'x', 'sh')) else 's'}"


def is_or_are(number: int) -> str:
    """What follows so many things: "1 of 3 lines is", "2 of 3 lines are"."""
    return "is" if number == 1 else "are"


def was_or_were(number: int) -> str:
    """The same of what is over."""
    return "was" if number == 1 else "were"


def has_or_have(number: int) -> str:
    """The same of what they have."""
    return "has" if number == 1 else "have"


def does_or_do(number: int) -> str:
    """What so many things do (not)."""
    return "does" if number == 1 else "do"


def agreeing(number: int, verb: str) -> str:
    """What so many things do: "supports" one, "support" several."""
    return f"{verb}s" if number == 1 else verb


def with_article(noun: str) -> str:
    """The noun with a or an: "a pair", "an example"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def and_others(number: int) -> str:
    """What follows things that are named, where so many are not: " and 1 other", " and 16 others"; nothing for none."""
    return f" and {counted(number, 'other')}" if number > 0 else ""


def named(things: Sequence[object]) -> str:
    """The first few in words: 3, 5, 8, 9, 12 and 4 more"""
    more = f" and {len(things) - SHOWN:,} more" if len(things) > SHOWN else ""
    return f"{', '.join(map(str, things[:SHOWN]))}{more}"


def duration(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    whole = max(0, round(seconds))
    minutes, hours = whole // 60 % 60, whole // 3600
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
