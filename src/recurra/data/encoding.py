"""Which encoding is it, if it is not UTF-8? A guess from a few bytes, for an error message.

Nothing is ever converted on the strength of a guess: the message names the encoding and the command.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from recurra.errors import DataError

NOT_UTF8 = "lines that are not UTF-8"
UTF8_BOM = b"\xef\xbb\xbf"

# The longer marks first: UTF-16's is the beginning of UTF-32's.
MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32LE",
    b"\x00\x00\xfe\xff": "UTF-32BE",
    b"\xff\xfe": "UTF-16LE",
    b"\xfe\xff": "UTF-16BE",
}


class Candidate(NamedTuple):
    """An encoding, and the characters beyond ASCII that its texts mostly consist of."""

    name: str  # as iconv and Python both know it
    expected: re.Pattern[str]


KANJI = r"\u3000-\u3002\u4e00-\u9fff"

# Alphabets in which accented letters stand alone among ASCII ones, and encodings whose second byte is often
# ASCII. The first of equals is taken.
SPARSE = (
    Candidate("ISO-8859-1", re.compile("[À-ÖØ-öø-ÿ«»°§£\xa0]")),
    Candidate("CP1252", re.compile("[À-ÖØ-öø-ÿ«»°§£\xa0ŒœŠšŽž€‘’“”„–—…]")),
    Candidate("CP1250", re.compile("[À-ÖØ-öø-ÿŁłĄąĘęŚśŹźŻżĆćŃńČčĎďĚěŇňŘřŠšŤťŮůŽžŐőŰűĽľĹĺŔŕ‘’“”„–—…€]")),
    Candidate("SHIFT_JIS", re.compile(rf"[\u3040-\u30ff{KANJI}]")),
    Candidate("BIG5", re.compile(rf"[{KANJI}\uff00-\uff1f]")),
)

# Scripts in which hardly a letter is ASCII. Of Cyrillic only small letters are expected: the other of its two
# encodings makes capitals of them.
DENSE = (
    Candidate("CP1251", re.compile("[а-яёіїєґў]")),
    Candidate("KOI8-R", re.compile("[а-яё]")),
    Candidate("SHIFT_JIS", re.compile(rf"[\u3040-\u30ff{KANJI}]")),
    Candidate("EUC-JP", re.compile(r"[\u3040-\u30ff\u3000-\u3002]")),
    Candidate("EUC-KR", re.compile(r"[\uac00-\ud7af]")),
    Candidate("GB18030", re.compile(rf"[{KANJI}\uff00-\uff1f]")),
)


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, told by its mark or by where the zeros of its ASCII letters stand; else None."""
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return name
    start = start[: 4096 - 4096 % 4]
    if len(start) < 4 or start.count(0) * 3 < len(start):
        return None
    zeros = [start[offset::4].count(0) for offset in range(4)]
    quarter = len(start) // 4
    full = [count * 10 >= quarter * 7 for count in zeros]
    return {
        (False, True, True, True): "UTF-32LE",
        (True, True, True, False): "UTF-32BE",
        (False, True, False, True): "UTF-16LE",
        (True, False, True, False): "UTF-16BE",
    }.get((full[0], full[1], full[2], full[3]))


def narrow_encoding(line: bytes) -> str:
    """The likeliest encoding of a line that is not UTF-8: the one under which it reads most like text."""
    beyond = [byte >= 0x80 for byte in line]
    neighbours = sum(one and next_one for one, next_one in pairwise(beyond))
    candidates = DENSE if neighbours > 0.65 * sum(beyond) else SPARSE
    return max(candidates, key=lambda candidate: _share(line, candidate)).name


def _share(line: bytes, candidate: Candidate) -> float:
    """How many of the characters beyond ASCII are expected ones, from 0 to 1; -1 if the bytes make no sense."""
    try:
        beyond = [character for character in line.decode(candidate.name) if not character.isascii()]
    except UnicodeDecodeError:
        return -1
    return sum(bool(candidate.expected.match(character)) for character in beyond) / max(1, len(beyond))


def not_utf8(line: bytes, error: UnicodeDecodeError, place: str, path: str, *, mixed: bool) -> DataError:
    """The error for a line that is not UTF-8. `mixed`: an earlier line of the file was UTF-8 beyond ASCII."""
    seen = f"byte 0x{line[error.start]:02X}"
    where = f"{place}:{error.start + 1}"
    if error.reason == "unexpected end of data" and error.start < len(line) - 1:
        what = f"expected UTF-8, but the line ends in the middle of a character ({seen})"
        return DataError(
            what, where=where, fix="The text was truncated by bytes, not by characters: write it again from its source."
        )
    if line[error.start] == 0xED and line[error.start + 1 : error.start + 2] >= b"\xa0":
        what = f"expected UTF-8, saw half of a surrogate pair ({seen}, CESU-8)"
        return DataError(what, where=where, fix="Write the file again with characters, not surrogates.")
    guess = narrow_encoding(line)
    if mixed:
        what = f"expected UTF-8, saw {seen}; this line looks like {guess}, earlier ones are UTF-8"
        return DataError(what, where=where, fix="The file mixes encodings: fix these lines one by one.")
    what = f"expected UTF-8, saw {seen}; the text looks like {guess}"
    return DataError(what, where=where, fix=convert(guess, path))


def convert(encoding: str, path: str) -> str:
    """The command that makes UTF-8 of a file."""
    to = renamed(path, "utf8")
    if path.endswith(".gz"):
        return f"Convert it: gzip -dc {path} | iconv -f {encoding} -t UTF-8 | gzip > {to}"
    return f"Convert it: iconv -f {encoding} -t UTF-8 {path} > {to}"


def renamed(path: str, mark: str) -> str:
    """A path, perhaps in quotes, with a mark before its ending, which says what the file is: x.utf8.csv.gz."""
    return re.sub(r"((?:\.[A-Za-z0-9_]+)?(?:\.gz)?'?)$", rf".{mark}\1", path, count=1)
