"""Every setting of every task changes something, or is refused with a word: none is accepted and then ignored.

Each task is trained for a few steps on examples that are hardly more than those of toy_tasks.py, and again with another
value of each setting. What is compared is all that a user could see of it: events (times left out), weights, answers,
measures. A setting that has an effect only beside others or on other examples has them in BESIDE and ROWS; where its
effect cannot be seen here, the reason stands in UNSEEN. Names of tables are settings too: so every cell learns and
answers in every task that has a recurrent network. A run with another number is ended by its first step or validation
that is another one; what is only said before the first step does not count, as it may be made of the setting itself.
Settings of answers alone are changed in a model that is trained, which is what a model folder with them would give.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest
from safetensors.torch import save
from toy_tasks import SENTENCES, TOYS

import recurra
from recurra.cells import CELLS
from recurra.errors import RecurraError
from recurra.options import choices_of
from recurra.tasks import TASKS
from recurra.training import Event, Sampled, weights_of

Settings = Mapping[str, object]
EPOCHS = {"caption": 2, "forecast": 2}  # of the others one, which is several steps
# Few steps, and nothing that is left to the clock.
SHORT: Settings = {
    "model.width": 8,
    "model.layers": 1,
    "training.precision": "float32",
    "training.validations": 2,
    "training.learning_rate": 0.01,
}

# Other values than those that `others` thinks of. "task: section.key" is for one task, "section.key" for all.
VALUES: dict[str, list[object]] = {
    "batching.batch_tokens": [60],
    "batching.batch_examples": [5],
    "batching.steps": [10],
    "caption: model.cells": [2],
    "data.height": [4],
    "data.width": [4],
    "data.max_length": [9],
    "tag: data.max_length": [1],
    "classify: data.max_length": [2],
    "batching.windows": [8],
    "training.precision": ["bfloat16"],
    "data.scheme": ["none", "BIOES"],
    "data.season": [7],
    "data.second_season": [14],
    "data.targets": ["a"],
    "data.calendar": ["week"],
    "data.valid_max": [3],
    "forecast: data.valid_max": [1],
    "data.kinds": ["text=category"],
    "data.valid_share": [0.5],
    "decoding.beam": [1],
    "decoding.max_length": [4],
    "decoding.max_extra": [40],
    "decoding.max_ratio": [9.0],
    "decoding.samples": [10],
    "decoding.steps": [2],
    "decoding.last": [4],
    "decoding.stride": [2],
    "generation.length": [3],
    "language-model: decoding.nbest": [2],
    "model.horizon": [4],
    "model.activation": ["relu"],  # the laws of cells know the others
    "model.layers": [2],
    "forecast: model.size": ["small"],
    "model.size": ["tiny"],  # a size is a width, and larger ones take long
    "model.patch": [2],
    "model.quantiles": ["0.2 0.5 0.8"],
    "model.width": [16],
    "model.windows": ["2"],
    "tag: model.characters": [8],
    "text.min_count": [30],
    "text.source_units": ["graphemes", "words", "subwords"],
    "text.normalization": ["none"],
    "text.source_vocabulary": [8],
    "text.target_vocabulary": [8],
    "text.vocabulary": [8],
    "training.average": [2],
    "training.clip_norm": [0.01],
    "training.enough": [1e6],
    "training.learning_rate": [0.001],
    "training.max_epochs": [0.5],
    "training.patience": [1],
    "training.samples": [0],
    "training.save_every": [0.0],
    "training.validations": [1],
}

LONG: Settings = {"decoding.min_length": 5, "decoding.max_length": 9}
SAMPLED: Settings = {**LONG, "decoding.sample": True, "decoding.temperature": 2.0}
CHAT: Settings = {"decoding.anti_lm": 0.0}
RECURSIVE: Settings = {"model.strategy": "recursive"}
WILD: Settings = {"decoding.sample": True, "decoding.temperature": 9.0, "decoding.nbest": 5}
BOTH_CHARS: Settings = {"text.source_units": "chars", "text.target_units": "chars"}
STILL: Settings = {"training.validations": 6, "training.learning_rate": 0.0}

# What a setting needs beside it to have an effect, likewise.
BESIDE: dict[str, Settings] = {
    "data.valid_max": {"data.valid_share": 0.6},
    "data.second_season": {"data.season": 7},
    "decoding.beam": LONG,
    "decoding.coverage_penalty": LONG,
    "decoding.diversity": {**LONG, "decoding.nbest": 5},
    "decoding.forbid_unknown": {**LONG, "decoding.nbest": 5, "text.min_count": 30},
    "decoding.length_penalty": LONG,
    "decoding.max_length": WILD,
    "decoding.max_ratio": {**WILD, "decoding.min_length": 20},
    "decoding.max_extra": {**WILD, "decoding.min_length": 20},
    "decoding.nbest": {"decoding.beam": 20},
    "decoding.samples": RECURSIVE,
    "decoding.seed": SAMPLED,
    "decoding.temperature": SAMPLED,
    "decoding.top_k": SAMPLED,
    "decoding.top_p": SAMPLED,
    "classify: decoding.nbest": {},
    "language-model: decoding.nbest": {},
    "forecast: decoding.seed": RECURSIVE,
    "forecast: decoding.floor": {"model.output": "gaussian", "model.quantiles": "0.001 0.5 0.999"},
    "chat: decoding.coverage_penalty": {**LONG, **CHAT},
    "chat: decoding.max_ratio": {},
    "caption: decoding.max_ratio": {},
    "text.normalization": {"text.units": "chars"},
    "translate: text.normalization": BOTH_CHARS,
    "chat: text.normalization": BOTH_CHARS,
    "caption: text.normalization": {"text.target_units": "chars"},
    "translate: model.match": {"text.source_units": "words,words"},
    "chat: decoding.beam": {**LONG, **CHAT},
    "chat: data.withhold": CHAT,
    "model.activation": {"model.cell": "elman"},
    "model.residual": {"model.layers": 2},
    "model.size": {"model.width": 0},
    "model.windows": {"model.kind": "cnn"},
    "language-model: model.dropout": {"model.layers": 2},
    "forecast: data.valid_max": {},
    "forecast: model.baseline": {"data.season": 5},
    "training.average": {"training.validations": 6, "training.learning_rate": 0.05},
    "training.patience": {**STILL, "batching.batch_examples": 5},
    "forecast: training.patience": {**STILL, "batching.windows": 8},
    "caption: model.residual": {"model.layers": 3},
}

PICTURES = [(np.full((8, 12), 20 * (k % 6), dtype=np.uint8), text) for k, (_, text) in enumerate(TOYS["caption"].rows)]
NAMED_PICTURES = [(picture, f"kind {k % 6}") for k, (picture, _) in enumerate(PICTURES)]
MEASURED_PICTURES = [(picture, float(k % 6)) for k, (picture, _) in enumerate(PICTURES)]
HOLES = [([0.5, math.nan, 2.0 + k % 3][:: 1 if k % 2 else -1], "odd" if k % 2 else "even") for k in range(40)]
SERIES = {name: [*values[:40], math.nan, *values[41:]] for name, values in TOYS["forecast"].rows[0].items()}

# Other examples, where those of toy_tasks.py have nothing that a setting is for.
ROWS: dict[str, list[Any]] = {
    "caption: decoding.coverage_penalty": PICTURES,
    "caption: model.cells": PICTURES,
    "caption: model.shift": PICTURES,
    "data.channels": PICTURES,
    "data.height": PICTURES,
    "data.width": PICTURES,
    "classify: data.channels": NAMED_PICTURES,
    "classify: data.height": NAMED_PICTURES,
    "classify: data.width": NAMED_PICTURES,
    "regress: data.channels": MEASURED_PICTURES,
    "regress: data.height": MEASURED_PICTURES,
    "regress: data.width": MEASURED_PICTURES,
    "classify: data.missing": HOLES,
    "forecast: data.missing": [SERIES],
    "data.sort": [
        {"series": "a", "date": f"2024-{1 + k // 28:02}-{1 + k % 28:02}", "x": k % 5} for k in range(83, -1, -1)
    ],
    "data.duplicates": [{"series": "a", "step": k - k % 7 // 6, "x": k * k % 5} for k in range(84)],
    "data.calendar": [
        {"series": "a", "date": f"2024-{1 + k // 28:02}-{1 + k % 28:02}", "x": k * k % 7 % 5} for k in range(84)
    ],
    "data.dates": [{"series": k // 12, "date": f"{1 + k % 12}/1/2024", "x": k % 5} for k in range(48)],
    "forecast: data.decimal": [{"series": "a", "x": f"{1 + k % 5},{100 + k * k % 37}"} for k in range(84)],
    "forecast: data.thousands": [
        {"series": "a", "x": f"{1 + k % 5},{100 + k * k % 37}", "y": f"{k % 3}.5"} for k in range(84)
    ],
    "data.decimal": [{"a": f"{1 + k % 2},{100 + k}", "b": k % 3, "label": "ab"[k % 2]} for k in range(40)],
    "data.thousands": [{"a": f"{1 + k % 2},{100 + k}", "b": "1.5", "label": "ab"[k % 2]} for k in range(40)],
    "regress: data.decimal": [{"a": f"{1 + k % 2},{100 + k}", "b": k % 3, "number": k % 2} for k in range(40)],
    "regress: data.thousands": [{"a": f"{1 + k % 2},{100 + k}", "b": "1.5", "number": k % 2} for k in range(40)],
    "data.repair": [(["a", "b"], ["O", "I-X"]), *TOYS["tag"].rows],
    "text.lowercase": [(["Red", "red"], ["B-X", "O"]), *TOYS["tag"].rows],
    "translate: model.ngrams": [(text, text.upper()) for text in SENTENCES],
    "translate: model.match": [
        ((first, second), second) for first, _ in TOYS["translate"].rows for second in ("red", "blue")
    ],
    "batching.steps": TOYS["language-model"].rows * 3,
}
RUNNING: Settings = {"data.form": "running"}
BESIDE["batching.steps"] = RUNNING

WITHOUT_REFUSED = {
    "data.missing",
    "data.repair",
    "data.sort",
    "data.duplicates",
    "data.dates",
    "data.decimal",
}  # what these examples need to be taken at all

# Settings whose effect cannot be seen here, and why.
UNSEEN: dict[str, str] = {
    "training.device": "there may be no second device",
    "training.threads": "so small a network computes the same with any number; tests/training/test_threads.py looks",
}

ONLY_TRAINING = {"batching", "training"}  # sections that say how weights are found, and nothing of what a model is
ANSWERING = {"decoding", "generation"}  # those that are looked up when a model answers
EXCLUDING = {
    "decoding.max_extra",
    "decoding.max_ratio",
    "generation.beam",
}  # those of them that do not go with all the others
SHOWN_BY_ANSWERS = {*ANSWERING, "output"}  # those that nothing but answers and measures show


def settings_of(task: str) -> Iterator[str]:
    """The names of all settings, as section.key."""
    recipe = TASKS[task].recipe()
    for section in dataclasses.fields(recipe):
        options = getattr(recipe, section.name)
        if dataclasses.is_dataclass(options):
            yield from (f"{section.name}.{field.name}" for field in dataclasses.fields(options))


def of(table: Mapping[str, Any], task: str, name: str) -> Any:
    """The entry of a table for this task, or for all; None if there is none."""
    return table.get(f"{task}: {name}", table.get(name))


def default_of(task: str, name: str) -> object:
    section, key = name.split(".")
    return getattr(getattr(TASKS[task].recipe(), section), key)


def others(task: str, name: str, default: object) -> list[Any]:
    """Values of a setting that are not `default`."""
    section, key = name.split(".")
    if (values := of(VALUES, task, name)) is not None:
        return values
    if choices := choices_of(type(getattr(TASKS[task].recipe(), section)), key):
        return [choice for choice in choices if choice != default]
    if isinstance(default, bool):
        return [not default]
    if isinstance(default, int):
        return [2 * default + 1]
    if isinstance(default, float):
        return [0.7 if default < 0.5 else 0.3]
    raise AssertionError(f"{name} of {task} needs another value in VALUES")


Frozen = tuple[tuple[str, object], ...]


class Seen(NamedTuple):
    """What can be seen of a run."""

    events: list[str]
    weights: str
    answers: str
    measures: str


class DifferentAlreadyError(Exception):
    """An event is not that of the run it is compared with."""


def run(task: str, rows: str, settings: Frozen, base: Seen | None = None, ends: Collection[str] = ()) -> Seen:
    """A run; `rows` names examples of ROWS, or none.

    Args:
        base: what is compared with it; how good the model is is not measured again if something else differs already.
        ends: kinds of events: the run ends as soon as those of these kinds are not those of `base`.
    """
    events: list[str] = []

    def listen(event: Event) -> None:
        if not is_left_to_the_clock(event):
            events.append(told(event))
            mine = of_kinds(events, ends)
            if base and mine != of_kinds(base.events, ends)[: len(mine)]:
                raise DifferentAlreadyError

    with TemporaryDirectory() as folder:
        model = trained(task, rows, settings, Path(folder), listen)
        weights = hashlib.sha256(save(weights_of(model.networks[0].model))).hexdigest()
        found = Seen(events, weights, answers_of(model, task, rows), "")
        if base and found != base._replace(measures=""):
            return found
        return found._replace(measures=str(model.evaluate(examples_of(task, rows)[:12])))


seen = cache(run)


def trained(
    task: str, rows: str, settings: Frozen, folder: Path, listen: Callable[[Event], None] | None = None
) -> recurra.Model:
    said = {**SHORT, **TOYS[task].settings, **dict(settings)}
    examples, listeners = examples_of(task, rows), [listen] if listen else []
    return recurra.train(
        examples, task=task, to=folder / "m", epochs=EPOCHS.get(task, 1), settings=said, listeners=listeners
    )


@cache
def kept(task: str, rows: str, settings: Frozen) -> recurra.Model:
    """A model that is trained once."""
    with TemporaryDirectory() as folder:
        return trained(task, rows, settings, Path(folder))


def answered(task: str, rows: str, settings: Frozen) -> Seen:
    """What a model answers and is measured to be with these settings, as far as they are those of answers."""
    own = {name: value for name, value in settings if name.split(".")[0] in ANSWERING}
    model = kept(task, rows, tuple((name, value) for name, value in settings if name not in own))
    if "decoding.max_length" in own:  # training with it looks for no limit that goes by the input
        own["decoding.max_extra"] = default_of(task, "decoding.max_extra")
    networks = [dataclasses.replace(one, recipe=one.recipe.with_settings(own)) for one in model.networks]
    other = recurra.Model(model.task, networks, model.path, model.facts, model.card, model.baseline)
    measures = str(other.evaluate(examples_of(task, rows)[:12]))
    return Seen([], "", answers_of(other, task, rows), measures)


def examples_of(task: str, rows: str) -> list[Any]:
    """Those of ROWS under this name, or where it is empty those of the task."""
    return ROWS[rows] if rows else [accented(row, k) for k, row in enumerate(TOYS[task].rows)]


def answers_of(model: recurra.Model, task: str, rows: str) -> str:
    """All that it answers, in JSON."""
    given = [accented(one, k) for k, one in enumerate(TOYS[task].inputs)]
    inputs = inputs_of(examples_of(task, rows)) if rows else given
    answers = [answer.to_mapping() for answer in model.predict(inputs)]
    if hasattr(model.recipe, "generation"):
        answers += [answer.to_mapping() for answer in model.generate(inputs)]
    return json.dumps(answers)


def accented(value: Any, k: int) -> Any:
    """The example with letters that can be written in two ways, every second one in the other way."""
    if isinstance(value, str):
        return value.replace("r", "r\u0301" if k % 2 else "\u0155") if value.islower() else value
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(accented(part, k) for part in value)
    return value


def inputs_of(examples: list[Any]) -> list[Any]:
    """What is asked, of examples that are an input and what is right for it."""
    return [example[0] if isinstance(example, tuple) else example for example in examples[:2]]


def is_left_to_the_clock(event: Event) -> bool:
    """Whether it is about answers to samples that are made where there is time; the first ones always are."""
    return isinstance(event, Sampled) and not event.samples


def told(event: Event) -> str:
    """An event without times and paths."""
    shown = {name: value for name, value in vars(event).items() if "seconds" not in name and name != "path"}
    return f"{type(event).__name__} {shown}"


def ending(name: str, value: object) -> Collection[str]:
    """The events that end a run with another value of a setting, where they are others; one with a name goes on to its
    answers."""
    section = name.split(".")[0]
    if section in ONLY_TRAINING:
        return [kind.__name__ for kind in get_args(Event)]
    return () if section in SHOWN_BY_ANSWERS or isinstance(value, str) else ("StepDone", "Validated")


def of_kinds(events: Sequence[str], kinds: Collection[str]) -> list[str]:
    """The events that are of these kinds, as they were told."""
    return [event for event in events if event.partition(" ")[0] in kinds]


def outcome(task: str, name: str, settings: Mapping[str, object], base: Seen | str | None = None) -> Seen | str:
    """What can be seen of a run, as far as it is that of `base`; or the message of its refusal."""
    rows = next((key for key in (f"{task}: {name}", name) if key in ROWS), "")
    frozen = tuple(sorted(settings.items()))
    try:
        if name.split(".")[0] in ANSWERING:
            return answered(task, rows, frozen)
        if not isinstance(base, Seen):
            return seen(task, rows, frozen)
        return run(task, rows, frozen, base, ending(name, settings[name]))
    except DifferentAlreadyError:
        return "another event"
    except RecurraError as error:
        if name.split(".")[1] not in str(error):
            raise AssertionError(f"{name} is refused without its name: {error}") from error
        return f"refused: {error}"


EVERY = [(task, name) for task in TOYS for name in settings_of(task) if name not in UNSEEN]


@pytest.mark.long
@pytest.mark.parametrize(("task", "name"), EVERY, ids=[": ".join(one) for one in EVERY])
def test_a_setting_changes_something_or_is_refused(task: str, name: str) -> None:
    beside: Settings = of(BESIDE, task, name) or {}
    before = {**SHORT, **TOYS[task].settings, **beside}
    default = before.get(name, default_of(task, name))
    base = outcome(task, name, beside)
    assert isinstance(base, Seen) or name in WITHOUT_REFUSED, base
    values = others(task, name, default)
    same = [value for value in values if outcome(task, name, {**beside, name: value}, base) == base]
    # One of the choices is what auto chose.
    assert len(same) <= (default == "auto"), f"{name} of {task} is without effect: {same} give the same as {default!r}"


def test_two_runs_with_the_same_settings_are_the_same() -> None:
    """Else all settings would seem to have an effect."""
    for task in TOYS:
        first = seen(task, "", ())
        assert first == run(task, "", ())


@pytest.mark.parametrize("task", TOYS)
def test_settings_of_answers_that_are_said_at_training_are_those_of_the_model(task: str, tmp_path: Path) -> None:
    """So a model whose settings of answers are changed is one that was trained with them."""
    names = [name for name in settings_of(task) if name.split(".")[0] in ANSWERING and name not in EXCLUDING]
    said = {name: others(task, name, default_of(task, name))[0] for name in names}
    beside = RECURSIVE if task == "forecast" else {}
    model = recurra.load(trained(task, "", tuple({**beside, **said}.items()), tmp_path).path)
    for name, value in said.items():
        section, key = name.split(".")
        assert getattr(getattr(model.recipe, section), key) == value, name


def test_the_tables_name_settings_that_there_are() -> None:
    names = {name for task in TOYS for name in settings_of(task)}
    names |= {f"{task}: {name}" for task in TOYS for name in settings_of(task)}
    assert {*VALUES, *BESIDE, *ROWS, *UNSEEN} - names == set()


def test_cells_are_among_the_choices_of_every_task_with_a_recurrent_network() -> None:
    for task in TOYS:
        model = getattr(TASKS[task].recipe(), "model", None)
        if hasattr(model, "cell"):
            assert set(others(task, "model.cell", None)) == set(CELLS)
