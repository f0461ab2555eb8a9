"""Several columns are read as one text: shared words, separate kinds of units, and the ways of any tokenizer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.errors import DataError, ModelError, UsageError
from recurra.text import SPECIAL_TOKENS, UNK, ColumnTokenizer, Tokenizer, build_source, source_from_json
from recurra.text.columns import SEPARATOR_ID, can_be_copied, count_columns, decide_columns

STORIES = ["John went home .\tWhere is John ?", "Mary left .\tWho left ?"]
FORMS = ["walk\tV;PST", "sing\tV;3;SG", "V\tN;PL"]

GENTLE = settings(max_examples=60, deadline=None)
cells = st.text(st.characters(exclude_characters="\t", exclude_categories=["Cs", "Cc"]), max_size=8)


def columns(texts: list[str], *units: str) -> ColumnTokenizer:
    tokenizer = build_source(texts, units, vocabulary=500, min_count=1, normalization="NFC")
    assert isinstance(tokenizer, ColumnTokenizer)
    return tokenizer


def test_columns_with_the_same_units_share_their_words() -> None:
    tokenizer = columns(STORIES, "words", "words")
    ids, tokens = tokenizer.encode(STORIES[0]), tokenizer.tokens(STORIES[0])
    assert tokens == ["John", "went", "home", ".", "⇥", "Where", "is", "John", "?"]
    assert ids[0] == ids[7] == tokenizer.id("John")
    assert tokenizer.shares_units
    assert tokenizer.size == 4 + 1 + len({"John", "went", "home", ".", "Where", "is", "?", "Mary", "left", "Who"})


def test_columns_with_other_units_share_nothing() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    letter, separator, feature, _ = tokenizer.encode("V\tV;PST")
    assert separator == SEPARATOR_ID
    assert letter != feature
    assert not tokenizer.shares_units
    assert [tokenizer.token(id) for id in (letter, feature)] == ["V", "V"]
    assert [tokenizer.units_of(id) for id in (letter, separator, feature)] == ["chars", None, "features"]


@GENTLE
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=4))
def test_each_column_is_what_its_own_tokenizer_makes_of_it(rows: list[tuple[str, str, str]]) -> None:
    texts = ["\t".join(row) for row in rows]
    tokenizer = columns(texts, "chars", "features", "chars")
    for row, text, ids in zip(rows, texts, tokenizer.encode_batch(texts), strict=True):
        if not text.strip():
            assert ids == tokenizer.tokens(text) == []
            continue
        own = [tokenizer.parts[units].tokens(cell) for units, cell in zip(tokenizer.columns, row, strict=True)]
        assert tokenizer.tokens(text) == [*own[0], "⇥", *own[1], "⇥", *own[2]]
        assert [tokenizer.token(id) for id in ids if id != UNK] == [
            piece for piece, id in zip(tokenizer.tokens(text), ids, strict=True) if id != UNK
        ]
        assert ids.count(UNK) == len(tokenizer.unknown_tokens(text))


def test_every_id_has_a_token_and_only_these() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    names = [tokenizer.token(id) for id in range(tokenizer.size)]
    assert names[:5] == [*SPECIAL_TOKENS, "⇥"]
    assert len(names) == len(set(enumerate(names)))
    for id in (-1, tokenizer.size):
        with pytest.raises(IndexError, match=f"vocabulary of {tokenizer.size}"):
            tokenizer.token(id)


def test_what_is_unknown_is_named_as_it_stands() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    assert tokenizer.unknown_tokens("wüb\tV;FUT;ü") == ["ü", "b", "FUT", "ü"]
    assert tokenizer.encode("ü\tV")[0] == UNK
    assert tokenizer.id("FUT") == UNK


def test_nothing_gives_nothing() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    assert tokenizer.encode_batch(["", "walk\tV", " \t"]) == [[], tokenizer.encode("walk\tV"), []]
    assert tokenizer.encode_batch([]) == []


def test_another_number_of_columns_is_refused() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    for text, seen in (("walk", 1), ("walk\tV\tPST", 3)):
        with pytest.raises(DataError, match=rf"expected 2 columns \(chars,features\), saw {seen}"):
            tokenizer.encode(text)


def test_json_is_all_there_is() -> None:
    tokenizer = columns(STORIES, "words", "words")
    again = source_from_json(tokenizer.to_json())
    assert isinstance(again, ColumnTokenizer)
    assert again.to_json() == tokenizer.to_json()
    assert again.encode(STORIES[1]) == tokenizer.encode(STORIES[1])
    assert (again.units, again.size, again.normalization) == ("words,words", tokenizer.size, "NFC")


def test_json_of_one_column_is_a_tokenizer() -> None:
    plain = build_source(["ab"], ["chars"], 100, 1, "NFC")
    assert isinstance(plain, Tokenizer)
    assert source_from_json(plain.to_json()).to_json() == plain.to_json()


@pytest.mark.parametrize("text", ["", "[]", '{"columns": ["chars"]}', '{"columns": [], "tokenizers": {}}',
                                  '{"columns": ["chars"], "tokenizers": []}'])  # fmt: skip
def test_something_else_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="not a tokenizer"):
        source_from_json(text)


def test_a_tokenizer_that_lacks_a_part_is_refused() -> None:
    content = json.loads(columns(FORMS, "chars", "features").to_json())
    del content["tokenizers"]["features"]
    with pytest.raises(ModelError, match="features"):
        source_from_json(json.dumps(content))


def test_only_text_of_the_targets_kind_can_be_copied() -> None:
    tokenizer = columns(FORMS, "chars", "features")
    letter, separator, feature = tokenizer.encode("V\tV")
    found = [can_be_copied(tokenizer, id, "graphemes") for id in (letter, separator, feature, UNK)]
    assert found == [True, False, False, True]


class TestUnits:
    def test_each_column_is_looked_at(self) -> None:
        sample = [f"w{n}rd\tV;{('PST', 'PRS')[n % 2]};{n % 3}" for n in range(300)]
        assert [one.units for one in decide_columns(sample)] == ["chars", "features"]

    def test_words_beside_subwords_become_subwords(self) -> None:
        words = [
            f"the {'aeiou'[n % 5] * (n % 7 + 2)}{chr(97 + n % 26)}m saw our {chr(97 + n // 26)}lu" for n in range(300)
        ]
        sample = [f"{text}\tWhere is John now ?" for text in words]
        decided = decide_columns(sample)
        assert [one.units for one in decided] == ["subwords", "subwords"]
        assert "words then have the same ids" in decided[1].reason
        assert [one.units for one in decide_columns(sample, "auto,words")] == ["subwords", "words"]

    def test_one_unit_is_for_all_columns(self) -> None:
        assert [one.units for one in decide_columns(["a\tb\tc"], "words")] == ["words"] * 3

    def test_tabs_that_are_not_in_all_texts_are_no_columns(self) -> None:
        assert count_columns(["a\tb", "a"]) == 1
        assert count_columns(["a\tb", "c\td"]) == 2
        assert count_columns([]) == 1

    @pytest.mark.parametrize("units", ["chars,words", "chars,words,words,words"])
    def test_another_number_of_units_is_refused(self, units: str) -> None:
        with pytest.raises(UsageError, match="a source has 3 columns"):
            decide_columns(["a\tb\tc"], units)
