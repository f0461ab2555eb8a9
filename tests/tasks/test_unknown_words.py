"""The words that a tagger does not know, of many sentences at once: as of each by itself."""

from __future__ import annotations

import pytest

from recurra.tasks.tag.recipe import TokenOptions
from recurra.tasks.tag.words import TokenReader

KNOWN = [["The", "cat", "sat"], ["a", "dog"]]
SENTENCES = [
    ["the", "CAT", "sat"],
    ["The", "Zebra", "sat", "zebra"],
    ["İstanbul", "e\u0301te\u0301", "a b", "ΟΔΟΣ", "dog"],
    ["x" * 60, "\u2003", "\u0301a", "ﬁ"],
    ["dog"],
]


@pytest.mark.parametrize("lowercase", [True, False])
def test_they_are_named_as_in_each_sentence_by_itself(lowercase: bool) -> None:
    reader = TokenReader.build(KNOWN, TokenOptions(lowercase=lowercase))
    found = reader.unknown_words(SENTENCES, reader.encode(SENTENCES))
    assert found == [reader.unknown(tokens) for tokens in SENTENCES]
    assert found[0] == ([] if lowercase else ["the", "CAT"])
    assert found[1] == (["zebra", "zebra"] if lowercase else ["Zebra", "zebra"])
    assert not reader.unknown_words([], [])
