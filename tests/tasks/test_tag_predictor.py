"""A tagger that answers: which tokens it reads, in which order it answers, and how what it answers is measured."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import examples, network

from recurra.data.schemes import Scheme
from recurra.errors import DataError, UsageError
from recurra.tasks.tag.ensemble import SeenTokens, TaggerEnsemble, mean_of
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.tag.predictor import (
    LONGEST,
    MOST_PARTS,
    TagPredictor,
    details,
    given_tags,
    measured,
    spans_in,
    tag_parts,
    tag_scores,
    tagged,
    tags_in,
    tokens_of,
)
from recurra.tasks.tag.words import batch_of

BIO = Scheme("BIO")
HOW = 'Give "a b c" or ["a", "b", "c"].'


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        ("a  b\tc\n", ["a", "b", "c"]),
        ("", []),
        (" \u3000 ", []),
        (["a b", "c"], ["a b", "c"]),
        (("ä", "b"), ["ä", "b"]),
        ([], []),
        ("a " * LONGEST.most, ["a"] * LONGEST.most),
    ],
)
def test_the_tokens_of_an_input(given: object, tokens: list[str]) -> None:
    assert tokens_of(given, 3) == tokens


@pytest.mark.parametrize(
    ("given", "what", "fix"),
    [
        (7, "expected a text or a list of tokens, got 7", HOW),
        (["a", ""], "expected a text or a list of tokens, got ['a', '']", HOW),
        (["a", 1], "expected a text or a list of tokens, got ['a', 1]", HOW),
        (
            PurePath("x.txt"),
            "expected a text or a list of tokens, got PurePosixPath('x.txt')",
            "To read the inputs in a file: model.predict(list(model.read('x.txt')))",
        ),
        (
            ["a"] * (LONGEST.most + 1),
            "the text has 5,001 tokens, more than the 5,000 that are tagged",
            "Split it into sentences.",
        ),
    ],
)
def test_an_input_that_is_no_tokens_is_refused(given: object, what: str, fix: str) -> None:
    with pytest.raises(DataError) as refusal:
        tokens_of(given, 3)
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (what, "text 3", fix)


def test_tags_that_are_given() -> None:
    assert given_tags("O B-X", 2) == given_tags(["O", "B-X"], 2) == ["O", "B-X"]
    assert given_tags([1, None], 2) == ["1", "None"]  # JSON may have sent anything
    for given, words in ((["O"], "2 tokens, got 1"), ("O O O", "2 tokens, got 3")):
        with pytest.raises(UsageError) as refusal:
            given_tags(given, 2)
        assert refusal.value.what == f"expected a tag for each of {words}"
        assert (refusal.value.where, refusal.value.fix) == ("target", "Give them with spaces between them.")


def test_the_score_of_an_answer_is_the_mean_probability_of_its_tags() -> None:
    found = tagged(["a", "b"], ["O", "B-X"], [0.5, 0.25], BIO, ["a"], cut=True)
    assert (found.source, found.text, found.alternatives[0].score) == ("a b", "O B-X", 0.375)
    assert (found.unknown, tags_in(found), found.details.cut) == (["a"], ["O", "B-X"], True)
    nothing = tagged([], [], [], BIO)
    assert (nothing.source, nothing.text, nothing.alternatives[0].score, nothing.unknown) == ("", "", None, [])
    assert not nothing.details.cut


# Two sentences of spans, and the same of parts of speech.
PREDICTED = [["B-X", "I-X", "O", "B-Y"], ["B-X", "O"], ["O"]]
RIGHT = [["B-X", "I-X", "O", "B-X"], ["O", "B-Y"], ["O"]]


def test_spans_are_measured_in_each_sentence() -> None:
    """Of 3 spans found and 3 right ones 1 is both; of 7 tokens 4 have the right tag, of 3 sentences one has all."""
    spans = spans_in(PREDICTED, RIGHT, BIO)
    assert spans is not None
    found = measured(PREDICTED, RIGHT, spans)
    assert list(found) == ["span_f1", "accuracy", "sentence_exact"]
    assert [one.value for one in found.values()] == pytest.approx([100 / 3, 400 / 7, 100 / 3])
    each = tag_scores(PREDICTED, RIGHT, found, spans)
    assert list(each) == list(found)
    assert {name: (share.counted, share.total) for name, share in each.items()} == {
        "span_f1": ([2.0, 0.0, 0.0], [4, 2, 0]),
        "accuracy": ([3.0, 0.0, 1.0], [4, 2, 1]),
        "sentence_exact": ([0.0, 0.0, 1.0], [1.0, 1.0, 1.0]),
    }
    assert {name: share.definition for name, share in each.items()} == {
        name: one.definition for name, one in found.items()
    }
    kinds = tag_parts(PREDICTED, RIGHT, spans)["kind of span"]
    assert {kind: (share.counted, share.total, share.definition) for kind, share in kinds.items()} == {
        "X": ([2.0, 0.0, 0.0], [3, 1, 0], "F1 of X"),
        "Y": ([0.0, 0.0, 0.0], [1, 1, 0], "F1 of Y"),
    }
    told = details(PREDICTED, RIGHT, spans)
    assert told["counted"] == "sentences"
    assert [(one["label"], one["count"], one["predicted"], one["f1"]) for one in told.get("labels", [])] == [
        ("X", 2, 2, pytest.approx(50)),
        ("Y", 1, 1, 0),
    ]


def test_without_spans_tags_are_measured() -> None:
    assert spans_in(PREDICTED, RIGHT, None) is None
    found = measured(PREDICTED, RIGHT, None)
    assert list(found) == ["accuracy", "sentence_exact"]
    assert list(tag_scores(PREDICTED, RIGHT, found, None)) == list(found)
    parts = tag_parts(PREDICTED, RIGHT, None)
    assert {tag: (one.counted, one.total, one.definition) for tag, one in parts["right tag"].items()} == {
        "O": ([1, 0, 1], [1, 1, 1], "share of O found"),
        "B-X": ([1, 0, 0], [2, 0, 0], "share of B-X found"),
        "I-X": ([1, 0, 0], [1, 0, 0], "share of I-X found"),
        "B-Y": ([0, 0, 0], [0, 1, 0], "share of B-Y found"),
    }
    told = details(PREDICTED, RIGHT, None)
    assert sorted((one["label"], one["count"], one["predicted"]) for one in told.get("labels", [])) == [
        ("B-X", 2, 2),
        ("B-Y", 1, 1),
        ("I-X", 1, 1),
        ("O", 3, 3),
    ]


@pytest.mark.parametrize("spans", [False, True])
def test_the_commonest_are_measured_one_by_one(spans: bool) -> None:
    names = [f"B-{k:02}" for k in range(MOST_PARTS + 5)]
    right = [[name] * (50 - k) for k, name in enumerate(names)]
    [parts] = tag_parts(right, right, spans_in(right, right, BIO) if spans else None).values()
    assert list(parts) == [name[2:] if spans else name for name in names[:MOST_PARTS]]
    assert all(list(one.counted) == list(one.total) for one in parts.values())


SENTENCES = ["red blue", "", "dark", "quiz red green", [], ["red", "dark", "light", "bright"], "blue"]


@pytest.fixture(scope="module")
def taggers() -> list[TagNetwork]:
    return [network("tag", seed) for seed in (1, 2)]  # type: ignore[list-item]


def answers(predictor: TagPredictor, inputs: list[Any]) -> list[tuple[str, str, list[float]]]:
    return [(one.source, one.text, one.details.probabilities) for one in predictor.predict(inputs, None)]


def test_answers_come_in_the_order_of_the_inputs(taggers: list[TagNetwork]) -> None:
    """Whatever their lengths, and as each would be answered alone."""
    predictor = TagPredictor(taggers)
    every = answers(predictor, SENTENCES)
    alone = [answers(predictor, [one])[0] for one in SENTENCES]
    for (source, text, chances), (_, own, expected), given in zip(every, alone, SENTENCES, strict=True):
        tokens = given.split() if isinstance(given, str) else given
        assert (source, text) == (" ".join(tokens), own)
        assert len(chances) == len(tokens) == len(text.split())
        assert chances == pytest.approx(expected, abs=1e-5)
    unknown = [one.unknown for one in predictor.predict(SENTENCES, None)]
    assert unknown == [["quiz"] if one == "quiz red green" else [] for one in SENTENCES]


def test_the_probability_of_a_tag_is_the_mean_of_those_of_the_networks(taggers: list[TagNetwork]) -> None:
    """Without a CRF; the answer is the likeliest tag of each token."""
    made: list[Any] = [network("tag", seed, {"model.crf": False}) for seed in (1, 2)]
    reader, tokens = made[0].reader, ["red", "dark", "quiz"]
    sentence = batch_of(reader.encode([tokens]))
    with torch.no_grad():
        chances = torch.stack([one.model(sentence).values[0].softmax(-1) for one in made]).mean(0)
    [answer] = TagPredictor(made).predict([tokens], None)
    best = chances.argmax(-1)
    assert answer.details.tags == [made[0].tags[k] for k in best]
    assert answer.details.probabilities == pytest.approx(chances.amax(-1).tolist(), abs=1e-5)


def test_the_mean_of_tensors() -> None:
    one, other = torch.tensor([1.0, 5.0]), torch.tensor([3.0, 9.0])
    assert mean_of([one]) is one
    assert mean_of([one, other]).tolist() == [2.0, 7.0]


def test_what_is_remembered_of_tokens_is_what_is_computed(
    taggers: list[TagNetwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order; beyond so many what was remembered is forgotten."""
    monkeypatch.setattr("recurra.tasks.tag.ensemble.REMEMBERED", 3)
    reader, model = taggers[0].reader, taggers[0].model
    tokens = reader.encode([["red", "blue", "dark", "light", "quiz", "green"]])[0].tokens
    with torch.no_grad():
        fresh = {token: SeenTokens(model).of([token])[0] for token in tokens}
        seen = SeenTokens(model)
        for some in (tokens[:2], tokens[1:4], tokens[:1], tokens[::-1], tokens[2:5]):
            rows = seen.of(some)
            torch.testing.assert_close(rows, torch.stack([fresh[token] for token in some]))


