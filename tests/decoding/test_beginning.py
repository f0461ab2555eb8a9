"""Step models around others: outputs that begin as they are told, and steps at which another model answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from toy_step_models import Chain, rows, same

from recurra.decoding import DecodingOptions, decode
from recurra.decoding.beginning import NO_END, Beginning, Counted
from recurra.decoding.by_steps import BySteps
from recurra.padded import pad
from recurra.text.special import EOS, GO

SOURCE = pad(rows(3, 1, 4))


def distributions(model: Any, tokens: list[list[int]]) -> list[torch.Tensor]:
    """What a model says at each step after these tokens of each row, <GO> first."""
    state, memory = model.start(SOURCE)
    found: list[torch.Tensor] = []
    for step in range(len(tokens[0])):
        scored = model.step(torch.tensor([row[step] for row in tokens]), state, memory)
        state = scored.state
        found.append(scored.log_probs)
    return found


READ = [[GO, 5, 6, 7], [GO, 5, 8, 4], [GO, 5, 4, 4]]


@pytest.mark.parametrize("told", [(), (5,), (5, 6), (5, EOS), (NO_END,), (5, NO_END, 4)])
def test_at_a_step_that_is_told_nothing_else_may_come(told: tuple[int, ...]) -> None:
    model = Chain(6, 1)
    plain, found = distributions(Chain(6, 1), READ), distributions(Beginning(model, told), READ)
    for step, (before, now) in enumerate(zip(plain, found, strict=True)):
        for token in range(before.shape[1]):
            free = step >= len(told) or (token != EOS if told[step] == NO_END else token == told[step])
            assert torch.equal(now[:, token], before[:, token] if free else torch.full((3,), -torch.inf))


@pytest.mark.parametrize("options", [{"beam": 1}, {"beam": 4}, {"sample": True, "seed": 3}])
def test_outputs_begin_as_they_are_told_to(options: dict[str, Any]) -> None:
    chosen = DecodingOptions(max_length=6, **options)
    found = decode(Beginning(Chain(6, 1, ending=1.0), (7, 5)), SOURCE, chosen)
    assert [one[0].tokens[:2] for one in found] == [[7, 5]] * 3
    plain = decode(Chain(6, 1), SOURCE, chosen)
    for one, other in zip(decode(Beginning(Chain(6, 1), ()), SOURCE, chosen), plain, strict=True):
        assert same(one, other)


def test_single_steps_may_be_those_of_another_model() -> None:
    usual, others = Chain(6, 1), {step: Chain(6, 10 + step) for step in (1, 3)}
    asked: list[int] = []

    def at(step: int) -> Chain:
        asked.append(step)
        return others[step]

    made = BySteps(usual, [1, 3], at)
    found = distributions(made, READ)
    again = distributions(made, READ)
    assert asked == [1, 3]  # each is made once, when it is needed
    plain = distributions(Chain(6, 1), READ)
    for step, now in enumerate(found):
        expected = distributions(others[step], READ)[step] if step in others else plain[step]
        assert torch.equal(now, expected)  # the places of a chain are the same for all
        assert torch.equal(again[step], now)


def test_steps_are_counted() -> None:
    state, memory = Beginning(Chain(6, 1), (5,)).start(SOURCE)
    assert isinstance(state, Counted)
    assert (state.step, state.taken.tolist()) == (0, [0, 0, 0])
    model = Beginning(Chain(6, 1), (5,))
    for step in range(3):
        state = model.step(torch.tensor([GO] * 3), state, memory).state
        assert state.taken.tolist() == [step + 1] * 3
        assert state.step == step + 1
