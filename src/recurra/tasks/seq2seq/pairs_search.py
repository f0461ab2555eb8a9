"""A search whose outputs are put in order by networks and by n-grams of aligned pairs beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recurra.decoding import (
    DecodingOptions,
    Hypothesis,
    SearchRecord,
    StepModel,
    decode,
    decode_recorded,
    propose,
    record_proposals,
)
from recurra.decoding.hypothesis import ranked
from recurra.decoding.scoring import penalty_of
from recurra.lists import floats, integers
from recurra.models import AlignedPairs
from recurra.models.aligned_pairs import Ids
from recurra.padded import Padded

Hypotheses = Sequence[list[Hypothesis]]  # of each source


class PairsSearch:
    """A search whose candidates are put in order by the networks and by the n-grams beside them.

    Candidates are those of the networks' beam, and what the n-grams write by themselves where that was found to help.
    With greedy search there is one candidate, and samples are not put in order: these are the networks' alone.

    Args:
        parts: n-grams that count.
        networks: how many answer together, whether there are such n-grams beside them or not.
    """

    def __init__(self, parts: Sequence[AlignedPairs], networks: int) -> None:
        self.parts = parts
        self.scales = [float(part.scale) / networks for part in parts]
        self.proposing = max(parts, key=lambda part: part.proposes)

    def outputs(self, model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
        """The `nbest` best outputs of each source."""
        if not orders(options):
            return decode(model, source, options)
        searched = decode(model, source, replace(options, nbest=options.beam))
        sources = ids_of(source)
        proposals = self.proposing.proposals(sources, self.proposing.proposes)
        proposed = propose(model, source, proposals, options, searched)
        return self._ordered(sources, searched, proposed, options)

    def recorded(self, model: StepModel, source: Padded, options: DecodingOptions) -> SearchRecord:
        """The same for one source, with all that was considered."""
        if not orders(options):
            return decode_recorded(model, source, options)
        found = decode_recorded(model, source, replace(options, nbest=options.beam))
        searched, sources = found.outputs, ids_of(source)
        [proposals] = self.proposing.proposals(sources, self.proposing.proposes)
        found = record_proposals(found, model, source, proposals, options)
        proposed = found.outputs[len(searched) :]
        [outputs] = self._ordered(sources, [searched], [proposed], options)
        note = (
            f"The outputs were put in order by log p(output | source) + {sum(self.scales):.2g} log q(source, output), "
            f"with the length penalty; q is of the {self.parts[0].opened().name}, less what the best of them has."
        )
        if proposed:
            note += f" The n-grams proposed {len(proposed)} of the {len(found.outputs)} outputs."
        return found._replace(outputs=outputs, notes=(*found.notes, note))

    def _ordered(
        self, sources: Sequence[Ids], searched: Hypotheses, proposed: Hypotheses, options: DecodingOptions
    ) -> list[list[Hypothesis]]:
        candidates = [[*some, *more] for some, more in zip(searched, proposed, strict=True)]
        tokens = [[np.array(one.tokens, np.int64) for one in some] for some in candidates]
        every = [part.preferences(sources, tokens) for part in self.parts]
        found: list[list[Hypothesis]] = []
        for some, own, *preferred in zip(candidates, searched, *every, strict=True):
            added = np.array(self.scales) @ np.array(preferred)
            scored = [
                replace(one, score=one.score + more / penalty_of(one.length, options.length_penalty))
                for one, more in zip(some, floats(added), strict=True)
            ]
            found.append(ranked(scored[: len(own)], scored[len(own) :])[: options.nbest])
        return found


def ids_of(source: Padded) -> list[Ids]:
    """Each source without <EOS>."""
    rows = source.values.cpu().numpy()
    return [row[: length - 1] for row, length in zip(rows, integers(source.lengths), strict=True)]


def orders(options: DecodingOptions) -> bool:
    """Whether there are several candidates, the best of which is wanted."""
    return options.beam > 1 and not options.sample
