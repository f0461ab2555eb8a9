"""What is said of a model whose training did not come to its end."""

from __future__ import annotations

import pytest

from recurra.tasks.caveats import caveats
from recurra.training import OUT_OF_TIME


@pytest.mark.parametrize(
    ("trained", "said"),
    [
        ({}, None),
        ({"finished": True, "ended by": "plan complete", "steps": 900}, None),
        ({"finished": False, "steps": 900}, "has not finished; recurra train --resume continues"),
        ({"ended by": OUT_OF_TIME, "steps": 1}, "the time was up after 1 step of training, which"),
        ({"ended by": OUT_OF_TIME, "steps": 20, "members": 3}, "after 20 steps of training 3 networks, which"),
        ({"ended by": OUT_OF_TIME}, None),
    ],
)
def test_caveats(trained: dict[str, object], said: str | None) -> None:
    found = caveats(trained)
    assert len(found) == (said is not None)
    assert all(said is not None and said in one for one in found)
