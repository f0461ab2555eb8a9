"""What a model can write at all, it can write as its reference is: the law of decode(encode(text)), for all units."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.tasks.seq2seq.evaluate import canonical, unwritable
from recurra.text import UNITS, Tokenizer

TEXTS = st.lists(st.text("ab é\u0301각;|,▁@<EOS>\t \u3000漢\u200b", max_size=9), min_size=1, max_size=5)


@pytest.mark.parametrize("units", UNITS)
@settings(deadline=None, max_examples=100)
@given(texts=TEXTS, other=st.text("abc ;▁", max_size=6))
def test_a_reference_that_can_be_written_comes_back(units: str, texts: list[str], other: str) -> None:
    tokenizer = Tokenizer.build([*texts, "a b;c ▁"], units)
    for text in (*texts, other):
        right = canonical(text, tokenizer)
        if not tokenizer.unknown_tokens(text):
            # Of subwords the first space is lost, each time that there is one.
            again = right.removeprefix(" ") if units == "subwords" else right
            assert tokenizer.decode(tokenizer.encode(right)) == again
            assert not unwritable([text], tokenizer)
        if units not in ("words", "features"):
            kept = text.removeprefix(" ") if units == "subwords" else text
            assert len(right) == len(kept) or not kept.isascii()
            assert right == kept or not kept.isascii()


@pytest.mark.parametrize("units", ["words", "chars", "subwords", "features"])
def test_what_can_never_be_written_is_counted(units: str) -> None:
    tokenizer = Tokenizer.build(["ab ba;ab"] * 3, units)
    said = unwritable(["ab", "ab x", "x;y", "y"], tokenizer)
    assert said.startswith("warning: 3 of the 4 references have characters or words that the model can never write: ")
    assert unwritable(["ab"], tokenizer) == ""


@pytest.mark.parametrize(("form", "other"), [("\u00e9", "e\u0301"), ("e\u0301", "\u00e9")])
def test_what_cannot_be_written_is_normalised_as_the_rest(form: str, other: str) -> None:
    tokenizer = Tokenizer.build(["é", "ab"], "chars")
    assert tokenizer.normalization in ("NFC", "NFD")
    assert canonical(f"{form}?", tokenizer) == canonical(f"{other}?", tokenizer)
    assert canonical(f"{form}?", tokenizer).endswith("?")
