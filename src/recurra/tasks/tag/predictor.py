"""From tokens to tags, in the order of the input; how good they are; and all that happens on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import PurePath
from statistics import fmean
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.data import Examples, Tagged, as_examples, places_of
from recurra.data.chunks import chunks
from recurra.data.jsonl import checked_text
from recurra.data.rows import reads_file
from recurra.data.schemes import Scheme, Span
from recurra.data.tagged import TagReads
from recurra.errors import DataError, UsageError
from recurra.inside.probes import TaggingProbe
from recurra.lists import float_rows, integer_rows, integers
from recurra.metrics import ExampleScores, Measure, Share, confusion
from recurra.metrics.spans import kind_reports, sentence_exact, span_f1, tag_accuracy
from recurra.models import device_of
from recurra.narrowing import are_texts, is_sequence
from recurra.options import unknown_name
from recurra.padded import mean_of_steps
from recurra.tasks.answer import Alternative, Answer, AnyAnswer
from recurra.tasks.at_once import at_once, numbered
from recurra.tasks.cases import case_of
from recurra.tasks.editing import Editing
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.examples import at_least_one
from recurra.tasks.longest import Longest
from recurra.tasks.one_input import is_one_text
from recurra.tasks.tag.answer import TaggedTokens
from recurra.tasks.tag.ensemble import TaggerEnsemble, Tagging
from recurra.tasks.tag.learner import batches_by_length, spans_of
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.tag.sentences import in_scheme, say_unseen
from recurra.tasks.tag.words import Encoded, batch_of, cut_note, to_device
from recurra.tasks.tracing import Asked, ReadInput
from recurra.tasks.unknown import input_notes, unknown_notes
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text.counted import counted
from recurra.text.scripts import script_of
from recurra.text.special import SPECIAL_TOKENS
from recurra.text.visible import as_given, is_blank
from recurra.views.records import EvaluationDetails

Tags = list[list[str]]  # of each sentence

WINDOW = 2000  # sentences that are sorted by length together; bounds the memory for an endless input
LONGEST = Longest(5000, "tokens", "tagged", "Split it into sentences.")
MOST_WORDS = 5000  # that are proposed in the place of others: the most frequent
MOST_PARTS = 20  # kinds or tags that are measured one by one


class Spans(NamedTuple):
    """The spans that the tags of each sentence write."""

    predicted: list[set[Span]]
    right: list[set[Span]]


@dataclass(frozen=True)
class TagPredictor:
    """One tagger, or several that answer together."""

    networks: Sequence[TagNetwork]

    @property
    def network(self) -> TagNetwork:
        """The first: what it reads and answers, the others do too."""
        return self.networks[0]

    @cached_property
    def ensemble(self) -> TaggerEnsemble:
        """All of them as one."""
        return TaggerEnsemble([network.model for network in self.networks])

    @property
    def reads(self) -> TagReads:
        """Tokens, perhaps with the tags of the training data beside them."""
        return TagReads(frozenset(self.network.tags))

    @property
    def longest(self) -> Longest:
        """In tokens."""
        return LONGEST

    def lengths_of(self, examples: Sequence[Tagged]) -> Sequence[int]:
        """Of the sentences."""
        return [len(one.tokens) for one in examples]

    def is_one(self, given: object) -> bool:
        """A text, or a tuple of tokens, is one."""
        return is_one_text(given)

    def predict(self, inputs: Iterable[str | Sequence[str]], options: None) -> Iterator[Answer[TaggedTokens]]:
        """The tags of each sentence: a text with tokens between spaces, or a list of tokens."""
        first = 1
        for window in chunks(inputs, WINDOW):
            yield from self._window([tokens_of(given, k) for k, given in enumerate(window, first)])
            first += len(window)

    def evaluate(self, examples: Iterable[Tagged], options: None) -> Evaluation:
        """Accuracy of tags and sentences; F1 of spans where the tags write spans. In the details each kind or tag."""
        scheme, notes = self.network.scheme, list[str]()
        read, place = at_least_one(examples), places_of(examples)
        LONGEST.refuse(self.lengths_of(read), (place(one.line) for one in read))
        given = as_examples(examples).pieces(lambda _: iter(read))
        repair = self.network.recipe.data.repair
        rewritten = in_scheme(given, scheme, notes.append, repair=repair, strict=False)
        sentences = list(rewritten)
        say_unseen(rewritten, self.network.tags, notes.append)
        if not isinstance(examples, Examples):
            notes.clear()  # a sample of validation examples, which were looked at before training
        found = list(self.predict((sentence.tokens for sentence in sentences), None))
        answers = [answer.details.tags for answer in found]
        references = [list(sentence.tags) for sentence in sentences]
        spans = spans_in(answers, references, scheme)
        measures = measured(answers, references, spans)
        if spans and not any(spans.right):
            predicted = counted(sum(map(len, spans.predicted)), "span")
            notes.append(f"the right tags write no spans, so span F1 is 0, as in conlleval; predicted: {predicted}")
        notes += unknown_notes(one.unknown for one in found)
        notes += filter(None, [cut_note(self.network.reader, (sentence.tokens for sentence in sentences))])
        each = tag_scores(answers, references, measures, spans)
        scores = ExampleScores([*map(len, references)], "tokens", each, whole="sentence_exact")
        cases = [
            case_of(answer, sentence.line, [" ".join(sentence.tags)], groups={"script": script_of(answer.source)})
            for answer, sentence in zip(found, sentences, strict=True)
        ]
        parts = tag_parts(answers, references, spans)
        return Evaluation(len(sentences), measures, notes, details(answers, references, spans), scores, cases, parts)

    def ask(self, given: str | Sequence[str], options: None, target: str | Sequence[str] | None = None) -> Asked:
        """The question about the best tags, or about given ones, with spaces between them or as a list."""
        tokens = tokens_of(given, 1)
        if not tokens:
            raise DataError("the input has no tokens", where="text 1", fix="Give tokens with spaces between them.")
        encoded = self.network.reader.encode([tokens])
        sentence = batch_of(encoded)
        with torch.no_grad():
            best = [self.network.tags[k] for k in integers(self.ensemble.tag(encoded).tags[0])]
            models = [network.model.eval() for network in self.networks]
            probes = [TaggingProbe(model, to_device(sentence, device_of(model))) for model in models]
        tags = best if target is None else given_tags(target, len(tokens))
        return Asked(
            " ".join(tokens),
            " ".join(best),
            tokens,
            tags,
            probes,
            [ReadInput("tokens", tokens)],
            tags,
            [self._number_of(tag) for tag in tags],
            self.network.tags.__getitem__,
            self._number_of,
            known=0 if target is None else len(tags),
            target=None if target is None else " ".join(tags),
            notes=input_notes(self.network.reader.unknown(tokens)),
        )

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return "the mean over the tokens of what the top layer puts out"

    def vectors(self, inputs: Iterable[str | Sequence[str]]) -> Iterator[Vector | None]:
        """The mean of the first network's outputs over the tokens of each sentence."""
        model, device, first = self.network.model.eval(), device_of(self.network.model), 1
        for window in chunks(inputs, WINDOW):
            encoded = self.network.reader.encode([tokens_of(given, k) for k, given in enumerate(window, first)])
            lengths = np.array([len(one.words) for one in encoded], np.int32)
            filled = np.flatnonzero(lengths).tolist()

            def computed(numbers: list[int], encoded: Sequence[Encoded] = encoded) -> Tensor:
                run = model.over(model.read(to_device(batch_of([encoded[k] for k in numbers]), device)))
                return mean_of_steps(run.outputs)

            batches = numbered(batches_by_length(lengths[filled])) if filled else []
            yield from one_by_one(computed, [[filled[k] for k in batch] for batch in batches], lengths, device)
            first += len(window)

    def unknown_in(self, given: str | Sequence[str]) -> list[str]:
        """Words that are not in the vocabulary."""
        return self.network.reader.unknown(tokens_of(given, 1))

    def editing(self, given: str | Sequence[str]) -> Editing:
        """A sentence as tokens that can be changed."""
        words = self.network.reader.words
        candidates = [words.token(id) for id in range(len(SPECIAL_TOKENS), min(words.size, MOST_WORDS))]
        with torch.no_grad():
            alone = batch_of(self.network.reader.encode([[one] for one in candidates]))
            vectors = self.network.model.eval().read(to_device(alone, device_of(self.network.model))).values[:, 0]
        return Editing(
            tokens_of(given, 1),
            lambda tokens: list(tokens),
            lambda tokens: tokens,
            candidates,
            vectors,
            tags_in,
        )

    def _number_of(self, tag: str) -> int:
        if tag not in self.network.tags:
            raise unknown_name("tag", str(tag), self.network.tags)  # JSON may have sent anything
        return self.network.tags.index(tag)

    def _window(self, sentences: list[list[str]]) -> list[Answer[TaggedTokens]]:
        scheme = self.network.scheme
        answers = {k: tagged([], [], [], scheme) for k, tokens in enumerate(sentences) if not tokens}
        filled = [k for k, tokens in enumerate(sentences) if tokens]
        encoded = self.network.reader.encode([sentences[k] for k in filled])
        unknown = self.network.reader.unknown_words([sentences[k] for k in filled], encoded)
        lengths = np.array([len(one.words) for one in encoded], dtype=np.int32)

        def computed(numbers: list[int]) -> Tagging:
            return ensemble.tag([encoded[number] for number in numbers])

        ensemble, device = self.ensemble, device_of(self.network.model)
        names, is_cut = self.network.tags, self.network.reader.is_cut
        batches = numbered(batches_by_length(lengths)) if filled else []
        for numbers, found in zip(batches, at_once(computed, batches, device), strict=True):
            best = integer_rows(found.tags)
            chances = float_rows(found.probabilities)
            for number, row, chance in zip(numbers, best, chances, strict=True):
                tokens = sentences[filled[number]]
                tags = [names[k] for k in row[: len(tokens)]]
                cut = any(map(is_cut, tokens))
                answers[filled[number]] = tagged(tokens, tags, chance[: len(tokens)], scheme, unknown[number], cut=cut)
        return [answers[k] for k in range(len(sentences))]


