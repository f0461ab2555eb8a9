"""From the decoder's features to scores over the target vocabulary: by the vocabulary alone, or copying as well.

M rows (positions of any batch), E embedding size, V target vocabulary, S source positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, log_softmax, logsigmoid

from recurra.text.special import PAD, UNK


class VocabularyOutput(nn.Module):
    """logits = E y + b, where E is the decoder's embedding if it is shared (Press & Wolf 2017)."""

    def __init__(self, size: int, vocabulary: int, shared: nn.Embedding | None) -> None:
        super().__init__()
        self.weight = shared.weight if shared is not None else nn.Parameter(torch.empty(vocabulary, size))
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        if shared is None:
            nn.init.normal_(self.weight, std=size**-0.5)

    def forward(self, features: Tensor, weights: Tensor, copy_ids: Tensor | None) -> Tensor:
        """Features [M, E] to logits [M, V]; what the decoder attended to does not matter here."""
        return linear(features, self.weight, self.bias)


class CopyOutput(VocabularyOutput):
    r"""The pointer-generator (See et al. 2017): p(w) = g p_vocab(w) + (1 - g) sum of the weights on w in the source.

    A source token takes part under its own target id; a token that the target vocabulary lacks counts as <UNK>,
    which prediction replaces by the source token with the largest weight.
    """

    def __init__(self, size: int, vocabulary: int, shared: nn.Embedding | None) -> None:
        super().__init__(size, vocabulary, shared)
        self.gate = nn.Linear(size, 1)

    def forward(self, features: Tensor, weights: Tensor, copy_ids: Tensor | None) -> Tensor:
        """Features [M, E], weights [M, S] and target ids of the source tokens [M, S] to log-probabilities [M, V]."""
        assert copy_ids is not None
        logits, gate = self._parts(features)
        generated = log_softmax(logits, dim=-1) + logsigmoid(gate)
        shares = weights * torch.sigmoid(-gate)  # under autocast not always of the type of the logits
        copied = torch.zeros_like(logits, dtype=shares.dtype).scatter_add_(1, copy_ids, shares)
        # log(exp(generated) + copied), with a floor that keeps the gradient of a zero copy finite
        return torch.logaddexp(generated, copied.clamp(min=1e-30).log())

    def generated(self, features: Tensor) -> Tensor:
        """log of g p_vocab(w), the part that is not copied: features [M, E] to [M, V]."""
        logits, gate = self._parts(features)
        return log_softmax(logits, dim=-1) + logsigmoid(gate)

    def _parts(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [M, V] and what the gate is the sigmoid of [M, 1]."""
        return linear(features, self.weight, self.bias), self.gate(features)


def copy_table(source_tokens: Sequence[str | None], target_id: Mapping[str, int]) -> Tensor:
    """The target id of every source token, <UNK> where the target vocabulary lacks it: [source vocabulary].

    What is no text of the target's kind (None: a feature, a separator) gets <PAD>, which no target has: attention to it
    copies nothing.
    """
    ids = (PAD if token is None else target_id.get(token, UNK) for token in source_tokens)
    return torch.tensor(list(ids), dtype=torch.int64)
