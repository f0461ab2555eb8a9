r"""A linear chain over tags: how well a tag follows another (Lafferty et al. 2001; Lample et al. 2016).

    s(x, y) = start_{y_1} + sum_t emission_t(y_t) + sum_t transition(y_t, y_{t+1}) + end_{y_T}
    p(y | x) = exp s(x, y) / sum over all y' of exp s(x, y')

The sum is made step by step (the forward algorithm), the best y by keeping the best way to each tag (Viterbi).

B sentences, T tokens, K tags.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from recurra.padded import Padded, reverse

NEVER = -1e4  # the score of a transition that is not allowed


class LinearChain(nn.Module):
    """The scores of neighbouring tags.

    Args:
        tags: K.
        allowed: [K + 1, K + 1] bool: whether tag j may follow tag i; in the last row whether it may be first, in the
            last column whether the sentence may end after it. None allows all. What is not allowed has probability 0.
    """

    forbidden: Tensor
    forbidden_end: Tensor

    def __init__(self, tags: int, allowed: Tensor | None = None) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.zeros(tags))
        self.end = nn.Parameter(torch.zeros(tags))
        self.transition = nn.Parameter(torch.zeros(tags, tags))
        cost = costs(tags, allowed)
        self.register_buffer("forbidden", cost[:, :-1].contiguous())
        self.register_buffer("forbidden_end", cost[:-1, -1].contiguous(), persistent=False)

    @classmethod
    def mean(cls, chains: Sequence[LinearChain]) -> LinearChain:
        """A chain whose scores are the means of those of several, which allow the same; of one, it itself."""
        if len(chains) == 1:
            return chains[0]
        found = cls(len(chains[0].start))
        found.load_state_dict(
            {name: torch.stack([chain.state_dict()[name] for chain in chains]).mean(0) for name in found.state_dict()}
        )
        found.forbidden_end = chains[0].forbidden_end
        return found.to(chains[0].start.device)

    def negative_log_likelihood(self, emissions: Padded, tags: Tensor) -> Tensor:
        """-log p(y | x) of tags [B, T] under emissions [B, T, K]: [B]."""
        return self.log_partition(emissions) - self.score(emissions, tags)

    def score(self, emissions: Padded, tags: Tensor) -> Tensor:
        """s(x, y): [B]."""
        mask = emissions.mask
        own = emissions.values.gather(2, tags[..., None]).squeeze(2).masked_fill(~mask, 0.0).sum(1)
        between = self._transitions()[tags[:, :-1], tags[:, 1:]].masked_fill(~mask[:, 1:], 0.0).sum(1)
        last = tags.gather(1, (emissions.lengths - 1)[:, None]).squeeze(1)
        return self._start()[tags[:, 0]] + own + between + self._end()[last]

    def log_partition(self, emissions: Padded) -> Tensor:
        """log of the sum over all taggings: [B]."""
        mask = emissions.mask
        with torch.autocast(mask.device.type, enabled=False):  # these sums need all their digits
            values = emissions.values.to(self.start.dtype)
            first, *others = values.unbind(1)  # the gradient of each values[:, t] would have the size of all values
            alpha = self._start() + first  # [B, K]: over all beginnings that end in each tag
            factors = self._transitions().exp()
            for t, own in enumerate(others, 1):
                after = log_product(alpha, factors) + own
                alpha = torch.where(mask[:, t, None], after, alpha)
            return torch.logsumexp(alpha + self._end(), dim=1)

    def marginals(self, emissions: Padded) -> Tensor:
        """p(y_t = k | x): [B, T, K]."""
        return self.log_marginals(emissions).exp()

    def log_marginals(self, emissions: Padded) -> Tensor:
        """log p(y_t = k | x): [B, T, K], by sums over what is before and after each token; gradients can be taken.

        Both go the same way, from either end of a sentence to the token itself. What stands on the padding does not
        matter.
        """
        ends = torch.stack([emissions.values, reverse(emissions).values])  # [2, B, T, K]
        first, *others = ends.unbind(2)
        factors = self._transitions().exp()
        factors = torch.stack([factors, factors.t()])
        sums = [torch.stack([self._start(), self._end()])[:, None] + first]  # [2, B, K]: over all ways to each tag
        for own in others:
            sums.append(log_product(sums[-1], factors) + own)
        before, after = torch.stack(sums, 2)
        after = reverse(emissions.with_values(after)).values
        return (before + after - emissions.values).log_softmax(-1)

    def best(self, emissions: Padded) -> Tensor:
        """The most probable tags [B, T]; 0 on padding. Of equal ones, those with lower numbers at the end."""
        return best_path(emissions, self._start(), self._transitions(), self._end())

    def _start(self) -> Tensor:
        return self.start + self.forbidden[-1]

    def _end(self) -> Tensor:
        return self.end + self.forbidden_end

    def _transitions(self) -> Tensor:
        return self.transition + self.forbidden[:-1]


def costs(tags: int, allowed: Tensor | None) -> Tensor:
    """The scores [K + 1, K + 1] that forbid what is not `allowed`, as in a LinearChain; all 0 where that is None."""
    return torch.zeros(tags + 1, tags + 1) if allowed is None else torch.where(allowed, 0.0, NEVER)


def best_path(emissions: Padded, start: Tensor, transitions: Tensor, end: Tensor) -> Tensor:
    """The tags [B, T] with the highest sum of scores (Viterbi); 0 on padding. Of equal ones, see `LinearChain.best`.

    Args:
        start, end: of the first and of the last tag [K].
        transitions: of tag j after tag i [K, K].
    """
    mask, each = emissions.mask, emissions.values.unbind(1)
    into = transitions.t().contiguous()  # the maximum over what is last in memory is many times as quick
    scores = [start + each[0]]  # [B, K] of the best way to each tag
    for t, own in enumerate(each[1:], 1):
        after = (scores[-1][:, None] + into).amax(dim=2) + own
        scores.append(torch.where(mask[:, t, None], after, scores[-1]))
    tag = (scores[-1] + end).argmax(dim=1)
    tags = [tag]
    for t in range(len(each) - 1, 0, -1):  # which tag was before is looked up on the best way alone
        tag = torch.where(mask[:, t], (scores[t - 1] + into[tag]).argmax(dim=1), tag)
        tags.append(tag)
    return torch.stack(tags[::-1], dim=1).masked_fill(~mask, 0)


def log_product(logs: Tensor, factors: Tensor) -> Tensor:
    """log(exp(logs) factors) of [..., B, K] and [..., K, K]: one product of matrices in place of K sums for each tag.

    The largest log is taken out first, so nothing overflows; a sum that is 0 counts as the smallest number there is.
    """
    largest = logs.detach().amax(dim=-1, keepdim=True)
    sums = (logs - largest).exp() @ factors
    return sums.clamp_min(torch.finfo(sums.dtype).tiny).log() + largest
