"""Words in the forms in which a list of words may have them, and a tokenizer that reads words by these."""

from __future__ import annotations

import pytest

from recurra.text import SPECIAL_TOKENS, UNK, Tokenizer
from recurra.text.forms import forms


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("great", ["great", "Great", "GREAT"]),
        ("Great!", ["Great!", "great!", "Great", "great", "GREAT"]),
        ("(don't)", ["(don't)", "don't", "Don't", "DON'T"]),
        ("...", ["..."]),
        ("हिन्दी", ["हिन्दी"]),  # ends in a vowel sign, which is no punctuation
        ("1,000", ["1,000"]),
        ("", [""]),
    ],
)
def test_forms_begin_with_the_word_itself(word: str, expected: list[str]) -> None:
    assert forms(word) == expected


def test_a_word_is_read_as_the_first_of_its_forms_that_is_an_entry() -> None:
    tokenizer = Tokenizer.of_words(["paris", "Paris", "film", "was"], "NFC")
    paris, name, film, was = range(4, 8)
    assert tokenizer.encode("Paris paris PARIS Film, was nothing") == [name, paris, paris, film, was, UNK]
    assert tokenizer.tokens("Film, was nothing") == ["Film,", "was", "nothing"]
    assert tokenizer.unknown_tokens("Film, was nothing") == ["nothing"]
    texts = ["Film was", "Was!", "nothing"]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]


def test_special_symbols_are_no_forms() -> None:
    tokenizer = Tokenizer.of_words(["eos", "a"], "NFC")
    assert tokenizer.encode("a <EOS> <GO>") == [5, 4, UNK]  # the letters of a symbol are a word like any other
    assert all(id not in range(2, 4) for name in SPECIAL_TOKENS for id in tokenizer.encode(name))


def test_a_stored_tokenizer_reads_forms_again_where_it_is_said() -> None:
    tokenizer = Tokenizer.of_words(["paris"], "NFC")
    stored = Tokenizer.from_json(tokenizer.to_json())
    assert stored.encode("Paris") == [UNK]
    assert stored.reading_forms().encode("Paris") == [4]
