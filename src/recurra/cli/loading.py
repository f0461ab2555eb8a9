"""The model of a command that answers, and how many batches it computes at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recurra.cores import idle_cores
from recurra.errors import UsageError
from recurra.say import say

if TYPE_CHECKING:
    from recurra.api import Model

MOST = 8  # threads where no number is given: what Python itself does, it does for one of them at a time
ONE = 1  # thread: where the inside of a network is looked into, in many small steps, one input after the other


def load_model(model: str, ensemble: list[str] | None, threads: int | None = None) -> Model:
    """The model of the command line, or the ensemble with others, ready to answer.

    Each thread computes a batch of inputs by itself, so the number changes no answer, and may depend on what else the
    machine does.
    """
    import torch

    from recurra import api
    from recurra.training.threads import usable_threads

    torch.set_num_threads(threads or min(usable_threads(), idle_cores(), MOST))
    return api.load([model, *(ensemble or [])])


def say_caveats(model: Model) -> None:
    """Says that a training is not finished, or was too short, before the model answers."""
    for caveat in model.caveats:
        say(f"recurra: {caveat}")


def check_threads(model: Model, threads: int | None) -> None:
    """Refuses a number of threads where there is nothing to divide among them.

    Raises:
        UsageError: a language model of running text reads all of it as one.
    """
    from recurra.tasks.task import Generates

    if threads is not None and isinstance(model.predictor, Generates) and model.predictor.endless:
        what = "--threads has no effect on a model of running text, which reads a text from its beginning to its end"
        raise UsageError(what, fix="Leave it out.")


def short_names(folders: Sequence[str]) -> list[str]:
    """Model folders by their own names, where these all differ."""
    names = [Path(folder).name for folder in folders]
    return names if all(names) and len(set(names)) == len(names) else list(folders)
