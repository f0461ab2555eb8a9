"""The baseline of tags: a linear chain over words, their shapes and affixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from recurra.baselines import Allowance, ChainBaseline, Stored
from recurra.data import Tagged, as_examples
from recurra.metrics import Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.tag.predictor import TagPredictor, measured_tags
from recurra.tasks.tag.sentences import in_scheme
from recurra.text.counted import counted

TOKEN, TAG = 10.0, 0.3  # what reading and learning a token takes, in characters, and each tag that it may have


class TagBaseline:
    """For the tags of a network."""

    def fit(self, train: Iterable[Tagged], network: TagNetwork, allowance: Allowance) -> ChainBaseline:
        """On sentences spread over all."""
        each = TOKEN + TAG * len(network.tags)
        sentences = sampled(train, lambda one: each * len(one.tokens), allowance)
        number = {tag: k for k, tag in enumerate(network.tags)}
        tags = [[number[tag] for tag in one.tags] for one in sentences]
        return ChainBaseline.fit([one.tokens for one in sentences], tags, len(network.tags), allowance)

    def open(self, stored: Stored) -> ChainBaseline:
        """The same again."""
        return ChainBaseline.from_stored(stored)

    def measures(
        self, baseline: ChainBaseline, predictor: TagPredictor, examples: Sequence[Tagged], options: None
    ) -> Mapping[str, Measure]:
        """Accuracy of tags and sentences; F1 of spans where the tags write spans."""
        network = predictor.network
        if baseline.tags != len(network.tags):
            raise ValueError(f"{counted(baseline.tags, 'tag')}, where the model has {len(network.tags)}")
        given = as_examples(examples)
        sentences = list(in_scheme(given, network.scheme, ignored, repair=network.recipe.data.repair, strict=False))
        found = baseline.predict([one.tokens for one in sentences])
        answers = [[network.tags[k] for k in tags] for tags in found]
        return measured_tags(answers, [list(one.tags) for one in sentences], network.scheme)


def ignored(text: str) -> None:
    """What was said of the sentences when the model was measured is not said again."""
