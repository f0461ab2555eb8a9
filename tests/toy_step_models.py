"""Step models small enough to enumerate, and slow, plain readings of what decoders do with them.

`Chain` looks the next token up in a table, at a place that every token read and the source decide. So it has real state
rows, real memory rows and attention, and its scores depend on the whole history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.decoding import DecodingOptions, Hypothesis, Scored, Start
from recurra.decoding.limits import length_limits
from recurra.decoding.scoring import MIN_COVERAGE
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO, PAD, UNK

SPECIAL = 4
PLACES = 97


class ChainState(NamedTuple):
    place: Tensor  # [N]
    depth: Tensor  # [N, 1] another shape, as real states have


class Chain:
    """Scores and attention depend on all tokens read and on the source.

    Args:
        words: tokens beside the four special ones.
        levels: with a number, logits are one of so many values: many ties.
        ending: added to the logit of EOS.
        sharpness: how far logits are from each other.
    """

    def __init__(
        self,
        words: int,
        seed: int,
        *,
        levels: int = 0,
        ending: float = 0.0,
        attentive: bool = True,
        sharpness: float = 2.0,
    ):
        generator = torch.Generator().manual_seed(seed)
        self.size = SPECIAL + words
        if levels:
            logits = torch.randint(levels, (PLACES, self.size), generator=generator).float()
        else:
            logits = torch.randn(PLACES, self.size, generator=generator) * sharpness
        logits[:, EOS] += ending
        self.table = logits.log_softmax(1)
        self.looks = torch.randn(PLACES, 64, generator=generator) * 2
        self.attentive = attentive
        self.rows_seen: list[tuple[int, int]] = []  # (state rows, memory rows) of every step

    def start(self, source: Padded) -> Start:
        places = torch.arange(1, source.values.shape[1] + 1)
        content = torch.where(source.mask, source.values * places, 0).sum(1)
        depth = torch.zeros(len(content), 1, dtype=torch.int64)
        return Start(ChainState(content % PLACES, depth), (content, source.mask))

    def step(self, previous: Tensor, state: Any, memory: Any) -> Scored:
        content, mask = memory
        width = len(previous) // len(content)
        assert len(previous) == width * len(content) == len(state.place) == len(state.depth)
        self.rows_seen.append((len(previous), len(content)))
        place = state.place * 31 + previous * 7 + content.repeat_interleave(width) + state.depth[:, 0]
        place = place % PLACES
        attention = None
        if self.attentive:
            looks = self.looks[place][:, : mask.shape[1]].view(-1, width, mask.shape[1])
            attention = looks.double().masked_fill(~mask[:, None], -torch.inf).softmax(2).float().flatten(0, 1)
        return Scored(self.table[place], ChainState(place, state.depth + 1), attention)


def rows(*lengths: int, seed: int = 0) -> list[Tensor]:
    """Source rows of random ids."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(4, 30, (length,), generator=generator) for length in lengths]


class Replay(NamedTuple):
    """An output read through a model token by token, with the formulas of the paper written out."""

    log_prob: float
    score: float
    attention: Tensor | None


def replay(model: Any, row: Tensor, tokens: Sequence[int], finished: bool, options: DecodingOptions) -> Replay:
    """What an output of a sentence is worth."""
    state, memory = model.start(pad([row]))
    total, looks, previous = np.float32(0), [], GO
    for token in [*tokens, EOS] if finished else tokens:
        log_probs, state, attention = model.step(torch.tensor([previous]), state, memory)
        total += log_probs[0, token].numpy()
        looks.append(attention)
        previous = token
    attention = torch.cat(looks) if looks and looks[0] is not None else None
    score = float(total) / ((5 + len(looks)) / 6) ** options.length_penalty
    if options.coverage_penalty:
        seen = torch.zeros(len(row)) if attention is None else attention.sum(0)
        score += options.coverage_penalty * float(seen.clamp(MIN_COVERAGE, 1).log().sum())
    return Replay(float(total), score, attention)


def allowed_words(model: Any, options: DecodingOptions) -> list[int]:
    """All tokens that an output may contain."""
    banned = {PAD, GO, EOS} | ({UNK} if options.forbid_unknown else set())
    return [token for token in range(model.size) if token not in banned]


class Possible(NamedTuple):
    """An output within the limits."""

    tokens: list[int]
    log_prob: float
    score: float
    finished: bool


