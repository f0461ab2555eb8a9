"""A search whose outputs are put in order by networks and by n-grams of aligned pairs beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recurra.decoding import (
    DecodingOptions,
    Hypothesis,
    SearchRecord,
    StepModel,
    candidates,
    decode,
    decode_recorded,
    propose,
    record_candidates,
    record_proposals,
)
from recurra.decoding.hypothesis import ranked
from recurra.decoding.scoring import penalty_of
from recurra.lists import floats, integers
from recurra.models import AlignedPairs
from recurra.models.aligned_pairs import FURTHEST, Ids
from recurra.padded import Padded, select_rows
from recurra.text.counted import counted

Hypotheses = Sequence[list[Hypothesis]]  # of each source


class PairsSearch:
    """A search whose candidates are put in order by the networks and by the n-grams beside them.

    Candidates are those of the networks' beam, and what the n-grams write by themselves where that was found to help.
    With greedy search there is one candidate, and samples are not put in order: these are the networks' alone.
    N-grams can move a candidate only so far, so they are asked only about those that may come first.

    Args:
        parts: n-grams that count.
        networks: how many answer together, whether there are such n-grams beside them or not.
    """

    def __init__(self, parts: Sequence[AlignedPairs], networks: int) -> None:
        self.parts = parts
        self.scales = [float(part.scale) / networks for part in parts]
        self.margin = FURTHEST * sum(self.scales)  # nats that n-grams may take from a candidate
        self.proposing = max(parts, key=lambda part: part.proposes)

    def outputs(self, model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
        """The `nbest` best outputs of each source."""
        if not orders(options):
            return decode(model, source, options)
        outputs, rest = candidates(model, source, options, self.margin)
        if len(rest):
            open_ = integers(rest)
            searched, source = [outputs[k] for k in open_], select_rows(source, rest)
            sources = ids_of(source)
            proposals = self.proposing.proposals(sources, self.proposing.proposes)
            proposed = propose(model, source, proposals, options, searched)
            for k, found in zip(open_, self._ordered(sources, searched, proposed, options), strict=True):
                outputs[k] = found
        return outputs

    def recorded(self, model: StepModel, source: Padded, options: DecodingOptions) -> SearchRecord:
        """The same for one source, with all that was considered."""
        if not orders(options):
            return decode_recorded(model, source, options)
        found = record_candidates(model, source, options, self.margin)
        searched, sources = found.outputs, ids_of(source)
        [proposals] = self.proposing.proposals(sources, self.proposing.proposes)
        found = record_proposals(found, model, source, proposals, options)
        proposed = found.outputs[len(searched) :]
        [outputs] = self._ordered(sources, [searched], [proposed], options)
        note = (
            f"The outputs were put in order by log p(output | source) + {sum(self.scales):.2g} log q(source, output), "
            f"with the length penalty; log q is that of the {self.parts[0].opened().name}, relative to their best "
            f"output and at least {-FURTHEST:g}; outputs that are too far behind to come first count as {-FURTHEST:g}."
        )
        if proposed:
            note += f" The n-grams proposed {len(proposed)} of the {counted(len(found.outputs), 'output')}."
        return found._replace(outputs=outputs, notes=(*found.notes, note))

    def _ordered(
        self, sources: Sequence[Ids], searched: Hypotheses, proposed: Hypotheses, options: DecodingOptions
    ) -> list[list[Hypothesis]]:
        found: list[list[Hypothesis]] = []
        for own, more, added in zip(searched, proposed, self._added(sources, searched, proposed, options), strict=True):
            scored = [
                replace(one, score=one.score + nats / penalty_of(one.length, options.length_penalty))
                for one, nats in zip([*own, *more], floats(added), strict=True)
            ]
            found.append(ranked(scored[: len(own)], scored[len(own) :])[: options.nbest])
        return found

    def _added(
        self, sources: Sequence[Ids], searched: Hypotheses, proposed: Hypotheses, options: DecodingOptions
    ) -> list[NDArray[np.float64]]:
        """How many nats are added to each candidate: FURTHEST behind, times the scale, where n-grams are not asked."""
        every = [[*own, *more] for own, more in zip(searched, proposed, strict=True)]
        asked = [
            in_reach(own, more, self.margin, options.length_penalty)
            for own, more in zip(searched, proposed, strict=True)
        ]
        tokens = [
            [np.array(some[k].tokens, np.int64) for k in places] for some, places in zip(every, asked, strict=True)
        ]
        preferences = [part.preferences(sources, tokens) for part in self.parts]
        added = [np.full(len(some), -self.margin) for some in every]
        for nats, places, *preferred in zip(added, asked, *preferences, strict=True):
            nats[places] = np.array(self.scales) @ np.array(preferred)
        return added


def in_reach(
    searched: Sequence[Hypothesis], proposed: Sequence[Hypothesis], margin: float, length_penalty: float
) -> list[int]:
    """The places of the candidates that may come first, where the first can lose so many nats at most."""
    first = ranked(searched, proposed)[0]
    least = first.score - margin / penalty_of(first.length, length_penalty)
    return [place for place, one in enumerate([*searched, *proposed]) if one.score >= least]


def ids_of(source: Padded) -> list[Ids]:
    """Each source without <EOS>."""
    rows = source.values.cpu().numpy()
    return [row[: length - 1] for row, length in zip(rows, integers(source.lengths), strict=True)]


def orders(options: DecodingOptions) -> bool:
    """Whether there are several candidates, the best of which is wanted."""
    return options.beam > 1 and not options.sample
