"""Greedy search: the most probable token at every step, the one with the lower id if two are equal."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.rollout import roll_out
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded


@torch.inference_mode()
def greedy(model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
    """One output of each sentence."""
    return roll_out(model, source, options, 1, most_probable)


def most_probable(log_probs: Tensor, sentences: Tensor, step: int) -> Tensor:
    """The choice of greedy search among allowed log probabilities [B, K, V]."""
    return log_probs.argmax(2)
