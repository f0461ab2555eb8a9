"""What is read as unknown in training, so that the network learns what to make of it: units, numbers, words."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from recurra.models import NumberReader, TokenReader
from recurra.models.tagger import Sentences, Tagger, TaggerOptions
from recurra.padded import Padded
from recurra.text.special import UNK

SHARE = 0.3
ROWS, STEPS, SIZE = 40, 50, 30  # 2,000 units, so a share is told from another


def ids(count: int = SIZE) -> Padded:
    """Ids without <UNK>."""
    return Padded(torch.randint(4, count, (ROWS, STEPS)), torch.full((ROWS,), STEPS))


def seen(embedding: nn.Module, run: nn.Module, *given: object) -> Tensor:
    """The ids that arrive at an embedding when the network runs."""
    arrived: list[Tensor] = []
    hook = embedding.register_forward_hook(lambda module, inputs, outputs: arrived.append(inputs[0]))
    run(*given)
    hook.remove()
    return arrived[0]


def unknown(embedding: nn.Module, run: nn.Module, given: object, whole: Tensor) -> float:
    """The share of the ids that are read as <UNK>; the others arrive as they are."""
    arrived = seen(embedding, run, given)
    lost = arrived == UNK
    assert arrived[~lost].equal(whole[~lost])
    return lost.float().mean().item()


@pytest.mark.parametrize("share", [0.0, SHARE])
def test_units_of_a_text(share: float) -> None:
    torch.manual_seed(0)
    reader, given = TokenReader(SIZE, 8, word_dropout=share), ids()
    assert unknown(reader.embedding, reader.train(), given, given.values) == pytest.approx(share, abs=0.04)
    assert unknown(reader.embedding, reader.eval(), given, given.values) == 0


@pytest.mark.parametrize("share", [0.0, SHARE])
def test_numbers_are_read_as_their_mean(share: float) -> None:
    torch.manual_seed(0)
    reader = NumberReader(2, number_dropout=share)
    given = Padded(torch.randn(ROWS, STEPS, 2) + 5, torch.full((ROWS,), STEPS))
    reader.mean.fill_(5.0)
    trained = reader.train()(given).values
    assert (trained == 0).float().mean().item() == pytest.approx(share, abs=0.04)
    kept = trained != 0
    torch.testing.assert_close(trained[kept], (given.values - 5)[kept])
    assert (reader.eval()(given).values != 0).all()


@pytest.mark.parametrize("share", [0.0, SHARE])
def test_words_of_a_sentence_to_tags(share: float) -> None:
    torch.manual_seed(0)
    model = Tagger(TaggerOptions(width=8, characters=4, embedding=6, word_dropout=share), SIZE, SIZE, 3)
    given = ids()
    spellings = Padded(torch.randint(4, SIZE, (5, 3)), torch.full((5,), 3))
    sentences = Sentences(given, spellings, torch.randint(5, (ROWS, STEPS)))
    assert unknown(model.words, model.train(), sentences, given.values) == pytest.approx(share, abs=0.04)
    assert unknown(model.words, model.eval(), sentences, given.values) == 0
    assert seen(model.characters, model.train(), sentences).equal(spellings.values)