def every_output(model: Any, row: Tensor, options: DecodingOptions) -> list[Possible]:
    """All outputs within the limits: those that end, those that are cut there, stumps; of each kind the best first."""
    state, memory = model.start(pad([row]))
    found: list[Possible] = []

    def note(tokens: list[int], log_prob: float, seen: Tensor, finished: bool) -> None:
        coverage = options.coverage_penalty * float(seen.clamp(MIN_COVERAGE, 1).log().sum())
        length_penalty = ((5 + len(tokens) + finished) / 6) ** options.length_penalty
        found.append(Possible(tokens, log_prob, log_prob / length_penalty + coverage, finished))

    def walk(tokens: list[int], log_prob: float, seen: Tensor, state: Any) -> None:
        scored = model.step(torch.tensor([(tokens or [GO])[-1]]), state, memory)
        log_probs, after = scored.log_probs[0].tolist(), seen + scored.attention[0]
        words, at_limit = allowed_words(model, options), len(tokens) == options.max_length
        if at_limit and log_probs[EOS] < max(log_probs[word] for word in words):
            note(tokens, log_prob, seen, False)
        elif len(tokens) >= options.min_length:
            note(tokens, log_prob + log_probs[EOS], after, True)
        for token in () if at_limit else words:
            walk([*tokens, token], log_prob + log_probs[token], after, scored.state)

    walk([], 0.0, torch.zeros(len(row)), state)
    most = max((one.log_prob for one in found if not one.finished), default=-np.inf)

    def kind(one: Possible) -> int:
        is_stump = len(one.tokens) < options.max_length and one.log_prob < most
        return 1 if not one.finished else 2 if is_stump else 0

    return sorted(found, key=lambda one: (kind(one), -one.score))


class Beginning(NamedTuple):
    """A live hypothesis of the plain beam search."""

    tokens: list[int]
    log_prob: np.float32
    seen: Tensor  # [S] attention summed
    state: Any


def plain_beam(model: Any, row: Tensor, options: DecodingOptions) -> list[tuple[list[int], bool]]:
    """Beam search for one sentence with Python lists: outputs and whether they are finished, best first."""

    def score(log_prob: np.float32, seen: Tensor, length: int) -> np.float32:
        coverage = options.coverage_penalty * float(seen.double().clamp(MIN_COVERAGE, 1).log().sum())
        return log_prob / lengthy(length) + np.float32(coverage)

    def lengthy(length: int) -> np.float32:
        return np.float32(((5 + length) / 6) ** options.length_penalty)

    state, memory = model.start(pad([row]))
    limit = int(length_limits(pad([row]), options))
    live = [Beginning([], np.float32(0), torch.zeros(len(row)), state)]
    pool: list[tuple[np.float32, list[int], np.float32]] = []  # best first: score, tokens, log probability
    cut: list[tuple[np.float32, list[int], np.float32]] = []
    for step in range(limit + 1):
        choice = sorted(allowed_words(model, options) + ([EOS] if step >= options.min_length else []))
        extended: list[Beginning] = []
        for one in live:
            scored = model.step(torch.tensor([(one.tokens or [GO])[-1]]), one.state, memory)
            log_probs, seen = scored.log_probs[0].numpy(), one.seen + scored.attention[0]
            extended += [Beginning([*one.tokens, t], one.log_prob + log_probs[t], seen, scored.state) for t in choice]
        extended.sort(key=lambda one: -one.log_prob)  # stable
        parents = [one.tokens[:-1] for one in extended]
        ended = [
            one
            for rank, one in enumerate(extended[: options.beam])
            if one.tokens[-1] == EOS and (step < limit or parents[rank] not in parents[:rank])
        ]
        pool += [(score(one.log_prob, one.seen, step + 1), one.tokens[:-1], one.log_prob) for one in ended]
        pool = sorted(pool, key=lambda pair: -pair[0])[: options.beam]
        gone = [one.tokens[:-1] for one in ended]
        alive = [one for one in live if one.tokens not in gone]
        cut = [(score(one.log_prob, one.seen, step), one.tokens, one.log_prob) for one in alive]
        most = max((one.log_prob for one in alive), default=-np.inf) if step == limit else -np.inf
        live = [one for one in extended if one.tokens[-1] != EOS][: options.beam]
        if not live or (len(pool) == options.beam and extended[0].tokens[-1] == EOS):
            break
        hope = live[0].log_prob / lengthy(limit + 1)
        if len(pool) >= options.nbest and hope <= pool[options.nbest - 1][0]:
            break
    short = [log_prob < most and len(tokens) < limit for _, tokens, log_prob in pool]
    whole = [(one[1], True) for one, is_short in zip(pool, short, strict=True) if not is_short]
    stumps = [(one[1], True) for one, is_short in zip(pool, short, strict=True) if is_short]
    best = [*whole, *((tokens, False) for _, tokens, _ in sorted(cut, key=lambda p: -p[0])), *stumps]
    return best[: options.nbest]


def same(one: list[Hypothesis], other: list[Hypothesis]) -> bool:
    """Whether two lists of outputs are equal to the last bit."""

    def looks(hypothesis: Hypothesis) -> object:
        return None if hypothesis.attention is None else hypothesis.attention.tolist()

    def plain(hypotheses: list[Hypothesis]) -> list[object]:
        return [(h.tokens, h.log_prob, h.score, h.finished, looks(h)) for h in hypotheses]

    return plain(one) == plain(other)
