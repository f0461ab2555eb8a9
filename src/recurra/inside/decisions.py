"""The distribution over what may stand at each output, read: what was chosen, its rank, the runners-up, the entropy.

P outputs, V what may stand at one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from recurra.inside.probes import Run
from recurra.lists import float_rows, floats, integer_rows, integers
from recurra.tracing import Decision

TOP = 5  # runners-up that are kept


def decisions(
    run: Run, chosen: Sequence[int], name_of: Callable[[int], str], *, known: int, top: int = TOP
) -> list[Decision]:
    """What stands at each output of the first variant of a run.

    Args:
        chosen: the number of what stands there, for each of the P outputs.
        name_of: from a number to what is shown.
        known: so many of them were given, and not found by the model: these have a loss.
        top: how many of the most probable are kept.
    """
    log_probs = run.values[0].detach()
    own = log_probs.gather(1, torch.tensor(chosen, device=log_probs.device)[:, None])  # [P, 1]
    ranks = integers(1 + (log_probs > own).sum(1))
    best = log_probs.topk(min(top, log_probs.shape[1]), dim=1)
    rows = zip(
        range(len(chosen)),
        chosen,
        floats(own[:, 0]),
        ranks,
        floats(entropy(log_probs)),
        integer_rows(best.indices),
        float_rows(best.values.exp()),
        copied(run, chosen),
        strict=True,
    )
    return [
        Decision(
            name_of(number),
            math.exp(log_prob),
            rank,
            bits,
            [(name_of(other), chance) for other, chance in zip(others, chances, strict=True)],
            -log_prob if output < known else None,
            share,
        )
        for output, number, log_prob, rank, bits, others, chances, share in rows
    ]


def entropy(log_probs: Tensor) -> Tensor:
    """In bits, of log-probabilities [P, V]: [P]. What has no probability adds nothing."""
    chances = log_probs.exp()
    return -(chances * log_probs.masked_fill(chances == 0, 0.0)).sum(1).clamp(max=0) / math.log(2)


def copied(run: Run, chosen: Sequence[int]) -> list[float | None]:
    """The share of each output's probability that comes from copying; None where nothing is copied."""
    if run.generated is None:
        return [None] * len(chosen)
    numbers = torch.tensor(chosen, device=run.values.device)[:, None]
    difference = (run.generated[0] - run.values[0]).detach().gather(1, numbers)[:, 0]  # log of the share not copied
    return [*floats((1 - difference.exp()).clamp(0, 1))]
