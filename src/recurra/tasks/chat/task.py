"""Chat: the turns so far to a reply. Text to text, whose source is the last turns, each a column of the source.

What stands here is only what a dialogue asks for: exchanges become pairs, dialogues are never split between training
and validation, some contexts are withheld while the network learns (so that its decoder can say what a reply is worth
alone), and candidates are reranked by that.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import torch

from recurra.data import (
    DIALOGUES,
    Batch,
    EncodedPairs,
    Example,
    Examples,
    Exchange,
    Preview,
    places_of,
)
from recurra.data.dialogues import has_turns, is_dialogues
from recurra.data.jsonl import checked_text
from recurra.data.unknown import WRITTEN
from recurra.decoding import Diverse, Hypothesis, SearchRecord, StepModel, decode, decode_recorded, rerank
from recurra.errors import DataError, UsageError
from recurra.metrics import (
    ExampleScores,
    Measure,
    Share,
    collapse,
    perplexity,
)
from recurra.narrowing import is_sequence
from recurra.padded import Padded
from recurra.structure import Structure
from recurra.tasks.answer import Answer
from recurra.tasks.cases import case_of
from recurra.tasks.chat.baseline import ChatBaseline, measured_replies
from recurra.tasks.chat.pairs import context_text, is_reply, pair_of, pairs_of
from recurra.tasks.chat.recall import by_network, choices, recall
from recurra.tasks.chat.recipe import ChatDecodingOptions, ChatRecipe
from recurra.tasks.cut import cut_notes
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.longest import Longest
from recurra.tasks.one_input import is_one_text
from recurra.tasks.search import ShownSearch
from recurra.tasks.seq2seq.evaluate import Likelihood, canonical, seen_units, words_for_bleu
from recurra.tasks.seq2seq.learner import Seq2SeqLearner
from recurra.tasks.seq2seq.limits import measured, say_too_long, short_pairs, with_limit
from recurra.tasks.seq2seq.network import (
    SAMPLE,
    TextNetwork,
    build_tokenizers,
    decided_notes,
    load_text_network,
    make_text_network,
    say_pieces,
    sketch_text_network,
)
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.tasks.split import Split, split_by_hash
from recurra.tasks.task import Emit, Encoded, Task
from recurra.tasks.tracing import Asked
from recurra.tasks.unknown import unknown_notes
from recurra.tasks.vectors import Vector
from recurra.tasks.vocabulary import Side, text_side
from recurra.text import decide_units
from recurra.text.columns import TAB
from recurra.text.counted import counted, is_or_are
from recurra.text.names import UNIT_NAMES
from recurra.text.scripts import script_of
from recurra.text.special import EOS, PAD
from recurra.text.visible import as_given, is_blank
from recurra.training import Note

Said = str | Sequence[str]  # the turns so far: in one text with tabs between them, or one by one


class Chat(Task[Exchange, ChatRecipe, TextNetwork[ChatRecipe]]):
    """The task."""

    name = "chat"
    summary = "Replies to the last turns of a dialogue (an encoder-decoder)."
    noun = "exchanges"
    headline: Mapping[str, str] = {
        "perplexity": "perplexity {:.1f}",
        "recall_at_1": "recall@1 {:.1f} %",
        "distinct_2": "distinct-2 {:.1f} %",
    }
    per_example = ("nats_per_unit", "exact_match")
    recipe = ChatRecipe
    kind = DIALOGUES
    baseline = ChatBaseline()

    def detect(self, preview: Preview) -> str | None:
        """Objects with turns are dialogues; lines of text may be anything."""
        given = preview.given
        if given is not None:
            return "its rows are lists of turns" if is_dialogues(given) else None
        first = next((line for line in preview.lines if line.strip()), "")
        return "its objects have turns" if has_turns(first) else None

    def split(
        self, train: Examples[Exchange], valid: Examples[Exchange] | None, recipe: ChatRecipe, emit: Emit
    ) -> Split:
        """By a hash of whole dialogues: all exchanges of one stand on one side."""
        return split_by_hash(train, valid, recipe.data, self.kind, emit, together=lambda one: one.dialogue)

    def make(self, train: Iterable[Exchange], recipe: ChatRecipe, emit: Emit) -> TextNetwork[ChatRecipe]:
        """One kind of units for all turns, a vocabulary for those before and one for replies, a fresh network."""
        recipe = choose_units(pairs_of(train, recipe), recipe, emit)
        pairs = pairs_of(train, recipe)
        say_pieces((), (one.target for one in pairs), emit)
        tokenizers = build_tokenizers(pairs, recipe)
        for note in decided_notes(tokenizers):
            emit(Note(note))
        recipe = with_limit(recipe, measured(pairs, *tokenizers), emit, by_source=False)
        return make_text_network(recipe, *tokenizers)

    def load(self, recipe: ChatRecipe, vocabularies: Mapping[str, str]) -> TextNetwork[ChatRecipe]:
        """The same again."""
        return load_text_network(recipe, vocabularies)

    def sketch(self, recipe: ChatRecipe) -> Structure:
        """The encoder-decoder, before there are tokenizers."""
        return sketch_text_network(recipe, units_of_turns(recipe.text.source_units, recipe.data.turns))

    def sides(self, network: TextNetwork[ChatRecipe]) -> Sequence[Side[Exchange]]:
        """Contexts and replies, of those that are learned."""
        data = network.recipe.data

        def context(one: Exchange) -> str:
            return context_text(one.context, data.turns) if is_reply(one, data) else ""

        def reply(one: Exchange) -> str:
            return one.reply if is_reply(one, data) else ""

        least = network.recipe.text.min_count
        return [
            text_side("contexts", network.source, context, "text.source_vocabulary", least),
            text_side("replies", network.target, reply, "text.target_vocabulary", least, WRITTEN),
        ]

    def encode(self, examples: Iterable[Exchange], network: TextNetwork[ChatRecipe], folder: Path) -> None:
        """The ids of contexts and replies."""
        EncodedPairs.write(folder, pairs_of(examples, network.recipe), network.source, network.target)

    def open_encoded(self, folder: Path) -> EncodedPairs:
        """The ids of contexts and replies."""
        return EncodedPairs.open(folder)

    def learner(self, network: TextNetwork[ChatRecipe], encoded: Encoded, emit: Emit) -> Seq2SeqLearner:
        """A share of the contexts is withheld; the weights with the lowest perplexity are the best."""
        recipe = network.recipe
        examples = short_pairs(encoded.train, recipe.data.max_length, emit)
        say_too_long(encoded.valid, recipe.decoding, "validation", emit)
        return Seq2SeqLearner(
            network.model,
            encoded.train,
            encoded.valid,
            examples,
            recipe.batching,
            recipe.training.seed,
            decoding=recipe.decoding,
            change=partial(withheld, share=recipe.data.withhold),
            measure="perplexity",
        )

    def predictor(self, networks: Sequence[TextNetwork[ChatRecipe]]) -> ChatPredictor:
        """One network, or an ensemble."""
        return ChatPredictor(TextPredictor(networks, search, is_blank, search_recorded))


def choose_units(pairs: Iterable[Example], recipe: ChatRecipe, emit: Emit) -> ChatRecipe:
    """The recipe with units in place of `auto`: the same for all turns, since who asks and who answers share words.

    Raises:
        UsageError: units for another number of turns.
    """
    named = recipe.text.source_units
    if named == "auto":
        sample = list(islice(pairs, SAMPLE))
        decision = decide_units([turn for one in sample for turn in (*one.source.split(TAB), one.target) if turn])
        emit(Note(f"units of all turns: {decision.units}, because {decision.reason}"))
        named = decision.units
    turns = recipe.data.turns
    if named.count(",") not in (0, turns - 1):
        raise UsageError(
            f"{named.count(',') + 1} units are given ({named}), and {counted(turns, 'turn')} {is_or_are(turns)} read",
            where="text.source_units",
            fix="Give one unit for all turns, or one for each (data.turns).",
        )
    columns = ",".join(units_of_turns(named, turns))
    target = named.split(",")[-1] if recipe.text.target_units == "auto" else recipe.text.target_units
    return recipe.with_settings({"text.source_units": columns, "text.target_units": target})


def units_of_turns(named: str, turns: int) -> list[str]:
    """The units of each turn, where one name may stand for all of them."""
    return named.split(",") if "," in named else [named] * turns


def withheld(batch: Batch, share: float) -> Batch:
    """The batch, in which a share of the contexts, drawn at random, is empty."""
    source = batch.source
    chosen = torch.rand(len(source.lengths), device=source.values.device) < share
    nothing = torch.full_like(source.values[:1], PAD)
    nothing[:, 0] = EOS
    values = torch.where(chosen[:, None], nothing, source.values)
    return batch._replace(source=Padded(values, torch.where(chosen, 1, source.lengths)))


def search(model: StepModel, source: Padded, options: ChatDecodingOptions) -> list[list[Hypothesis]]:
    """The best replies: candidates of a beam search, varied if that is asked for, in the order of s(T, S)."""
    if is_plain(options):
        return decode(model, source, options)
    candidates = decode(varied(model, options), source, replace(options, nbest=options.beam))
    return reranked(model, source, candidates, options)


def search_recorded(model: StepModel, source: Padded, options: ChatDecodingOptions) -> SearchRecord:
    """The same for one source, with all that was considered."""
    if is_plain(options):
        return decode_recorded(model, source, options)
    found = decode_recorded(varied(model, options), source, replace(options, nbest=options.beam))
    (outputs,) = reranked(model, source, [found.outputs], options)
    return found._replace(outputs=outputs, notes=tuple(reranking_notes(options)))


def is_plain(options: ChatDecodingOptions) -> bool:
    """Whether nothing is varied and nothing reranked."""
    return options.sample or not (options.anti_lm or options.diversity)


def varied(model: StepModel, options: ChatDecodingOptions) -> StepModel:
    """What is searched for candidates."""
    return Diverse(model, options.diversity, options.beam) if options.diversity and options.beam > 1 else model


def reranked(
    model: StepModel, source: Padded, candidates: Sequence[list[Hypothesis]], options: ChatDecodingOptions
) -> list[list[Hypothesis]]:
    """The best of the candidates, in the order of s(T, S)."""
    ordered = rerank(model, source, candidates, options.anti_lm, options.length_penalty)
    return [some[: options.nbest] for some in ordered]


def reranking_notes(options: ChatDecodingOptions) -> Iterator[str]:
    """What a reader of the search has to know."""
    if options.diversity and options.beam > 1:
        yield (
            f"Diversity: in the search a token is lowered by {options.diversity:g} nats for every better one after the "
            "same beginning, so the numbers are no probabilities."
        )
    lowered = f" - {options.anti_lm:g} log p(reply)" if options.anti_lm else ""
    yield f"The outputs were put in order by log p(reply | context){lowered}, with the length penalty."


@dataclass(frozen=True)
class ChatPredictor:
    """One chatting network, or several."""

    texts: TextPredictor[ChatRecipe]

    @property
    def recipe(self) -> ChatRecipe:
        """How the first was made."""
        return self.texts.first.recipe

    @property
    def turns(self) -> int:
        """How many turns it reads."""
        return self.recipe.data.turns

    @property
    def reads(self) -> None:
        """A context; how many of its turns, is the network's matter."""

    @property
    def longest(self) -> Longest:
        """In units of the turns that are read."""
        return self.texts.longest

    def lengths_of(self, examples: Sequence[Exchange]) -> Sequence[int]:
        """Of the turns that are read; 0 where nothing is asked, since the reply is none to learn."""
        data = self.recipe.data
        lengths = self.texts.lengths_of([pair_of(one, data) for one in examples])
        return [length if is_reply(one, data) else 0 for one, length in zip(examples, lengths, strict=True)]

    def beginning(self, tokens: Sequence[int]) -> ChatPredictor:
        """The same, with replies that begin with these tokens."""
        return ChatPredictor(self.texts.beginning(tokens))

    def is_one(self, given: object) -> bool:
        """A text with tabs between its turns, or a tuple of turns, is one."""
        return is_one_text(given)

    def predict(self, inputs: Iterable[Said], options: ChatDecodingOptions) -> Iterator[Answer[None]]:
        """A reply for each context."""
        shown: list[str] = []

        def contexts() -> Iterator[str]:
            for number, given in enumerate(inputs, 1):
                turns = as_turns(given, number)
                shown.append(TAB.join(turns))
                yield context_text(turns, self.turns)

        for answer in self.texts.predict(contexts(), options):
            yield replace(answer, source=shown.pop(0))

    def evaluate(self, examples: Iterable[Exchange], options: ChatDecodingOptions) -> Evaluation:
        """How probable the right replies are, how varied its own, and whether it says the same to everything."""
        pairs, target = list(pairs_of(examples, self.recipe)), self.texts.target
        contexts, place = [pair.source for pair in pairs], places_of(examples)
        lengths = self.texts.lengths_of(pairs)
        self.texts.longest.refuse(lengths, (place(pair.line) for pair in pairs))
        answers = list(self.texts.predict(contexts, replace(options, nbest=1)))
        replies = [answer.text for answer in answers]
        right = [canonical(pair.target, target) for pair in pairs]
        units = [seen_units(text, target) for text in replies], [seen_units(text, target) for text in right]
        likelihood = self.texts.likelihood(pairs)
        words, why_not = words_for_bleu(right, options.bleu)
        measures: dict[str, Measure] = {
            "perplexity": perplexity(likelihood.log_likelihoods, likelihood.tokens),
            **recall(by_network(choices(contexts, right), self.texts, options.anti_lm)),
            **measured_replies(replies, right, target, words),
        }
        collapsed = collapse(replies, right, *units)
        notes = [
            *([] if collapsed is None else [f"warning: {collapsed}. {REMEDY}"]),
            *unknown_notes(one.unknown for one in answers),
            *cut_notes(answers),
            *why_not,
            *filter(None, [self.texts.unwritable(right)]),
        ]
        exact = [one == other for one, other in zip(replies, right, strict=True)]
        scores = {
            "nats_per_unit": nats_per_unit(likelihood, UNIT_NAMES[target.units]),
            "exact_match": Share.right(exact, measures["exact_match"].definition),
        }
        cases = [
            case_of(replace(answer, source=pair.source.lstrip(TAB)), pair.line, [pair.target], loss, chat_groups(pair))
            for answer, pair, loss in zip(answers, pairs, likelihood.losses, strict=True)
        ]
        scored = ExampleScores(lengths, "units", scores, whole="exact_match")
        return Evaluation(len(pairs), measures, notes, examples=scored, cases=cases)

    def stream(self, given: Said, options: ChatDecodingOptions) -> Generator[str, None, Answer[None]]:
        """The reply while it is written; at once where candidates are compared."""
        turns = as_turns(given, 1)
        context = context_text(turns, self.turns)
        if is_plain(options):
            answer = yield from self.texts.stream(context, options)
        else:
            [answer] = self.texts.predict([context], options)
            yield answer.text
        return replace(answer, source=TAB.join(turns))

    def units(self, given: Said, text: str) -> tuple[int, int]:
        """Units of the turns that are read, and of a reply."""
        return self.texts.units(context_text(as_turns(given, 1), self.turns), text)

    def searched(self, given: Said, options: ChatDecodingOptions) -> ShownSearch:
        """How the reply is found."""
        return self.texts.searched(context_text(as_turns(given, 1), self.turns), options)

    def ask(self, given: Said, options: ChatDecodingOptions, target: str | None = None) -> Asked:
        """The question about the first reply that `predict` gives, or about a given one."""
        return self.texts.ask(context_text(as_turns(given, 1), self.turns), options, target)

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return self.texts.represented

    def vectors(self, inputs: Iterable[Said]) -> Iterator[Vector | None]:
        """What the first network's encoder leaves of each context."""
        turns = (as_turns(given, number) for number, given in enumerate(inputs, 1))
        return self.texts.vectors(context_text(one, self.turns) for one in turns)

    def unknown_in(self, given: Said) -> list[str]:
        """Units of the turns that are read that are not in the vocabulary."""
        return self.texts.unknown_in(context_text(as_turns(given, 1), self.turns))


