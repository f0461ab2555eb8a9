"""Written texts beside the true ones: what is compared, what is left out, and what is said of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from rapidfuzz.distance import Levenshtein

from recurra.metrics import bleu_words
from recurra.tasks.seq2seq.evaluate import (
    Likelihood,
    canonical,
    compared,
    notes_on,
    pair_scores,
    seen_name,
    seen_units,
    unwritable,
    words_for_bleu,
)
from recurra.text import Tokenizer

TEXTS = ["red blue", "green", "dark red;light", "e\u0301t\u00e9"]


def tokenizer(units: Any, texts: list[str] | None = None, normalization: Any = "NFC") -> Tokenizer:
    return Tokenizer.build(texts or TEXTS, units, 100, 1, normalization)


def test_likelihoods_are_summed_over_the_targets_of_a_source() -> None:
    found = Likelihood([-1.0, -4.0, -9.0], [2, 4, 3])
    assert found.losses == [0.5, 1.0, 3.0]
    assert found.of([[0, 2], [1]]) == Likelihood([-10.0, -4.0], [5, 4])


def test_outputs_are_compared_with_the_likest_target() -> None:
    units = tokenizer("chars")
    predictions, references = ["red", "blu", "x"], [["green", "red"], ["blue", "blue "], ["dark"]]
    found = compared(predictions, references, units, Likelihood([-2.0, -3.0, -4.0], [4, 3, 2]), [3, 4, 1], "letters")
    assert found.count == 3
    assert found.measures["exact_match"].value == pytest.approx(100 / 3)
    wrong, right = [0, 1, 4], ["red", "blue", "dark"]
    assert [Levenshtein.distance(*pair) for pair in zip(predictions, right, strict=True)] == wrong
    assert found.measures["token_error_rate"].value == pytest.approx(100 * 5 / 11)
    assert found.measures["perplexity"].value == pytest.approx(math.exp(9 / 9))
    scores = found.examples
    assert (scores.lengths, scores.unit, scores.whole) == ([3, 4, 1], "letters", "exact_match")
    assert scores.measures["exact_match"].counted == [1.0, 0.0, 0.0]
    rate = scores.measures["token_error_rate"]
    assert (rate.counted, rate.total, rate.higher_is_better) == (wrong, [3, 4, 4], False)
    assert "perplexity" not in compared(predictions, references, units, None, []).measures


def test_scores_of_pairs() -> None:
    measures = compared(["ab"], [["ab"]], tokenizer("chars"), None, []).measures
    found = pair_scores([True, False], [["a"], ["b", "c"]], [["a"], ["b"]], measures)
    assert (found["exact_match"].counted, found["token_error_rate"].counted) == ([1.0, 0.0], [0, 1])


SHORT = "BLEU is left out: most references have fewer than four words (13a), and it counts 4-grams (--set bleu=char takes characters)"  # noqa: E501


def test_what_a_word_is_for_bleu() -> None:
    long, short = ["a b c d e"] * 3, ["a b"] * 3
    assert words_for_bleu(long, "auto") == (bleu_words(long), [])
    assert words_for_bleu(short, "auto") == (None, [SHORT])
    for asked in ("13a", "char", "intl"):
        assert words_for_bleu(short, asked) == (asked, [])
    evaluation = compared(["a b"], [["a b"]], tokenizer("words"), None, [])
    assert SHORT in evaluation.notes
    assert "bleu" not in evaluation.measures
    assert "bleu" in compared(["a b"], [["a b"]], tokenizer("words"), None, [], words="char").measures


def test_what_a_reader_should_know() -> None:
    spaced = "the text looks tokenized (spaces before punctuation): its BLEU is not comparable with published figures"
    plain, tokenized = ["A word, and more."] * 9, ["A word , and more ."] * 9
    assert notes_on(plain, plain) == []
    assert notes_on(plain, tokenized) == notes_on(tokenized, plain) == [spaced]
    [note] = notes_on(plain, ["un@@ known wor@@ ds"] * 9)
    assert note.startswith("warning: ")
    assert "references" in note


def test_errors_are_counted_in_what_a_reader_sees() -> None:
    assert seen_units("red blue", tokenizer("words")) == ["red", "blue"]
    assert seen_units("red", tokenizer("chars")) == ["r", "e", "d"]
    assert seen_units("e\u0301a", tokenizer("chars", ["e\u0301a"], "NFD")) == ["e\u0301", "a"]
    assert seen_name(tokenizer("chars")) == "characters"
    assert seen_name(tokenizer("words")) == "words or symbols"


@pytest.mark.parametrize(
    ("units", "normalization", "text", "written"),
    [
        ("words", "NFC", "red   blue", "red blue"),
        ("words", "NFC", "red   unseen ", "red unseen"),
        ("words", "NFC", "e\u0301x", "\u00e9x"),
        ("words", "NFD", "\u00e9x", "e\u0301x"),
        ("chars", "NFC", "red", "red"),
        ("chars", "NFC", "z  ?", "z  ?"),
        ("chars", "NFC", "ze\u0301?", "z\u00e9?"),
        ("subwords", "NFC", "red blue", "red blue"),
        ("subwords", "NFC", " ?~ z", "?~ z"),
        ("subwords", "NFC", "?~ z", "?~ z"),
        ("features", "NFC", "red blue;green", "red blue;green"),
        ("features", "NFC", "new; green", "new;green"),
    ],
)
def test_a_reference_is_as_the_model_would_write_it(units: str, normalization: str, text: str, written: str) -> None:
    assert canonical(text, tokenizer(units, [*TEXTS, "red blue;green"], normalization)) == written


def test_references_that_can_never_be_written() -> None:
    units = tokenizer("chars", ["abc"])
    assert unwritable(["ab", "c"], units) == ""
    assert unwritable(["ab", "axxa", "xy"], units) == (
        "warning: 2 of the 3 references have characters or words that the model can never write: 'x' (2), 'y' (1)"
    )
    assert unwritable(["x"], units) == (
        "warning: 1 of the 1 reference has characters or words that the model can never write: 'x' (1)"
    )
    many = unwritable(["stuvwxyz", "stuvwxy"], units)
    assert many.count("(2)") == 5
    assert many.endswith("(2) and 3 others")
