"""How long an output may become.

A model that has gone astray repeats itself and never says EOS, so every output needs a limit. It follows from the
length of the sentence's own source and not from the longest of the batch: the same sentence gives the same output in
any company.
"""

from __future__ import annotations

from torch import Tensor

from recurra.decoding.options import DecodingOptions
from recurra.padded import Padded

SLACK = 20  # tokens that even the shortest source may have: "5 May" has a long date, "NASA" a long pronunciation


def length_limits(source: Padded, options: DecodingOptions) -> Tensor:
    """The most tokens, EOS not counted, of each sentence's output: [B] int64."""
    if options.max_length is not None:
        return source.lengths.new_full(source.lengths.shape, options.max_length)
    limits = (source.lengths * options.max_ratio).long() + SLACK
    return limits.clamp(min=options.min_length)
