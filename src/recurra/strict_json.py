"""JSON that anyone may have written, as a model folder has it: what another program would not read is not read.

Python's own reader takes NaN, 1e999 and halves of characters, whole numbers of any size and as many values as there are
bytes; each of them ends in another exception, far from the file in which it stands.
"""

from __future__ import annotations

import json
import math
import re

MOST_VALUES = 2_000_000  # of one text; more could fill the memory
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_INTEGERS = range(-(2**63), 2**63)


def parse_json(text: str | bytes) -> object:
    """The value of a JSON text.

    Raises:
        ValueError: the text is no JSON, or holds a number that is not finite or has more than 64 bits, half of a
            character, or more values or deeper ones than are read; the message says which.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    if text.count(",") > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values")
    try:
        value: object = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_integer)
    except RecursionError:
        raise ValueError("brackets inside brackets, too deep to be read") from None
    if _HALF.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"half of a character ({error.reason})") from None
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits:.30} is too large")
    return value


def _integer(digits: str) -> int:
    if len(digits) > 20 or int(digits) not in _INTEGERS:
        raise ValueError(f"the number {digits:.30} has more than 64 bits")
    return int(digits)
