"""What a network reads at first: ids as vectors, numbers in their own deviations, embeddings of words with vectors."""

from __future__ import annotations

import math

import pytest
import torch

from recurra.models import NumberReader, TokenReader
from recurra.models.word_embedding import TableShape, WordEmbedding, word_embedding
from recurra.padded import Padded, pad
from recurra.text.special import PAD


def numbers(transposed: bool = False) -> NumberReader:
    reader = NumberReader(2, transposed=transposed)
    reader.mean.copy_(torch.tensor([1.0, -2.0]))
    reader.deviation.copy_(torch.tensor([0.5, 4.0]))
    return reader


def test_numbers_are_read_in_deviations_from_their_means() -> None:
    values = torch.tensor([[[1.0, -2.0], [2.0, 2.0], [0.0, math.nan], [100.0, -1000.0]]])
    found = numbers()(Padded(values, torch.tensor([4])))
    assert found.values.tolist() == [[[0.0, 0.0], [2.0, 1.0], [-2.0, 0.0], [10.0, -10.0]]]  # none beyond ten
    assert found.lengths.tolist() == [4]


def test_the_numbers_of_a_vector_may_be_steps() -> None:
    reader = numbers(transposed=True)
    vectors = torch.tensor([[[2.0, 2.0]], [[0.0, -6.0]], [[1.0, 6.0]]])  # [B, 1, D]
    found = reader(Padded(vectors, torch.ones(3, dtype=torch.int64)))
    assert found.values.tolist() == [[[2.0], [1.0]], [[-2.0], [-1.0]], [[0.0], [2.0]]]
    assert found.lengths.tolist() == [2, 2, 2]
    assert (reader.output_size, numbers().output_size) == (1, 2)


def test_what_knows_no_order_reads_a_row_sorted() -> None:
    torch.manual_seed(1)
    reader = TokenReader(9, 3, unordered=True).eval()
    table = reader.embedding.weight
    found = reader(pad([torch.tensor([7, 4, 8, 4]), torch.tensor([6, 5])]))
    expected = torch.stack([table[[4, 4, 7, 8]], table[[5, 6, PAD, PAD]]])
    assert torch.equal(found.values, expected)
    plain = TokenReader(9, 3).eval()
    assert torch.equal(plain(pad([torch.tensor([7, 4])])).values[0], plain.embedding.weight[[7, 4]])


def test_embeddings_of_words_with_vectors_are_a_map_of_these_and_of_what_is_learned() -> None:
    torch.manual_seed(1)
    made = word_embedding(7, 3, TableShape(5, 7, 2), 0.5)
    assert isinstance(made, WordEmbedding)
    assert (made.num_embeddings, made.embedding_dim) == (7, 3)
    made.given.copy_(torch.randn(7, 2))
    with torch.no_grad():
        made.trained.weight.copy_(torch.randn(5, 2))
        made.trained.weight[PAD].zero_()
    given = made.given.float().clone()
    given[:5] += made.trained.weight
    assert torch.equal(made.weight, made(torch.arange(7)))
    torch.testing.assert_close(made.weight, given @ made.projection.weight.T)
    ids = torch.tensor([[4, 5], [6, 1]])
    torch.testing.assert_close(made(ids), made.weight[ids])
    assert made.is_trained(torch.tensor([[0, 4, 5, 6]])).tolist() == [[True, True, False, False]]


@pytest.mark.parametrize("deviation", [0.1, 1.0, 2.0])
@pytest.mark.parametrize("size", [4, 64])
def test_first_embeddings_are_as_large_as_they_are_asked_to_be(size: int, deviation: float) -> None:
    torch.manual_seed(1)
    plain = word_embedding(500, size, None, deviation)
    assert float(plain.weight.detach()[1:].std()) == pytest.approx(deviation, rel=0.1)
    table = word_embedding(500, 200, TableShape(9, 500, size), deviation)
    assert isinstance(table, WordEmbedding)
    table.given.copy_(torch.randn(500, size))
    assert not table.trained.weight.any()
    assert float(table.weight.detach().std()) == pytest.approx(deviation, rel=0.15)
