"""A tagger's losses, and what of its input it does not read in training."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from recurra.models.tagger import PLACES, Sentences, Tagger, TaggerOptions
from recurra.models.word_embedding import TableShape
from recurra.padded import Padded

LENGTHS = torch.tensor([3, 1, 4])


def sentences(counts: Tensor | None = None, names: Tensor | None = None) -> Sentences:
    """Three of them; words from 4 to 8, all spelt alike."""
    torch.manual_seed(2)
    words = Padded(torch.randint(4, 9, (3, 4)), LENGTHS)
    spellings = Padded(torch.tensor([[4, 5]]), torch.tensor([2]))
    found = Sentences(words, spellings, torch.zeros(3, 4, dtype=torch.int64))
    return found._replace(counts=counts, names=names)


def tagger(**options: object) -> Tagger:
    torch.manual_seed(1)
    chosen = {"width": 8, "characters": 4, "embedding": 6, "crf": False, **options}
    return Tagger(TaggerOptions(**chosen), 9, 7, 3).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("crf", [False, True])
def test_the_loss_is_the_sum_of_those_of_the_sentences(crf: bool) -> None:
    model, given = tagger(crf=crf), sentences()
    classes = torch.randint(3, (3, 4))
    emissions = model(given)
    each = model.sentence_losses(emissions, classes)
    assert each.shape == (3,)
    torch.testing.assert_close(model.loss(given, classes), each.sum())
    if not crf:
        nats = -emissions.values.log_softmax(2)
        expected = [sum(nats[row, t, classes[row, t]] for t in range(int(LENGTHS[row]))) for row in range(3)]
        torch.testing.assert_close(each, torch.stack(expected))
    spoilt = classes.masked_fill(~emissions.mask, 0)  # what stands in padding does not count
    torch.testing.assert_close(model.loss(given, spoilt), each.sum())


def test_smoothing_gives_a_share_of_the_loss_to_all_classes_alike() -> None:
    model, given = tagger(), sentences()
    classes = torch.randint(3, (3, 4))
    nats = -model(given).values.log_softmax(2)
    expected = torch.zeros(())
    for row in range(3):
        for t in range(int(LENGTHS[row])):
            expected = expected + 0.7 * nats[row, t, classes[row, t]] + 0.3 * nats[row, t].mean()
    torch.testing.assert_close(model.loss(given, classes, 0.3), expected)


COUNTS = torch.tensor([[1.0, 2, 9, 1], [3, 1, 1, 1], [1, 1, 1, 99]])


@pytest.mark.parametrize(("least", "rare"), [(0.05, 0.5), (0.3, 0.5), (0.0, 0.2)])
def test_rare_words_are_read_as_unknown_more_often(least: float, rare: float) -> None:
    model = tagger(word_dropout=least, rare_dropout=rare)
    a = rare / (1 - rare)
    found = model._unknown(sentences(COUNTS))
    assert isinstance(found, Tensor)
    torch.testing.assert_close(found, (a / (a + COUNTS)).clamp(min=least))
    assert float(found[0, 0]) == pytest.approx(max(least, rare))  # of a word that is seen once
    assert model._unknown(sentences()) == least


def test_words_with_frozen_vectors_are_read_as_unknown_as_seldom_as_any() -> None:
    torch.manual_seed(1)
    options = TaggerOptions(width=8, characters=4, embedding=6, word_dropout=0.05, rare_dropout=0.5)
    model = Tagger(options, 9, 7, 3, table=TableShape(6, 9, 5))
    given = sentences(COUNTS)
    found = model._unknown(given)
    trained = given.words.values < 6
    assert trained.any()
    assert not trained.all()
    torch.testing.assert_close(found, torch.where(trained, 1 / (1 + COUNTS), 0.05).clamp(min=0.05))


def looked_up(share: float, training: bool, sentences: int = 400) -> Tensor:
    """Of names that are all 1 [B, T, G]."""
    model = tagger(gazetteer_dropout=share).train(training)
    return model._looked_up(torch.ones(sentences, 5, 3 * PLACES))


def test_lists_of_names_are_ignored_in_some_sentences_of_the_training() -> None:
    found = looked_up(0.3, True)
    assert set(found.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(found, found[:, :1].expand_as(found))  # in a sentence at all tokens
    assert float((found == 0).float().mean()) == pytest.approx(0.3, abs=0.03)
    assert len({tuple(row) for row in found[:, 0].tolist()}) > 1
    assert looked_up(0.0, True).all()
    assert looked_up(0.3, False).all()
