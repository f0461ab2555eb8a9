"""Each measure against its definition, worked out by hand, by a plain program, or by sacreBLEU itself."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.metrics import (
    Measure,
    bleu,
    chrf,
    edit_distances,
    exact_match,
    measure_pairs,
    perplexity,
    sequence_error_rate,
    token_error_rate,
)

WORDS = ["the", "The", "cat", "sat", "on", "mat", "don't", "3.5", ".", ",", "été", "北京", "", "  "]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
pairs_of_texts = st.lists(st.tuples(texts, texts), min_size=1, max_size=12)


def plain_distance(a: str, b: str) -> int:
    """Levenshtein, row by row."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
    return row[-1]


def test_exact_match_and_sequence_error_rate() -> None:
    predictions, references = ["a", "b", "c c", "d"], ["a", "x", "c  c", "d"]
    assert exact_match(predictions, references).value == 50
    assert sequence_error_rate(predictions, references).value == 50
    assert exact_match(["a", "b", "c"], ["a", "b", "x"]).value == pytest.approx(200 / 3)
    assert sequence_error_rate(["a", "b", "c"], ["a", "b", "x"]).value == pytest.approx(100 / 3)
    assert "wrong as a whole" in sequence_error_rate(["a"], ["a"]).definition


def test_the_interval_of_wer_mirrors_that_of_exact_match() -> None:
    predictions = ["a"] * 70 + ["b"] * 30
    right, wrong = exact_match(predictions, ["a"] * 100), sequence_error_rate(predictions, ["a"] * 100)
    assert (wrong.low, wrong.high) == pytest.approx((100 - right.high, 100 - right.low))


@given(st.lists(st.tuples(st.text("abc", max_size=9), st.text("abc", max_size=9)), min_size=1, max_size=20))
def test_error_rate_counts_edits(pairs: list[tuple[str, str]]) -> None:
    distances = [plain_distance(a, b) for a, b in pairs]
    predictions, references = [list(a) for a, _ in pairs], [list(b) for _, b in pairs]
    assert edit_distances(predictions, references).tolist() == distances
    units = max(1, sum(len(b) for _, b in pairs))
    assert token_error_rate(predictions, references).value == pytest.approx(100 * sum(distances) / units)


def test_units_are_compared_whole() -> None:
    assert edit_distances([["sch", "ö", "n"]], [["s", "ch", "ö", "n"]]).tolist() == [2]
    assert edit_distances([[1, 2, 3]], [[1, 3]]).tolist() == [1]
    assert edit_distances([["ab"]], [["ba"]]).tolist() == [1]
    assert edit_distances([("a", "b")], [["a", "b"]]).tolist() == [0]


def test_error_rate_may_exceed_100_and_names_its_units() -> None:
    measure = token_error_rate([list("abcd")], [list("x")], "phones")
    assert measure.value == 400
    assert "phones" in measure.definition


@given(pairs_of_texts)
@settings(max_examples=40, deadline=None)
def test_bleu_and_chrf_are_those_of_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    predictions, references = [a for a, _ in pairs], [b for _, b in pairs]
    assert bleu(predictions, references).value == sacrebleu.corpus_bleu(predictions, [references]).score
    assert chrf(predictions, references).value == sacrebleu.corpus_chrf(predictions, [references]).score


def test_signatures_are_those_of_sacrebleu() -> None:
    metric = sacrebleu.BLEU()
    metric.corpus_score(["a b"], [["a b"]])
    assert bleu(["a b"], ["a b"]).signature == str(metric.get_signature())
    assert "tok:13a" in str(metric.get_signature())
    assert "case:mixed" in str(metric.get_signature())
    other = sacrebleu.CHRF()
    other.corpus_score(["a b"], [["a b"]])
    assert chrf(["a b"], ["a b"]).signature == str(other.get_signature())


def test_bleu_is_cased_and_chrf_sees_letters() -> None:
    reference = ["The cat sat on the mat ."]
    assert bleu(reference, reference).value == pytest.approx(100)
    assert bleu([reference[0].lower()], reference).value < 100
    assert 0 < chrf(["xat"], ["cat"]).value < 100


def test_no_log_lines_on_tokenized_text(caplog: pytest.LogCaptureFixture) -> None:
    bleu(["I see ."] * 150, ["I saw ."] * 150)
    assert not caplog.records


def test_perplexity() -> None:
    measure = perplexity([-math.log(8), -math.log(4)], [3, 2])
    assert measure.value == pytest.approx(2)
    assert perplexity([0.0], [5]).value == 1
    assert perplexity([-1e6], [2]).value == math.inf


