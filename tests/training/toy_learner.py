"""A learner small enough to run a whole training in a blink: a network with dropout that learns a table."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from recurra.training import Index, Loss, Score, token_loss

EXAMPLES = 24


class ToyLearner:
    """Learns example -> example mod 5, in batches of four that are drawn by the epoch."""

    measure = "wrong"

    def __init__(self, seed: int = 1) -> None:
        torch.manual_seed(seed)
        self.model = nn.Sequential(nn.Embedding(EXAMPLES, 8), nn.Dropout(0.2), nn.Linear(8, 5))
        self.poisoned: set[int] = set()  # examples whose loss is no number
        self.room = EXAMPLES  # examples that fit into memory together
        self.seen: list[list[int]] = []

    def batches(self, epoch: int) -> list[Index]:
        order = np.random.default_rng((7, epoch)).permutation(EXAMPLES).astype(np.int64)
        return np.split(order, 6)

    def largest_batch(self) -> Index:
        return self.batches(0)[0]

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        if len(batch) > self.room:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")
        self.seen.append(batch.tolist())
        ids = torch.from_numpy(batch)
        loss = token_loss(self.model(ids), ids % 5, smoothing)
        if self.poisoned & set(batch.tolist()):
            return Loss(loss.total * float("nan"), loss.tokens)
        return loss

    def tokens(self, batch: Index) -> int:
        return len(batch)

    def validation_examples(self) -> int:
        return EXAMPLES

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        self.model.eval()
        ids = torch.arange(min(examples, EXAMPLES))
        scores = self.model(ids)
        loss = token_loss(scores, ids % 5)
        wrong = (scores.argmax(-1) != ids % 5).float().mean().item()
        return Score(float(loss.total) / loss.tokens, 100 * wrong)

    def describe(self, batch: Index) -> str:
        return f"the examples {sorted(batch.tolist())}"
