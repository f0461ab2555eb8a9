"""The model of a command that answers, and how many threads it computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recurra.api import Model


def load_model(model: str, ensemble: list[str] | None, threads: int | None) -> Model:
    """The model of the command line, or the ensemble with others, ready to answer.

    With one thread, unless more are asked for: the last digits of a result depend on the number of threads, and shall
    not depend on the number of cores.
    """
    import torch

    from recurra import api

    torch.set_num_threads(threads or 1)
    return api.load([model, *(ensemble or [])])
