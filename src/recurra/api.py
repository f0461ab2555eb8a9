"""The front door: train a model, load one, ask it.

model = recurra.train("pairs.tsv", time="5m")
model.predict(["hello"])[0].text
model.evaluate("test.tsv").measures["sequence_error_rate"].value
model.trace("hello")

The same for every task: recurra.train("reviews.tsv", task="classify").
"""

from __future__ import annotations

import shlex
import sys
import time as clock
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from recurra.cells import CELLS
from recurra.comparing import Axis, Comparison, ComparisonRequest, run_comparison, variants
from recurra.data import PairSource
from recurra.errors import ModelError, UsageError
from recurra.options import from_mapping, to_mapping
from recurra.tasks import TASKS, Task
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.choosing import choose_task, read_recipe, recorded_task
from recurra.tasks.finish import finish
from recurra.tasks.fit import Request, fit
from recurra.tasks.model_folder import load_network, parameter_count
from recurra.tasks.prediction import Evaluation
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Data, Generates, Network, Predictor, Scores
from recurra.tracing import Trace
from recurra.training import Budget, Event, Note, parse_time

__all__ = ["Comparison", "Model", "compare", "data_source", "load", "read_recipe", "train"]

Given = str | Path | Sequence[Any]
DEFAULT_TIME, DEFAULT_COMPARING = "5m", "10m"


class Model:
    """A trained model, or several as one.

    Args:
        task: what it does.
        networks: more than one answer together, by the mean of their probabilities.
        path: the model folder of the first.
    """

    def __init__(self, task: Task, networks: Sequence[Network], path: Path) -> None:
        self.task = task
        self.networks = list(networks)
        self.path = path
        self.predictor: Predictor = task.predictor(self.networks)

    @property
    def recipe(self) -> TaskRecipe:
        """How the (first) model was made."""
        return self.networks[0].recipe

    def read(self, path: str) -> Iterator[Any]:
        """The inputs in a file, or of standard input ("-"), as `recurra predict` reads them.

        Raises:
            DataError: the file cannot be read as what the task reads.
        """
        return self.predictor.read(path)

    def predict(self, inputs: Any, options: Any = None, **settings: Any) -> list[Any]:
        """The model's answers, in order.

        Args:
            inputs: one text or several; for tasks that read something else than text, several inputs.
            options: how to answer; the recipe's section [decoding] if None.
            settings: single options: beam=5, nbest=3, attention=True, sample=True, temperature=0.8, ...

        Raises:
            UsageError: an unknown or impossible option, or one input that is no text.
            DataError: an input that cannot be read or is too long.
        """
        if not isinstance(inputs, Iterable):
            what = f"expected several inputs, got {type(inputs).__name__}"
            raise UsageError(what, where="predict", fix="Give a list of them, if need be of one: [input].")
        several = [inputs] if isinstance(inputs, str) else cast("Iterable[Any]", inputs)
        return list(self.predict_iter(several, options, **settings))

    def predict_iter(self, inputs: Iterable[Any], options: Any = None, **settings: Any) -> Iterator[AnyAnswer]:
        """Like `predict`, one after the other: inputs may be an endless stream."""
        return self.predictor.predict(inputs, self.options(options, settings))

    def evaluate(
        self,
        data: Given,
        *,
        target: str | Path | None = None,
        format: str = "auto",
        source_column: str | None = None,
        target_column: str | None = None,
        options: Any = None,
        **settings: Any,
    ) -> Evaluation:
        """All measures on examples: a file (or two parallel ones), or a list of examples.

        Raises:
            DataError: the examples cannot be read.
        """
        source = data_source(data, target, format, source_column, target_column)
        return self.predictor.evaluate(self.task.open(source), self.options(options, settings))

    def generate(self, inputs: str | Iterable[str] = "", **settings: Any) -> list[Any]:
        """Continuations of one text or of several, by a language model.

        Args:
            inputs: how each text begins.
            settings: single options: length=500, samples=3, temperature=0.5, top_k=10, top_p=0.9, seed=1, beam=5.

        Raises:
            UsageError: an unknown or impossible option, or a model that is not a language model.
        """
        predictor = self.predictor
        if not isinstance(predictor, Generates):
            raise self._cannot("is not a language model", "generate")
        options = changed(self.recipe.generation, settings, "generation")  # type: ignore[attr-defined]
        return list(predictor.generate([inputs] if isinstance(inputs, str) else inputs, options))

    def score(self, inputs: str | Iterable[str]) -> list[Any]:
        """How much each unit of one line or of several surprises a language model, in bits.

        Raises:
            UsageError: a model that is not a language model.
        """
        return list(self.score_iter([inputs] if isinstance(inputs, str) else inputs))

    def score_iter(self, inputs: Iterable[str]) -> Iterator[Any]:
        """Like `score`, one after the other: inputs may be an endless stream."""
        predictor = self.predictor
        if not isinstance(predictor, Scores):
            raise self._cannot("is not a language model", "score")
        return predictor.score(inputs)

    def trace(self, given: Any, **settings: Any) -> Trace:
        """Everything that happens inside when the (first) model answers this input."""
        return self.predictor.trace(given, self.options(None, settings))

    def options(self, options: Any, settings: dict[str, Any]) -> Any:
        """The options given, or the recipe's, with single ones changed."""
        chosen = self.recipe.decoding if options is None else options
        if settings and chosen is None:
            name = f"a model for the task {self.task.name}"
            raise UsageError(f"{name} answers without options; given: {', '.join(settings)}")
        return changed(chosen, settings, "decoding")

    def _cannot(self, what: str, how: str) -> UsageError:
        able = "recurra train TEXT --task language-model makes one"
        return UsageError(f"a model for the task {self.task.name} {what}; {able}", where=how)

    def __repr__(self) -> str:
        several = f"{len(self.networks)} models, " if len(self.networks) > 1 else ""
        first = self.networks[0]
        return f"<recurra.Model {several}{first.describe()}, {parameter_count(first):,} parameters, {self.path}>"


