"""The front door: train a model, load one, ask it.

model = recurra.train("pairs.tsv", time="5m")
model.predict("hello").text
model.evaluate("test.tsv").measures["sequence_error_rate"].value
model.trace("hello")

The same for every task: recurra.train("reviews.tsv", task="classify").
"""

from __future__ import annotations

import shlex
import sys
import time as clock
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, Unpack, cast, overload

from recurra.bundle import Bundle
from recurra.cells import CELLS
from recurra.comparing import Axis, Comparison, ComparisonRequest, run_comparison, variants
from recurra.data import DataSource, Examples, open_examples, open_inputs, rows_of
from recurra.data.source import REMEMBERED
from recurra.errors import ModelError, UsageError
from recurra.options import from_mapping, to_mapping
from recurra.progress import shown_comparison, shown_run
from recurra.tasks import TASKS, Task
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.answer_settings import AnswerSettings, GenerationSettings
from recurra.tasks.answers import Answers
from recurra.tasks.choosing import choose_task, read_recipe, recorded_task
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.finish import finish
from recurra.tasks.fit import Request, fit
from recurra.tasks.headline_score import headline_score
from recurra.tasks.language_model.answer import ScoredText
from recurra.tasks.model_folder import (
    bundle_of,
    load_network,
    network_of,
    parameter_count,
    refuse_other_folder,
    save_network,
)
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Generates, Network, Predictor, Surprised
from recurra.tasks.xy import paired
from recurra.tracing import Trace
from recurra.training import Budget, Event, Note, parse_time, weights_of
from recurra.views import ModelFacts, model_html, model_text

__all__ = ["Comparison", "Model", "compare", "data_source", "load", "read_recipe", "train"]

Given: TypeAlias = str | Path | DataSource | Iterable[Any]  # a file, or examples: rows of any kind, a data frame
One: TypeAlias = str | tuple[str, ...] | Mapping[str, object]
Texts: TypeAlias = list[str] | list[tuple[str, ...]] | list[list[str]] | Iterator[str]
AnswerList: TypeAlias = Answers[AnyAnswer]
DEFAULT_TIME, DEFAULT_COMPARING = "5m", "10m"


