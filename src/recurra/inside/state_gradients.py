"""How strongly the loss at each output depends on every earlier state: dL_p / dh_k for all p and k asked for.

h_k is the hidden state of a layer after step k, as the rest of the computation has it: of an LSTM too the gradient with
respect to it holds all that follows from h_k, but not what follows from the cell state beside it.

P outputs, T steps, H units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from recurra.inside.gradients import gradients
from recurra.inside.probes import Run
from recurra.inside.signals import norm
from recurra.layers import Recorded
from recurra.tracing import GradientTrace
from recurra.turns import step_done

STATE = "hidden"


def state_gradients(
    run: Run, losses: Mapping[int, Tensor], name_of: Callable[[int], str], *, vectors: bool
) -> GradientTrace:
    """The gradients of some losses with respect to the hidden states of a run that was traced.

    Args:
        losses: by the number of the output, scalars that were computed from the run; it has states (`followed`).
        name_of: what stands at an output.
        vectors: whether the gradients themselves are kept, and not their norms alone.
    """
    layers = followed(run)
    tensors = [state for record in layers.values() for state in record.states[STATE]]
    rows: dict[str, list[Tensor]] = {place: [] for place in layers}
    for loss in losses.values():
        step_done()
        found = iter(gradients(loss, tensors))
        for place, record in layers.items():
            rows[place].append(record.whole([next(found) for _ in record.states[STATE]])[0])
    whole = {place: torch.stack(parts).float() for place, parts in rows.items()}  # [P, T, H]
    norms = {place: norm(values).cpu().numpy() for place, values in whole.items()}
    kept = {place: values.cpu().numpy() for place, values in whole.items()} if vectors else {}
    return GradientTrace(list(losses), [name_of(k) for k in losses], norms, kept)


def followed(run: Run) -> dict[str, Recorded]:
    """The layers that have such a state; a convolution and a feedforward network have none."""
    return {place: record for place, record in run.layers.items() if STATE in record.states}
