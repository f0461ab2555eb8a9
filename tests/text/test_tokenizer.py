"""Strings to ids and back: what is reversible, what a character is, and that text can never spell a special."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Library
from tokenizers import models

from recurra.errors import DataError, ModelError, UsageError
from recurra.text import EOS, GO, PAD, SPECIAL_TOKENS, UNITS, UNK, Tokenizer

encodable = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# Letters that join: marks, jamo, Thai and Devanagari vowels, ZWJ, variation selectors, skin tones, flags, CR LF.
joining = st.text(
    "aeé\u0301\u0323\u0300 각\u1100\u1161\u11a8กำ\u0e31क्ष\u093f\u200d\ufe0f👩👧🏽🇩🇪\r\n\tАЙ漢", max_size=30
)
texts = st.one_of(encodable, joining)
specials_in_text = st.lists(st.sampled_from([*SPECIAL_TOKENS, "a", "<", ">", "EOS", "x<EOS>", " ", "\u3000"])).map(
    "".join
)
GENTLE = settings(max_examples=60, deadline=None)


def normalized(text: str, form: str) -> str:
    return text if form == "none" else unicodedata.normalize(form, text)


class TestReversible:
    @GENTLE
    @given(texts, st.sampled_from(["NFC", "NFD", "none"]))
    @example("👩\u200d👩\u200d👧 กำลัง e\u0301 각\r\n", "NFC")
    @example("", "NFC")
    @example(" \t ", "none")
    def test_chars_as_they_are(self, text: str, form: str) -> None:
        tokenizer = Tokenizer.build([text], "chars", normalization=form)
        plain = tokenizer.decode(tokenizer.encode(text))
        # The library's tables of Unicode may be of another year than Python's.
        assert unicodedata.normalize("NFC", plain) == unicodedata.normalize("NFC", text)
        if text.isascii():
            assert plain == text

    @GENTLE
    @given(joining, st.sampled_from(["NFC", "NFD", "none"]))
    def test_chars_give_exactly_the_normal_form(self, text: str, form: str) -> None:
        tokenizer = Tokenizer.build([text], "chars", normalization=form)
        assert tokenizer.decode(tokenizer.encode(text)) == normalized(text, form)
        assert "".join(tokenizer.tokens(text)) == normalized(text, form)

    @GENTLE
    @given(
        st.lists(st.text("abcé<>ESO.,漢\u200b\u0301", min_size=1, max_size=6)),
        st.sampled_from([" ", "  ", "\t", "\u3000"]),
    )
    def test_words_with_one_space_between_them(self, words: list[str], between: str) -> None:
        tokenizer = Tokenizer.build([between.join(words)], "words", normalization="none")
        known = [word for word in words if word not in SPECIAL_TOKENS]
        assert tokenizer.decode(tokenizer.encode(between.join(words))) == " ".join(known)

    @GENTLE
    @given(st.lists(texts, min_size=1, max_size=4))
    @example([" a", "  a b  ", "▁a", "<EOS> x<GO>"])
    def test_subwords_but_for_one_leading_space(self, lines: list[str]) -> None:
        tokenizer = Tokenizer.build(lines, "subwords", vocabulary=500, normalization="none")
        for line in lines:
            if not {"\ufdd0", "\ufdd1"} & set(line):  # no characters, and in no vocabulary
                assert tokenizer.decode(tokenizer.encode(line)) == line.removeprefix(" ")
                assert not tokenizer.unknown_tokens(line)

    def test_a_sign_for_spaces_in_the_text_is_no_space(self) -> None:
        tokenizer = Tokenizer.build(["a▁b ▁a", "a b"] * 9, "subwords")
        for text in ("▁", "a▁b", "▁▁a b▁", "a ▁ b", "b▁a"):
            assert tokenizer.decode(tokenizer.encode(text)) == text
        assert tokenizer.encode("a▁b") != tokenizer.encode("a b")
        again = Tokenizer.from_json(tokenizer.to_json())
        assert again.decode(again.encode("a▁b")) == "a▁b"
        without = Tokenizer.build(["a b"] * 9, "subwords")
        assert without.unknown_tokens("a▁b") == ["▁"]
        assert without.unknown_tokens("a\ufdd0b\ufdd1") == ["\ufdd0", "\ufdd1"]

    @pytest.mark.parametrize("units", UNITS)
    def test_nothing_gives_nothing(self, units: str) -> None:
        tokenizer = Tokenizer.build(["some text"], units)
        assert tokenizer.encode("") == []
        assert tokenizer.decode([]) == ""
        assert tokenizer.encode_batch([]) == []


class TestSpecials:
    @pytest.mark.parametrize("units", UNITS)
    def test_come_first(self, units: str) -> None:
        tokenizer = Tokenizer.build(["a b"], units)
        assert [tokenizer.token(id) for id in range(4)] == list(SPECIAL_TOKENS)
        assert [tokenizer.id(token) for token in SPECIAL_TOKENS] == [PAD, UNK, GO, EOS]

    @pytest.mark.parametrize("units", UNITS)
    @GENTLE
    @given(specials_in_text)
    @example("<EOS>")
    @example("a <EOS> <GO><PAD>\u3000<UNK>")
    def test_are_never_read_from_text(self, units: str, text: str) -> None:
        tokenizer = Tokenizer.build([text, f"{text} <EOS> <PAD> " * 5], units)
        reopened = Library.from_str(tokenizer.to_json())
        for ids in (tokenizer.encode(text), reopened.encode(text).ids):
            assert not {PAD, GO, EOS} & set(ids)

    @pytest.mark.parametrize("units", ["chars", "subwords"])
    def test_spelt_in_the_data_they_are_ordinary_text(self, units: str) -> None:
        tokenizer = Tokenizer.build(["see <EOS> or <UNK>"] * 9, units)
        assert tokenizer.decode(tokenizer.encode("see <EOS> or <UNK>")) == "see <EOS> or <UNK>"

    def test_no_merge_builds_one(self) -> None:
        # Every pair inside "<EOS>" is more frequent than any with a letter around it.
        lines = [f"{before}<EOS>{after}" for before in "uvw" for after in "xyz"] * 5
        tokenizer = Tokenizer.build(lines, "subwords")
        assert [tokenizer.id(token) for token in SPECIAL_TOKENS] == [0, 1, 2, 3]
        assert [tokenizer.token(id) for id in range(4)] == list(SPECIAL_TOKENS)
        assert tokenizer.decode(tokenizer.encode("u<EOS>z")) == "u<EOS>z"

    def test_spelt_as_a_word_they_are_unknown(self) -> None:
        tokenizer = Tokenizer.build(["see <EOS> or <UNK> or x<EOS>"] * 9, "words")
        assert tokenizer.encode("see <EOS> x<EOS>") == [tokenizer.id("see"), UNK, tokenizer.id("x<EOS>")]
        assert tokenizer.unknown_tokens("see <EOS> or <UNK>") == ["<EOS>", "<UNK>"]
        assert tokenizer.size == 4 + len({"see", "or", "x<EOS>"})

    @pytest.mark.parametrize("units", UNITS)
    def test_are_left_out_of_decoded_text(self, units: str) -> None:
        tokenizer = Tokenizer.build(["ab"], units)
        assert tokenizer.decode([GO, *tokenizer.encode("ab"), UNK, EOS, PAD, PAD]) == "ab"


class TestCharacters:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("e\u0301x", ["é", "x"]),
            ("x\u0323\u0301y", ["x\u0323\u0301", "y"]),
            ("👩\u200d👩\u200d👧🇩🇪🇫🇷", ["👩\u200d👩\u200d👧", "🇩🇪", "🇫🇷"]),
            ("\u1112\u1161\u11ab글", ["한", "글"]),
            ("กำลัง", ["กำ", "ลั", "ง"]),
            ("a\r\nb\n\nc", ["a", "\r\n", "b", "\n", "\n", "c"]),
            ("\u0301a", ["\u0301", "a"]),
        ],
    )
    def test_are_what_a_reader_sees(self, text: str, expected: list[str]) -> None:
        tokenizer = Tokenizer.build([text], "chars")
        assert tokenizer.tokens(text) == expected
        assert len(tokenizer.encode(text)) == len(expected)

    def test_base_and_mark_stay_together_in_nfd(self) -> None:
        tokenizer = Tokenizer.build(["é"], "chars", normalization="NFD")
        assert tokenizer.tokens("é") == ["e\u0301"]

    def test_nfc_and_nfd_text_are_the_same_by_default_and_not_if_told_so(self) -> None:
        default, exact = (Tokenizer.build(["é"], "chars", normalization=form) for form in ("NFC", "none"))
        assert default.encode("e\u0301") == default.encode("é") != [UNK]
        assert exact.encode("e\u0301") == [UNK]

    @pytest.mark.parametrize("form", ["NFC", "NFD", "none"])
    def test_the_short_cut_gives_what_the_library_gives(self, form: str) -> None:
        ranges = [(0, 0x2FF), (0x3FE, 0x483), (0x4DFE, 0x5100), (0x9FF0, 0xA001), (0xABFE, 0xAD00), (0xD790, 0xD7A8)]
        letters = [chr(code) for first, last in ranges for code in range(first, last)]
        tokenizer = Tokenizer.build(["".join(letters)], "chars", vocabulary=1500, normalization=form)
        library = Library.from_str(tokenizer.to_json())
        dice = random.Random(0)
        lines = ["".join(dice.choices(letters, k=6)) for _ in range(4000)] + ["a\rb", "a\r\nb", "e\u0301a"]
        assert tokenizer.encode_batch(lines) == [found.ids for found in library.encode_batch(lines)]

    @pytest.mark.parametrize("line", ["aбb", "e\u0301a", "\r\na"])
    def test_the_vocabulary_is_the_same_with_and_without_the_short_cut(self, line: str) -> None:
        # A mark in the same line sends all of it the long way.
        short = Tokenizer.build([line, "abc abc"], "chars")
        long = Tokenizer.build([f"{line} \u0e31abc abc"], "chars")
        assert {short.token(id) for id in range(short.size)} <= {long.token(id) for id in range(long.size)}


class TestUnknown:
    def test_chars(self) -> None:
        tokenizer = Tokenizer.build(["ab"], "chars")
        assert tokenizer.encode("aéq") == [tokenizer.id("a"), UNK, UNK]
        assert tokenizer.unknown_tokens("ae\u0301q") == ["é", "q"]
        assert tokenizer.tokens("ae\u0301q") == ["a", "é", "q"]

    def test_words(self) -> None:
        tokenizer = Tokenizer.build(["a house"], "words")
        assert tokenizer.unknown_tokens("a hóuse, a hóuse,") == ["hóuse,", "hóuse,"]

    def test_subwords(self) -> None:
        tokenizer = Tokenizer.build(["a house"], "subwords")
        assert tokenizer.unknown_tokens("a e\u0301 zoo") == ["é", "z"]
        assert tokenizer.decode(tokenizer.encode("a zoo")) == "a oo"

    @pytest.mark.parametrize("units", UNITS)
    @GENTLE
    @given(texts)
    def test_one_piece_for_each_id(self, units: str, text: str) -> None:
        tokenizer = Tokenizer.build(["abe é"], units)
        ids = tokenizer.encode(text)
        assert len(tokenizer.tokens(text)) == len(ids)
        assert len(tokenizer.unknown_tokens(text)) == ids.count(UNK)

    def test_a_token_that_is_not_there(self) -> None:
        tokenizer = Tokenizer.build(["ab"], "chars")
        assert tokenizer.id("z") == UNK
        for id in (-1, tokenizer.size):
            with pytest.raises(IndexError, match="vocabulary of 6"):
                tokenizer.token(id)


class TestVocabulary:
    @pytest.mark.parametrize(("units", "line"), [("chars", "aaabbbccd"), ("words", "a a a b b b c c d")])
    def test_the_most_frequent_first_and_ties_by_themselves(self, units: str, line: str) -> None:
        tokenizer = Tokenizer.build([line[::-1]], units, vocabulary=7)
        learned = [tokenizer.token(id) for id in range(4, tokenizer.size)]
        assert [token for token in learned if token != " "][:2] == ["a", "b"]
        assert tokenizer.size == 7

    @pytest.mark.parametrize(("units", "line"), [("chars", "aab"), ("words", "a a b"), ("subwords", "a a b")])
    def test_what_is_rare_is_unknown(self, units: str, line: str) -> None:
        tokenizer = Tokenizer.build([line], units, min_count=2)
        assert tokenizer.unknown_tokens("ab" if units == "chars" else "a b") == ["b"]

    def test_subwords_keep_the_limit_with_more_letters_than_room(self) -> None:
        letters = [chr(code) for code in range(0x4E00, 0x4E80)]
        tokenizer = Tokenizer.build([" ".join(letters)], "subwords", vocabulary=20)
        assert [tokenizer.token(id) for id in range(4, 20)] == ["▁", *letters[:15]]
        assert tokenizer.size == 20

    def test_subwords_become_whole_frequent_words(self) -> None:
        tokenizer = Tokenizer.build(["the cat and the dog and the bird"] * 3, "subwords", vocabulary=60)
        assert tokenizer.tokens("the dog") == ["▁the", "▁dog"]

    def test_a_word_repeated_beyond_one_chunk_counts_fully(self) -> None:
        # "ab" 5,000 times and "cd" 4,500 times: both above the chunk that the library is fed with.
        tokenizer = Tokenizer.build(["cd " * 4500 + "ab " * 5000], "subwords", vocabulary=4 + 5 + 1)
        assert tokenizer.tokens("ab cd") == ["▁", "ab", "▁", "c", "d"]

    @pytest.mark.parametrize("units", UNITS)
    def test_the_order_of_lines_does_not_matter(self, units: str) -> None:
        lines = ["one two", "two three é", "four <EOS> one", "five", "漢字 かな"]
        ways = [lines, lines[::-1], sorted(lines)]
        assert len({Tokenizer.build(way, units, vocabulary=30).to_json() for way in ways}) == 1

    @pytest.mark.parametrize("units", UNITS)
    def test_another_process_builds_the_same(self, units: str) -> None:
        lines = [f"line {n * n % 97} of {n % 13} — {chr(0x3B1 + n % 20)}{n % 7}" for n in range(200)]
        code = (
            "import sys; from recurra.text import Tokenizer; sys.stdout.reconfigure(encoding='utf-8');"
            f"print(Tokenizer.build({lines!r}, {units!r}, vocabulary=80).to_json(), end='')"
        )
        there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
        assert there.stdout == Tokenizer.build(lines, units, vocabulary=80).to_json()

    @pytest.mark.parametrize("units", UNITS)
    def test_no_text_leaves_the_specials(self, units: str) -> None:
        tokenizer = Tokenizer.build([], units)
        assert [id for id in tokenizer.encode("a") if id > UNK] in ([], [4])
        assert Tokenizer.from_json(tokenizer.to_json()).size == tokenizer.size <= 5


class TestJson:
    @pytest.mark.parametrize("units", UNITS)
    @pytest.mark.parametrize("form", ["NFC", "NFD", "none"])
    def test_is_all_there_is(self, units: str, form: str) -> None:
        if (units, form) == ("decomposed", "none"):
            return
        tokenizer = Tokenizer.build(["äb cd e\u0301 <EOS>"] * 2, units, normalization=form)
        again = Tokenizer.from_json(tokenizer.to_json())
        assert (again.units, again.normalization, again.size) == (tokenizer.units, form, tokenizer.size)
        same = {"chars": "graphemes", "codepoints": "decomposed" if form == "NFD" else units}
        assert again.units == same.get(units, units)
        assert again.to_json() == tokenizer.to_json()
        text = "äb  q e\u0301 é <EOS>"
        assert again.encode(text) == tokenizer.encode(text)
        assert again.tokens(text) == tokenizer.tokens(text)

    @pytest.mark.parametrize("units", UNITS)
    def test_opens_in_the_library_alone(self, units: str) -> None:
        tokenizer = Tokenizer.build(["äb cd <EOS>"] * 2, units)
        library = Library.from_str(tokenizer.to_json())
        ids = library.encode("äb cd <EOS> äb").ids
        assert ids == tokenizer.encode("äb cd <EOS> äb")
        known = [id for id in ids if id != UNK]
        assert unicodedata.normalize("NFC", library.decode(known)) == tokenizer.decode(ids)

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"model": 3}', "not json"])
    def test_something_else_is_refused(self, text: str) -> None:
        with pytest.raises(ModelError, match="not a tokenizer"):
            Tokenizer.from_json(text)

    def test_a_tokenizer_of_another_program_is_refused(self) -> None:
        with pytest.raises(ModelError, match="another program"):
            Tokenizer.from_json(Library(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")).to_str())

    def test_other_special_symbols_are_refused(self) -> None:
        text = Tokenizer.build(["a"], "chars").to_json().replace("<GO>", "<BOS>")
        with pytest.raises(ModelError, match="<BOS>"):
            Tokenizer.from_json(text)


class TestMistakes:
    def test_unknown_names(self) -> None:
        with pytest.raises(UsageError, match="'chars'"):
            Tokenizer.build(["a"], "char")
        with pytest.raises(UsageError, match="NFKC"):
            Tokenizer.build(["a"], "chars", normalization="NFKC")

    def test_impossible_numbers(self) -> None:
        with pytest.raises(UsageError, match="vocabulary of 4"):
            Tokenizer.build(["a"], "chars", vocabulary=4)
        with pytest.raises(UsageError, match="min_count"):
            Tokenizer.build(["a"], "chars", min_count=0)

    @pytest.mark.parametrize("units", UNITS)
    def test_half_a_character(self, units: str) -> None:
        tokenizer = Tokenizer.build(["ab"], units)
        for use in (tokenizer.encode, tokenizer.tokens, lambda text: Tokenizer.build([text], units)):
            with pytest.raises(DataError, match=r"U\+D83D at character 2"):
                use("a\ud83d")


def test_a_batch_is_its_texts_one_by_one() -> None:
    lines = ["abc", "e\u0301 กำ", "", "👩\u200d👧 x", "plain", "\r\n"]
    for units in UNITS:
        tokenizer = Tokenizer.build(lines, units)
        assert tokenizer.encode_batch(lines) == [tokenizer.encode(line) for line in lines]


def test_pieces_copied_from_a_source_are_decoded_in_place() -> None:
    tokenizer = Tokenizer.build(["a b"], "words")
    assert tokenizer.decode_with([tokenizer.id("a"), UNK, UNK, EOS], {1: "Zürich"}) == "a Zürich"


class TestFeatures:
    def test_stand_between_semicolons_commas_and_bars(self) -> None:
        tokenizer = Tokenizer.build(["V;PST|SG", "pos=V, num=SG"], "features")
        assert tokenizer.tokens(" pos=V , PST;;num=SG|") == ["pos=V", "PST", "num=SG"]
        assert tokenizer.decode(tokenizer.encode("PST | V")) == "PST;V"
        assert tokenizer.decode_with([tokenizer.id("V"), UNK, UNK], {1: "FUT"}) == "V;FUT"
        assert tokenizer.unknown_tokens("V;<EOS>;a b") == ["<EOS>", "a b"]
