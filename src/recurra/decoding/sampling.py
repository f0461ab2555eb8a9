"""Sampling: the next token is drawn at random, as often as the model finds it probable.

The noise is a function, not the state of a generator: one number between 0 and 1, hashed from the seed, the content of
the source, the number of the sample and the step. So a sentence gets the same samples alone and in any batch, and two
runs with one seed are the same run. The number picks the token in whose share of the cumulated probabilities it falls.

Integers are int64 and wrap around; `_mix` is the finaliser of splitmix64 (Steele, Lea and Flood, 2014).

B sentences, K samples per sentence, V vocabulary, S source positions.
"""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.ranking import best
from recurra.decoding.rollout import Choose, roll_out
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded

GOLDEN = 0x9E3779B97F4A7C15 - (1 << 64)  # the odd constant of splitmix64, as a signed integer
FIRST = 0xBF58476D1CE4E5B9 - (1 << 64)
SECOND = 0x94D049BB133111EB - (1 << 64)


@torch.inference_mode()
def sample(model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
    """`nbest` samples of each sentence, the one with the best score first; two samples may be equal."""
    return roll_out(model, source, options, options.nbest, drawing(source, options))


def drawing(source: Padded, options: DecodingOptions) -> Choose:
    """The choice of every sample's next token."""
    numbers = torch.arange(options.nbest, device=source.values.device)
    keys = _mix(_mix(content_keys(source) + _wrapped(options.seed * GOLDEN))[:, None] + numbers * GOLDEN)  # [B, K]

    def choose(log_probs: Tensor, sentences: Tensor, step: int) -> Tensor:
        return pick(chances(log_probs, options), uniform(keys[sentences], step))

    return choose


def chances(log_probs: Tensor, options: DecodingOptions) -> Tensor:
    """What is drawn from where the model says log_probs [B, K, V]: by temperature, top-k and top-p, [B, K, V]."""
    return _narrowed(log_probs / options.temperature, options).softmax(2)


def uniform(keys: Tensor, step: int) -> Tensor:
    """A float64 number in [0, 1) per key: 53 bits of its hash with the step."""
    return _shifted(_mix(keys + _wrapped(step * GOLDEN)), 11).double() * 2.0**-53


def content_keys(source: Padded) -> Tensor:
    """One integer per source row [B], made of its true positions and nothing else."""
    values = source.values
    if values.is_floating_point():
        values = values.double().view(torch.int64)
    values = values.flatten(2) if values.dim() > 2 else values[:, :, None]  # [B, S, D]
    places = torch.arange(1, values.shape[1] * values.shape[2] + 1, device=values.device) * GOLDEN
    hashed = _mix(_mix(values.long()) + places.view(values.shape[1:]))
    inside = torch.where(source.mask[:, :, None], hashed, 0)
    return _mix(inside.sum((1, 2)) + source.lengths * GOLDEN)


def _narrowed(log_probs: Tensor, options: DecodingOptions) -> Tensor:
    """-inf for the tokens that top-k, and after it top-p, leave out."""
    if 0 < options.top_k < log_probs.shape[2]:
        least = best(log_probs.flatten(0, 1), options.top_k).values[:, -1]
        log_probs = log_probs.masked_fill(log_probs < least.view(*log_probs.shape[:2], 1), -torch.inf)
    if options.top_p < 1:
        ordered = log_probs.sort(dim=2, descending=True).values
        shares = ordered.softmax(2)
        before = shares.cumsum(2) - shares  # a token stays if those before it do not reach top_p
        last = (before < options.top_p).sum(2, keepdim=True) - 1
        log_probs = log_probs.masked_fill(log_probs < ordered.gather(2, last.clamp(min=0)), -torch.inf)
    return log_probs


def pick(weights: Tensor, noise: Tensor) -> Tensor:
    """The token [B, K] in whose share of the weights [B, K, V] the noise [B, K] falls."""
    edges = weights.double().cumsum(2)
    place = noise[:, :, None] * edges[:, :, -1:]
    return torch.searchsorted(edges, place, right=True)[:, :, 0].clamp(max=weights.shape[2] - 1)


def _mix(keys: Tensor) -> Tensor:
    keys = (keys ^ _shifted(keys, 30)) * FIRST
    keys = (keys ^ _shifted(keys, 27)) * SECOND
    return keys ^ _shifted(keys, 31)


def _wrapped(number: int) -> int:
    """A Python integer as int64 arithmetic would have it."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _shifted(keys: Tensor, bits: int) -> Tensor:
    """Shifted right with zeros from the left, which `>>` of signed integers does not do."""
    return (keys >> bits) & ((1 << (64 - bits)) - 1)
