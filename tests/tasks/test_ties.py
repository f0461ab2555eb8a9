"""Of outputs that are equally good, the first of its table comes first: on every machine, alone and in a batch."""

from __future__ import annotations

from typing import Any

import torch
from toy_tasks import network, options_of, predictor

from recurra.tasks.task import Network


def undecided(made: Network) -> Network:
    """The network when everything is equal to it, since all of its weights are zero."""
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.zero_()
    return made


def test_labels() -> None:
    rows = [(f"{letter}{other}", f"label {letter}") for letter in "qwertzuiopasdfghjkl" for other in "xyz"]
    made = undecided(network("classify", rows=rows))
    (answer,) = predictor("classify", made).predict(["qx"], options_of("classify", made, nbest=19, attention=False))
    assert [one.text for one in answer.alternatives] == sorted({label for _, label in rows})
    assert len({one.score for one in answer.alternatives}) == 1


def test_tags_of_single_tokens() -> None:
    made: Any = undecided(network("tag", settings={"model.crf": False}))
    (answer,) = predictor("tag", made).predict(["red blue"], None)
    assert answer.details.tags == [made.tags[0]] * 2


def test_next_units() -> None:
    made: Any = undecided(network("language-model"))
    (answer,) = predictor("language-model", made).predict(["red"], options_of("language-model", made, nbest=100))
    units = [one.text for one in answer.alternatives]
    ids = [made.tokenizer.encode_batch([unit])[0][0] for unit in units[1:]]
    assert units[0] == "<EOS>"
    assert ids == sorted(ids)
    assert len(ids) == made.tokenizer.size - 4
