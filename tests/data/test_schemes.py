"""How tags write spans: each scheme read and written, found in data, and told from mistakes in them."""

from __future__ import annotations

from itertools import product

import pytest

from recurra.data.schemes import LETTERS, Scheme, Span, Writing, find_scheme, neighbours_of
from recurra.errors import UsageError

BIO = Scheme("BIO")
# The same spans: a long one, one of one token, and one of the same kind right after it.
SPANS = [Span(0, 3, "X"), Span(4, 5, "X"), Span(5, 7, "X"), Span(7, 8, "Y")]
WRITTEN = {
    "BIO": "B-X I-X I-X O B-X B-X I-X B-Y",
    "IOB1": "I-X I-X I-X O I-X B-X I-X I-Y",
    "BIOES": "B-X I-X E-X O S-X B-X E-X S-Y",
    "BILOU": "B-X I-X L-X O U-X B-X L-X U-Y",
    "BMES": "B-X M-X E-X O S-X B-X E-X S-Y",
    "BMEWO": "B-X M-X E-X O W-X B-X E-X W-Y",
    "IOE1": "I-X I-X I-X O E-X I-X I-X I-Y",
    "IOE2": "I-X I-X E-X O E-X I-X E-X E-Y",
    "BIO B_X": "B_X I_X I_X O B_X B_X I_X B_Y",
    "BIO X-B": "X-B X-I X-I O X-B X-B X-I Y-B",
    "BIOES b:X o": "b:X i:X e:X o s:X b:X e:X s:Y",
    "BIO B-X 0": "B-X I-X I-X 0 B-X B-X I-X B-Y",
}


def found_in(*sentences: str) -> Scheme | None:
    return find_scheme(neighbours_of(sentence.split() for sentence in sentences))


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_spans(name: str) -> None:
    scheme, tags = Scheme.parse(name), WRITTEN[name].split()
    assert found_in(WRITTEN[name]) == scheme
    assert str(scheme) == name
    assert scheme.broken_at(tags) == []
    assert scheme.spans(tags) == SPANS
    for other in map(Scheme.parse, WRITTEN):
        assert other.spans(scheme.rewritten(tags, other)) == SPANS
        assert other.rewritten(scheme.rewritten(tags, other), scheme) == tuple(tags)


def test_there_is_one_for_each_scheme() -> None:
    assert {Scheme.parse(name).name for name in WRITTEN} == set(LETTERS)


def test_tags_that_write_no_spans() -> None:
    assert found_in("DET NOUN VERB", "O O") is None
    assert found_in("O O O", "O") is None
    assert found_in("S V S", "N I N N N V S") is None  # letters that a tag set has for parts of speech
    assert found_in("NOUN B-X VERB", "DET NOUN VERB PUNCT") is None


def test_parts_of_speech_that_end_in_a_letter_write_no_spans() -> None:
    assert found_in("VERB_FIN NOUN ADJ_S DET NOUN_S", "VERB_FIN NN DET") is None
    assert found_in("NN-P VB-S NN-S DT", "NN-B VB-S DT NN-S") is None
    assert found_in("D-M N-M V-I", "D-F N-F V-I V-B", "D-M N-M V-I") is None
    assert found_in("N_B V_I N_B V_I A_B", "N_B V_I") is None
    assert found_in("n_B n_E v_S u_S n_B n_I n_E", "v_S n_B n_E") == Scheme("BIOES", Writing("_", suffix=True))
    mistakes = found_in(*["PER-B PER-I O", "O LOC-B O"] * 10, "O PER-I O")
    assert mistakes == Scheme("BIO", Writing("-", suffix=True))


def test_small_letters_may_stand_beside_a_capital_O() -> None:
    assert found_in("O b-per i-per O", "b-loc O") == Scheme("BIO", Writing(lower=True), "O")
    assert found_in("o b-per i-per o", "b-loc o") == Scheme("BIO", Writing(lower=True), "o")
    assert found_in("b-per i-per", "b-loc b-per") == Scheme("BIO", Writing(lower=True), "o")


