"""Choosing an output: greedy search, beam search and sampling over any step model."""

from __future__ import annotations

from recurra.decoding.anti_lm import rerank
from recurra.decoding.beam import Candidates, beam_search, candidates
from recurra.decoding.beginning import NO_END, Beginning
from recurra.decoding.by_steps import BySteps
from recurra.decoding.diverse import Diverse
from recurra.decoding.ensemble import Ensemble
from recurra.decoding.forcing import log_likelihoods
from recurra.decoding.greedy import greedy
from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.proposed import propose
from recurra.decoding.recorded import SearchRecord, Tree, decode_recorded, record_candidates, record_proposals
from recurra.decoding.sampling import chances, sample
from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.decoding.streaming import decode_growing, grows
from recurra.padded import Padded
from recurra.search_names import End, Fate, Method

__all__ = [
    "NO_END",
    "Beginning",
    "BySteps",
    "Candidates",
    "DecodingOptions",
    "Diverse",
    "End",
    "Ensemble",
    "Fate",
    "Hypothesis",
    "Method",
    "Scored",
    "SearchRecord",
    "Start",
    "StepModel",
    "Tree",
    "beam_search",
    "candidates",
    "chances",
    "decode",
    "decode_growing",
    "decode_recorded",
    "greedy",
    "grows",
    "log_likelihoods",
    "propose",
    "record_candidates",
    "record_proposals",
    "rerank",
    "sample",
]


def decode(model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
    """The outputs of each sentence, best first, by the way of decoding that the options ask for."""
    if not len(source.lengths):
        return []
    if options.sample:
        return sample(model, source, options)
    if options.beam == 1:
        return greedy(model, source, options)
    return beam_search(model, source, options)
