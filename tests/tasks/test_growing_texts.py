"""What a model writes piece by piece is what it gives as a whole, for every task that writes texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from toy_tasks import TOYS, network

from recurra.tasks import TASKS
from recurra.tasks.task import Streams

IMAGES = [(Image.fromarray(np.full((8, 8), 40 * (k % 6), np.uint8)), f"shade {k % 6} of grey") for k in range(24)]
WRITING = ["translate", "chat", "caption"]  # a language model goes on from a text: tests/serving has its streams
CERTAIN = [{"beam": 1}, {"beam": 1, "attention": True}, *({"sample": True, "seed": seed} for seed in range(6))]


def streamed(task: str, predictor: Any, given: object, settings: Mapping[str, Any]) -> tuple[list[str], Any, Any]:
    """The pieces, the answer at their end, and what `predict` answers."""
    options = replace(TASKS[task].recipe().decoding, **settings)
    pieces, growing = [], predictor.stream(given, options)
    while True:
        try:
            pieces.append(next(growing))
        except StopIteration as end:
            return pieces, end.value, next(iter(predictor.predict([given], options)))


@pytest.mark.parametrize("settings", [*CERTAIN, {"beam": 4}, {"beam": 4, "nbest": 3}])
@pytest.mark.parametrize("task", WRITING)
def test_pieces_are_the_text_that_predict_gives(task: str, settings: Mapping[str, object]) -> None:
    predictor = TASKS[task].predictor([network(task)])
    assert isinstance(predictor, Streams)
    for given in TOYS[task].inputs:
        pieces, end, whole = streamed(task, predictor, given, settings)
        assert "".join(pieces) == whole.text
        assert end.to_mapping() == whole.to_mapping()


@pytest.mark.parametrize("rows", [None, IMAGES], ids=["vectors", "images"])
def test_a_caption_comes_token_by_token(rows: list[Any] | None) -> None:
    predictor = TASKS["caption"].predictor([network("caption", rows=rows)])
    assert isinstance(predictor, Streams)
    for given in [row[0] for row in rows[:6]] if rows else TOYS["caption"].inputs:
        pieces, end, whole = streamed("caption", predictor, given, {"beam": 1, "attention": True})
        assert len(pieces) > 2
        assert "".join(pieces) == whole.text == end.text
        assert end.attention == whole.attention
        read, wrote = len(whole.attention.source_tokens), len(predictor.target.encode(whole.text))
        assert predictor.units(given, whole.text) == (read, wrote)


@pytest.mark.parametrize("task", WRITING)
def test_an_empty_input_gets_one_empty_piece(task: str) -> None:
    predictor = TASKS[task].predictor([network(task)])
    empty = None if task == "caption" else TOYS[task].empty
    pieces, end, whole = streamed(task, predictor, empty, {"beam": 1})
    assert pieces == [""]
    assert end.to_mapping() == whole.to_mapping()


def test_what_writes_texts_streams_and_nothing_else_does() -> None:
    assert {task for task in TOYS if isinstance(TASKS[task].predictor([network(task)]), Streams)} == {
        *WRITING,
        "language-model",
    }
