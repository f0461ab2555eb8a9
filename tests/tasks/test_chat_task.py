"""Chat: what of a dialogue is learned, what is withheld, and which of the candidates is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import to_its_end

from recurra.data import DIALOGUES, Batch, DataSource, Example, open_examples
from recurra.data.preview import preview_of
from recurra.decoding import decode
from recurra.errors import DataError, RunError, UsageError
from recurra.metrics import perplexity
from recurra.models.search import search_model
from recurra.padded import pad
from recurra.tasks.chat.recipe import ChatDecodingOptions, ChatRecipe
from recurra.tasks.chat.task import (
    REMEDY,
    Chat,
    ChatPredictor,
    as_turns,
    chat_groups,
    choose_units,
    context_text,
    is_plain,
    pairs_of,
    reranking_notes,
    search,
    search_recorded,
    varied,
    withheld,
)
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


def test_each_way_to_ask_reads_the_last_turns_and_names_the_text_that_is_wrong() -> None:
    talker = predictor(data__turns=2)
    options = ChatDecodingOptions(beam=3, max_length=4, anti_lm=0.0)
    looks: dict[str, Any] = {
        "predict": lambda given: next(iter(talker.predict([given], options))).text,
        "stream": lambda given: "".join(talker.stream(given, options)),
        "varied": lambda given: "".join(talker.stream(given, replace(options, anti_lm=0.5))),
        "searched": lambda given: [one.text for one in talker.searched(given, options).outputs],
        "ask": lambda given: talker.ask(given, options).prediction,
        "given": lambda given: talker.ask(given, options, "bye").target,
        "vectors": lambda given: next(iter(talker.vectors([given]))).tolist(),  # type: ignore[union-attr]
        "unknown": lambda given: talker.unknown_in(given),
        "units": lambda given: talker.units(given, "bye you"),
    }
    for name, look in looks.items():
        assert look(["nothing", "hello", "who quiz"]) == look(["hello", "who quiz"]) == look("hello\twho quiz"), name
        with pytest.raises(DataError, match="text 1: expected the turns so far, got 3"):
            look(3)
    assert looks["unknown"](["quiz", "who", "are zebra"]) == ["zebra"]
    read, written = looks["units"](["hello", "who are"])
    assert (read, written) == (len(talker.texts.source.encode("hello\twho are")), 2)
    with pytest.raises(DataError, match="text 2: expected the turns so far"):
        list(talker.predict([["a"], 3], options))
    with pytest.raises(DataError, match="text 2: expected the turns so far"):
        list(talker.vectors([["a"], 3]))  # type: ignore[list-item]
    with pytest.raises(DataError) as caught:
        as_turns(["x" * 70, 3], 1)
    assert (
        caught.value.what == "expected the turns so far, got " + repr(["x" * 70, 3])[:60] + "… (and 17 more characters)"
    )
    assert caught.value.fix == 'Give a text, or a list: ["Hello"].'


def test_streams_are_the_replies_and_show_all_turns() -> None:
    talker = predictor()
    assert talker.represented == talker.texts.represented == "the last state of the encoder's top layer"
    assert talker.is_one(["a", "b"]) is False
    assert talker.is_one(("a", "b")) is talker.is_one("a") is True
    for options in (ChatDecodingOptions(beam=1, max_length=4, anti_lm=0.0), ChatDecodingOptions(beam=3, max_length=4)):
        context = ["who", "hello", "hi", "who are you"]
        written, answer = to_its_end(talker.stream(context, options))
        [expected] = talker.predict([context], options)
        assert ("".join(written), answer.text, answer.source) == (expected.text, expected.text, "\t".join(context))


def test_what_is_plain_and_what_is_varied() -> None:
    model: Any = object()
    for options, plain, diverse in (
        (ChatDecodingOptions(anti_lm=0.0), True, False),
        (ChatDecodingOptions(anti_lm=0.4), False, False),
        (ChatDecodingOptions(anti_lm=0.0, diversity=0.5), False, True),
        (ChatDecodingOptions(anti_lm=0.0, diversity=0.5, beam=1), False, False),
        (ChatDecodingOptions(anti_lm=0.4, diversity=0.5, sample=True), True, True),
    ):
        assert (is_plain(options), varied(model, options) is not model) == (plain, diverse)
    found: Any = varied(model, ChatDecodingOptions(diversity=0.5, beam=7))
    assert (found.model, found.gamma, found.width) == (model, 0.5, 7)


def test_what_a_reader_of_a_search_is_told() -> None:
    order = "The outputs were put in order by log p(reply | context){}, with the length penalty."
    lowered = (
        "Diversity: in the search a token is lowered by {} nats for every better one after the same beginning, so the "
        "numbers are no probabilities."
    )

    def notes(**said: Any) -> list[str]:
        return list(reranking_notes(ChatDecodingOptions(**said)))

    assert notes(anti_lm=0.4) == [order.format(" - 0.4 log p(reply)")]
    assert notes(anti_lm=0.0, diversity=1.5) == [lowered.format("1.5"), order.format("")]
    assert notes(anti_lm=0.25, diversity=2.0, beam=1) == [order.format(" - 0.25 log p(reply)")]


def test_a_recorded_search_finds_the_same_replies() -> None:
    made = network()
    source = pad([torch.tensor([*made.source.encode(context_text(["hello"], 3)), EOS])])
    model = search_model(made.model)
    for options in (
        ChatDecodingOptions(beam=4, nbest=2, anti_lm=0.6, max_length=4),
        ChatDecodingOptions(beam=4, nbest=2, anti_lm=0.0, diversity=0.7, max_length=4),
        ChatDecodingOptions(beam=4, nbest=2, anti_lm=0.0, max_length=4),
    ):
        with torch.inference_mode():
            [found] = search(model, source, options)
            recorded = search_recorded(model, source, options)
        assert [one.tokens for one in recorded.outputs] == [one.tokens for one in found]
        assert [one.score for one in recorded.outputs] == pytest.approx([one.score for one in found], abs=1e-4)
        assert len(found) == 2
        assert recorded.notes == (() if is_plain(options) else tuple(reranking_notes(options)))


def test_units_are_the_same_for_all_turns() -> None:
    def chosen(**settings: object) -> tuple[str, str, list[str]]:
        said: list[Event] = []
        pairs = [Example("a\t\tb", "c", 1), Example("\tb\ta", "b", 2)] * 9
        text = choose_units(pairs, ChatRecipe().with_settings(settings), said.append).text
        return text.source_units, text.target_units, [note.text for note in said if isinstance(note, Note)]

    source, target, said = chosen()
    assert source == ",".join([target] * 3)
    assert len(said) == 1
    assert said[0].startswith(f"units of all turns: {target}, because ")
    assert chosen(**{"text.source_units": "words"}) == ("words,words,words", "words", [])
    assert chosen(**{"text.source_units": "chars", "text.target_units": "words"}) == ("chars,chars,chars", "words", [])
    assert chosen(**{"text.source_units": "words,chars,words"}) == ("words,chars,words", "words", [])
    assert chosen(**{"text.source_units": "words", "data.turns": 1})[0] == "words"
    with pytest.raises(UsageError) as caught:
        chosen(**{"text.source_units": "words,chars"})
    error = caught.value
    assert error.what == "2 units are given (words,chars), and 3 turns are read"
    assert (error.where, error.fix) == (
        "text.source_units",
        "Give one unit for all turns, or one for each (data.turns).",
    )


def test_what_exchanges_can_be_sorted_by() -> None:
    found = chat_groups(Example("\thello\twho", "a machine", 1))
    assert (found["turns before"], found["length of the right reply (characters)"]) == (2, 9)


def test_an_evaluation_counts_each_reply() -> None:
    talker = predictor()
    read = list(open_examples(DataSource(rows=TALKS), DIALOGUES))
    found = talker.evaluate(read, ChatDecodingOptions(beam=3, max_length=4, nbest=3))
    pairs = list(pairs_of(read, talker.recipe))
    likelihood = talker.texts.likelihood(pairs)
    assert found.count == 7
    share = found.examples.measures["nats_per_unit"]
    assert share.counted == pytest.approx([-one for one in likelihood.log_likelihoods])
    assert (share.total, share.scale, share.higher_is_better) == ([*map(float, likelihood.tokens)], 1.0, False)
    assert share.definition == "mean nats per unit (words or symbols) of the right replies; perplexity is exp of it"
    assert found.measures["perplexity"].value == perplexity(likelihood.log_likelihoods, likelihood.tokens).value
    replies = [
        one.text for one in talker.predict([one.context for one in read], ChatDecodingOptions(beam=3, max_length=4))
    ]
    exact = [one == other.reply for one, other in zip(replies, read, strict=True)]
    assert found.examples.measures["exact_match"].counted == [*map(float, exact)]
    assert (found.examples.unit, found.examples.whole) == ("units", "exact_match")
    assert found.examples.lengths == [len(talker.texts.source.encode(pair.source)) for pair in pairs]
    assert [case.loss for case in found.cases] == pytest.approx(likelihood.losses)
    assert [case.source for case in found.cases] == ["\t".join(one.context[-3:]) for one in read]
    collapsed = talker.evaluate(read * 9, ChatDecodingOptions(beam=1, max_length=1, anti_lm=0.0)).notes[0]
    assert collapsed.endswith(f". {REMEDY}")


@pytest.mark.parametrize("which", ["all", "second"])
def test_sides_are_those_of_replies_that_are_learned(which: str) -> None:
    made = network(data__replies=which)
    read = list(open_examples(DataSource(rows=TALKS), DIALOGUES))
    contexts, replies = Chat().sides(made)
    assert (contexts.name, contexts.size, contexts.setting) == ("contexts", made.source.size, "text.source_vocabulary")
    assert (replies.name, replies.size, replies.setting) == ("replies", made.target.size, "text.target_vocabulary")
    numbers = [one.number for one in replies.read(read)]
    learned = [which == "all" or one.number % 2 == 1 for one in read]
    assert numbers == [len(one.reply.split()) if taken else 0 for one, taken in zip(read, learned, strict=True)]
    turns = [one.number for one in contexts.read(read)]
    assert [bool(one) for one in turns] == learned


def test_which_data_are_dialogues(tmp_path: Any) -> None:
    def why(source: DataSource) -> str | None:
        return Chat().detect(preview_of(source))

    assert why(DataSource(rows=TALKS)) == "its rows are lists of turns"
    assert why(DataSource(rows=[["a", "b"]])) is None
    path = tmp_path / "x.jsonl"
    path.write_text('\n{"turns": ["a", "b"]}\n')
    assert why(DataSource(str(path))) == "its objects have turns"
    path.write_text('{"text": "a"}\n{"turns": ["a", "b"]}\n')
    assert why(DataSource(str(path))) is None