def test_an_impossible_target_leaves_a_finite_lower_end() -> None:
    measure = perplexity([-1.0, -math.inf, -2.0], [2, 2, 2])
    assert measure.value == math.inf == measure.high
    assert measure.low == pytest.approx(math.exp(0.5))  # where only the first sentence is drawn


def measured(function: object, *arguments: object) -> Measure:
    return function(*arguments)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("function", "right", "wrong"),
    [
        (exact_match, "a b", "b a"),
        (sequence_error_rate, "a b", "b a"),
        (token_error_rate, ["a", "b"], ["b"]),
        (bleu, "the cat sat on it", "the cat sat on"),
        (chrf, "the cat", "the bat"),
    ],
)
def test_a_corpus_of_one_sentence(function: object, right: object, wrong: object) -> None:
    for prediction in (right, wrong):
        measure = measured(function, [prediction], [right])
        assert measure.low == measure.value == measure.high


@pytest.mark.parametrize("function", [exact_match, sequence_error_rate, token_error_rate, bleu, chrf, perplexity])
def test_lengths_must_agree(function: object) -> None:
    with pytest.raises(ValueError, match="2 predictions but 1 reference"):
        measured(function, ["a", "b"], ["a"])
    with pytest.raises(ValueError, match="no sentences"):
        measured(function, [], [])


@pytest.mark.parametrize("function", [exact_match, sequence_error_rate, bleu, chrf])
@pytest.mark.parametrize(
    ("predictions", "references"), [(["", ""], ["", ""]), (["a", "b"], ["", ""]), (["", "a"], ["b", "a"])]
)
def test_empty_texts_give_numbers(function: object, predictions: list[str], references: list[str]) -> None:
    measure = measured(function, predictions, references)
    assert all(0 <= number <= 100 for number in (measure.value, measure.low, measure.high))


def test_references_without_any_unit() -> None:
    assert token_error_rate([[]], [[]]).value == 0
    assert token_error_rate([["a", "b"]], [[]]).value == 200


def test_measure_pairs_gives_all_in_order() -> None:
    texts = ["a b c d e", "f g"]
    units = [text.split() for text in texts]
    measures = measure_pairs(texts, texts, units, units, [-1.0, -2.0], [6, 3], unit="words")
    assert list(measures) == ["sequence_error_rate", "token_error_rate", "exact_match", "bleu", "chrf", "perplexity"]
    values = {name: measure.value for name, measure in measures.items()}
    assert values == pytest.approx(
        {
            "sequence_error_rate": 0,
            "token_error_rate": 0,
            "exact_match": 100,
            "bleu": 100,
            "chrf": 100,
            "perplexity": math.exp(1 / 3),
        }
    )
    assert list(measure_pairs(texts, texts, units, units)) == [
        "sequence_error_rate",
        "token_error_rate",
        "exact_match",
        "bleu",
        "chrf",
    ]


def test_measure_pairs_wants_one_of_each() -> None:
    texts, units = ["a", "b"], [["a"], ["b"]]
    with pytest.raises(ValueError, match="2 predictions but 1 of them in units"):
        measure_pairs(texts, texts, units[:1], units[:1])
    with pytest.raises(ValueError, match="2 predictions but 1 reference"):
        measure_pairs(texts, texts, units, units[:1])
    with pytest.raises(ValueError, match="2 references but 1 log-likelihoods"):
        measure_pairs(texts, texts, units, units, [-1.0], [1])


def test_phones_get_bleu_too() -> None:
    phones = ["h ɛ l oʊ", "w ɜː l d"]
    units = [phone.split() for phone in phones]
    assert measure_pairs(phones, phones, units, units)["bleu"].value == pytest.approx(100)


def test_the_mapping_is_json_whatever_the_value() -> None:
    assert Measure(1.5, 1.0, 2.0, "what").to_mapping() == {"value": 1.5, "low": 1.0, "high": 2.0, "definition": "what"}
    assert Measure(1.5, 1.0, 2.0, "what", "v:1").to_mapping()["signature"] == "v:1"
    endless = Measure(math.inf, 1.0, math.inf, "what").to_mapping()
    assert json.loads(json.dumps(endless, allow_nan=False))["value"] is None


def test_importing_the_room_is_cheap() -> None:
    code = "import sys, recurra.metrics; print(*sorted({'sacrebleu', 'torch', 'lxml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
