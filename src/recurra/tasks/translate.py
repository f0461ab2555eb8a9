"""Text to text: an encoder-decoder learns from pairs and writes an output for every source.

This file connects: readers to tokenizers to the encoded cache, options to a network, the network to a run, and the
run's best weights to a model folder. What each of them does stands in its own room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from recurra.bundle import Bundle, check_weights, load_bundle, save_bundle
from recurra.data import EncodedPairs, Example
from recurra.decoding import Ensemble
from recurra.errors import ModelError, RunError, UsageError
from recurra.models import Seq2Seq, build_seq2seq, copy_table, device_of
from recurra.tasks.predictor import Predictor
from recurra.tasks.recipe import Recipe, recipe_from_mapping
from recurra.tasks.seq2seq_learner import Seq2SeqLearner
from recurra.text import Tokenizer, decide_units
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Budget, Checkpoint, Event, Index, Note, Run, Weights, weights_of

TASK = "translate"
SAMPLE = 2000  # examples that `auto` looks at to decide on the units


@dataclass(frozen=True)
class Translator:
    """A network, its tokenizers and the recipe it was made by."""

    model: Seq2Seq
    source: Tokenizer
    target: Tokenizer
    recipe: Recipe


@dataclass(frozen=True)
class Encoded:
    """Training and validation pairs as ids."""

    train: EncodedPairs
    valid: EncodedPairs


def choose_units(examples: Iterable[Example], recipe: Recipe, emit: Callable[[Event], None]) -> Recipe:
    """The recipe with units in place of `auto`; says what was decided and why."""
    sample = list(islice(examples, SAMPLE))
    settings: dict[str, object] = {}
    for side in ("source", "target"):
        if getattr(recipe.text, f"{side}_units") == "auto":
            decision = decide_units([getattr(example, side) for example in sample])
            settings[f"text.{side}_units"] = decision.units
            emit(Note(f"{side} units: {decision.units}, because {decision.reason}"))
    return recipe.with_settings(settings)


def build_tokenizers(examples: Iterable[Example], recipe: Recipe) -> tuple[Tokenizer, Tokenizer]:
    """One tokenizer per side, from the training examples only.

    With model.copy the target vocabulary also has what stands in the sources, so that it can be copied by its name.

    Raises:
        RunError: a vocabulary would be empty.
    """
    text = recipe.text
    sources = (example.source for example in examples)
    targets = (side for example in examples for side in ([example.target, example.source] if recipe.model.copy
                                                          else [example.target]))  # fmt: skip
    source = Tokenizer.build(sources, text.source_units, text.source_vocabulary, text.min_count, text.normalization)
    target = Tokenizer.build(targets, text.target_units, text.target_vocabulary, text.min_count, text.normalization)
    for side, tokenizer in (("source", source), ("target", target)):
        if tokenizer.size == len(SPECIAL_TOKENS):
            raise RunError(
                f"no {side} unit is seen {text.min_count} times: the vocabulary would be empty",
                fix="Lower text.min_count.",
            )
    return source, target


def make_translator(recipe: Recipe, source: Tokenizer, target: Tokenizer) -> Translator:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    copies = None
    if recipe.model.copy:
        target_ids = {target.token(id): id for id in range(target.size)}
        copies = copy_table([source.token(id) for id in range(source.size)], target_ids)
    return Translator(build_seq2seq(recipe.model, source.size, target.size, copies), source, target, recipe)


def encode(train: Iterable[Example], valid: Iterable[Example], translator: Translator, folder: Path) -> Encoded:
    """Writes both sides' ids to disk and maps them into memory."""
    for name, examples in (("train", train), ("valid", valid)):
        EncodedPairs.write(folder / name, examples, translator.source, translator.target)
    return open_encoded(folder)


def open_encoded(folder: Path) -> Encoded:
    """The ids that `encode` wrote."""
    return Encoded(EncodedPairs.open(folder / "train"), EncodedPairs.open(folder / "valid"))


