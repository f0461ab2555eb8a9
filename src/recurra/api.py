"""The front door: train a model, load one, ask it.

model = recurra.train("pairs.tsv", time="5m")
model.predict(["hello"])[0].text
model.evaluate("test.tsv").measures["wer"].value
model.trace("hello")
"""

from __future__ import annotations

import shlex
import sys
import time as clock
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from recurra.data import PairList, PairSource, open_pairs
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.options import from_mapping, to_mapping
from recurra.tasks.evaluate import evaluate_pairs
from recurra.tasks.finish import finish
from recurra.tasks.fit import Request, fit
from recurra.tasks.prediction import Evaluation, Prediction
from recurra.tasks.predictor import Predictor
from recurra.tasks.recipe import Recipe
from recurra.tasks.tracing import trace_translator
from recurra.tasks.translate import Translator, load_translator, make_predictor
from recurra.tracing import Trace
from recurra.training import Budget, Event, parse_time

Pairs = str | Path | Sequence[tuple[str, str]]
DEFAULT_TIME = "5m"


class Model:
    """A trained model, or several as one.

    Args:
        translators: the networks; more than one predict together, by the mean of their probabilities.
        path: the model folder of the first.
    """

    def __init__(self, translators: Sequence[Translator], path: Path) -> None:
        self.translators = list(translators)
        self.path = path
        self._predictor: Predictor = make_predictor(self.translators)

    @property
    def recipe(self) -> Recipe:
        """How the (first) model was made."""
        return self.translators[0].recipe

    def predict(
        self, texts: str | Iterable[str], options: DecodingOptions | None = None, **settings: Any
    ) -> list[Prediction]:
        """The model's outputs for texts, in order.

        Args:
            texts: one text or several.
            options: how to decode; the recipe's section [decoding] if None.
            settings: single options: beam=5, nbest=3, attention=True, sample=True, temperature=0.8, ...

        Raises:
            UsageError: an unknown or impossible option.
            DataError: a text that is too long to decode.
        """
        return list(self.predict_iter([texts] if isinstance(texts, str) else texts, options, **settings))

    def predict_iter(
        self, texts: Iterable[str], options: DecodingOptions | None = None, **settings: Any
    ) -> Iterator[Prediction]:
        """Like `predict`, one after the other: texts may be an endless stream."""
        return self._predictor.predict(texts, self._options(options, settings))

    def evaluate(
        self,
        data: Pairs,
        *,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        options: DecodingOptions | None = None,
        **settings: Any,
    ) -> Evaluation:
        """All measures on pairs: a file (or two parallel ones), or a list of (source, target).

        Raises:
            DataError: the pairs cannot be read.
        """
        source = pair_source(data, target, format, source_column, target_column)
        pairs = open_pairs(source) if isinstance(source, PairSource) else PairList(source)
        return evaluate_pairs(self._predictor, pairs, self._options(options, settings))

    def trace(self, text: str) -> Trace:
        """Everything that happens inside when the (first) model answers this text."""
        return trace_translator(self.translators[0], text, self.recipe.decoding)

    def _options(self, options: DecodingOptions | None, settings: dict[str, Any]) -> DecodingOptions:
        chosen = options or self.recipe.decoding
        return from_mapping(DecodingOptions, {**to_mapping(chosen), **settings}, "decoding") if settings else chosen

    def __repr__(self) -> str:
        options = self.recipe.model
        count = self.translators[0].model.parameter_count()
        several = f"{len(self.translators)} models, " if len(self.translators) > 1 else ""
        return (
            f"<recurra.Model {several}{options.cell}, {options.attention} attention, {count:,} parameters, {self.path}>"
        )


def load(path: str | Path | Sequence[str | Path]) -> Model:
    """The model of a folder; of several folders, an ensemble.

    Raises:
        ModelError: a folder that is not a model, is damaged, or does not fit the others.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if not paths:
        raise UsageError("no model folder was given")
    return Model([load_translator(one)[0] for one in paths], paths[0])


def train(
    data: Pairs,
    *,
    target: str | Path | None = None,
    valid: Pairs | None = None,
    valid_target: str | Path | None = None,
    to: str | Path | None = None,
    time: str | None = None,
    epochs: float | None = None,
    recipe: Recipe | None = None,
    resume: bool = False,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    listeners: Sequence[Callable[[Event], None]] = (),
    started: float | None = None,
) -> Model:
    """Trains a model on pairs and leaves it in a folder.

    Args:
        data: a file of pairs, the file of sources if `target` is given, or a list of (source, target).
        target: the second of two parallel files.
        valid, valid_target: validation data likewise; without them a share of `data` is set aside.
        to: the model folder; "<name of the data>-model" if None.
        time: how long the whole command may take, such as "5m"; five minutes if neither time nor epochs is given.
        epochs: passes over the data instead of a time.
        recipe: all other options.
        resume: go on with the run in `to`.
        format, source_column, target_column: how to read the files; columns by name or by number from 1.
        listeners: called with every event of the run.
        started: when the command began, on time.monotonic's clock; now if None.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C, when the run has been saved.
    """
    folder = Path(to) if to is not None else default_folder(data)
    request = Request(
        pair_source(data, target, format, source_column, target_column),
        None if valid is None else pair_source(valid, valid_target, format, source_column, target_column),
        folder,
        recipe or Recipe(),
        resume,
        shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        clock.monotonic() if started is None else started,
    )

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    outcome = fit(request, chosen_budget(time, epochs, resume, request.started), emit)
    if outcome.finished.reason == "interrupted":
        raise KeyboardInterrupt
    finish(request, outcome, emit)
    return Model([outcome.translator], folder)


def chosen_budget(time: str | None, epochs: float | None, resume: bool, started: float) -> Budget | None:
    """What was asked for; five minutes for a new run, the recorded budget (None) for a resumed one, if nothing."""
    if time is None and epochs is None:
        if resume:
            return None
        time = DEFAULT_TIME
    return Budget(None if time is None else parse_time(time), epochs, started)


def default_folder(data: Pairs) -> Path:
    """<name of the data>-model in the current folder."""
    if not isinstance(data, str | Path):
        raise UsageError("a list of pairs has no name to call the model after", fix='Give to="folder".')
    name = "stdin" if str(data) == "-" else Path(data).name.removesuffix(".gz")
    return Path(f"{Path(name).stem}-model")


def pair_source(
    data: Pairs, target: str | Path | None, format: str, source_column: str | None, target_column: str | None
) -> PairSource | Sequence[tuple[str, str]]:
    """What the data room reads; lists of pairs as they are."""
    if not isinstance(data, str | Path):
        return data
    options = {"path": str(data), "format": format}
    named = {"target_path": target, "source_column": source_column, "target_column": target_column}
    options |= {name: str(value) for name, value in named.items() if value is not None}
    return from_mapping(PairSource, options, "data")
