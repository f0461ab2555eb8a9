"""What a seed decides is what it decided before, with another version of recurra too: a run that was stopped goes on in
the order that it began with, and what was drawn from a model is drawn again. All of it is computed with integers, so
it is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from recurra.decoding import DecodingOptions
from recurra.decoding.sampling import drawing
from recurra.padded import Padded
from recurra.tasks.forecast.windows import ShuffledBatches
from recurra.tasks.keys import key_number
from recurra.tasks.questions import drawn
from recurra.training.loop import step_seed


def tokens(step: int) -> list[list[int]]:
    """Two samples each of two sentences, of a thousand tokens that are equally probable."""
    sentences = Padded(torch.tensor([[5, 6, 7], [5, 6, 0]]), torch.tensor([3, 2]))
    choose = drawing(sentences, DecodingOptions(sample=True, seed=3, nbest=2))
    return choose(torch.zeros(2, 2, 1000), torch.arange(2), step).tolist()


DECIDED: dict[str, tuple[Callable[[], Any], Any]] = {
    "the order of windows": (
        lambda: [batch.tolist() for batch in ShuffledBatches(10, 4, seed=1, epoch=2)],
        [[8, 2, 1, 9], [5, 7, 4, 6], [3, 0]],
    ),
    "the order of very many": (
        lambda: ShuffledBatches(10**9, 3, seed=7, epoch=0)[10**6].tolist(),
        [396636384, 118947940, 862067836],
    ),
    "dropout": (
        lambda: [step_seed(1, 0), step_seed(1, 1), step_seed(2, 1)],
        [3717377837946358015, 38901565946305238, 3304656143886516455],
    ),
    "what is set aside": (
        lambda: [key_number(text) for text in ("", "a", "ä", "a\u0308")],
        [22125486566988442, 38582675093786123, 34989037665813323, 34989037665813323],
    ),
    "what is shown of many": (lambda: drawn(range(30), 5, 1).kept, [2, 8, 9, 16, 22]),
    "samples": (lambda: [tokens(0), tokens(1)], [[[818, 306], [661, 610]], [[474, 161], [779, 131]]]),
}


@pytest.mark.parametrize("name", DECIDED)
def test_a_seed_decides_what_it_did(name: str) -> None:
    decided, before = DECIDED[name]
    assert decided() == before