class Model:
    """A trained model, or several as one.

    Args:
        task: what it does.
        networks: more than one answer together, by the mean of their probabilities.
        path: the model folder of the first.
        facts, card: what the folder says of the first beside weights and recipe.
    """

    def __init__(
        self,
        task: Task,
        networks: Sequence[Network],
        path: Path,
        facts: Mapping[str, Any] | None = None,
        card: str = "",
    ) -> None:
        self.task = task
        self.networks = list(networks)
        self.path = path
        self.facts = facts or {}
        self.columns = recorded_columns(self.facts, path)
        self.card = card
        self.predictor: Predictor = task.predictor(self.networks)

    @property
    def recipe(self) -> TaskRecipe:
        """How the (first) model was made."""
        return self.networks[0].recipe

    def read(
        self,
        path: str | Path,
        *,
        format: str = "auto",
        source_column: str | None = None,
        time_column: str | None = None,
    ) -> Examples[Any]:
        """The inputs in a file, or of standard input ("-"), as `recurra predict` reads them.

        Of a table they stand in the columns that the training data had, unless others are named.

        Raises:
            DataError: the file cannot be read as what the task reads, or lacks a column.
        """
        source = data_source(path, None, format, source_column, None, time_column).completed(self.columns)
        return open_inputs(source, self.task.kind, self.predictor.reads)

    @overload
    def predict(self, inputs: One, options: object = None, **settings: Unpack[AnswerSettings]) -> AnyAnswer: ...
    @overload
    def predict(self, inputs: Texts, options: object = None, **settings: Unpack[AnswerSettings]) -> AnswerList: ...
    @overload
    def predict(self, inputs: object, options: object = None, **settings: Unpack[AnswerSettings]) -> Any: ...
    def predict(
        self, inputs: Any, options: object = None, **settings: Unpack[AnswerSettings]
    ) -> AnyAnswer | AnswerList:
        """The model's answer: to one input an answer, to several a list of them in their order.

        What one input is follows from what the model reads: a text, or a tuple of its columns (turns of a dialogue,
        tokens of a sentence); a vector [D]; a series [T] or [T, D] or its columns by name; an image, its path or its
        array. Anything else that can be iterated is several inputs.

        Args:
            inputs: one or several.
            options: how to answer; the recipe's section [decoding] if None.
            settings: single options by name: beam=5, nbest=3, attention=True, sample=True, temperature=0.8, ...

        Raises:
            UsageError: an unknown or impossible option.
            DataError: an input that cannot be read or is too long.

        Example:
            >>> model.predict("3 May 1998").text
            >>> model.predict(["3 May 1998", "4 June 2001"], nbest=3)[1].alternatives
        """
        several = not self.predictor.is_one(inputs)
        answers = Answers(self.predict_iter(inputs if several else [inputs], options, **settings))
        return answers if several else answers[0]

    def predict_iter(
        self, inputs: Iterable[Any], options: object = None, **settings: Unpack[AnswerSettings]
    ) -> Iterator[AnyAnswer]:
        """Answers to several inputs, one after the other: they may be an endless stream."""
        return self.predictor.predict(inputs, self.options(options, settings))

    def evaluate(
        self,
        data: Given,
        *,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        time_column: str | None = None,
        options: object = None,
        **settings: Unpack[AnswerSettings],
    ) -> Evaluation:
        """All measures on examples: a file (or two parallel ones), or examples given in Python.

        Raises:
            DataError: the examples cannot be read, or a table lacks a column.
        """
        source = data_source(data, target, format, source_column, target_column, time_column)
        examples = open_examples(source.completed(self.columns), self.task.kind)
        return self.predictor.evaluate(examples, self.options(options, settings))

    def score(self, data: Given, y: Iterable[Any] | None = None) -> float:
        """How good the model is in one number, as scikit-learn calls it: higher is better.

        Of labels and tags the accuracy (of tags that write spans their F1), of texts the share that is exactly right,
        each between 0 and 1; of forecasts 1 - error / error of the naive forecast; of a language model -(bits per
        character). `evaluate` has all measures, with their intervals.

        Args:
            data: inputs, if y is given; else examples, as `evaluate` takes them.
            y: what is right for each input.

        Raises:
            DataError: the examples cannot be read.
            UsageError: inputs and y are not equally many.
        """
        return headline_score(self.evaluate(data if y is None else paired(data, y)))

    @overload
    def generate(self, inputs: str = "", **settings: Unpack[GenerationSettings]) -> AnyAnswer: ...
    @overload
    def generate(self, inputs: Iterable[str], **settings: Unpack[GenerationSettings]) -> AnswerList: ...
    def generate(
        self, inputs: str | Iterable[str] = "", **settings: Unpack[GenerationSettings]
    ) -> AnyAnswer | AnswerList:
        """Continuations by a language model: of one text an answer, of several a list.

        Args:
            inputs: how each text begins.
            settings: single options: length=500, samples=3, temperature=0.5, top_k=10, top_p=0.9, seed=1, beam=5.

        Raises:
            UsageError: an unknown or impossible option, or a model that is not a language model.
        """
        predictor = self.predictor
        if not isinstance(predictor, Generates):
            raise self._no_language_model("generate")
        options = changed(predictor.generation, settings, "generation")
        answers = Answers(predictor.generate([inputs] if isinstance(inputs, str) else inputs, options))
        return answers[0] if isinstance(inputs, str) else answers

    @overload
    def surprisal(self, inputs: str) -> ScoredText: ...
    @overload
    def surprisal(self, inputs: list[str] | Iterator[str]) -> list[ScoredText]: ...
    def surprisal(self, inputs: str | Iterable[str]) -> ScoredText | list[ScoredText]:
        """How much each unit of a text surprises a language model, in bits: -log2 of its probability.

        Args:
            inputs: one text, or several.

        Raises:
            UsageError: a model that is not a language model.
        """
        found = list(self.surprisal_iter([inputs] if isinstance(inputs, str) else inputs))
        return found[0] if isinstance(inputs, str) else found

    def surprisal_iter(self, inputs: Iterable[str]) -> Iterator[ScoredText]:
        """Like `surprisal`, one after the other: inputs may be an endless stream."""
        predictor = self.predictor
        if not isinstance(predictor, Surprised):
            raise self._no_language_model("surprisal")
        return predictor.surprisal(inputs)

    def trace(self, given: Any, **settings: Unpack[AnswerSettings]) -> Trace:
        """Everything that happens inside when the (first) model answers this input."""
        return self.predictor.trace(given, self.options(None, settings))

    def save(self, path: str | Path) -> None:
        """Writes the model into a folder, whole or not at all; `recurra.load` opens it, and it answers the same.

        Args:
            path: a folder that is not there, is empty, or holds a saved model, which is replaced.

        Raises:
            UsageError: several models as one.
            RunError: the folder holds something else, or cannot be written.
        """
        if len(self.networks) > 1:
            what = f"{len(self.networks)} models are an ensemble, and a folder holds a single model"
            raise UsageError(what, where="save", fix="Save each by itself: recurra.load(folder).save(path).")
        folder, network = Path(path), self.networks[0]
        refuse_other_folder(folder, self.path)
        save_network(folder, self.task, network, weights_of(network.model), self.facts, self.card)

    def options(self, options: object, settings: Mapping[str, object]) -> Any:
        """The options given, or the recipe's, with single ones changed."""
        chosen = self.recipe.decoding if options is None else options
        if settings and chosen is None:
            name = f"a model for the task {self.task.name}"
            raise UsageError(f"{name} answers without options; given: {', '.join(settings)}")
        return changed(chosen, settings, "decoding")

    def _no_language_model(self, where: str) -> UsageError:
        what = f"a model for the task {self.task.name} is not a language model"
        return UsageError(what, where=where, fix="Train one: recurra train TEXT --task language-model.")

    def __reduce__(self) -> tuple[Any, ...]:
        bundles = [
            bundle_of(self.task, network, weights_of(network.model), self.facts, self.card) for network in self.networks
        ]
        return unpickled, (bundles, self.path)

    def __repr__(self) -> str:
        several = f"{len(self.networks)} models, " if len(self.networks) > 1 else ""
        first = self.networks[0]
        return f"<recurra.Model {several}{first.describe()}, {parameter_count(first):,} parameters, {self.path}>"

    def __str__(self) -> str:
        return model_text(self._shown())

    def _repr_html_(self) -> str:
        return model_html(self._shown())

    def _shown(self) -> ModelFacts:
        return ModelFacts(
            self.task.summary,
            [network.describe() for network in self.networks],
            sum(map(parameter_count, self.networks)),
            str(self.path),
            self.facts.get("trained", {}),
            self.facts.get("measured", {}) if len(self.networks) == 1 else {},
        )


