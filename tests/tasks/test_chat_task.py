"""Chat: what of a dialogue is learned, what is withheld, and which of the candidates is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import DIALOGUES, Batch, DataSource, open_examples
from recurra.decoding import decode
from recurra.errors import DataError, RunError, UsageError
from recurra.padded import pad
from recurra.tasks.chat.recipe import ChatDecodingOptions, ChatRecipe
from recurra.tasks.chat.task import Chat, ChatPredictor, as_turns, context_text, pairs_of, search, withheld
from recurra.tasks.keys import PLACES, key_number
from recurra.tasks.seq2seq.network import TextNetwork
from recurra.text.special import EOS, PAD
from recurra.training import Event, Note

TALKS = [["hello", "hi", "who are you", "a machine"], ["hello", "good day", "bye", "see you"], ["who", "me"]]
SETTINGS = {"model.width": 16, "model.layers": 1, "text.source_units": "words", "decoding.max_length": 4}


def recipe(**settings: object) -> ChatRecipe:
    return ChatRecipe().with_settings(
        {**SETTINGS, **{key.replace("__", "."): value for key, value in settings.items()}}
    )


def network(**settings: object) -> TextNetwork[ChatRecipe]:
    """With fresh weights, larger than usual, so that its replies differ."""
    made = Chat().make(open_examples(DataSource(rows=TALKS), DIALOGUES), recipe(**settings), list[Event]().append)
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.mul_(3)
    made.model.eval()
    return made


def predictor(**settings: object) -> ChatPredictor:
    return Chat().predictor([network(**settings)])


def test_a_context_has_a_column_for_each_turn() -> None:
    assert context_text(["a", "b", "c", "d"], 3) == "b\tc\td"
    assert context_text(["d"], 3) == "\t\td"
    assert context_text([], 2) == "\t"
    assert context_text(["c", "d"], 1) == "d"


@pytest.mark.parametrize(
    ("given", "turns"), [("a\tb", ["a", "b"]), (["a", "b\tc"], ["a", "b c"]), (("a",), ["a"]), (" ", []), ([], [])]
)
def test_turns_are_given_in_two_ways(given: object, turns: list[str]) -> None:
    assert as_turns(given, 1) == turns


@pytest.mark.parametrize("given", [3, None, ["a", 3], {"turns": ["a"]}])
def test_what_is_no_context(given: object) -> None:
    with pytest.raises(DataError, match="text 7: expected the turns so far"):
        as_turns(given, 7)


def test_only_the_replies_of_one_side_if_that_is_asked_for() -> None:
    def replies(which: str) -> list[str]:
        return [
            pair.target
            for pair in pairs_of(open_examples(DataSource(rows=TALKS), DIALOGUES), recipe(data__replies=which))
        ]

    assert replies("all") == ["hi", "who are you", "a machine", "good day", "bye", "see you", "me"]
    assert replies("second") == ["hi", "a machine", "good day", "see you", "me"]
    first_alone = [one for one in open_examples(DataSource(rows=TALKS), DIALOGUES) if one.number == 2]
    with pytest.raises(RunError, match="no turn is a reply"):
        list(pairs_of(first_alone, recipe(data__replies="second")))


def test_the_exchanges_of_a_dialogue_stand_on_one_side() -> None:
    talks = [[f"a{k}", f"b{k}", f"c{k}", f"d{k}"] for k in range(60)]
    notes = list[Event]()
    parts = Chat().split(
        open_examples(DataSource(rows=talks), DIALOGUES), None, recipe(data__valid_share=0.3), notes.append
    )
    sides = [{one.dialogue for one in side} for side in (parts.train, parts.valid)]
    assert all(sides)
    assert sides[0].isdisjoint(sides[1])
    assert len(list(parts.train)) + len(list(parts.valid)) == 180
    assert {
        one.dialogue
        for one in open_examples(DataSource(rows=talks), DIALOGUES)
        if key_number(one.dialogue) < 0.3 * PLACES
    } == sides[1]


def test_the_same_exchange_in_two_dialogues_is_counted_as_shared() -> None:
    talks = [["hello", "hi", str(k), "yes"] for k in range(60)]
    notes = list[Event]()
    parts = Chat().split(
        open_examples(DataSource(rows=talks), DIALOGUES), None, recipe(data__valid_share=0.3), notes.append
    )
    said = [str(note.text) for note in notes if isinstance(note, Note)]
    assert any("validation examples are also in the training data" in text for text in said)
    assert len(parts.shared) == 1  # hello, hi


def test_all_turns_have_the_same_units_and_one_vocabulary() -> None:
    made = network(data__turns=2)
    assert (made.recipe.text.source_units, made.recipe.text.target_units) == ("words,words", "words")
    assert made.source.encode("hello\tbye")[0] == made.source.encode("bye\thello")[2]
    with pytest.raises(UsageError):
        network(text__source_units="words,chars")


def test_a_share_of_the_contexts_is_withheld() -> None:
    rows = pad([torch.tensor([5 + k % 3] * (1 + k % 4) + [EOS]) for k in range(400)])
    batch = Batch(rows, rows, rows, np.arange(400))
    torch.manual_seed(1)
    found = withheld(batch, 0.25)
    empty = found.source.lengths == 1
    assert 60 < int(empty.sum()) < 140
    assert bool((found.source.values[empty][:, 0] == EOS).all())
    assert bool((found.source.values[empty][:, 1:] == PAD).all())
    assert torch.equal(found.source.values[~empty], rows.values[~empty])
    assert torch.equal(found.target_input.values, rows.values)
    assert torch.equal(withheld(batch, 0.0).source.values, rows.values)


def test_without_its_dials_a_search_is_translations() -> None:
    made = network()
    source = pad([torch.tensor([*made.source.encode(context_text([text], 3)), EOS]) for text in ("hello", "bye")])
    plain = ChatDecodingOptions(beam=4, nbest=3, anti_lm=0.0, max_length=4)
    with torch.inference_mode():
        found, expected = search(made.model, source, plain), decode(made.model, source, plain)
        reranked = search(made.model, source, replace(plain, anti_lm=0.9))
        sampled = replace(plain, anti_lm=0.9, sample=True)
        assert [[one.tokens for one in some] for some in search(made.model, source, sampled)] == [
            [one.tokens for one in some] for some in decode(made.model, source, sampled)
        ]
    assert [[one.tokens for one in some] for some in found] == [[one.tokens for one in some] for some in expected]
    assert [[one.tokens for one in some] for some in reranked] != [[one.tokens for one in some] for some in expected]
    assert all(len(some) == 3 for some in reranked)


def test_the_same_reply_alone_and_in_any_batch() -> None:
    talker = predictor()
    options = ChatDecodingOptions(beam=4, max_length=4, diversity=0.5)
    contexts: list[Any] = [["hello"], ["who", "me"], "hello\thi\twho are you", [], ["bye"] * 7]
    together = list(talker.predict(contexts, options))
    alone = [next(iter(talker.predict([context], options))) for context in contexts]
    assert [one.text for one in together] == [one.text for one in alone]
    assert [one.score for one in together] == pytest.approx([one.score for one in alone], abs=1e-4)
    assert [one.source for one in together][2:4] == ["hello\thi\twho are you", ""]
    assert together[3].text == ""


def test_the_trace_is_of_the_reply_that_is_said() -> None:
    talker = predictor()
    for weight in (0.0, 0.9):
        options = ChatDecodingOptions(beam=6, anti_lm=weight, max_length=4)
        for context in (["hello"], ["who", "me"]):
            (answer,) = talker.predict([context], options)
            assert talker.ask(context, options).prediction == answer.text


def test_measures_and_the_warning_of_a_collapse() -> None:
    talker = predictor()
    evaluation = talker.evaluate(
        open_examples(DataSource(rows=TALKS * 20), DIALOGUES),
        ChatDecodingOptions(beam=1, max_length=1, anti_lm=0.0),
    )
    assert set(evaluation.measures) == {"perplexity", "recall_at_1", "distinct_1", "same_reply", "exact_match"}
    assert evaluation.count == 140
    assert evaluation.notes[0].startswith("warning: the outputs have collapsed")
    longer = talker.evaluate(
        open_examples(DataSource(rows=TALKS), DIALOGUES), ChatDecodingOptions(beam=1, min_length=3, max_length=3)
    )
    assert "distinct_2" in longer.measures


def test_an_exchange_can_be_packed() -> None:
    for exchange in open_examples(DataSource(rows=TALKS), DIALOGUES):
        assert DIALOGUES.unpack(DIALOGUES.pack(exchange)) == exchange