def changed(options: Any, settings: Mapping[str, Any], section: str) -> Any:
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
    task = loaded[0][0]
    for (other, _, _), folder in zip(loaded, paths, strict=True):
        if other is not task:
            raise ModelError(
                f"the models of an ensemble must have one task: {task.name} first, {other.name} here", where=str(folder)
            )
    return Model(task, [network for _, network, _ in loaded], paths[0])


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
        listeners: called with every event of the run.
        started: when the command began, on time.monotonic's clock; now if None.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C, when the run has been saved.
    """
    folder = Path(to) if to is not None else default_folder(data)
    source = data_source(data, target, format, source_column, target_column)
    if resume and task is None and recipe is None:
        task = recorded_task(folder)
    chosen = choose_task(source, task, recipe)
    request = Request(
        chosen.task,
        source,
        None if valid is None else data_source(valid, valid_target, format, source_column, target_column),
        folder,
        (recipe or chosen.task.recipe()).with_settings(settings or {}),
        resume,
        typed_command(sys.argv),
        clock.monotonic() if started is None else started,
    )

    emit = to_all(listeners)
    if chosen.note:
        emit(Note(chosen.note))
    outcome = fit(request, chosen_budget(time, epochs, resume, request.started), emit)
    if outcome.finished.reason == "interrupted":
        raise KeyboardInterrupt
    finish(request, outcome, emit)
    return Model(chosen.task, [outcome.network], folder)


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

    def source(given: Given, second: str | Path | None) -> Data:
        return data_source(given, second, format, source_column, target_column)

    began = clock.monotonic() if started is None else started
    chosen = choose_task(source(data, target), task, recipe)
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
        source(data, target),
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
    emit = to_all(listeners)
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
    if not isinstance(data, str | Path):
        raise UsageError(f"a list of examples has no name to call the {what} after", fix='Give to="folder".')
    name = "stdin" if str(data) == "-" else Path(data).name.removesuffix(".gz")
    return Path(f"{Path(name).stem}-{what}")


def data_source(
    data: Given, target: str | Path | None, format: str, source_column: str | None, target_column: str | None
) -> Data:
    """What the data room reads; lists of examples as they are.

    Raises:
        UsageError: neither a file nor a list.
    """
    if not isinstance(data, str | Path):
        if not isinstance(data, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] the caller may not be typed
            raise UsageError(f"expected a file or a list of examples, got {data!r:.60}", where="data")
        return data
    options = {"path": str(data), "format": format}
    named = {"target_path": target, "source_column": source_column, "target_column": target_column}
    options |= {name: str(value) for name, value in named.items() if value is not None}
    return from_mapping(PairSource, options, "data")
