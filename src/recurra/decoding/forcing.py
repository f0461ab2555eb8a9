"""How probable given outputs are: the model is led along them, one step after the other."""

from __future__ import annotations

import torch

from recurra.decoding.step_model import StepModel
from recurra.lists import floats
from recurra.padded import Padded


@torch.inference_mode()
def log_likelihoods(model: StepModel, source: Padded, target: Padded) -> list[float]:
    """The log-likelihood of given targets [B, T], <GO> first and <EOS> last, summed over what follows <GO>."""
    state, memory = model.start(source)
    mask = target.mask
    total = torch.zeros(len(target.lengths), device=target.values.device)
    for t in range(target.values.shape[1] - 1):
        scored = model.step(target.values[:, t], state, memory)
        state = scored.state
        found = scored.log_probs.gather(1, target.values[:, t + 1 : t + 2]).squeeze(1)
        total += torch.where(mask[:, t + 1], found, 0.0)
    return floats(total)
