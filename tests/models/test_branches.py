"""One column of an input to a vector: what is read of it, and the rest of the way from there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from recurra.data import ImageShape
from recurra.models import ManyToOneOptions
from recurra.models.image_encoder import cut, grid_of
from recurra.models.many_to_one import Branch, category_branch, image_branch, number_branch, token_branch
from recurra.padded import Padded, pad

OPTIONS = ManyToOneOptions(width=16)
SHAPE = ImageShape(8, 8, 1)


def tokens() -> tuple[Branch, Padded]:
    return token_branch(OPTIONS, "rnn", 9), pad([torch.tensor([4, 5, 6]), torch.tensor([7])])


def numbers() -> tuple[Branch, Padded]:
    return number_branch(OPTIONS, "rnn", 2), pad([torch.randn(4, 2), torch.randn(2, 2)])


def images() -> tuple[Branch, Padded]:
    pixels = torch.randint(0, 256, (2, 8, 8, 1)).byte()
    return image_branch(OPTIONS, SHAPE), cut(pixels, grid_of(8, 8, OPTIONS.cells))


@pytest.mark.parametrize("made", [tokens, numbers, images])
def test_what_is_read_goes_the_rest_of_the_way(made: Callable[[], tuple[Branch, Padded]]) -> None:
    """So gradients can be taken of what is read, and the result is that of the input."""
    torch.manual_seed(1)
    branch, given = made()
    branch.eval()
    read = branch.read(given)
    assert read.values.is_floating_point()
    assert torch.equal(read.lengths, given.lengths)
    whole = branch(given)
    for trace in (False, True):
        found = branch.along(read, trace=trace)
        torch.testing.assert_close(found.values, whole.values, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found.weights, whole.weights, rtol=1e-4, atol=1e-5)
    assert whole.values.shape == (2, branch.output_size)
    if made is images:
        assert torch.equal(read.values, given.values.float())


def test_values_are_dropped_behind_what_goes_over_time_and_behind_images() -> None:
    made = [token_branch(OPTIONS, "rnn", 9), number_branch(OPTIONS, "cnn", 2), image_branch(OPTIONS, SHAPE)]
    assert [one.dropout for one in made] == [OPTIONS.dropout] * 3
    without = [token_branch(OPTIONS, "feedforward", 9), number_branch(OPTIONS, "feedforward", 2)]
    without.append(category_branch(OPTIONS, 5))
    assert [(one.body, one.dropout) for one in without] == [(None, 0.0)] * 3
