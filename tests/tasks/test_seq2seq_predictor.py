"""Texts that are written for texts: answers, evaluations, streams and vectors, beside the network by itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network, to_its_end

from recurra.data import Example, pad_sources
from recurra.decoding import DecodingOptions, Hypothesis, decode, log_likelihoods
from recurra.errors import DataError
from recurra.models.bridge import summary_of
from recurra.models.search import step_model
from recurra.padded import pad
from recurra.tasks.seq2seq import predictor as module
from recurra.tasks.seq2seq.predictor import TextPredictor, check_text, no_text
from recurra.text.special import EOS, GO, SPECIAL_TOKENS, UNK

CHARS: dict[str, object] = {"text.source_units": "chars", "text.target_units": "chars"}
COLUMNS = [(f"{one}\tN;{case}", one[::-1]) for one in ("red", "blue", "dark") for case in ("PL", "SG")] * 3
OPTIONS = DecodingOptions(beam=3, nbest=2, max_length=6)


def made(seed: int = 1, rows: Any = None, **settings: object) -> Any:
    return network("translate", seed, {**CHARS, **settings}, rows)


def of_columns(**settings: object) -> Any:
    return made(rows=COLUMNS, **{"text.source_units": "chars,features", **settings})


def searched(networks: list[Any], text: str, options: DecodingOptions) -> list[Hypothesis]:
    source = pad_sources([networks[0].source.encode(text)])
    return decode(step_model([one.model for one in networks]), source, options)[0]


@pytest.mark.parametrize("members", [1, 2])
def test_answers_are_those_of_a_search_for_each_text(members: int, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = [made(seed) for seed in range(1, members + 1)]
    found: Any = TextPredictor(networks)
    given = ["red", "", "blue dark", " ", "r#d", "dark"]
    for window, tokens in ((2000, 8192), (2, 8192), (4, 1)):
        monkeypatch.setattr(module, "WINDOW", window)
        monkeypatch.setattr(module, "BATCH_TOKENS", tokens)
        for text, answer in zip(given, found.predict(given, OPTIONS), strict=True):
            if not text.strip():
                assert (answer.source, answer.text, len(answer.alternatives)) == ("", "", 1)
                continue
            assert answer.source == text
            assert answer.unknown == (["#"] if "#" in text else [])
            for one, expected in zip(answer.alternatives, searched(networks, text, OPTIONS), strict=True):
                assert one.text == networks[0].target.decode(expected.tokens)
                assert (one.score, one.log_prob) == pytest.approx((expected.score, expected.log_prob), abs=1e-4)
                assert one.finished == expected.finished
                assert one.attention is None
    looking = next(iter(found.predict(["red"], DecodingOptions(beam=2, max_length=4, attention=True))))
    shown = looking.alternatives[0].attention
    assert shown.source_tokens == ["r", "e", "d", "<EOS>"]


def test_texts_are_refused_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = TextPredictor([made()])
    monkeypatch.setattr(module, "WINDOW", 2)
    monkeypatch.setattr(module, "LONGEST", replace(module.LONGEST, most=4))
    assert len(list(found.predict(["blue"] * 3, OPTIONS))) == 3
    what = "the text has 5 units, more than the 4 that are decoded"
    for look in (lambda texts: list(found.predict(texts, OPTIONS)), lambda texts: list(found.vectors(texts))):
        for texts, where in ((["red"] * 3 + ["green"], "text 4"), (["green"], "text 1")):
            with pytest.raises(DataError) as caught:
                look(texts)
            assert (caught.value.what, caught.value.where) == (what, where)
            assert caught.value.fix == "Split it into sentences."
        with pytest.raises(DataError) as caught:
            look(["red", "red", 3])
        assert caught.value.where == "text 3"
        with pytest.raises(DataError) as caught:
            look(["red", "red", ("a", "b")])
        assert caught.value.where == "text 3"
        assert caught.value.what == "the model reads 1 column, got 2: ('a', 'b')"
    for once in (
        lambda text: found.ask(text, OPTIONS),
        lambda text: found.searched(text, OPTIONS),
        lambda text: "".join(found.stream(text, DecodingOptions(beam=1, max_length=4))),
        lambda text: "".join(found.stream(text, OPTIONS)),
    ):
        once("blue")
        with pytest.raises(DataError) as caught:
            once("green")
        assert (caught.value.what, caught.value.where) == (what, "text 1")
        with pytest.raises(DataError) as caught:
            once(3)
        assert caught.value.where == "text 1"
    for once in (lambda text: found.ask(text, OPTIONS), lambda text: found.searched(text, OPTIONS)):
        with pytest.raises(DataError) as caught:
            once(" ")
        error = caught.value
        assert (error.what, error.where, error.fix) == (
            "the input is empty", "text 1", "Give a text with letters in each column.",
        )  # fmt: skip


def test_what_is_no_text() -> None:
    one = of_columns()
    check_text("red\tN;PL", 7, one.source)
    for wrong, place in ((3, "text 7"), ("a\tb\tc", "text 7"), ("\ud800\tx", "text 7")):
        with pytest.raises(DataError) as caught:
            check_text(wrong, 7, one.source)
        assert caught.value.where == place
    assert no_text(4, 1.5).where == "text 4"


def test_several_columns_are_one_text_or_a_tuple() -> None:
    found: Any = TextPredictor([of_columns()])
    assert (found.reads, TextPredictor([made()]).reads) == (2, 1)
    [one, other] = found.predict(["red\tN;PL", ("red", "N;PL")], OPTIONS)
    assert (one.source, one.alternatives) == (other.source, other.alternatives)
    # A source of which a column is empty is answered by nothing.
    assert [answer.text for answer in found.predict(["red\t", "\tN;PL", "\t"], OPTIONS)] == ["", "", ""]
    assert [vector is None for vector in found.vectors(["red\t", "red\tN;PL"])] == [True, False]
    assert "".join(found.stream("red\t", DecodingOptions(beam=1, max_length=3))) == ""
    for columns in (("red",), ("red", "N", "PL")):
        with pytest.raises(DataError) as caught:
            list(found.predict([columns], OPTIONS))
        assert caught.value.what.startswith(f"the model reads 2 columns, got {len(columns)}: ")
        assert caught.value.fix == "Several inputs are a list of texts; several columns of one input are a tuple."
    assert found.editing("red\tN;PL") is None
    assert found.units(("red", "N;PL"), "der") == (6, 3)
    assert found.unknown_in(("r#d", "N;PL")) == ["#"]


@pytest.mark.parametrize("text", ["red", "blue dark"])
def test_streams_are_the_answers(text: str) -> None:
    one = made()
    found: Any = TextPredictor([one])
    for options in (
        DecodingOptions(beam=1, max_length=6),
        DecodingOptions(beam=1, max_length=6, attention=True),
        OPTIONS,
    ):
        written, answer = to_its_end(found.stream(text, options))
        [expected] = found.predict([text], options)
        assert "".join(written) == answer.text == expected.text
        assert (answer.alternatives[0].attention is not None) == options.attention
    assert "".join(found.stream(" ", DecodingOptions(beam=1, max_length=6))) == ""


def test_an_evaluation_searches_each_source_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_TOKENS", 10)
    one = made()
    found: Any = TextPredictor([one])
    rows = [("red", "der"), ("blue", "eulb"), ("red", "dark red"), ("d#", "z")]
    examples = [Example(source, target, line) for line, (source, target) in enumerate(rows, 11)]
    options = DecodingOptions(beam=2, nbest=2, max_length=4, attention=True)
    evaluation = found.evaluate(examples, options)
    likelihoods = []
    for source, target in rows:
        ids = pad([torch.tensor([GO, *one.target.encode(target), EOS])])
        likelihoods.append(log_likelihoods(step_model([one.model]), pad_sources([one.source.encode(source)]), ids)[0])
    counts = [len(target) + 1 for _, target in rows]
    assert evaluation.count == 3
    assert evaluation.details == {"counted": "sources"}
    assert evaluation.measures["perplexity"].value == pytest.approx(math.exp(-sum(likelihoods) / sum(counts)), rel=1e-4)
    losses = [-(likelihoods[0] + likelihoods[2]) / (counts[0] + counts[2]), -likelihoods[1] / counts[1],
              -likelihoods[3] / counts[3]]  # fmt: skip
    assert [case.loss for case in evaluation.cases] == pytest.approx(losses, rel=1e-4)
    assert [case.line for case in evaluation.cases] == [11, 12, 14]
    assert evaluation.examples.lengths == [3, 4, 2]
    best = [one.target.decode(searched([one], text, options)[0].tokens) for text in ("red", "blue", "d#")]
    right = [best[0] in ("der", "dark red"), best[1] == "eulb", best[2] == "z"]
    assert evaluation.examples.measures["exact_match"].counted == [*map(float, right)]
    notes = "\n".join(evaluation.notes)
    assert "1 of the 4 references is longer than an output may become (line 13)" in notes
    assert "1 of the 4 references has characters or words that the model can never write: 'z' (1)" in notes
    assert "'#'" in notes
    single = found.evaluate(examples[:2], DecodingOptions(beam=2, max_length=9))
    assert single.details == {}
    assert not [note for note in single.notes if "references" in note and "BLEU" not in note]
    assert found.unwritable(["z"]) != ""
    assert TextPredictor([made(**{"model.copy": True})]).unwritable(["z"]) == ""


def test_unknown_units_are_replaced_by_what_was_looked_at() -> None:
    """By those that are of the units of outputs; the rest of an output stays."""
    one = made(**{"model.copy": True})
    found: Any = TextPredictor([one])
    text = "re#d"
    ids, tokens = one.source.encode(text), one.source.tokens(text)
    r, e = one.target.encode("re")
    weights = torch.tensor([[0.9, 0.1, 0.0, 0.0, 0.0], [0.1, 0.1, 0.5, 0.2, 0.1], [0.0, 0.0, 0.1, 0.8, 0.1]])
    assert found._text(Hypothesis([r, UNK, e], 0.0, 0.0, True, weights), tokens, ids) == "r#e"
    assert found._text(Hypothesis([UNK, e], 0.0, 0.0, True, weights[1:]), tokens, ids) == "#e"
    assert found._text(Hypothesis([UNK, e], 0.0, 0.0, True, weights[[2, 0]]), tokens, ids) == "de"
    assert found._text(Hypothesis([r, e], 0.0, 0.0, True, weights), tokens, ids) == "re"
    looked = found._looking(OPTIONS)
    assert (looked.attention, looked.forbid_unknown) == (True, False)
    plain: Any = TextPredictor([made()])
    assert plain._looking(OPTIONS) is OPTIONS
    assert found._certain([r, UNK, e]) == "r"
    assert found._certain([r, e]) == "re"
    assert plain._certain([r, e, r]) == "rer"
    columns = of_columns(**{"model.copy": True})
    reader: Any = TextPredictor([columns])
    source = "r#\tN;PL"
    ids, tokens = columns.source.encode(source), columns.source.tokens(source)
    at_features = torch.zeros(1, len(ids) + 1)
    at_features[0, -2], at_features[0, 1], at_features[0, 0] = 0.7, 0.2, 0.1
    assert reader._text(Hypothesis([UNK], 0.0, 0.0, True, at_features), tokens, ids) == "#"


def test_vectors_are_what_the_first_encoder_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = [made(), made(2)]
    found: Any = TextPredictor(networks)
    monkeypatch.setattr(module, "WINDOW", 2)
    given = ["red", "", "blue dark", "dark"]
    for text, vector in zip(given, found.vectors(given), strict=True):
        if not text:
            assert vector is None
            continue
        with torch.no_grad():
            own = summary_of(networks[0].model.encoder(pad_sources([networks[0].source.encode(text)])))[0]
        torch.testing.assert_close(torch.as_tensor(vector), own, atol=1e-5, rtol=1e-4)


def test_what_is_asked_and_what_can_be_edited() -> None:
    one = made()
    found: Any = TextPredictor([one])
    [answer] = found.predict(["r#d"], OPTIONS)
    asked = found.ask("r#d", OPTIONS)
    assert asked.prediction == answer.text
    assert asked.source_tokens == ["r", "#", "d", "<EOS>"]
    assert len(asked.notes) == 1 + (not answer.alternatives[0].finished)
    assert "'#'" in asked.notes[0]
    assert [one.text for one in found.searched("r#d", OPTIONS).outputs] == [alt.text for alt in answer.alternatives]
    assert found.ask("red", OPTIONS, "blue").known == 5
    editing = found.editing("red")
    numbers = range(len(SPECIAL_TOKENS), one.source.size)
    assert editing.tokens == ["r", "e", "d"]
    assert editing.candidates == [one.source.token(id) for id in numbers]
    assert editing.vectors.equal(one.model.encoder.embedding.weight[numbers.start :])
    assert editing.whole(["a", "b"]) == "ab"
    assert editing.written(answer) == [*one.target.tokens(answer.text), "<EOS>"]
    begun = found.beginning(one.target.encode("bl"))
    assert next(iter(begun.predict(["red"], OPTIONS))).text.startswith("bl")
    assert next(iter(found.predict(["red"], OPTIONS))).text == found.ask("red", OPTIONS).prediction
    assert found.units("red", "blue") == (3, 4)
    assert np.isfinite(answer.alternatives[0].score)


def test_samples_of_a_text_are_the_same_in_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """And as many samples as are asked for make a batch smaller."""
    found: Any = TextPredictor([made()])
    options = DecodingOptions(sample=True, nbest=4, seed=3, max_length=5)
    sizes: list[int] = []

    def search(model: Any, source: Any, options: DecodingOptions) -> list[list[Hypothesis]]:
        sizes.append(len(source.values))
        return decode(model, source, options)

    found.search = search
    monkeypatch.setattr(module, "BATCH_TOKENS", 48)
    many = [[alt.text for alt in answer.alternatives] for answer in found.predict(["red"] * 8, options)]
    few = sizes.copy()
    sizes.clear()
    list(found.predict(["red"] * 8, DecodingOptions(beam=2, max_length=5)))
    assert sum(few) == sum(sizes) == 8
    assert max(few) < max(sizes)
    assert all(one == many[0] for one in many)
    assert len(many[0]) == 4
