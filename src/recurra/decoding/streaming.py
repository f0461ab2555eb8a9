"""An output while it grows, of searches that never look back: greedy search, and one sample.

A beam has no certain token before it ends: what leads now may lose to what another hypothesis becomes.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import torch

from recurra.decoding.greedy import most_probable
from recurra.decoding.history import Choice, Outcome, read_back
from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.rollout import roll_steps
from recurra.decoding.sampling import drawing
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded


class Kept(NamedTuple):
    """What is kept of a step until the end."""

    choice: Choice
    outcome: Outcome | None


def grows(options: DecodingOptions) -> bool:
    """Whether outputs are certain token by token."""
    return options.nbest == 1 and (options.sample or options.beam == 1)


@torch.inference_mode()
def decode_growing(
    model: StepModel, source: Padded, options: DecodingOptions
) -> Generator[list[int], None, Hypothesis]:
    """The output for one source, the same that `decode` gives: its tokens so far after every step, at the end itself.

    Args:
        source: of one row.
        options: of a search that never looks back (`grows`).
    """
    choose = drawing(source, options) if options.sample else most_probable
    kept: list[Kept] = []
    tokens: list[int] = []
    for step in roll_steps(model, source, options, 1, choose):
        kept.append(Kept(step.choice, step.outcome))
        if int(step.after.lengths[0, 0]) > len(tokens):
            tokens.append(int(step.choice.tokens[0, 0]))
            yield list(tokens)
    [[output]] = read_back(kept, source.lengths)
    return output
