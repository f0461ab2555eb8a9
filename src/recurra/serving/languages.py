"""Which language a translation model reads and which it writes, and which of them a text is in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from recurra.errors import UsageError
from recurra.serving.models import Served
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.text import SourceTokenizer
from recurra.text.counted import counted

NAMED = re.compile(r"([a-z]{2,3}(?:_[A-Za-z]{2,4})?)-([a-z]{2,3}(?:_[A-Za-z]{2,4})?)")  # en-de, zh_Hans-en


class Pair(NamedTuple):
    """Two languages, by their codes."""

    source: str
    target: str


def pairs_of(served: Mapping[str, Served], said: str) -> dict[str, Pair]:
    """The languages of all translation models, by the names of these.

    Args:
        said: those of each, in their order: "en-de,de-en"; empty: their names say it.

    Raises:
        UsageError: said of more or fewer models than there are.
    """
    translating = [name for name, one in served.items() if source_of(one) is not None]
    codes = [part.strip() for part in said.split(",") if part.strip()] or [last_part(name) for name in translating]
    if said and len(codes) != len(translating):
        what = f"{counted(len(codes), 'pair')} of languages for {counted(len(translating), 'translation model')}"
        raise UsageError(what, where="--languages", fix="Give one for each: --languages en-de,de-en.")
    found: dict[str, Pair] = {}
    for name, code in zip(translating, codes, strict=True):
        match = NAMED.fullmatch(code)
        if match is not None:
            found[name] = Pair(match[1], match[2])
        elif said:
            raise UsageError(f"{code!r} is no pair of languages", where="--languages", fix="Write it as en-de.")
    return found


def source_of(served: Served) -> SourceTokenizer | None:
    """What takes the source of a translation model apart; None of a model that is none, or reads several columns."""
    predictor = served.model.predictor
    return predictor.source if isinstance(predictor, TextPredictor) and predictor.reads == 1 else None


def last_part(name: str) -> str:
    """Of a model called data/en-de: en-de."""
    return name.rpartition("/")[2]


def detected(text: str, pairs: Mapping[str, Pair], served: Mapping[str, Served]) -> Sequence[tuple[str, float]]:
    """The languages that models read, with how much of the text each knows in percent, the most first.

    A model does not know what its training texts did not have. It is a rough measure, which tells scripts apart and not
    dialects.
    """
    shares: dict[str, float] = {}
    for name, pair in pairs.items():
        source = source_of(served[name])
        assert source is not None
        units = source.encode(text)
        known = 1 - len(source.unknown_tokens(text)) / max(1, len(units))
        shares[pair.source] = max(shares.get(pair.source, 0.0), 100 * known)
    return sorted(shares.items(), key=lambda one: -one[1])


def name_of(code: str) -> str:
    """The English name of a language; its code if it has none."""
    try:
        return Locale.parse(code).get_language_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
