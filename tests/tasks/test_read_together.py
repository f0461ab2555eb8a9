"""Inputs are read some at a time; how many these are changes no answer, nor which input an error names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from toy_tasks import TOYS, network, predictor

from recurra.errors import DataError
from recurra.tasks import TASKS

# What says in each module how many are read together.
AT_A_TIME = ("WINDOW", "CHUNK")
DOORS: dict[str, Callable[[Any, Any, Iterable[Any]], Iterator[Any]]] = {
    "predict": lambda model, options, inputs: model.predict(inputs, options),
    "vectors": lambda model, options, inputs: model.vectors(inputs),
}


@pytest.fixture
def at_a_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets how many inputs predictors read together."""

    def read(number: int) -> None:
        found = 0
        for name, module in list(sys.modules.items()):
            if name.startswith("recurra.tasks.") and name.endswith(".predictor"):
                for constant in AT_A_TIME:
                    if hasattr(module, constant):
                        monkeypatch.setattr(module, constant, number)
                        found += 1
        assert found >= 6

    return read


# What no model reads, for each task: of another kind, too long, with other columns.
BAD: dict[str, list[Any]] = {
    "translate": [object(), "a " * 5001, ("red", "blue")],
    "chat": [object(), "a " * 5001, [1]],
    "caption": [object(), [1.0]],
    "classify": [object(), "a " * 20001],
    "regress": [object(), "a " * 20001],
    "tag": [object(), "a " * 5001, [1]],
    "language-model": [object(), "a " * 20001],
    "forecast": [object(), [], {"a": [1.0, float("nan")], "b": [1.0, 2.0]}, {"a": [1.0, 2.0]}],
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("task", TASKS)
def test_an_input_that_cannot_be_read_is_named_by_its_number(
    task: str, door: str, at_a_time: Callable[[int], None]
) -> None:
    made = network(task)
    model: Any = predictor(task, made)
    good = TOYS[task].inputs[0]
    at_a_time(2)
    for place, bad in zip((5, 4, 1, 6), BAD[task], strict=False):
        inputs = [*[good] * (place - 1), bad, good]
        with pytest.raises(DataError) as caught:
            list(DOORS[door](model, made.recipe.decoding, inputs))
        assert caught.value.where in (f"input {place}", f"text {place}")


@pytest.mark.parametrize("task", TASKS)
def test_how_many_are_read_together_changes_nothing(task: str, at_a_time: Callable[[int], None]) -> None:
    made = network(task)
    model: Any = predictor(task, made)
    inputs = [*TOYS[task].inputs, *TOYS[task].inputs, TOYS[task].inputs[0]]

    def found() -> tuple[list[str], list[Any]]:
        return [one.text for one in model.predict(inputs, made.recipe.decoding)], list(model.vectors(inputs))

    texts, vectors = found()
    at_a_time(2)
    some, others = found()
    assert some == texts
    for one, other in zip(others, vectors, strict=True):
        assert np.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("remembered", [20_000, 2])
def test_what_a_tagger_remembers_of_tokens_changes_nothing(remembered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """But that tokens that came lately are not read again."""
    inputs = ["red red", "green", "blue dark", "red green", "dark light", "blue"]
    whole = list(predictor("tag").predict(inputs, network("tag").recipe.decoding))
    for module in ("words", "ensemble"):
        monkeypatch.setattr(f"recurra.tasks.tag.{module}.REMEMBERED", remembered)
    made, read = network("tag"), list[int]()
    seen: Any = made.model.seen
    made.model.seen = lambda spellings, surfaces: read.append(len(spellings.values)) or seen(spellings, surfaces)
    spelt = list[str]()
    reader: Any = made.reader  # type: ignore[attr-defined]
    encode = reader.characters.encode_batch
    monkeypatch.setattr(reader.characters, "encode_batch", lambda tokens: spelt.extend(tokens) or encode(tokens))
    model: Any = predictor("tag", made)
    for known in (0, min(remembered, 5)):
        read.clear()
        spelt.clear()
        found = [one for text in inputs for one in model.predict([text], made.recipe.decoding)]
        assert [one.text for one in found] == [one.text for one in whole]
        assert [one.score for one in found] == pytest.approx([one.score for one in whole], rel=1e-5)
        for count in (sum(read), len(spelt)):
            assert count == 5 - known if remembered > 5 else count > 5  # of five different ones
