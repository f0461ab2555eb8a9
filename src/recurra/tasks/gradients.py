"""Gradient flow through time, of a model of any task: its examples as runs of its network, a loss at each output.

Losses are those of the targets that the data hold, along these targets, as in training, but without dropout. A series
has no target: of a forecast the medians themselves are followed. The share that is left of a signal is the same for
these and for their squared errors, which differ by one factor at every distance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recurra.errors import DataError, UsageError
from recurra.inside import TimedLoss, TracedRun, gradient_flow
from recurra.inside.flow import MOST_LOSSES, spread
from recurra.tasks.flow_advice import advice
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.tasks.questions import Question, Sample, drawn, questions
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.tag.recipe import TagRecipe
from recurra.tasks.task import Inspected
from recurra.tasks.tracing import Asked
from recurra.text.counted import counted, has_or_have, is_or_are, was_or_were
from recurra.tracing import GradientFlow, Verdict
from recurra.views import flow_html, flow_page, flow_panels, flow_text
from recurra.views.figures import lines_figure
from recurra.views.flow_panels import ACROSS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLES, SEED = 32, 1  # that are taken where nothing else is said
ELSEWHERE = ("encoder",)  # how the names begin of layers whose steps are not those of the outputs


class ShownFlow(GradientFlow):
    """Gradient flow that shows itself: printed as text, in a notebook as charts and tables."""

    def figure(self) -> Figure:
        """The charts as a figure of matplotlib (`pip install recurra[plots]`)."""
        return lines_figure(flow_panels([self]), ACROSS, self.title)

    def page(self) -> str:
        """A page of HTML that needs nothing else."""
        return flow_page([self])

    def __str__(self) -> str:
        return flow_text([self])

    def __repr__(self) -> str:
        return f"<recurra.GradientFlow of {self.title}: {self.verdict.kind}, {self.verdict.words}>"

    def _repr_html_(self) -> str:
        return flow_html([self])


def flow_of_examples(
    predictor: Inspected,
    recipe: TaskRecipe,
    examples: Iterable[object],
    options: object,
    *,
    most: int = EXAMPLES,
    seed: int = SEED,
    title: str,
    clipped: float | None = None,
    notes: Sequence[str] = (),
) -> ShownFlow:
    """The gradient flow of the (first) network of a model.

    Args:
        examples: of the model's task.
        options: how it answers; they matter for what it is not given.
        most: examples that are taken, drawn from all.
        seed: of drawing them.
        title: what the model is called.
        clipped: the share of clipped updates in its training, if it is known.
        notes: what is to be known of the examples.

    Raises:
        DataError: none of the examples can be traced.
        UsageError: a network without recurrent layers.
    """
    sample = drawn(questions(examples, recipe), most, seed)
    runs = _Runs(lambda one: predictor.ask(one.given, options, one.target), sample.kept)
    found = gradient_flow(runs, title)
    if not found.examples:
        raise runs.refused or DataError("there are no examples", where=title, fix="Give data that the model can read.")
    if not found.layers:
        what = "the network has no recurrent layer, so no error travels through time in it"
        raise UsageError(what, where=title, fix="Gradient flow is for models with model.kind=rnn.")
    verdict = found.verdict
    verdict = Verdict(verdict.kind, verdict.distance, verdict.words, advice(found, recipe, clipped))
    said = [*notes, *_notes(sample, runs, found, seed), *_limits(recipe)]
    return ShownFlow(title, found.layers, verdict, found.examples, found.losses, clipped, list(filter(None, said)))


@dataclass
class _Runs:
    """The runs of some examples, one after the other; what was refused is counted."""

    ask: Callable[[Question], Asked]
    questions: Sequence[Question]
    refusals: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    refused: DataError | UsageError | None = None

    def __iter__(self) -> Iterator[TracedRun]:
        for one in self.questions:
            try:
                asked = self.ask(one)
            except (DataError, UsageError) as error:
                self.refusals.append((one.line, error.what))
                self.refused = self.refused or error
                continue
            yield traced_run(asked)


def traced_run(asked: Asked) -> TracedRun:
    """The first network along what it was asked, with the losses of the outputs that are known; else of all."""
    probe = asked.probes[0]
    run = probe.as_it_is(trace=True)
    outputs = spread(range(asked.known or len(asked.outputs)), MOST_LOSSES)
    losses = [TimedLoss(asked.loss(run, k), k if probe.stepwise else None) for k in outputs]
    return TracedRun(run.layers, losses, ELSEWHERE)


def _notes(sample: Sample[Question], runs: _Runs, found: GradientFlow, seed: int) -> Iterator[str]:
    """What was taken, and what was left out."""
    if sample.total > len(sample.kept):
        taken = f"{len(sample.kept):,} of {counted(sample.total, 'example')} {was_or_were(len(sample.kept))} taken"
        yield f"{taken}, drawn with seed {seed}"
    if runs.refusals:
        line, why = runs.refusals[0]
        what = counted(len(runs.refusals), "example")
        yield f"{what} could not be traced and {was_or_were(len(runs.refusals))} left out, such as line {line}: {why}"
    if found.losses >= MOST_LOSSES * found.examples:
        yield f"of each example {MOST_LOSSES} losses were taken at most, spread over its outputs, the last among them"
    if all(layer.silent == found.losses for layer in found.layers):
        yield "no loss depends on the states of the network: so it is where the wide part answers alone"
        return
    for layer in found.layers:
        if layer.silent:
            what = f"{layer.silent:,} of the losses {has_or_have(layer.silent)} no gradient one step back"
            yield f"layer {layer.name}: {what} and {is_or_are(layer.silent)} not counted"


def _limits(recipe: TaskRecipe) -> Iterator[str]:
    """How training differs from what was measured."""
    if isinstance(recipe, LanguageRecipe) and recipe.data.form == "running":
        steps = recipe.batching.steps
        yield f"in training errors go back {counted(steps, 'step')} at most (batching.steps), and are cut off there"
    if isinstance(recipe, TagRecipe) and recipe.model.characters:
        yield "the layers that read the characters of each token are not included"
