"""What a character is: decided by what stands in the texts, from one count of their grapheme clusters.

    graphemes   what a reader calls a character: a base and its marks, an Indic conjunct, a Hangul syllable, an emoji
    codepoints  the code points of the text in its normal form: marks and vowel signs are units of their own
    decomposed  the code points of the fully decomposed text: Hangul in its letters, a letter apart from its accents

The finer the units, the longer the texts, and the more often is each unit seen. A script that builds its characters of
parts has so many of them that most are seen too seldom to be learned, while their parts are not. So the coarsest units
are chosen whose rare ones are hardly more of the text than those of the finest. No script is named here.

How texts are spelled (composed as in NFC, decomposed as in NFD, or in an order of marks that is neither) is decided
from the same count, so that what a model writes is spelled as what it has learned from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tokenizers import Regex, normalizers, pre_tokenizers

from recurra.text.counted import counted, is_or_are
from recurra.text.names import CHARACTER_NAMES, CHARACTER_UNITS, CharacterUnits, Decision

RARE = 10  # a unit that is seen less often is hardly learned
WORSE = 0.01  # share of the text in rare units, beyond that of the finest kind, from which on a kind is too coarse
ODD = 0.01  # share of spellings of neither form up to which they count as slips

# Letters that never join with one another to one user-perceived character, and that NFC leaves as they are: a text
# of these alone is cut between all of them, twenty times as fast as by the library's rule for any text.
SELF_CONTAINED = re.compile(r"[\x00-\x0c\x0e-\u02ff\u0400-\u0481\u4e00-\u9fff\uac00-\ud7a3]*")
ASCII = re.compile(r"[\x00-\x0c\x0e-\x7f]*")  # the same for NFD

GRAPHEME = r"\X"
NORMALIZERS: dict[str, type[normalizers.Normalizer]] = {"NFC": normalizers.NFC, "NFD": normalizers.NFD}
_CUTTER = pre_tokenizers.Split(Regex(GRAPHEME), "isolated")
_FORMS = {name: make() for name, make in NORMALIZERS.items()}


def graphemes(text: str) -> list[str]:
    """The grapheme clusters of a text."""
    if SELF_CONTAINED.fullmatch(text):
        return list(text)
    return [piece for piece, _ in _CUTTER.pre_tokenize_str(text)]


def normalized(text: str, form: str) -> str:
    """A text in a normal form, by the tables that the tokenizers use too; as it is where the form is "none"."""
    return text if form == "none" else _FORMS[form].normalize_str(text)


@dataclass(frozen=True)
class FormDecision:
    """How text is spelled, and what a user should know of it; empty where all of it is spelled in one way."""

    form: str
    note: str


@dataclass(frozen=True)
class Spellings:
    """How often pieces of text are spelled in each way; only those that a normal form would change count."""

    composed: int
    decomposed: int
    neither: int
    mixed: bool  # whether the same letters stand there in several spellings

    @property
    def total(self) -> int:
        """All of them."""
        return self.composed + self.decomposed + self.neither


def spellings(pieces: Mapping[str, int]) -> Spellings:
    """Counts the spellings of pieces, each with the number of times that it occurs."""
    found = Counter[str]()
    as_written: dict[str, str] = {}
    mixed = False
    for piece, count in pieces.items():
        if piece.isascii():
            continue
        composed, decomposed = normalized(piece, "NFC"), normalized(piece, "NFD")
        mixed |= as_written.setdefault(composed, piece) != piece
        if composed != decomposed:
            found["composed" if piece == composed else "decomposed" if piece == decomposed else "neither"] += count
        elif piece != composed:
            found["neither"] += count
    return Spellings(found["composed"], found["decomposed"], found["neither"], mixed)


def decide_form(pieces: Mapping[str, int], *, normal: bool = False) -> FormDecision:
    """The form in which texts are read and written, from their pieces and how often each occurs.

    Args:
        normal: NFC or NFD only, for units that need a normal form.
    """
    seen = spellings(pieces)
    form = "NFD" if seen.decomposed > seen.composed else "NFC"
    odd = seen.neither > ODD * seen.total
    if odd and not seen.mixed and not normal:
        which = f"{seen.neither:,} of {counted(seen.total, 'piece')} of text with marks"
        what = f"{which} {is_or_are(seen.neither)} in no normal form of Unicode"
        return FormDecision("none", f"text is kept as it is written: {what}, and each is spelled in one way only")
    others = seen.total - (seen.decomposed if form == "NFD" else seen.composed)
    if not others:
        return FormDecision(form, "")
    ways = [
        f"{number:,} {name}"
        for number, name in (
            (seen.composed, "composed (NFC)"),
            (seen.decomposed, "decomposed (NFD)"),
            (seen.neither, "neither"),
        )
        if number
    ]
    return FormDecision(
        form, f"letters with marks are spelled in several ways ({', '.join(ways)}): all are read and written as {form}"
    )


@dataclass(frozen=True)
class Seen:
    """Units of one kind: how many there are, and which share of the text is in those that are rare."""

    kind: CharacterUnits
    different: int
    rare: float


def decide_characters(clusters: Mapping[str, int], form: str) -> Decision:
    """What a character is, in texts whose grapheme clusters are counted.

    Args:
        form: in which they are read. Decomposed code points need one.

    Returns:
        The kind, and why; no reason where all kinds are the same.
    """
    kinds: list[CharacterUnits] = [kind for kind in CHARACTER_UNITS if kind != "decomposed" or form != "none"]
    counts = {kind: count_units(clusters, kind, form) for kind in kinds}
    seen = [_seen(kind, counts[kind]) for kind in kinds]
    least = min(one.rare for one in seen)
    chosen = next(one for one in seen if one.rare <= least + WORSE)
    if all(counts[kind] == counts[kinds[0]] for kind in kinds):
        return Decision(chosen.kind, "")
    coarser = seen[: seen.index(chosen)]
    if coarser:
        compared = (
            f"of {CHARACTER_NAMES[coarser[-1].kind]} these are {_share(coarser[-1].rare)}, too many to be learned"
        )
    else:
        compared = f"of {CHARACTER_NAMES[seen[-1].kind]} these would be {_share(seen[-1].rare)}, hardly fewer"
    return Decision(
        chosen.kind,
        f"{_share(chosen.rare)} of the text is in units that occur fewer than {RARE} times, and {compared} "
        f"({counted(chosen.different, 'different unit')})",
    )


def count_units(clusters: Mapping[str, int], kind: str, form: str) -> Counter[str]:
    """How often each unit of a kind occurs, from the counts of clusters as they are written."""
    counts: Counter[str] = Counter()
    for cluster, count in clusters.items():
        for unit in _units(normalized(cluster, form), kind):
            counts[unit] += count
    return counts


def grouped(parts: Iterable[str], form: str) -> list[tuple[str, int]]:
    """Code points, one by one, as the characters that a reader sees, and how many code points each of them is."""
    return [(normalized(cluster, form), len(cluster)) for cluster in graphemes("".join(parts))]


def _units(plain: str, kind: str) -> Iterable[str]:
    if kind == "graphemes":
        return graphemes(plain)
    return plain if kind == "codepoints" else normalized(plain, "NFD")


def _seen(kind: CharacterUnits, counts: Counter[str]) -> Seen:
    total = counts.total()
    rare = sum(count for count in counts.values() if count < RARE)
    return Seen(kind, len(counts), rare / total if total else 0.0)


def _share(share: float) -> str:
    return f"{share:.1%}"
