"""The baseline of a language model: an n-gram model over the same units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from recurra.baselines import Allowance, Stored, UnitsBaseline
from recurra.baselines.units import Ids
from recurra.data import Passage, as_examples
from recurra.metrics import Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.language_model.form import of_form
from recurra.tasks.language_model.network import LanguageNetwork
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.language_model.scoring import Cost, encoded

MOST_LINES = 1_000_000
PIECES = 20  # of a running text, of which some are held out


class LanguageBaseline:
    """For the units of a network."""

    def fit(self, train: Iterable[Passage], network: LanguageNetwork, allowance: Allowance) -> UnitsBaseline | None:
        """On lines spread over all, or the beginning of a running text."""
        if network.running:
            texts = np.array_split(np.concatenate(numbered(network, beginning(train, allowance))), PIECES)
        else:
            texts = numbered(network, sampled(train, lambda one: len(one.text) + one.ends, allowance, MOST_LINES))
        texts = [one for one in texts if len(one)]
        return UnitsBaseline.fit(texts, ~network.model.never.cpu().numpy()) if texts else None

    def open(self, stored: Stored) -> UnitsBaseline:
        """The same again."""
        return UnitsBaseline.from_stored(stored)

    def measures(
        self, baseline: UnitsBaseline, predictor: LanguagePredictor, examples: Sequence[Passage], options: object
    ) -> Mapping[str, Measure]:
        """Perplexity and bits per character."""
        network = predictor.network
        passages = list(of_form(as_examples(examples), network.recipe.data.form))
        rows = numbered(network, passages)
        if network.running:
            ends = np.cumsum([len(row) for row in rows])
            nats = np.split(baseline.nats([np.concatenate(rows)])[0], ends[:-1])
        else:
            nats = baseline.nats(rows)
        return predictor.measured([Cost(one, some.tolist()) for one, some in zip(passages, nats, strict=True)])


def beginning(train: Iterable[Passage], allowance: Allowance) -> list[Passage]:
    """As much of a running text as there is time for."""
    found: list[Passage] = []
    total = 0
    for passage in train:
        allowance.of += 1
        if total < allowance.size:
            found.append(passage)
            total += len(passage.text) + passage.ends
    allowance.examples = len(found)
    return found


def numbered(network: LanguageNetwork, passages: list[Passage]) -> list[Ids]:
    """The units of each passage as numbers from 1, the end of its line among them."""
    return [np.array(row, dtype=np.int64) + 1 for row in encoded(network, passages)]
