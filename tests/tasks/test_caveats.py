"""What is said of a model whose training did not come to its end."""

from __future__ import annotations

import pytest

from recurra.tasks.caveats import caveats, trained_of
from recurra.training import OUT_OF_TIME

UNFINISHED = "the training of this model has not finished; recurra train --resume continues one that was stopped"
SHORT = "which is too little to learn much; train further with --resume and a longer --time"


@pytest.mark.parametrize(
    ("trained", "said"),
    [
        ({}, []),
        ({"finished": True, "ended by": "plan complete", "steps": 900}, []),
        ({"finished": False, "steps": 900}, [UNFINISHED]),
        ({"finished": False, "ended by": OUT_OF_TIME, "steps": 900}, [UNFINISHED]),
        ({"ended by": OUT_OF_TIME, "steps": 1}, [f"the time was up after 1 step of training, {SHORT}"]),
        (
            {"ended by": OUT_OF_TIME, "steps": 1200, "members": 3},
            [f"the time was up after 1,200 steps of training 3 networks, {SHORT}"],
        ),
        ({"ended by": OUT_OF_TIME}, []),
        ({"ended by": OUT_OF_TIME, "steps": "many"}, []),
    ],
)
def test_caveats(trained: dict[str, object], said: list[str]) -> None:
    assert caveats(trained) == said


def test_what_a_model_folder_says_of_its_training() -> None:
    assert trained_of({"trained": {"steps": 3}}) == {"steps": 3}
    assert trained_of({}) == trained_of({"trained": "yes"}) == {}