def tagged(
    tokens: list[str],
    tags: list[str],
    probabilities: list[float],
    scheme: Scheme | None,
    unknown: Sequence[str] = (),
    *,
    cut: bool = False,
) -> Answer[TaggedTokens]:
    """The one tagging of a sentence as an answer; its score is the mean probability of its tags."""
    mean = fmean(probabilities) if probabilities else None
    one = Alternative(" ".join(tags), mean)
    return Answer(" ".join(tokens), [one], TaggedTokens(tokens, tags, probabilities, scheme, cut), list(unknown))


def tags_in(answer: AnyAnswer) -> list[str]:
    """The tags of an answer."""
    return answer.details.tags if isinstance(answer.details, TaggedTokens) else []


def tokens_of(given: object, number: int) -> list[str]:
    """The tokens of a text, or of a list.

    Raises:
        DataError: something else, an empty token, or too many of them.
    """
    tokens = ([] if is_blank(given) else given.split()) if isinstance(given, str) else given
    found = tokens if is_sequence(tokens) else None
    if found is None or not are_texts(found) or not all(found):
        fix = reads_file(given) if isinstance(given, PurePath) else 'Give "a b c" or ["a", "b", "c"].'
        raise DataError(f"expected a text or a list of tokens, got {as_given(given)}", where=f"text {number}", fix=fix)
    LONGEST.refuse([len(found)], [f"text {number}"])
    return list(found) if all(map(str.isascii, found)) else [checked_text(token, f"text {number}") for token in found]


