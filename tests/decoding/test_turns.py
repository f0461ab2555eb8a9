"""Others get their turn after each step of a search, and it is given up there where nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from toy_step_models import Chain, rows

from recurra.decoding import DecodingOptions, beam_search, greedy
from recurra.decoding.limits import length_limits
from recurra.decoding.proof import prove
from recurra.decoding.sampling import sample
from recurra.padded import Padded, pad
from recurra.turns import GivenUp, between_steps

SOURCE = pad(rows(3, 4))
LONG = {"min_length": 6, "max_length": 9}
SEARCHES: dict[str, Callable[[Chain, Padded], object]] = {
    "greedy": lambda model, source: greedy(model, source, DecodingOptions(beam=1, **LONG)),
    "beam": lambda model, source: beam_search(model, source, DecodingOptions(beam=3, nbest=2, **LONG)),
    "sampling": lambda model, source: sample(model, source, DecodingOptions(sample=True, nbest=2, **LONG)),
    "proof": lambda model, source: prove(model, model.start(source), source, length_limits(source, BEAM), BEAM),
}
BEAM = DecodingOptions(beam=3, **LONG)


@pytest.mark.parametrize("name", SEARCHES)
def test_others_get_their_turn_after_each_step(name: str) -> None:
    model, taken = Chain(9, 1, sharpness=9.0), list[int]()
    with between_steps(lambda: taken.append(len(model.rows_seen))):
        SEARCHES[name](model, SOURCE)
    assert len(taken) > 3
    assert taken == list(range(1, len(model.rows_seen) + 1))


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_for_which_nobody_waits_goes_no_further(name: str) -> None:
    model = Chain(9, 1, sharpness=9.0)

    def give_up() -> None:
        if len(model.rows_seen) == 2:
            raise GivenUp

    with pytest.raises(GivenUp), between_steps(give_up):
        SEARCHES[name](model, SOURCE)
    assert len(model.rows_seen) == 2
