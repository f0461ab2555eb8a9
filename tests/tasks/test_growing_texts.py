"""What a model writes piece by piece is what it gives as a whole, for every task that writes texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from toy_tasks import TOYS, network, to_its_end

from recurra.tasks import TASKS
from recurra.tasks.task import Streams

IMAGES = [(Image.fromarray(np.full((8, 8), 40 * (k % 6), np.uint8)), f"shade {k % 6} of grey") for k in range(24)]
WRITING = ["translate", "chat", "caption"]  # a language model goes on from a text: tests/serving has its streams
CERTAIN = [{"beam": 1}, {"beam": 1, "attention": True}, *({"sample": True, "seed": seed} for seed in range(6))]


def streamed(task: str, predictor: Any, given: object, settings: Mapping[str, Any]) -> tuple[list[str], Any, Any]:
    """The pieces, the answer at their end, and what `predict` answers."""
    options = replace(TASKS[task].recipe().decoding, **settings)
    return *to_its_end(predictor.stream(given, options)), next(iter(predictor.predict([given], options)))


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


@pytest.mark.parametrize(
    "settings", [{}, {"seed": 3}, {"beam": 1}, {"beam": 3}, {"samples": 2}, {"beam": 3, "samples": 2}]
)
@pytest.mark.parametrize("form", ["lines", "running"])
def test_pieces_are_the_continuation_that_generate_gives(form: str, settings: dict[str, Any]) -> None:
    predictor: Any = TASKS["language-model"].predictor([network("language-model", settings={"data.form": form})])
    options = replace(predictor.generation, length=12, **settings)
    for given in ("red", "dark blue"):
        pieces, end = to_its_end(predictor.stream(given, options))
        (whole,) = predictor.generate([given], options)
        assert end.to_mapping() == whole.to_mapping()
        assert whole.text == given + "".join(pieces)
        assert (len(pieces) > 3) == (settings.get("beam", 0) < 2 and "samples" not in settings)


@pytest.mark.parametrize("task", ["translate", "chat", "language-model"])
def test_what_is_read_and_what_is_written_are_counted_in_units(task: str) -> None:
    """Of characters."""
    sides = ("units",) if task == "language-model" else ("source_units", "target_units")
    predictor: Any = TASKS[task].predictor([network(task, settings={f"text.{side}": "chars" for side in sides})])
    few, more = (predictor.units(given, "ab") for given in ("red", "red blue"))
    assert (few[0], more[0]) == ((5, 10) if task == "chat" else (3, 8))  # a turn begins with two marks
    assert (few[1], more[1]) == (2, 2)