def test_of_few_tokens_nothing_is_forgotten(taggers: list[TagNetwork], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.tasks.tag.ensemble.REMEMBERED", 3)
    tokens = taggers[0].reader.encode([["red", "blue", "dark", "light", "quiz"]])[0].tokens
    seen = SeenTokens(taggers[0].model)
    kept: list[int] = []
    with torch.no_grad():
        for token in tokens:
            seen.of([token])
            kept.append(len(seen._lately))  # pyright: ignore[reportPrivateUsage]
    assert kept == [1, 2, 3, 4, 1]


@pytest.mark.parametrize("crf", [True, False])
def test_an_ensemble_of_one_twice_answers_as_that_one(crf: bool) -> None:
    made: Any = network("tag", 1, {"model.crf": crf})
    one, twice = (answers(TagPredictor([made] * count), SENTENCES) for count in (1, 2))
    for (source, text, chances), (other_source, other_text, expected) in zip(one, twice, strict=True):
        assert (source, text) == (other_source, other_text)
        assert chances == pytest.approx(expected, abs=1e-5)


def test_networks_are_asked_as_if_they_do_not_learn(taggers: list[TagNetwork]) -> None:
    taggers[0].model.train()
    ensemble = TaggerEnsemble([one.model for one in taggers])
    assert not any(model.training for model in ensemble.models)


def test_vectors_are_the_mean_outputs_over_tokens(taggers: list[TagNetwork]) -> None:
    found = list(TagPredictor(taggers).vectors(SENTENCES))
    model, reader = taggers[0].model.eval(), taggers[0].reader
    for vector, given in zip(found, SENTENCES, strict=True):
        tokens = given.split() if isinstance(given, str) else given
        if not tokens:
            assert vector is None
            continue
        with torch.no_grad():
            outputs = model.over(model.read(batch_of(reader.encode([tokens])))).outputs.values[0]
        assert vector is not None
        np.testing.assert_allclose(vector, outputs.mean(0).numpy(), atol=1e-5)


def test_a_sentence_is_edited_by_its_tokens(taggers: list[TagNetwork], monkeypatch: pytest.MonkeyPatch) -> None:
    """What may stand in the place of a token are the most frequent words, with the vectors by which each is read."""
    predictor = TagPredictor(taggers)
    for most, count in ((5000, 6), (6, 2)):
        monkeypatch.setattr("recurra.tasks.tag.predictor.MOST_WORDS", most)
        found = predictor.editing("red quiz")
        assert found.tokens == found.tokens_of(["red", "quiz"]) == ["red", "quiz"]
        assert found.whole(["red", "dark"]) == ["red", "dark"]
        words = taggers[0].reader.words
        assert found.candidates == [words.token(id) for id in range(4, 4 + count)]
        assert len(found.vectors) == count
        assert (
            found.written(next(predictor.predict(["red quiz"], None))) == answers(predictor, ["red quiz"])[0][1].split()
        )
        model, reader = taggers[0].model.eval(), taggers[0].reader
        with torch.no_grad():
            for candidate, vector in zip(found.candidates, found.vectors, strict=True):
                torch.testing.assert_close(model.read(batch_of(reader.encode([[candidate]]))).values[0, 0], vector)


def test_a_question_about_the_best_tags_or_about_given_ones(taggers: list[TagNetwork]) -> None:
    predictor = TagPredictor(taggers)
    best = answers(predictor, ["red quiz"])[0][1].split()
    free, asked = predictor.ask("red quiz", None), predictor.ask("red quiz", None, ["B-X", "O"])
    for one, tags in ((free, best), (asked, ["B-X", "O"])):
        assert (one.source, one.prediction, one.source_tokens) == ("red quiz", " ".join(best), ["red", "quiz"])
        assert one.target_tokens == one.outputs == tags
        assert [one.name_of(number) for number in one.chosen] == tags
        assert [one.number_of(tag) for tag in tags] == one.chosen
        assert [(read.name, read.tokens) for read in one.inputs] == [("tokens", ["red", "quiz"])]
    assert (free.known, asked.known) == (0, 2)
    assert (free.target, asked.target) == (None, "B-X O")
    assert len(free.probes) == len(taggers)
    assert free.notes == ["the input has what the model does not know and reads as <UNK>: 'quiz'"]
    assert predictor.ask("red", None).notes == []
    with pytest.raises(UsageError, match="tag 'Q'"):
        predictor.ask("red quiz", None, "Q O")
    with pytest.raises(DataError) as refusal:
        predictor.ask(" ", None)
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (
        "the input has no tokens", "text 1", "Give tokens with spaces between them.",
    )  # fmt: skip


def test_unknown_words_are_named(taggers: list[TagNetwork]) -> None:
    predictor = TagPredictor(taggers)
    assert predictor.unknown_in("red quiz Blue quiz!") == ["quiz", "quiz!"]
    assert predictor.reads.tags == frozenset(taggers[0].tags)  # type: ignore[attr-defined]


def test_an_evaluation_says_where_the_right_tags_write_no_spans(taggers: list[TagNetwork]) -> None:
    predictor = TagPredictor(taggers)
    given = examples("tag", [(["red", "blue"], ["O", "O"]), (["dark", "quiz"], ["O", "O"])])
    found = predictor.evaluate(given, None)
    spans = sum(len(one.details.named()) for one in predictor.predict([["red", "blue"], ["dark", "quiz"]], None))
    said = (
        f"the right tags write no spans, so span F1 is 0, as in conlleval; predicted: {spans} span{'s' * (spans != 1)}"
    )
    unknown = (
        "1 of 2 inputs (50.0%) contains characters or words that the model does not know and reads as <UNK>: 'quiz'"
    )
    assert list(found.notes) == [said, unknown]
    assert found.count == 2
    assert [(case.targets, case.groups) for case in found.cases] == [(("O O",), {"script": "Latin"})] * 2
    assert found.examples.lengths == [2, 2]
    assert (found.examples.unit, found.examples.whole) == ("tokens", "sentence_exact")


def test_what_was_said_of_the_tags_before_training_is_not_said_again(taggers: list[TagNetwork]) -> None:
    """Only what the user gives is looked at: a sample of validation sentences has been."""
    predictor = TagPredictor(taggers)
    given = examples("tag", [(["red", "blue"], ["B-Z", "O"])] * 3)
    lack = "warning: 3 of 3 sentences in "
    assert [note.startswith(lack) for note in predictor.evaluate(given, None).notes] == [True]
    assert list(predictor.evaluate(list(given), None).notes) == []
