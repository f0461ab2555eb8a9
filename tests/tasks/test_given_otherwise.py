"""Inputs in Python in the forms that people have them, and far from what was learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import trained

import recurra


def test_messages_of_a_dialogue_are_its_turns(tmp_path: Path) -> None:
    model = trained("chat", tmp_path / "m")
    said = ["red", "blue", "dark"]
    messages = [{"role": role, "content": text} for role, text in zip(["user", "assistant", "user"], said, strict=True)]
    told = [{"from": "human", "value": text} for text in said]
    expected = model.predict(tuple(said))
    system = {"role": "system", "content": "be kind"}
    forms: list[Any] = [messages, [system, *messages], {"messages": messages}, {"conversations": told}, tuple(messages)]
    for one in forms:
        answer = model.predict(one)
        assert (answer.source, answer.text) == (expected.source, expected.text)
        assert model.predict([one])[0].source == expected.source
    assert [answer.source for answer in model.predict([messages, messages[:1]])] == [expected.source, "red"]
    assert [answer.source for answer in model.predict(["red", "blue"])] == ["red", "blue"]


def test_numbers_far_below_those_of_the_training_data_are_not_replaced_without_a_word(tmp_path: Path) -> None:
    series = {"a": [50.0 + k % 7 for k in range(80)]}
    settings = {"model.width": 4, "data.window": 8, "model.horizon": 2, "model.transform": "log"}
    model = recurra.train([series], task="forecast", to=tmp_path / "m", epochs=1, settings=settings, progress=False)
    with pytest.warns(UserWarning, match="numbers of a below 5, a tenth of the lowest one in the training data"):
        low = model.predict({"a": [1.0, 2.0] * 10})
    assert low.details.raised == {"a": 5.0}
    assert "model.transform=none" in low.details.notes()[0]
    assert model.predict(series).details.notes() == []
    assert not [note for note in model.evaluate([series]).notes if "a tenth of the lowest" in note]
    assert [note for note in model.evaluate([{"a": [1.0, 2.0] * 20}]).notes if "numbers of a below 5, a tenth" in note]
    assert model.predict({"a": [1.0] * 4 + [50.0, 51.0] * 10}).details.raised == {}  # not in the window