def recorded_columns(facts: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """What a model folder says about the columns of the training data.

    Raises:
        ModelError: something else stands there.
    """
    found: object = facts.get("columns", {})
    said = cast("dict[object, object]", found) if isinstance(found, dict) else {None: None}
    columns = {str(name): value for name, value in said.items() if name in REMEMBERED and isinstance(value, str)}
    if len(columns) < len(said):
        where = str(folder / "config.json")
        raise ModelError("columns of the training data cannot be read", where=where, fix="Copy the model folder again.")
    return columns


def unpickled(bundles: Sequence[Bundle], path: Path) -> Model:
    """The model that was pickled."""
    loaded = [network_of(bundle, path, TASKS) for bundle in bundles]
    return Model(loaded[0].task, [one.network for one in loaded], path, loaded[0].facts, loaded[0].card)


def changed(options: Any, settings: Mapping[str, object], section: str) -> Any:
    """Options of a section with single ones changed, strictly."""
    if not settings:
        return options
    return from_mapping(cast("type[Any]", type(options)), {**to_mapping(options), **settings}, section)


def load(path: str | Path | Sequence[str | Path]) -> Model:
    """The model of a folder; of several folders, an ensemble.

    Raises:
        ModelError: a folder that is not a model, is damaged, or does not fit the others.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if not paths:
        raise UsageError("no model folder was given")
    loaded = [load_network(one, TASKS) for one in paths]
    first = loaded[0]
    for other, folder in zip(loaded, paths, strict=True):
        if other.task is not first.task:
            what = f"the models of an ensemble must have one task: {first.task.name} first, {other.task.name} here"
            raise ModelError(what, where=str(folder))
    return Model(first.task, [one.network for one in loaded], paths[0], first.facts, first.card)


def train(
    data: Given,
    *,
    task: str | None = None,
    target: str | Path | None = None,
    valid: Given | None = None,
    valid_target: str | Path | None = None,
    to: str | Path | None = None,
    time: str | None = None,
    epochs: float | None = None,
    recipe: TaskRecipe | None = None,
    settings: Mapping[str, object] | None = None,
    resume: bool = False,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    time_column: str | None = None,
    progress: bool | None = None,
    listeners: Sequence[Callable[[Event], None]] = (),
    started: float | None = None,
) -> Model:
    """Trains a model and leaves it in a folder.

    Args:
        data: a file of examples, the file of sources if `target` is given, or a list of examples: (source, target).
        task: what is to be learned; the recipe's, or what the data tell, if None.
        target: the second of two parallel files.
        valid, valid_target: validation data likewise; without them a share of `data` is set aside.
        to: the model folder; "<name of the data>-model" if None.
        time: how long the whole command may take, such as "5m"; five minutes if neither time nor epochs is given.
        epochs: passes over the data instead of a time.
        recipe: all other options; the task's defaults if None.
        settings: single options instead of the recipe's: {"model.cell": "gru", "training.seed": 2}.
        resume: go on with the run in `to`.
        format, source_column, target_column: how to read the files; columns by name or by number from 1.
        progress: whether the run is shown; in a terminal and a notebook, and nowhere else, if None.
        listeners: called with every event of the run.
        started: when the command began, on time.monotonic's clock; now if None.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C, when the run has been saved.
    """
    folder = Path(to) if to is not None else default_folder(data)
    source = data_source(data, target, format, source_column, target_column, time_column)
    if resume and task is None and recipe is None:
        task = recorded_task(folder)
    chosen = choose_task(source, task, recipe)
    request = Request(
        chosen.task,
        source,
        None if valid is None else data_source(valid, valid_target, format, source_column, target_column, time_column),
        folder,
        (recipe or chosen.task.recipe()).with_settings(settings or {}),
        resume,
        typed_command(sys.argv),
        clock.monotonic() if started is None else started,
    )

    with shown_run(progress) as show:
        emit = to_all([*listeners, show])
        if chosen.note:
            emit(Note(chosen.note))
        outcome = fit(request, chosen_budget(time, epochs, resume, request.started), emit)
        if outcome.finished.reason == "interrupted":
            raise KeyboardInterrupt
        closing = finish(request, outcome, emit)
    return Model(chosen.task, [outcome.network], folder, closing.facts, closing.card)


def compare(
    data: Given,
    *,
    cells: Sequence[str] = (),
    attention: Sequence[str] = (),
    models: Sequence[str] = (),
    layers: Sequence[int] = (),
    vary: Mapping[str, Sequence[object]] | None = None,
    seeds: int = 3,
    test: Given | None = None,
    test_target: str | Path | None = None,
    measure: str | None = None,
    task: str | None = None,
    target: str | Path | None = None,
    valid: Given | None = None,
    valid_target: str | Path | None = None,
    to: str | Path | None = None,
    time: str | None = None,
    epochs: float | None = None,
    recipe: TaskRecipe | None = None,
    settings: Mapping[str, object] | None = None,
    resume: bool = False,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    time_column: str | None = None,
    progress: bool | None = None,
    listeners: Sequence[Callable[[Event], None]] = (),
    started: float | None = None,
) -> Comparison:
    """Trains a small grid of networks, each with several seeds, and says which are better and which by luck.

    Args:
        cells, attention, models, layers: the values that are combined; elman, gru, lstm if nothing is given.
        vary: more of them: {"model.bridge": ["last", "mean"]}.
        seeds: runs of each network, with the seeds from training.seed on.
        test, test_target: what all are measured on; validation data if None.
        measure: one of the task's measures that are counted example by example; its first one if None.
        to: a folder for all of it; "<name of the data>-comparison" if None.
        time: how long the whole command may take, an equal share for each run; ten minutes if neither is given.
        resume: go on with the comparison in `to`; finished runs are kept.

    All other arguments are as in `train`.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept.
    """

    def source(given: Given, second: str | Path | None) -> DataSource:
        return data_source(given, second, format, source_column, target_column, time_column)

    began = clock.monotonic() if started is None else started
    whole = source(data, target)
    chosen = choose_task(whole, task, recipe)
    base = (recipe or chosen.task.recipe()).with_settings(settings or {})
    short = {"model.kind": models, "model.cell": cells, "model.attention": attention, "model.layers": layers}
    given = {**{name: values for name, values in short.items() if values}, **(vary or {})} or {
        "model.cell": tuple(CELLS)
    }
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, got {seeds}")
    budget = chosen_budget(time, epochs, resume, began, DEFAULT_COMPARING)
    request = ComparisonRequest(
        chosen.task,
        whole,
        None if valid is None else source(valid, valid_target),
        None if test is None else source(test, test_target),
        base,
        variants([Axis(name, tuple(values)) for name, values in given.items()], base),
        seeds,
        Path(to) if to is not None else default_folder(data, "comparison"),
        None if budget is None else budget.seconds,
        None if budget is None else budget.epochs,
        measure,
        resume,
        typed_command(sys.argv),
        began,
    )
    with shown_comparison(progress) as show:
        emit = to_all([*listeners, show])
        if chosen.note:
            emit(Note(chosen.note))
        return run_comparison(request, emit)


def typed_command(argv: Sequence[str]) -> str:
    """What was typed, so that it can be typed again; empty where the program is another one that uses recurra."""
    program = Path(argv[0])
    if program.parts[-3:] == ("recurra", "cli", "__main__.py"):
        return shlex.join(["python", "-m", "recurra.cli", *argv[1:]])
    return shlex.join(["recurra", *argv[1:]]) if program.stem == "recurra" else ""


def to_all(listeners: Sequence[Callable[[Event], None]]) -> Callable[[Event], None]:
    """All listeners as one."""

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return emit


def chosen_budget(
    time: str | None, epochs: float | None, resume: bool, started: float, usual: str = DEFAULT_TIME
) -> Budget | None:
    """What was asked for; the usual time for a new run, the recorded budget (None) for a resumed one, if nothing."""
    if time is None and epochs is None:
        if resume:
            return None
        time = usual
    return Budget(None if time is None else parse_time(time), epochs, started)


def default_folder(data: Given, what: str = "model") -> Path:
    """<name of the data>-model in the current folder."""
    if isinstance(data, DataSource) and data.rows is None:
        data = data.path
    if not isinstance(data, str | Path):
        raise UsageError(f"a list of examples has no name to call the {what} after", fix='Give to="folder".')
    name = "stdin" if str(data) == "-" else Path(data).name.removesuffix(".gz")
    return Path(f"{Path(name).stem}-{what}")


def data_source(
    data: Given,
    target: str | Path | None = None,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    time_column: str | None = None,
) -> DataSource:
    """What the data room reads: a file, two parallel ones, or rows given in Python.

    Raises:
        UsageError: neither a file nor anything with rows, or a second file beside rows.
    """
    if isinstance(data, DataSource):
        return data
    if isinstance(data, str | Path):
        source = DataSource(str(data), None if target is None else str(target), format)
    elif target is not None:
        fix = "Give (source, target) rows, or two files."
        raise UsageError("a file of targets was given beside rows of examples", where="target", fix=fix)
    else:
        source = DataSource(rows=rows_of(data))
    return replace(source, source_column=source_column, target_column=target_column, time_column=time_column)
