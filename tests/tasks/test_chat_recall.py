"""Recall@1: what is asked does not depend on the order of the data, and a ranking is counted as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recurra.baselines import Allowance, NearestBaseline
from recurra.data import DIALOGUES, DataSource, Example, open_examples
from recurra.tasks.chat.baseline import ChatBaseline, has_ngrams, measured_replies
from recurra.tasks.chat.pairs import context_text, pairs_of
from recurra.tasks.chat.recall import AMONG, MOST, Choice, by_baseline, by_network, choices, recall
from recurra.tasks.chat.recipe import ChatDecodingOptions, ChatRecipe
from recurra.tasks.chat.task import Chat, ChatPredictor
from recurra.training import Event

COLOURS = ["red", "blue", "green", "black", "white", "grey", "pink", "brown", "gold", "teal", "lime", "plum"]
TALKS = [[f"what colour has number {k}", f"it is {colour}", "thanks"] for k, colour in enumerate(COLOURS)]


@pytest.fixture(scope="module")
def talker() -> ChatPredictor:
    torch.set_num_threads(1)
    settings = {"model.width": 16, "model.layers": 1, "text.source_units": "words", "decoding.max_length": 4}
    made = Chat().make(
        open_examples(DataSource(rows=TALKS), DIALOGUES), ChatRecipe().with_settings(settings), list[Event]().append
    )
    made.model.eval()
    return Chat().predictor([made])


def exchanges(talker: ChatPredictor) -> list[Example]:
    return list(pairs_of(open_examples(DataSource(rows=TALKS), DIALOGUES), talker.recipe))


def asked_about(pairs: list[Example]) -> list[Choice]:
    return choices([one.source for one in pairs], [one.target for one in pairs])


def test_ten_different_replies_are_asked_about_the_right_one_first(talker: ChatPredictor) -> None:
    pairs = exchanges(talker)
    asked = asked_about(pairs)
    assert len(asked) == 24
    for one, pair in zip(asked, pairs, strict=True):
        assert one.context == pair.source
        assert one.replies[0] == pair.target
        assert len(set(one.replies)) == len(one.replies) == AMONG
    assert len({tuple(sorted(one.replies[1:])) for one in asked}) > 5


def test_what_is_asked_does_not_depend_on_the_order(talker: ChatPredictor) -> None:
    pairs = exchanges(talker)
    backwards = {one.context: one for one in asked_about(pairs[::-1])}
    assert all(backwards[one.context] == one for one in asked_about(pairs))


def test_of_many_some_are_asked_and_of_one_reply_nothing() -> None:
    pairs = [Example(context_text([f"number {k}"], 3), COLOURS[k % 12], k) for k in range(MOST * 2)]
    asked = asked_about(pairs)
    assert len(asked) == MOST
    assert asked[-1].context == pairs[-1].source
    assert asked_about([one._replace(target="yes") for one in pairs]) == []
    assert recall([]) == {}


def test_the_first_place_counts_and_shared_ones_by_chance() -> None:
    (measure,) = recall([[2.0, 1.0, 0.0], [1.0, 2.0], [1.0, 1.0], [0.0] * 4, [3.0, 3.0, 9.0]]).values()
    assert measure.value == pytest.approx(100 * (1 + 0 + 1 / 2 + 1 / 4 + 0) / 5)
    assert measure.definition == (
        "share of 5 exchanges whose reply is ranked first among 4 of these data, in percent; by chance 25"
    )
    (near,) = recall([[1.0, 1.0 + 5e-7], [1.0, 1.0 + 2e-6]]).values()  # what is closer than a millionth is equal
    assert near.value == pytest.approx(100 * (1 / 2 + 0) / 2)


def test_exchanges_that_are_asked_are_spread_evenly() -> None:
    def asked(count: int) -> list[int]:
        pairs = [Example(context_text([f"number {k}"], 3), COLOURS[k % 12], k) for k in range(count)]
        contexts = [one.source for one in pairs]
        return [contexts.index(one.context) for one in asked_about(pairs)]

    assert asked(MOST) == [*range(MOST)]
    many = asked(MOST + 1)
    assert len(many) == MOST
    thrice = asked(3 * MOST)
    assert thrice == [*range(2, 3 * MOST, 3)]
    assert asked(1) == []
    two = asked_about([Example("a", "x", 1), Example("b", "y", 2)])
    assert [one.replies for one in two] == [["x", "y"], ["y", "x"]]


def test_replies_are_measured_in_units_and_words(talker: ChatPredictor) -> None:
    target = talker.texts.target
    found = measured_replies(["it is red", "it is red"], ["it is red", "thanks"], target, "13a")
    assert set(found) == {"distinct_1", "distinct_2", "same_reply", "bleu", "exact_match"}
    assert found["distinct_1"].value == pytest.approx(100 * 3 / 6)
    assert found["distinct_2"].value == pytest.approx(100 * 2 / 4)
    assert (found["same_reply"].value, found["exact_match"].value) == (100.0, 50.0)
    assert set(measured_replies(["thanks"], ["thanks"], target, None)) == {"distinct_1", "same_reply", "exact_match"}
    assert [has_ngrams([["a"], ["b", "c"]], n) for n in (1, 2, 3)] == [True, True, False]


def test_the_baseline_of_replies_is_the_nearest_turn_even_where_turns_are_repeated(talker: ChatPredictor) -> None:
    talks = [[colour, colour] for colour in COLOURS]
    read = list(open_examples(DataSource(rows=talks), DIALOGUES))
    baseline = ChatBaseline().fit(read, talker.texts.first, Allowance())
    assert baseline.name == "the answer to the nearest training input"
    context = context_text(["red"], 3)
    assert baseline.answer([context]) == ["red"]
    assert ChatBaseline().open(baseline.stored()).answer([context]) == ["red"]


def test_a_network_ranks_as_it_ranks_its_own_candidates(talker: ChatPredictor) -> None:
    asked = asked_about(exchanges(talker))[:3]
    for weight in (0.0, 0.4):
        scores = by_network(asked, talker.texts, weight)
        for one, found in zip(asked, scores, strict=True):
            given = talker.texts.likelihood([Example(one.context, reply, 0) for reply in one.replies])
            alone = talker.texts.likelihood([Example(context_text([], 3), reply, 0) for reply in one.replies])
            expected = (np.array(given.log_likelihoods) - weight * np.array(alone.log_likelihoods)) / given.tokens
            np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_baseline_finds_what_followed_such_turns(talker: ChatPredictor) -> None:
    pairs = exchanges(talker)
    baseline = NearestBaseline([one.source for one in pairs], [one.target for one in pairs])
    asked = asked_about(pairs[::2])
    found = by_baseline(asked, baseline)
    assert [len(some) for some in found] == [len(one.replies) for one in asked]
    assert recall(found)["recall_at_1"].value == 100.0
    assert found[0][0] == pytest.approx(4.0, abs=1e-4)  # words and characters, of context and reply
    unlike = baseline.fit_of(["xyz"], [["it is red", "qqq"]])
    assert unlike == [[0.0, 0.0]]


def test_both_are_measured_beside_each_other(talker: ChatPredictor) -> None:
    pairs, read = exchanges(talker), list(open_examples(DataSource(rows=TALKS), DIALOGUES))
    options = ChatDecodingOptions(beam=2, max_length=4)
    own = talker.evaluate(read, options).measures["recall_at_1"]
    assert 0 <= own.value <= 100
    baseline = NearestBaseline([one.source for one in pairs], [one.target for one in pairs])
    assert Chat.baseline is not None
    other = Chat.baseline.measures(baseline, talker, read, options)["recall_at_1"]
    assert other.value == 100.0
    assert other.definition == own.definition