def given_tags(given: object, count: int) -> list[str]:
    """Tags of a text, or of a list, one for each of so many tokens.

    Raises:
        UsageError: another number of them, or something else, as JSON may have it.
    """
    tags = list(map(str, given if is_sequence(given) else str(given).split()))
    if len(tags) != count:
        what = f"expected a tag for each of {counted(count, 'token')}, got {len(tags)}"
        raise UsageError(what, where="target", fix="Give them with spaces between them.")
    return tags


def details(predictions: Tags, references: Tags, spans: Spans | None) -> EvaluationDetails:
    """Precision, recall and F1 of each kind of span; where the tags write none, of each tag."""
    if spans:
        reports = kind_reports(spans.predicted, spans.right)
    else:
        reports = confusion([*chain(*predictions)], [*chain(*references)]).reports()
    return {"counted": "sentences", "labels": [report.to_mapping() for report in reports]}


def tag_scores(
    predictions: Tags, references: Tags, measures: Mapping[str, Measure], spans: Spans | None
) -> dict[str, Share]:
    """The measures of tags by sentence: F1 is 2 TP of all spans, found and right ones together."""
    pairs = list(zip(predictions, references, strict=True))
    right = [float(sum(map(str.__eq__, *pair))) for pair in pairs]
    whole = [one == other for one, other in pairs]
    found = {
        "accuracy": Share(right, [*map(len, references)], measures["accuracy"].definition),
        "sentence_exact": Share.right(whole, measures["sentence_exact"].definition),
    }
    if spans is None:
        return found
    both = list(zip(spans.predicted, spans.right, strict=True))
    f1 = Share(
        [2.0 * len(one & other) for one, other in both],
        [len(one) + len(other) for one, other in both],
        measures["span_f1"].definition,
    )
    return {"span_f1": f1, **found}


