"""What a network answers to a few validation examples while it learns, so that people see what the numbers mean.

The examples are the first of those that are kept as text for the closing measurement (`sample`), so they are chosen
once and the same in every session. All answers together take at most a hundredth of the time: where that is used up
they are left out at a validation. How long the first ones of a session take is not known before; they are always made.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recurra.data import HasLine
from recurra.errors import RecurraError
from recurra.metrics import Case
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.sample import read_sample
from recurra.tasks.task import Generates, Network, Predictor, Task
from recurra.text.counted import counted
from recurra.tracing import Sample
from recurra.training import Emit, Note, Sampled

SHARE = 0.01  # of the time
LONGEST = 300  # characters of a text that is kept
LARGEST = 20_000  # of the address of a picture
CONTINUED = 60  # units with which a text is continued


class Samples:
    """Answers the examples at validations, as long as there is time for it.

    Args:
        task, network: what is trained; the weights are those of the moment.
        run_folder: where the examples are kept.
        emit: is told once if they cannot be answered.
    """

    def __init__(self, task: Task, network: Network, run_folder: Path, emit: Emit) -> None:
        self.task = task
        self.network = network
        self.run_folder = run_folder
        self.emit = emit
        self.number = network.recipe.training.samples
        self.examples: list[HasLine] = []
        self.spent = self.last = 0.0  # seconds in this session, and those of the last answers

    def __call__(self, step: int, seconds: float) -> Sampled | None:
        """The answers after a step; None where there is no time for them.

        Args:
            seconds: that this session has trained until then.
        """
        if not self.number or (self.spent and self.spent + self.last > SHARE * seconds):
            return None
        first = not self.examples
        try:
            if first:
                self.examples = chosen(self.run_folder, self.task, self.number)
            started = time.perf_counter()
            options = self.task.sampling(self.network.recipe, self.number)
            cases, right = answered(self.task.predictor([self.network]), self.examples, options, self.number)
        except RecurraError as error:
            self.number = 0
            self.emit(Note(f"the answers to samples of the validation data are not recorded: {error.what}"))
            return None
        self.last = time.perf_counter() - started
        self.spent += self.last
        samples = [sample_of(case) for case in cases] if first else []
        return Sampled(step, samples, [shortened(case.answer) for case in cases], right, self.last)


def chosen(run_folder: Path, task: Task, number: int) -> list[HasLine]:
    """The first examples that are kept and have an input; those that are no training examples as well come first."""
    examples, known = read_sample(run_folder, task)
    full = [k for k, example in enumerate(examples) if task.kind.input_key(example)]
    return [examples[k] for k in sorted(full, key=lambda k: known[k])[:number]]


def answered(
    predictor: Predictor, examples: Sequence[HasLine], options: object, number: int
) -> tuple[list[Case], list[bool | None]]:
    """So many cases with their answers, spread evenly where examples have several, and whether each is right."""
    evaluation = predictor.evaluate(examples, options)
    count = len(evaluation.cases)
    kept = [k * count // min(number, count) for k in range(min(number, count))]
    cases, right = [evaluation.cases[k] for k in kept], are_right(evaluation)
    if isinstance(predictor, Generates) and not any(case.targets for case in cases):
        return continued(predictor, cases), [None] * len(cases)
    return cases, [right[k] for k in kept]


def continued(predictor: Generates, cases: Sequence[Case]) -> list[Case]:
    """Texts that have no answer, cut in half: the second half is what is wanted, the answer is a continuation."""
    halves = [(case.source[: (len(case.source) + 1) // 2], case) for case in cases]
    found = predictor.generate([half for half, _ in halves], replace(predictor.generation, length=CONTINUED))
    return [
        replace(case, source=half, targets=(case.source[len(half) :],), answer=answer.text.removeprefix(half))
        for (half, case), answer in zip(halves, found, strict=True)
    ]


def are_right(evaluation: Evaluation) -> list[bool | None]:
    """Whether each answer is right; None where answers are more or less near."""
    whole = evaluation.examples.right
    return [None] * len(evaluation.cases) if whole is None else list(whole)


def sample_of(case: Case) -> Sample:
    """An example as it is kept."""
    picture = case.picture() if case.picture else ""
    kept = picture if len(picture) <= LARGEST else ""
    return Sample(case.line, shortened(case.source), [shortened(one) for one in case.targets], kept)


def shortened(text: str) -> str:
    """A text as it is kept: of a long one the beginning, and how much is missing."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({counted(len(text) - LONGEST, 'more character')})"