def short_enough(pairs: EncodedPairs, longest: int, emit: Callable[[Event], None]) -> Index:
    """The numbers of the pairs that are not longer than allowed on either side.

    Raises:
        RunError: when none is left.
    """
    lengths = np.maximum(pairs.source_lengths, pairs.target_lengths)
    kept = np.flatnonzero(lengths <= longest).astype(np.int64)
    if len(kept) < len(pairs):
        emit(Note(f"{len(pairs) - len(kept):,} of {len(pairs):,} examples are longer than {longest:,} units and are "
                  "left out (data.max_length)"))  # fmt: skip
    if not len(kept):
        raise RunError(f"no example is left: all are longer than {longest:,} units", fix="Raise --set data.max_length.")
    return kept


def start_run(
    translator: Translator,
    encoded: Encoded,
    budget: Budget,
    folder: Path,
    emit: Callable[[Event], None],
    publish: Callable[[Weights], None],
    resume: Checkpoint | None,
) -> Run:
    """A run of this translator that keeps its checkpoints in `folder`."""
    recipe = translator.recipe
    translator.model.to(pick_device(recipe.training.device))
    examples = short_enough(encoded.train, recipe.data.max_length, emit)
    emit(Note(network_in_words(translator)))
    learner = Seq2SeqLearner(translator.model, encoded.train, encoded.valid, examples, recipe)
    return Run(learner, recipe.training, budget, folder, emit, publish, resume)


def network_in_words(translator: Translator) -> str:
    """Its kind and its size, in one line."""
    options = translator.recipe.model
    direction = "bi-directional " if options.bidirectional else ""
    return (
        f"network: {direction}{options.cell} encoder and decoder of {options.layers} layers, {options.hidden} wide, "
        f"{options.attention} attention, {translator.model.parameter_count():,} parameters"
    )


def pick_device(name: str) -> torch.device:
    """The device that the recipe names; auto takes a GPU where there is one.

    Raises:
        RunError: cuda is asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise RunError("training.device is cuda, and torch sees no CUDA device here", fix="Use auto or cpu.")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def save_translator(folder: Path, translator: Translator, weights: Weights, facts: dict[str, Any], card: str) -> None:
    """Writes the model folder."""
    config = {"task": TASK, "recipe": translator.recipe.to_mapping(), **facts}
    tokenizers = {"source": translator.source.to_json(), "target": translator.target.to_json()}
    save_bundle(folder, Bundle(config, weights, tokenizers, card))


def load_translator(folder: Path) -> tuple[Translator, Bundle]:
    """The translator of a model folder."""
    bundle = load_bundle(folder)
    if "recipe" not in bundle.config or not {"source", "target"} <= bundle.tokenizers.keys():
        raise ModelError(
            "the folder's config.json lacks its recipe or its tokenizers",
            where=str(folder),
            fix="Copy the folder again.",
        )
    source, target = (Tokenizer.from_json(bundle.tokenizers[side]) for side in ("source", "target"))
    try:
        translator = make_translator(recipe_from_mapping(bundle.config["recipe"]), source, target)
    except (UsageError, RuntimeError) as error:  # an option that there is not, or a network that no memory can hold
        raise ModelError(
            f"its recipe makes no network: {str(error).splitlines()[0]}",
            where=str(folder / "config.json"),
            fix="Undo the last edit of the file, or copy the model folder again.",
        ) from error
    expected = {name: weight.shape for name, weight in weights_of(translator.model).items()}
    check_weights(expected, bundle.weights, str(folder))
    translator.model.load_state_dict(bundle.weights, strict=False)  # shared weights are listed once
    translator.model.eval()
    return translator, bundle


def make_predictor(translators: Sequence[Translator]) -> Predictor:
    """One translator as a predictor, several as an ensemble.

    Raises:
        ModelError: translators with other vocabularies than the first.
    """
    first = translators[0]
    for other in translators[1:]:
        if (other.source.to_json(), other.target.to_json()) != (first.source.to_json(), first.target.to_json()):
            raise ModelError(
                "the models of an ensemble must have the same tokenizers",
                fix="Train them on the same data with other seeds (--seed), in other folders.",
            )
    for translator in translators:
        translator.model.eval()
    model = first.model if len(translators) == 1 else Ensemble([translator.model for translator in translators])
    return Predictor(
        model, first.source, first.target, device=device_of(first.model), replace_unknown=first.recipe.model.copy
    )
