"""The baseline beside a model: fitted before it in a small share of the time, measured as it is, and said to be better
where it is.

model folder/baseline.safetensors        what was learned, unless training examples can be read in it
model folder/run/baseline.safetensors    always
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import TypeVar

from recurra.baselines import MOST_EXAMPLES, Allowance, Baseline, Stored, from_bytes
from recurra.bundle import damage_is_said
from recurra.bundle.folder import BASELINE, BASELINE_LIMIT
from recurra.bundle.reading import read_bytes
from recurra.errors import UsageError
from recurra.files import atomic_write
from recurra.metrics import Measure
from recurra.tasks.evaluation import BaselineScores, Evaluation
from recurra.tasks.fitted_once import Once
from recurra.tasks.headline_score import headline_score
from recurra.text.counted import counted_as
from recurra.training import Budget, Emit, Note

SHARE = 0.02  # of the time of a training

E = TypeVar("E")
X = TypeVar("X", contravariant=True, default=Any)  # an example
N = TypeVar("N", contravariant=True, default=Any)  # a network
B = TypeVar("B", bound=Baseline, default=Any)
P = TypeVar("P", contravariant=True, default=Any)  # a predictor


class TaskBaseline(Protocol[X, N, B, P]):
    """What a task has to do with its baseline."""

    def fit(self, train: Iterable[X], network: N, allowance: Allowance) -> B | None:
        """A baseline that reads and answers what a network does; None where there is none for it."""
        ...

    def open(self, stored: Stored) -> B:
        """The same again; of what is damaged any error."""
        ...

    def measures(self, baseline: B, predictor: P, examples: Sequence[X], options: Any) -> Mapping[str, Measure]:
        """What `Predictor.evaluate` measures, of the baseline's answers."""
        ...


class HasBaseline(Protocol):
    """What is needed of a task."""

    name: str
    noun: str
    headline: Mapping[str, str]
    baseline: TaskBaseline | None


def sampled(
    examples: Iterable[E], size: Callable[[E], float], allowance: Allowance, most: int = MOST_EXAMPLES
) -> list[E]:
    """Examples spread evenly over all, as many as there is time for.

    Args:
        size: of an example: characters, or what takes as long.
        most: examples.
    """
    sizes = [size(example) for example in examples]
    share = min(1.0, most / max(1, len(sizes)), allowance.size / max(1.0, sum(sizes)))
    found = [one for k, one in enumerate(examples) if int((k + 1) * share) > int(k * share)]
    allowance.examples, allowance.of = len(found), len(sizes)
    return found


def fit_baseline(
    task: HasBaseline,
    train: Iterable[object],
    network: object,
    budget: Budget,
    run_folder: Path,
    emit: Emit,
    once: Once,
) -> None:
    """Fits the baseline of a task and puts it into the folder of a run; says what it is, and what of it was cut."""
    (run_folder / BASELINE).unlink(missing_ok=True)  # of a start that came to nothing
    data, note = once("baseline", fit=lambda: fitted_baseline(task, train, network, budget))
    if data:
        atomic_write(run_folder / BASELINE, data)
        emit(Note(note))


def fitted_baseline(task: HasBaseline, train: Iterable[object], network: object, budget: Budget) -> tuple[bytes, str]:
    """The baseline as it is stored, empty where there is none, and what is said of it."""
    if task.baseline is None:
        return b"", ""
    allowance = Allowance(None if budget.seconds is None else SHARE * budget.seconds)
    found = task.baseline.fit(train, network, allowance)
    if found is None:
        return b"", ""
    fitted = f"baseline: {found.name}"
    if allowance.of:
        part = f"{allowance.examples:,} of the " if allowance.examples < allowance.of else ""
        fitted += f", fitted on {part}{counted_as(allowance.of, f'training {task.noun}')}"
    return found.stored().to_bytes(), fitted + (f", stopped after {SHARE:.0%} of the time" if allowance.cut else "")


def stored_baseline(folder: Path) -> bytes:
    """What stands in the folder of a run; empty where there is none.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / BASELINE
    return read_bytes(path, BASELINE_LIMIT) if path.exists() else b""


def published_baseline(task: HasBaseline, run_folder: Path) -> bytes:
    """The same as far as it is part of a model."""
    data = stored_baseline(run_folder)
    if not data or task.baseline is None:
        return b""
    with damage_is_said(run_folder):
        return b"" if task.baseline.open(from_bytes(data)).quotes else data


def beside_baseline(
    evaluation: Evaluation,
    data: bytes,
    folder: Path,
    task: HasBaseline,
    predictor: object,
    examples: Iterable[object],
    options: object,
) -> Evaluation:
    """The evaluation of a model with that of its baseline on the same examples.

    Args:
        data: the baseline; empty: there is none.
        folder: that it is from, for messages.

    Raises:
        ModelError: the baseline is damaged.
    """
    if not data or task.baseline is None:
        return evaluation
    with damage_is_said(folder):
        baseline = task.baseline.open(from_bytes(data))
        found = task.baseline.measures(baseline, predictor, list(examples), options)
    measures = {name: found[name] for name in evaluation.measures if name in found}
    if not measures:
        return evaluation
    return replace(evaluation, baseline=BaselineScores(baseline.name, measures, is_better(measures, evaluation)))


def is_better(measures: Mapping[str, Measure], evaluation: Evaluation) -> bool:
    """Whether these are better than the model's, by the first measure that both have a score of."""
    both = {name: evaluation.measures[name] for name in measures}
    try:
        return headline_score(replace(evaluation, measures=dict(measures))) > headline_score(
            replace(evaluation, measures=both)
        )
    except UsageError:  # nothing that is a score
        return False


def baseline_note(evaluation: Evaluation, headline: Mapping[str, str]) -> str:
    """How good the baseline is, in one line; empty where there is none."""
    if evaluation.baseline is None:
        return ""
    found = {name: one for name, one in evaluation.baseline.measures.items() if name in headline}
    if not found:
        return ""
    measured = ", ".join(words.format(found[name].value) for name, words in headline.items() if name in found)
    if not evaluation.baseline.better:
        return f"baseline: {measured} ({evaluation.baseline.name})"
    better = f"the baseline is better than the model: {measured} ({evaluation.baseline.name})"
    return f"warning: {better}; give the model more time or examples, or use something that simple"


def better_note(evaluation: Evaluation, headline: Mapping[str, str]) -> str:
    """The same, only where it is better."""
    return baseline_note(evaluation, headline) if evaluation.baseline and evaluation.baseline.better else ""
