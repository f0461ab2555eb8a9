"""Verbs agree with the number before them: "1 of 3 sentences has", "2 of 3 sentences have"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import recurra
from recurra.text.counted import has_or_have, is_or_are, was_or_were

SOURCES = Path(recurra.__file__).parent


@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_one_has_and_all_others_have(number: int) -> None:
    one = number == 1
    expected = ("is", "was", "has") if one else ("are", "were", "have")
    assert (is_or_are(number), was_or_were(number), has_or_have(number)) == expected


def test_no_message_has_a_fixed_verb_after_a_counted_noun() -> None:
    """A number, `of` what it is, and a verb that does not ask the number."""
    fixed = re.compile(
        r"(?:\{counted\([^{}]*\)\}|\{[^{}]+:,\} of (?:the )?\{[^{}]+\}(?: \{?[\w.]+\}?)?) (?:are|were|have) "
    )
    found = [
        f"{path.relative_to(SOURCES)}: {match[0]}"
        for path in sorted(SOURCES.rglob("*.py"))
        for match in fixed.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