def test_mistakes_in_the_data_change_no_scheme() -> None:
    right = ["B-X I-X O", "O B-Y O"] * 10
    for mistake in ("O 0", "tag", "newdoc", "o o o", "-X-", "E-X", "S-Y O", "I-X", "B-X I-Y", "b-X", "X-B", "B_X", "B"):
        assert found_in(*right, mistake) == BIO, mistake
    assert found_in(*(["O o o o o o", "B-X I-X o"] * 9)) == BIO  # more o than spans, but one tag among three


def test_one_kind_without_a_name() -> None:
    words = found_in("B M E S", "S B E")
    assert words is not None
    assert str(words) == "BMES B"
    assert words.spans(["B", "M", "E", "S"]) == [Span(0, 3, ""), Span(3, 4, "")]


# tags, spans as conlleval.pl and seqeval (its default mode) count them, and where the rules of the scheme are broken
BROKEN = [
    ("BIO", "I-X I-X O", [Span(0, 2, "X")], [0]),
    ("BIO", "B-X I-Y", [Span(0, 1, "X"), Span(1, 2, "Y")], [1]),
    ("BIO", "O I-X B-X", [Span(1, 2, "X"), Span(2, 3, "X")], [1]),
    ("IOB1", "B-X I-X", [Span(0, 2, "X")], [0]),
    ("IOE1", "E-X O I-X", [Span(0, 1, "X"), Span(2, 3, "X")], [1]),
    ("IOE2", "I-X O E-X", [Span(0, 1, "X"), Span(2, 3, "X")], [1]),
    ("IOB1", "I-Y B-X", [Span(0, 1, "Y"), Span(1, 2, "X")], [1]),
    ("BIOES", "B-X O", [Span(0, 1, "X")], [1]),
    ("BIOES", "B-X I-X", [Span(0, 2, "X")], [2]),
    ("BIOES", "E-X E-X", [Span(0, 1, "X"), Span(1, 2, "X")], [0, 1]),
    ("BIOES", "S-X I-X E-X", [Span(0, 1, "X"), Span(1, 3, "X")], [1]),
    ("BIOES", "B-X S-X", [Span(0, 1, "X"), Span(1, 2, "X")], [1]),
    ("BIO", "B-X 0 I-X", [Span(0, 1, "X"), Span(2, 3, "X")], [2]),
]


@pytest.mark.parametrize(("name", "tags", "spans", "broken"), BROKEN)
def test_broken_spans_are_read_as_conlleval_reads_them(
    name: str, tags: str, spans: list[Span], broken: list[int]
) -> None:
    scheme = Scheme(name)
    assert scheme.spans(tags.split()) == spans
    assert scheme.broken_at(tags.split()) == broken
    whole = scheme.rewritten(tags.split(), scheme)
    assert scheme.spans(whole) == spans
    assert scheme.broken_at(whole) == []


@pytest.mark.parametrize("name", LETTERS)
def test_whatever_the_tags_repaired_ones_are_whole(name: str) -> None:
    scheme = Scheme(name)
    letters = [f"{letter}-{kind}" for letter in LETTERS[name] for kind in "XY"] + ["O", "?"]
    for tags in product(letters, repeat=3):
        whole = scheme.rewritten(tags, scheme)
        assert scheme.broken_at(whole) == []
        assert scheme.spans(whole) == scheme.spans(tags)
        assert [k for k, tag in enumerate(whole) if tag == "?"] == [k for k, tag in enumerate(tags) if tag == "?"]


def test_what_a_user_says() -> None:
    assert Scheme.parse("BILOU") == Scheme("BILOU")
    assert Scheme.parse("BIO X/B 0") == Scheme("BIO", Writing("/", suffix=True), "0")
    with pytest.raises(UsageError, match="unknown scheme 'BIOSE'"):
        Scheme.parse("BIOSE")
    for wrong in ("BIO I-X", "BIO B-X O more", "BIO B-Y", "BIO BX"):
        with pytest.raises(UsageError, match="expected a scheme and how B is written"):
            Scheme.parse(wrong)
    with pytest.raises(UsageError, match="unknown scheme ''"):
        Scheme.parse("")