def tag_parts(predictions: Tags, references: Tags, spans: Spans | None) -> dict[str, dict[str, Share]]:
    """F1 of each kind of span; where the tags write none, how many of the tokens that have a tag are given it."""
    if spans:
        counts = Counter(span[-1] for one in spans.right for span in one)
        return {"kind of span": {kind: _kind_f1(spans, kind) for kind, _ in counts.most_common(MOST_PARTS)}}
    pairs = [Counter(zip(*pair, strict=True)) for pair in zip(predictions, references, strict=True)]
    totals = [Counter(tags) for tags in references]
    counts = Counter(chain(*references))
    return {
        "right tag": {
            tag: Share([one[tag, tag] for one in pairs], [one[tag] for one in totals], f"share of {tag} found")
            for tag, _ in counts.most_common(MOST_PARTS)
        }
    }


def _kind_f1(spans: Spans, kind: str) -> Share:
    both = [
        ({span for span in one if span[-1] == kind}, {span for span in other if span[-1] == kind})
        for one, other in zip(spans.predicted, spans.right, strict=True)
    ]
    hits = [2.0 * len(one & other) for one, other in both]
    return Share(hits, [len(one) + len(other) for one, other in both], f"F1 of {kind}")


def spans_in(answers: Tags, references: Tags, scheme: Scheme | None) -> Spans | None:
    """The spans of both; None where the tags write none."""
    return Spans(spans_of(answers, scheme), spans_of(references, scheme)) if scheme else None


def measured_tags(answers: Tags, references: Tags, scheme: Scheme | None) -> dict[str, Measure]:
    """The measures of tags by name."""
    return measured(answers, references, spans_in(answers, references, scheme))


def measured(predictions: Tags, references: Tags, spans: Spans | None) -> dict[str, Measure]:
    """The measures by name; of spans where the tags write spans."""
    found = {
        "accuracy": tag_accuracy(predictions, references),
        "sentence_exact": sentence_exact(predictions, references),
    }
    if spans is None:
        return found
    return {"span_f1": span_f1(spans.predicted, spans.right), **found}
