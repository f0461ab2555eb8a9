"""What can be set by name where a model answers, `model.predict(text, beam=3)`, as types that an editor knows.

Which of them a model has follows from its task; one that it has not is refused. Their meaning and their defaults stand
at the options of each task (the section [decoding] of its recipe, for continuations [generation]).
"""

from __future__ import annotations

from typing import Literal, TypedDict


class AnswerSettings(TypedDict, total=False):
    """The settings of all tasks' answers."""

    beam: int  # outputs that are kept while searching; 1 is greedy search
    nbest: int  # alternatives of an answer
    attention: bool  # also give what the model attended to
    length_penalty: float
    coverage_penalty: float
    min_length: int  # units of an output
    max_length: int | None
    max_ratio: float | None  # units of an output for each unit of the input
    max_extra: int | None  # and so many more
    forbid_unknown: bool
    bleu: Literal["auto", "13a", "intl", "zh", "char"]  # evaluation: what a word is for BLEU
    sample: bool  # draw instead of searching
    temperature: float  # of sampling: below 1 the more probable is drawn more often
    top_k: int
    top_p: float
    seed: int  # of all that is drawn
    anti_lm: float  # chat: how much a reply is held against what is always said
    diversity: float  # chat
    steps: int  # forecast: how many
    samples: int  # forecast: sample paths
    stride: int  # forecast: evaluation, steps between two origins
    last: int  # forecast: evaluation, steps at the end of each series
    floor: bool  # forecast: those of counts are 0 at least


class GenerationSettings(TypedDict, total=False):
    """The settings of a language model's continuations."""

    length: int | None  # the most units
    samples: int  # continuations of each text
    temperature: float
    top_k: int
    top_p: float
    seed: int
    beam: int  # 0 draws


class WritingSettings(AnswerSettings, GenerationSettings, total=False):
    """For any model that writes: the settings of continuations for a language model, of answers for the others."""