def chat_groups(pair: Example) -> dict[str, str | float]:
    """What exchanges can be sorted by."""
    turns = sum(map(bool, pair.source.split(TAB)))
    return {
        "script": script_of(pair.source),
        "turns before": turns,
        "length of the right reply (characters)": len(pair.target),
    }


def nats_per_unit(likelihood: Likelihood, unit: str) -> Share:
    """What perplexity is the exponential of, reply by reply."""
    nats = [-value for value in likelihood.log_likelihoods]
    definition = f"mean nats per unit ({unit}) of the right replies; perplexity is exp of it"
    return Share(nats, [*map(float, likelihood.tokens)], definition, higher_is_better=False, scale=1.0)


REMEDY = "Train longer or on more data, raise anti_lm (up to 0.9) or diversity, or sample."


def as_turns(given: object, number: int) -> list[str]:
    """The turns of a context, in one text with tabs or one by one; none of a blank text.

    Raises:
        DataError: neither.
    """
    if isinstance(given, str):
        return checked_text(given, f"text {number}").split(TAB) if given.strip() else []
    turns = list(given) if is_sequence(given) else [None]
    if not all(isinstance(turn, str) for turn in turns):
        raise DataError(
            f"expected the turns so far, got {as_given(given)}",
            where=f"text {number}",
            fix='Give a text, or a list: ["Hello"].',
        )
    return [" ".join(checked_text(str(turn), f"text {number}").split(TAB)) for turn in turns]
