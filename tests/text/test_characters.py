"""What a character is: chosen by counts, and text comes back as it was written whatever it is cut into."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recurra.errors import UsageError
from recurra.text import SPECIAL_TOKENS, UNK, Tokenizer, build_source
from recurra.text.characters import FormDecision, decide_form, graphemes, spellings

KINDS = ("graphemes", "codepoints", "decomposed")
WRITTEN = {
    "Hangul with and without finals": ["한국어", "가나다", "값", "뷁", "아이"],
    "conjoining jamo": ["\u1112\u1161\u11ab", "\u1100\u1161"],
    "compatibility jamo": ["ㅋㅋㅋ", "ㄱㅏ"],
    "kana": ["がぎぐげご", "パピプペポ", "ヴァ", "かき", "ﾊﾟ"],
    "Vietnamese": ["bế tắc", "ậm ừ", "ngữ", "Ệ"],
    "marks one above the other": ["q\u0323\u0307", "a\u0323\u0302x", "ṩ"],
    "emoji": ["👩\u200d👩\u200d👧 👍🏽", "❤\ufe0f", "🇩🇪🇫🇷", "1\ufe0f\u20e3"],
    "Indic": ["क्षत्रिय", "हिन्दी", "ড়", "கௌ", "ក្ក", "မြန်မာ"],
    "Arabic": ["كَتَبَ", "آمن", "مُدَرِّس"],
    "Hebrew": ["שָׁלוֹם", "בְּרֵאשִׁית"],
    "Thai": ["กำลัง", "น้ำ"],
    "plain": ["banana", " a\tb  ", "漢字"],
}
FORMS = {
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}
GENTLE = settings(max_examples=60, deadline=None)
joining = st.text(
    "aeé\u0301\u0323\u0300ậ각한\u1100\u1161\u11a8กำ\u0e31क्षक\u093c\u093f\u200d\ufe0f👩👧🏽🇩🇪\r\n\tАЙ漢がか\u3099ِّ\u05bc\u05b8ב",
    max_size=20,
)


class TestAsWritten:
    @pytest.mark.parametrize("units", ["chars", *KINDS])
    @pytest.mark.parametrize("spelling", FORMS)
    @pytest.mark.parametrize("name", WRITTEN)
    def test_text_comes_back(self, name: str, spelling: str, units: str) -> None:
        texts = [FORMS[spelling](text) for text in WRITTEN[name]]
        tokenizer = Tokenizer.build(texts, units, normalization="auto")
        again = Tokenizer.from_json(tokenizer.to_json())
        assert [again.decode(ids) for ids in tokenizer.encode_batch(texts)] == texts
        assert not tokenizer.notes or "spelled in several ways" not in tokenizer.notes[0]

    @pytest.mark.parametrize("units", ["chars", "graphemes", "codepoints"])
    @pytest.mark.parametrize(
        "texts",
        [
            ["q\u0307\u0323", "x"],  # the order of neither form
            ["مُدَرّ\u0650س", "شّ\u064e"],  # shadda first, as it is typed
            ["ש\u05c1\u05b8", "ב\u05bc\u05b8"],  # dots first
            ["\u0958\u093e", "ड़"[:1] + "\u093e"],  # a letter that NFC takes apart
            ["â\u0323n", "ơ\u0301"],  # CP1258: a letter, and its tone as a mark
        ],
    )
    def test_what_is_in_no_form_is_kept_as_it_is(self, texts: list[str], units: str) -> None:
        tokenizer = Tokenizer.build(texts, units, normalization="auto")
        assert tokenizer.normalization == "none"
        assert [tokenizer.decode(ids) for ids in tokenizer.encode_batch(texts)] == texts
        assert "kept as it is written" in tokenizer.notes[0]

    @pytest.mark.parametrize(("more", "form"), [("é", "NFC"), ("e\u0301", "NFD")])
    def test_what_is_mixed_is_said_and_written_as_most_of_it(self, more: str, form: str) -> None:
        tokenizer = Tokenizer.build(["é", "e\u0301", f"{more}x"], "chars", normalization="auto")
        assert tokenizer.normalization == form
        assert f"all are read and written as {form}" in tokenizer.notes[0]
        assert "2 " in tokenizer.notes[0]
        assert tokenizer.decode(tokenizer.encode("é")) == unicodedata.normalize(form, "é")

    @pytest.mark.parametrize("units", ["words", "subwords", "features"])
    def test_other_units_remember_it_too(self, units: str) -> None:
        texts = ["cafe\u0301 noe\u0308l"] * 3
        tokenizer = Tokenizer.build(texts, units, normalization="auto")
        assert tokenizer.normalization == "NFD"
        assert tokenizer.decode(tokenizer.encode(texts[0])) == texts[0]

    @GENTLE
    @given(st.lists(joining, max_size=4), st.sampled_from(["chars", *KINDS]), st.sampled_from(["auto", "NFC", "NFD"]))
    @example(["\r\u0301", "e\u0301"], "decomposed", "auto")
    def test_everything_learned_from_is_known(self, texts: list[str], units: str, form: str) -> None:
        tokenizer = Tokenizer.build(texts, units, normalization=form)
        for text, ids in zip(texts, tokenizer.encode_batch(texts), strict=True):
            assert UNK not in ids
            plain = tokenizer.decode(ids)
            assert unicodedata.normalize("NFC", plain) == unicodedata.normalize("NFC", text)
            assert [tokenizer.token(id) for id in ids] == tokenizer.tokens(text)
            assert tokenizer.decode(tokenizer.encode(plain)) == plain

    @pytest.mark.parametrize("units", ["codepoints", "decomposed"])
    def test_parts_in_any_order_are_text_in_its_form(self, units: str) -> None:
        tokenizer = Tokenizer.build(["한글 がぱ ệ क्षि"], units)
        dice = random.Random(0)
        for _ in range(300):
            text = tokenizer.decode(dice.choices(range(tokenizer.size), k=dice.randrange(8)))
            text.encode()
            assert unicodedata.is_normalized("NFC", text)

    def test_a_syllable_is_composed_of_its_parts(self) -> None:
        tokenizer = Tokenizer.build(["한글"], "decomposed")
        ids = [tokenizer.id(part) for part in "\u1112\u1161\u11ab"]
        assert tokenizer.tokens("한") == ["\u1112", "\u1161", "\u11ab"]
        assert tokenizer.decode(ids) == "한"
        assert tokenizer.decode(ids[:2]) == "하"
        assert tokenizer.decode([ids[0], UNK, ids[1]]) == "하"


class TestChoice:
    def test_parts_where_what_they_make_is_rare(self) -> None:
        dice = random.Random(0)
        syllables = [chr(0xAC00 + dice.randrange(11172)) for _ in range(600)]
        tokenizer = Tokenizer.build(["".join(dice.choices(syllables, k=3)) for _ in range(400)], "chars")
        assert tokenizer.units == "decomposed"
        assert "characters are decomposed code points, because" in tokenizer.notes[0]
        assert "of code points these are" in tokenizer.notes[0]

    def test_the_same_text_seen_often_enough_is_not_cut(self) -> None:
        dice = random.Random(0)
        syllables = [chr(0xAC00 + dice.randrange(11172)) for _ in range(60)]
        tokenizer = Tokenizer.build(["".join(dice.choices(syllables, k=3)) for _ in range(2000)], "chars")
        assert tokenizer.units == "graphemes"
        assert "hardly fewer" in tokenizer.notes[0]

    def test_code_points_where_only_the_clusters_are_rare(self) -> None:
        dice = random.Random(0)
        consonants, vowels = [chr(0x915 + k) for k in range(30)], ["", *(chr(0x93E + k) for k in range(10))]
        words = [
            "".join(dice.choice(consonants) + "्" + dice.choice(consonants) + dice.choice(vowels) for _ in range(3))
            for _ in range(400)
        ]
        assert Tokenizer.build(words, "chars").units == "codepoints"

    def test_letters_with_accents_that_are_seen_often_stay_whole(self) -> None:
        assert Tokenizer.build(["bế tắc ậm ừ ngữ"] * 20, "chars").units == "graphemes"

    def test_where_nothing_can_be_taken_apart_there_is_nothing_to_say(self) -> None:
        tokenizer = Tokenizer.build(["漢字", "banana"], "chars")
        assert (tokenizer.units, tokenizer.notes) == ("graphemes", [])

    def test_the_sides_of_columns_decide_for_themselves(self) -> None:
        dice = random.Random(0)
        texts = [f"{''.join(chr(0xAC00 + dice.randrange(11172)) for _ in range(3))}\tV;PST" for _ in range(300)]
        tokenizer = build_source(texts, ["chars", "features"], None, 1, "NFC")
        assert tokenizer.units == "chars,features"
        assert tokenizer.parts["chars"].units == "decomposed"  # type: ignore[union-attr]
        assert tokenizer.notes[0].startswith("chars: characters are decomposed")

    def test_decomposed_units_need_a_form(self) -> None:
        with pytest.raises(UsageError, match="need a normal form"):
            Tokenizer.build(["한"], "decomposed", normalization="none")


class TestSeen:
    @pytest.mark.parametrize("units", KINDS)
    def test_a_reader_sees_the_same_whatever_the_units(self, units: str) -> None:
        text = "한글 हिन्दी x"
        tokenizer = Tokenizer.build([text], units)
        seen = tokenizer.characters(text)
        assert [shown for shown, _ in seen] == graphemes(text)
        assert sum(number for _, number in seen) == len(tokenizer.encode(text))
        assert tokenizer.written_characters(tokenizer.encode(text)) == seen

    def test_specials_stand_alone(self) -> None:
        tokenizer = Tokenizer.build(["한"], "decomposed")
        ids = tokenizer.encode("한")
        assert tokenizer.written_characters([*ids[:2], UNK, *ids]) == [("하", 2), (SPECIAL_TOKENS[UNK], 1), ("한", 3)]


def test_spellings_are_counted() -> None:
    seen = spellings({"é": 3, "e\u0301": 2, "q\u0307\u0323": 4, "x": 9, "漢": 1})
    assert (seen.composed, seen.decomposed, seen.neither, seen.mixed) == (3, 2, 4, True)
    assert decide_form({"é": 3, "x\u0301": 9}) == decide_form({"a": 1}) == FormDecision("NFC", "")
