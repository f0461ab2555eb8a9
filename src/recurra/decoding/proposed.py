"""Outputs that something else proposes, as if a search had found them: paths whose tokens are given.

B sentences, K proposals of each at most, T steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.rollout import Choose, roll_out
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded
from recurra.text.special import EOS, PAD

Outputs = Sequence[Sequence[int]]  # without <GO> and <EOS>


@torch.inference_mode()
def propose(
    model: StepModel,
    source: Padded,
    outputs: Sequence[Outputs],
    options: DecodingOptions,
    beside: Sequence[Sequence[Hypothesis]] | None = None,
) -> list[list[Hypothesis]]:
    """The outputs proposed for each sentence with the scores that a search gives them, best first.

    Those that no search could find are left out: they are too long or too short, have tokens that the options forbid,
    or are impossible for the model.

    Args:
        beside: what a search has found for each sentence, and is not proposed again.
    """
    if beside is not None:
        found = [{tuple(one.tokens) for one in some if one.finished} for some in beside]
        outputs = [[one for one in some if tuple(one) not in own] for some, own in zip(outputs, found, strict=True)]
    width = max(map(len, outputs), default=0)
    if not width:
        return [[] for _ in outputs]
    paths = roll_out(model, source, options, width, along(source, outputs))
    return [[one for one in some if one.finished] for some in paths]


def along(source: Padded, outputs: Sequence[Outputs]) -> Choose:
    """The choice of paths that go along given outputs; a path without one takes <PAD>, which ends it."""
    width, longest = max(map(len, outputs)), max(len(one) for some in outputs for one in some)
    tokens = torch.full((len(outputs), width, longest + 1), PAD)
    for row, some in zip(tokens, outputs, strict=True):
        for path, one in zip(row, some, strict=False):
            path[: len(one) + 1] = torch.tensor([*one, EOS])
    tokens = tokens.to(source.values.device)
    return lambda log_probs, sentences, step: tokens[sentences, :, step]
