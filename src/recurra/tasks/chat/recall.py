"""Whether the right reply is found among others: recall@1 (Lowe et al. 2015), of a network and of its baseline.

Each exchange asks for its reply among those of other exchanges of the same data. A ranking is right where the true one
is first; where it shares the first place with others, in as large a part of the cases as by chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recurra.baselines import NearestBaseline
from recurra.data import Example
from recurra.lists import integers
from recurra.metrics import Measure
from recurra.metrics.ratio import percentage
from recurra.tasks.chat.pairs import context_text
from recurra.tasks.chat.recipe import ChatRecipe
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.text.counted import counted

AMONG = 10  # replies, the right one among them
MOST = 250  # exchanges that are asked, spread evenly over all
RECALL = "recall_at_1"
CERTAIN = 1e-6  # scores that are closer are equal


class Choice(NamedTuple):
    """A reply to be found."""

    context: str
    replies: list[str]  # the right one first, all different


Scores = list[list[float]]  # of the replies of each choice: the higher, the better


def choices(contexts: Sequence[str], right: Sequence[str]) -> list[Choice]:
    """What is asked about exchanges; nothing where all replies are the same.

    The other replies are drawn by a hash of the exchange, so that they do not depend on the order of the data.

    Args:
        right: the reply to each context, as the model would write it.
    """
    share = min(1.0, MOST / max(1, len(contexts)))
    asked = [k for k in range(len(contexts)) if int((k + 1) * share) > int(k * share)]
    every = sorted(set(right))
    if len(every) < 2:
        return []
    found: list[Choice] = []
    for context, reply in ((contexts[k], right[k]) for k in asked):
        seed = hashlib.sha256(f"{context}\0{reply}".encode("utf-8", "surrogatepass")).digest()
        dice = np.random.default_rng(np.frombuffer(seed, np.uint32))
        drawn = integers(dice.choice(len(every), min(AMONG, len(every)), replace=False))
        others = [every[k] for k in drawn if every[k] != reply]
        found.append(Choice(context, [reply, *others[: AMONG - 1]]))
    return found


def by_network(asked: Sequence[Choice], texts: TextPredictor[ChatRecipe], anti_lm: float) -> Scores:
    """(log p(reply | context) - weight log p(reply)) per unit.

    Args:
        anti_lm: the weight of how probable a reply is whatever was said; 0 where the network has not learned that.
    """
    pairs = [Example(one.context, reply, 0) for one in asked for reply in one.replies]
    given = texts.likelihood(pairs)
    scores = np.array(given.log_likelihoods)
    if anti_lm:
        nothing = context_text([], texts.first.recipe.data.turns)
        every = {reply: k for k, reply in enumerate(dict.fromkeys(pair.target for pair in pairs))}
        alone = texts.likelihood([Example(nothing, reply, 0) for reply in every])
        scores -= anti_lm * np.array([alone.log_likelihoods[every[pair.target]] for pair in pairs])
    return split(scores / np.array(given.tokens), asked)


def by_baseline(asked: Sequence[Choice], baseline: NearestBaseline) -> Scores:
    """How like a reply is to those that followed what is like the context."""
    return baseline.fit_of([one.context for one in asked], [one.replies for one in asked])


def split(scores: np.ndarray, asked: Sequence[Choice]) -> Scores:
    """Of all replies, choice by choice."""
    ends = np.cumsum([len(one.replies) for one in asked])
    return [[float(value) for value in part] for part in np.split(scores, ends[:-1])] if asked else []


def recall(scores: Scores) -> dict[str, Measure]:
    """The measure by its name; none of nothing."""
    if not scores:
        return {}
    found = [
        0.0 if some[0] < max(some) - CERTAIN else 1 / sum(one > max(some) - CERTAIN for one in some) for some in scores
    ]
    among = max(map(len, scores))
    definition = (
        f"share of {counted(len(scores), 'exchange')} whose reply is ranked first among {among} of these data, in "
        "percent; "
        f"by chance {100 / among:.0f}"
    )
    return {RECALL: percentage(found, np.ones(len(found)), definition)}
