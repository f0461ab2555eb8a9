"""How long a continuation of lines may become is learned from all of them."""

from __future__ import annotations

import pytest
from toy_tasks import network

from recurra.data.plain import Passage
from recurra.tasks.language_model import task
from recurra.tasks.language_model.network import LanguageNetwork


@pytest.mark.parametrize("longest", range(9))
def test_the_longest_line_counts_wherever_it_stands(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "CHUNK", 4)  # lines that are encoded together
    made = network("language-model")
    assert isinstance(made, LanguageNetwork)
    lines = [Passage("red blue" if number == longest else "red", number) for number in range(9)]
    units = len(made.tokenizer.encode_batch(["red blue"])[0])
    assert units > len(made.tokenizer.encode_batch(["red"])[0])
    assert task.usual_length(lines, made.tokenizer) == 2 * units + 10
