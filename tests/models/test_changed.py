"""Networks with other parts: everything else is shared, and the network itself stays as it is."""

from __future__ import annotations

import torch
from torch import nn

from recurra.attention import ATTENTIONS, GivenAttention
from recurra.cells import GRU
from recurra.layers import HeldRecurrent, HeldUnit, Recurrent
from recurra.models.changed import ELSE, at_step, changed_steps, replaced


def network() -> nn.Sequential:
    """Parts within parts."""
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 3)), nn.ModuleList([nn.Linear(3, 1), nn.Identity()])
    )


def test_a_part_takes_the_place_of_another_and_all_else_is_shared() -> None:
    made, other = network(), nn.Linear(3, 3)
    before = list(made.named_modules())
    inner = made[1]
    assert isinstance(inner, nn.Sequential)
    found = replaced(made, {inner[1]: other})
    assert found is not made
    assert [name for name, _ in found.named_modules()] == [name for name, _ in before]
    assert found[1] is not inner
    assert found[1][1] is other  # type: ignore[index]
    assert found[1][0] is inner[0]  # type: ignore[index]
    assert found[0] is made[0]
    assert found[2] is made[2]
    assert list(made.named_modules()) == before
    twice = replaced(made, {made[0]: other, inner: nn.Identity()})
    assert twice[0] is other
    assert isinstance(twice[1], nn.Identity)
    assert [id(one) for one in twice[2].parameters()] == [id(one) for one in made[2].parameters()]


def test_where_nothing_is_replaced_it_is_the_same_network() -> None:
    made = network()
    assert replaced(made, {}) is made
    assert replaced(made, {nn.Linear(2, 3): nn.Identity()}) is made
    made.add_module("none", None)
    assert replaced(made, {}) is made
    assert replaced(made, {made[0]: nn.Identity()})._modules["none"] is None


def held(layer: Recurrent, steps: frozenset[int] | None) -> HeldRecurrent:
    return HeldRecurrent(layer, [HeldUnit(1, 0.5, steps)], backward=False)


def test_what_is_changed_at_single_steps_is_as_ever_at_the_others() -> None:
    layer, attention = Recurrent(GRU(2, 3)), ATTENTIONS["bilinear"](2, 2)
    rows = {2: torch.ones(1), 5: torch.ones(1)}
    made = nn.ModuleList([held(layer, frozenset({1, 2})), GivenAttention(attention, rows), nn.Linear(1, 1)])
    assert changed_steps(made) == {1, 2, 5}
    usual = at_step(made, ELSE)
    assert changed_steps(usual) == set()
    assert usual[1] is attention
    assert usual[2] is made[2]
    at_two = at_step(made, 2)
    assert isinstance(at_two[1], GivenAttention)
    assert at_two[1].always is rows[2]
    assert at_step(made, 1)[1] is attention
    assert changed_steps(made) == {1, 2, 5}


def test_what_is_changed_at_all_steps_stays_changed() -> None:
    made = nn.ModuleList([held(Recurrent(GRU(2, 3)), None)])
    assert changed_steps(made) == set()
    assert at_step(made, 4) is made
