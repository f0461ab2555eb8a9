"""Tokens as a tagger reads them: words, and the spelling and surface of each different one; and what it learns by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from recurra.baselines import Allowance
from recurra.data import TAGGED, DataSource, EncodedTable, open_examples
from recurra.data.gazetteers import Gazetteer
from recurra.data.schemes import Scheme
from recurra.metrics.spans import span_f1, tag_accuracy
from recurra.padded import Padded
from recurra.tasks import TASKS
from recurra.tasks.tag.answer import TaggedTokens
from recurra.tasks.tag.baseline import TagBaseline
from recurra.tasks.tag.learner import TagLearner, spans_of
from recurra.tasks.tag.recipe import TokenOptions
from recurra.tasks.tag.words import (
    LONGEST_TOKEN,
    Encoded,
    Token,
    TokenReader,
    as_line,
    batch_from,
    batch_of,
    column_of,
    cut_note,
    encoded_row,
    laid_out,
    to_device,
)
from recurra.text.special import UNK

SENTENCES = [["The", "cat", "sat"], ["the", "dog"], ["sat"]]
LISTS = (Gazetteer("animal", ("cat", "dog")), Gazetteer("phrase", ("the cat",)))


def reader(**options: Any) -> TokenReader:
    return TokenReader.build(SENTENCES, TokenOptions(**{"affixes": 2, **options}))


@pytest.mark.parametrize(
    ("tokens", "lowercase", "line"),
    [
        (["The", "cat"], True, "the cat"),
        (["The", "cat"], False, "The cat"),
        (["a b", "\u2003c\u2003d\u2003", " "], True, "a_b c_d _"),
        ([], True, ""),
    ],
)
def test_tokens_in_a_line(tokens: list[str], lowercase: bool, line: str) -> None:
    assert as_line(tokens, lowercase) == line


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("surface", [True, False])
def test_what_is_read_of_each_token(lowercase: bool, surface: bool) -> None:
    """Whether it has been read before or not."""
    made = replace(reader(lowercase=lowercase, shapes=surface, affixes=2 * surface), gazetteers=LISTS)
    given = [["The", "CAT", "sat"], [], ["quiz", "sat", "the", "cat"]]
    first, again = made.encode(given), made.encode(given)
    assert first == again
    for tokens, one in zip(given, first, strict=True):
        words = [made.words.encode(token.lower() if lowercase else token)[0] for token in tokens]
        assert list(one.words) == words
        assert [token.spelling for token in one.tokens] == [tuple(made.characters.encode(token)) for token in tokens]
        if surface:
            assert made.surface is not None
            assert [token.surface for token in one.tokens] == [made.surface.ids(token) for token in tokens]
        else:
            assert made.surface is None
            assert [token.surface for token in one.tokens] == [()] * len(tokens)
        assert len(one.names) == 2 * len(tokens)
    assert (UNK in first[0].words) == (not lowercase)  # CAT
    assert first[2].words[0] == UNK
    assert [number > 0 for number in first[2].names] == [False, False, False, False, False, True, True, True]


def test_beyond_so_many_tokens_what_was_read_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.tasks.tag.words.REMEMBERED", 2)
    made, kept = reader(), list[int]()
    for tokens in (["a"], ["b", "a"], ["c"], ["d"], ["d"], ["e"]):
        assert made.encode([tokens]) == reader().encode([tokens])
        kept.append(len(made._lately))  # pyright: ignore[reportPrivateUsage]
    assert kept == [1, 2, 3, 1, 1, 2]


def test_of_a_long_token_the_beginning_is_read() -> None:
    made = reader()
    exact, long = "x" * LONGEST_TOKEN, "x" * (LONGEST_TOKEN + 1)
    combined = "e\u0301" * LONGEST_TOKEN  # 40 characters of two code points each
    [one] = made.encode([[exact, long, combined]])
    assert [len(token.spelling) for token in one.tokens] == [LONGEST_TOKEN] * 3
    assert [made.is_cut(token) for token in (exact, long, combined, "")] == [False, True, False, False]
    assert cut_note(made, [[exact], [combined]]) == ""
    assert cut_note(made, [[exact, long]]) == (
        f'1 token is longer than 40 characters, of which the first 40 are read: "{long}"'
    )
    assert cut_note(made, [["y" * 70, long], [long]]) == (
        "3 tokens are longer than 40 characters, of which the first 40 are read: "
        f'"{"y" * 60}…" (and 10 more characters)'
    )
    details = TaggedTokens([long], ["O"], [1.0])
    assert (list(details.notes()), list(replace(details, cut=True).notes())) == (
        [],
        ["of tokens of more than 40 characters only the first 40 are read"],
    )


def test_tagged_tokens_show_their_spans() -> None:
    found = TaggedTokens(["<New>", "York", "is"], ["B-X", "I-X", "O"], [0.5, 0.25, 1.0], Scheme("BIO"))
    span = {"text": "<New> York", "begin": 0, "end": 2, "kind": "X"}
    plain = {"tokens": found.tokens, "tags": found.tags, "probabilities": found.probabilities}
    assert found.to_mapping() == {**plain, "spans": [span]}
    assert replace(found, scheme=None).to_mapping() == replace(found, tags=["O"] * 3).to_mapping() | plain
    assert replace(found, scheme=None).named() == []
    cells = "".join(
        f'<ruby style="margin-right:.6em">{token}<rt>{tag}</rt></ruby>'
        for token, tag in zip(["&lt;New&gt;", "York", "is"], found.tags, strict=True)
    )
    assert found.html() == f'<div style="line-height:2.2">{cells}</div>'


ROWS = [
    Encoded([5, 6, 5], [Token((1, 2), (7,)), Token((3,), (8,)), Token((1, 2), (7,))], [1, 0, 0, 2, 0, 3]),
    Encoded([6], [Token((3,), (8,))], [0, 4]),
]


def test_each_different_token_of_a_batch_is_spelt_once() -> None:
    words, tokens, places, names = laid_out(ROWS)
    assert (words.values.tolist(), words.lengths.tolist()) == ([[5, 6, 5], [6, 0, 0]], [3, 1])
    assert tokens == [Token((1, 2), (7,)), Token((3,), (8,))]
    assert places.tolist() == [[0, 1, 0], [1, 0, 0]]
    assert names is not None
    assert names.tolist() == [[[1, 0], [0, 2], [0, 3]], [[0, 4], [0, 0], [0, 0]]]
    batch = batch_of(ROWS)
    assert (batch.spellings.values.tolist(), batch.spellings.lengths.tolist()) == ([[1, 2], [3, 0]], [2, 1])
    assert batch.surfaces is not None
    assert batch.surfaces.tolist() == [[7], [8]]
    assert torch.equal(batch.places, places)
    assert batch.words.values.tolist() == words.values.tolist()
    moved = to_device(batch, torch.device("cpu"))
    for one, other in zip(moved, batch, strict=True):
        if other is None:
            assert one is None
        else:
            assert torch.equal(*(part.values if isinstance(part, Padded) else part for part in (one, other)))
    nothing = laid_out([Encoded([], [])])
    assert (nothing.tokens, nothing.names, nothing.places.shape[0]) == ([], None, 1)


TRAIN = [(["The", "cat", "sat"], ["O", "B-X", "O"]), (["the", "dog"], ["B-X", "I-X"]), (["sat"], ["O"])]
VALID = [(["dog", "quiz"], ["B-X", "I-X"]), (["the", "cat", "ran"], ["O", "B-Z", "I-Z"]), (["cat"], ["B-X"])]


def learner(folder: Path, scheme: str = "BIO", **settings: object) -> tuple[Any, TagLearner, list[Any]]:
    """A small network, its learner, and the validation sentences."""
    task: Any = TASKS["tag"]
    named = {name.replace("__", "."): value for name, value in settings.items()}
    recipe = task.recipe().with_settings({
        "model.width": 4, "model.embedding": 4, "model.characters": 4, "model.surface": 4,
        "data.scheme": scheme, **named,
    })  # fmt: skip
    train, valid = (open_examples(DataSource(rows=rows), TAGGED) for rows in (TRAIN, VALID))
    network = task.with_gazetteers(LISTS).make(train, recipe, lambda event: None)
    torch.manual_seed(4)
    with torch.no_grad():
        for parameter in network.model.parameters():
            parameter.add_(0.5 * torch.randn_like(parameter))
    for name, part in (("train", train), ("valid", valid)):
        task.encode(part, network, folder / name)
    encoded: Any = type("Encoded", (), {name: EncodedTable.open(folder / name) for name in ("train", "valid")})
    return network, task.learner(network, encoded, lambda event: None), list(valid)


def test_sentences_come_back_from_the_disk(tmp_path: Path) -> None:
    network, made, valid = learner(tmp_path)
    every = network.reader.encode([one.tokens for one in valid])
    for number, one in enumerate(every):
        row = encoded_row(made.valid, number)
        assert (list(row.words), list(row.tokens), list(row.names)) == (
            list(one.words),
            list(one.tokens),
            list(one.names),
        )
    batch = batch_from(made.valid, np.array([2, 0]))
    assert batch.tags.tolist() == [[0, 0], [0, 1]]
    assert batch.classes is batch.tags
    assert torch.equal(batch.sentences.words.values, batch_of([every[2], every[0]]).words.values)
    fine, other, _ = learner(tmp_path / "fine", model__roles=True)
    tagged = batch_from(other.valid, np.array([0]))
    assert [fine.classes[k] for k in tagged.classes[0]] == [("B-X", "B"), ("I-X", "E")]
    assert column_of(other.valid, "nothing", np.array([0, 1])).numel() == 0


@pytest.mark.parametrize("settings", [{}, {"model__crf": False}, {"model__roles": True}, {"scheme": "none"}])
def test_a_validation_is_what_is_computed_sentence_by_sentence(settings: dict[str, Any], tmp_path: Path) -> None:
    """What the network does not know has no loss, and is never right."""
    network, made, valid = learner(tmp_path, **settings)
    network.model.eval()
    nats, tokens, answers = 0.0, 0, list[list[str]]()
    for number, sentence in enumerate(valid):
        batch = batch_from(made.valid, np.array([number]))
        with torch.no_grad():
            emissions = network.model(batch.sentences)
            best = network.model.best(emissions)[0]
            if (batch.classes >= 0).all():
                nats += float(network.model.sentence_losses(emissions, batch.classes)[0])
                tokens += len(sentence.tokens)
        answers.append([network.tags[k] for k in best])
    references = [list(one.tags) for one in valid]
    if network.scheme:
        wrong = 100 - span_f1(spans_of(answers, network.scheme), spans_of(references, network.scheme)).value
    else:
        wrong = 100 - tag_accuracy(answers, references).value
    found = made.validate(10)
    assert found.loss == pytest.approx(nats / tokens, rel=1e-4)
    assert found.value == pytest.approx(wrong)
    assert tokens == 3
    assert made.measure == ("wrong_spans" if network.scheme else "wrong_tags")


@pytest.mark.parametrize("crf", [True, False])
def test_a_loss_is_the_sum_over_the_sentences(crf: bool, tmp_path: Path) -> None:
    network, made, _ = learner(tmp_path, model__crf=crf, model__word_dropout=0, model__rare_dropout=0, model__dropout=0)
    network.model.eval()
    whole = made.loss(np.array([0, 1, 2]), smoothing=0.0, sampling=0.0)
    each = [made.loss(np.array([k]), smoothing=0.0, sampling=0.0) for k in range(3)]
    assert float(whole.total.detach()) == pytest.approx(sum(float(one.total.detach()) for one in each), rel=1e-4)
    assert whole.tokens == sum(one.tokens for one in each) == made.tokens(np.array([0, 1, 2])) == 6
    assert [one.tokens for one in each] == [3, 2, 1]
    assert made.describe(np.array([2, 0])) == "the sentences that begin on lines 1, 3"
    counts = {network.reader.words.token(k): int(count) for k, count in enumerate(made.counts) if count}
    assert counts == {"the": 2, "cat": 1, "sat": 2, "dog": 1}


def test_the_baseline_of_tags_learns_and_is_measured(tmp_path: Path) -> None:
    network, _, valid = learner(tmp_path)
    train = open_examples(DataSource(rows=TRAIN * 5), TAGGED)
    found = TagBaseline().fit(train, network, Allowance())
    predictor = TASKS["tag"].predictor([network])
    measures = TagBaseline().measures(found, predictor, list(train), None)  # type: ignore[arg-type]
    assert list(measures) == ["span_f1", "accuracy", "sentence_exact"]
    assert [one.value for one in measures.values()] == [100.0] * 3
    assert TagBaseline().measures(found, predictor, valid, None)["accuracy"].value < 100  # type: ignore[arg-type]
    other = replace(network, tags=("B-X", "O"))
    with pytest.raises(ValueError, match="3 tags, where the model has 2"):
        TagBaseline().measures(found, TASKS["tag"].predictor([other]), valid, None)  # type: ignore[arg-type]
