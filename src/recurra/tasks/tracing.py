"""Looking inside a model of any task: one question, and what the networks answer to it.

A task says what it reads and writes in one place (`ask` of its predictor): the networks with their input (probes), the
output that is asked about, and how each part is shown. The trace, gradients and attributions are made from that here.

P outputs, T tokens, V what may stand at an output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.cells import Elman
from recurra.errors import UsageError, first_number
from recurra.files import plain_errors
from recurra.inside.attribution import METHODS, Explained, most_outputs
from recurra.inside.decisions import decisions
from recurra.inside.probes import LanguageProbe, Probe, Run, WritingProbe
from recurra.inside.state_gradients import followed, state_gradients
from recurra.layers import Recorded
from recurra.lists import floats
from recurra.options import unknown_name
from recurra.structure import Structure
from recurra.text.counted import counted, is_or_are
from recurra.tracing import (
    Array,
    AttentionMap,
    AttributedInput,
    Attribution,
    GradientTrace,
    LayerTrace,
    Picture,
    SearchTree,
    SeriesTrace,
    Trace,
)
from recurra.views import (
    attribution_body,
    attribution_figure,
    attribution_html,
    attribution_lines,
    inspect_page,
    trace_figure,
    trace_html,
    trace_lines,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LOSSES = 64  # outputs whose gradients are taken where all are asked for


@dataclass(frozen=True)
class ReadInput:
    """One of the things that a network reads, as it is shown.

    Args:
        name: "source"; "output" of what was written before; a column.
        tokens: of each step.
        layers: how the places of the layers that read it begin: "encoder".
        picture: the image of which the tokens are the cells; None of anything else.
        pieces: of several tokens each, which the layers read at once; empty where they read the tokens.
    """

    name: str
    tokens: list[str]
    layers: str = ""
    picture: Picture | None = None
    pieces: list[str] = field(default_factory=list[str])


class Scale(NamedTuple):
    """In what a network counts a number: one unit of it in those of the data, and where its 0 is."""

    centre: float
    unit: float


def no_attention(run: Run) -> AttentionMap | None:
    """Of networks that look at everything alike."""
    return None


@dataclass(frozen=True)
class Asked:
    """One input of a model, with the output that is asked about.

    Args:
        source: the input as it is shown.
        prediction: what the model answers.
        source_tokens, target_tokens: input and output as a reader sees them, one place each.
        probes: each network with the input.
        inputs: what they read, in the order of the probe's.
        outputs: how what stands at each of the P outputs is shown.
        chosen: the number of that among the V, for each output; empty where outputs are numbers.
        name_of: from a number among the V to how it is shown.
        number_of: from a text to its number among the V. Raises UsageError where there is none.
        attention: where the outputs of a run looked.
        parts: how many places to look at each source token is; empty where no output looks anywhere.
        known: so many of the outputs were given, and not found by the model: these have a loss.
        begins: the number of the output with which what the model itself found begins.
        finished: whether the last output is written; False: it only says what could have come next.
        numbers: what is answered at each output, where outputs are numbers.
        wanted: the numbers that were given, as the network counts them; empty if none were.
        scales: in what the network counts the number at each output; empty where outputs are no numbers.
        target: the output that was given as a text; None if it is the model's own.
        notes: what is to be known of the input, in words.
        search: how the prediction was found; None where it is not searched for.
        series: the numbers of a forecast, column by column.
    """

    source: str
    prediction: str
    source_tokens: list[str]
    target_tokens: list[str]
    probes: Sequence[Probe]
    inputs: Sequence[ReadInput]
    outputs: list[str]
    chosen: Sequence[int] = ()
    name_of: Callable[[int], str] = str
    number_of: Callable[[str], int] = int
    attention: Callable[[Run], AttentionMap | None] = no_attention
    parts: Sequence[int] = ()
    known: int = 0
    begins: int = 0
    finished: bool = True
    numbers: Sequence[float] = ()
    wanted: Sequence[float] = ()
    scales: Sequence[Scale] = ()
    target: str | None = None
    notes: list[str] = field(default_factory=list[str])
    search: SearchTree | None = None
    series: list[SeriesTrace] = field(default_factory=list[SeriesTrace])

    @property
    def is_text(self) -> bool:
        """Whether the outputs are the tokens of a text."""
        return isinstance(self.probes[0], WritingProbe | LanguageProbe)

    @property
    def places(self) -> list[str]:
        """For each tag the token at which it stands; "" for any other output."""
        tags = not self.is_text and len(self.source_tokens) == len(self.outputs) > 1
        return self.source_tokens if tags else [""] * len(self.outputs)

    @torch.no_grad()
    def log_probs(self) -> Tensor:
        """What all networks together say of each output [P, V], by the mean of their probabilities."""
        each = torch.stack([probe.as_it_is().values[0].float().cpu() for probe in self.probes])
        return each[0] if len(each) == 1 else each.logsumexp(0) - math.log(len(each))

    def value(self, run: Run, output: int) -> Tensor:
        """What one output of the first variant is about: its log-probability, or its number."""
        return run.values[0, output, self.chosen[output] if self.chosen else 0]

    def loss(self, run: Run, output: int) -> Tensor:
        """Of one output: -log of its probability; of a number its squared error, or itself where none was given."""
        value = self.value(run, output)
        if self.chosen:
            return -value
        return (value - self.wanted[output]) ** 2 if self.wanted else value

    def tokens_of(self, place: str) -> list[str]:
        """What the layer in a place reads."""
        return next(one.pieces or one.tokens for one in self.inputs if place.startswith(one.layers))


@dataclass(frozen=True, eq=False, repr=False)
class ShownTrace(Trace):
    """A trace that shows itself: printed as lines, in a notebook as HTML, saved as a page.

    Args:
        structure: what the network is made of, which a page draws; None where it does not say.
    """

    structure: Structure | None = None

    def __repr__(self) -> str:
        read, written = (
            counted(len(self.source_tokens), "source token"),
            counted(len(self.target_tokens), "target token"),
        )
        layers = ", ".join(layer.name for layer in self.layers)
        parts = [read, written, *(["attention"] if self.attention else []), *([f"layers {layers}"] if layers else [])]
        return f"<recurra.Trace of {self.source!r} to {self.prediction!r}: {'; '.join(parts)}>"

    def __str__(self) -> str:
        return "\n".join(trace_lines(self))

    def _repr_html_(self) -> str:
        return trace_html(self)

    def figure(self, name: str = "") -> Figure:
        """A matrix of it as a figure of matplotlib (`pip install recurra[plots]`).

        Args:
            name: "attention", a gate or state of a layer ("encoder.0.forward.forget"), or the gradients of one
                ("gradients.encoder.0.forward"); the attention, or what comes first, if it is empty.

        Raises:
            UsageError: there is none of this name; it names the nearest, or all.
        """
        return trace_figure(self, name)

    def save(self, path: str | Path) -> None:
        """Writes it into a file: an interactive page (.html), or data (.json, .npz).

        Raises:
            UsageError: a name with another ending.
            RunError: the file cannot be written.
        """
        if Path(path).suffix != ".html":
            super().save(path)
            return
        with plain_errors(Path(path)), Path(path).open("w", encoding="utf-8") as file:
            file.writelines(inspect_page(self, structures=[self.structure]))


class ShownAttribution(Attribution):
    """An attribution that shows itself, in a notebook as a table and printed as lines."""

    def __str__(self) -> str:
        return "\n".join(attribution_lines(self))

    def body(self) -> str:
        """The table, as a part of a page."""
        return attribution_body(self)

    def figure(self) -> Figure:
        """It as a figure of matplotlib (`pip install recurra[plots]`)."""
        return attribution_figure(self)

    def _repr_html_(self) -> str:
        return attribution_html(self)


def traced(asked: Asked, task: str, *, gradients: bool | Sequence[int] = False) -> ShownTrace:
    """All that happens in each network on the way to the outputs.

    Args:
        gradients: whether those of the losses are taken, too; or the outputs of which they are kept whole.

    Raises:
        UsageError: an output that is not there.
    """
    first, *others = [_trace(asked, probe, task, gradients) for probe in asked.probes]
    count = len(asked.probes)
    together = (
        f"the answer is that of {counted(count, 'network')} together; the trace is of the first, members has the others"
    )
    notes = [*first.notes, *([together] if others else [])]
    return replace(first, members=others, search=asked.search, series=asked.series, notes=notes)


def layers_of(asked: Asked) -> list[LayerTrace]:
    """What the layers of the first network do, and nothing else."""
    with torch.inference_mode():
        return _layers(asked, asked.probes[0].as_it_is(trace=True))


def _layers(asked: Asked, run: Run) -> list[LayerTrace]:
    return [layer_trace(place, asked.tokens_of(place), record) for place, record in run.layers.items()]


def _trace(asked: Asked, probe: Probe, task: str, gradients: bool | Sequence[int]) -> ShownTrace:
    with torch.set_grad_enabled(gradients is not False):
        run = probe.as_it_is(trace=True)
        notes = list(asked.notes)
        slopes = None if gradients is False else _gradients(asked, probe, run, gradients, notes)
    found = [] if probe.numbers else decisions(run, asked.chosen, asked.name_of, known=asked.known)
    return ShownTrace(
        asked.source,
        asked.prediction,
        asked.source_tokens,
        asked.target_tokens,
        asked.attention(run),
        _layers(asked, run),
        task,
        asked.target,
        found,
        slopes,
        notes=notes,
    )


def _gradients(
    asked: Asked, probe: Probe, run: Run, wanted: bool | Sequence[int], notes: list[str]
) -> GradientTrace | None:
    if not followed(run):
        notes.append("no gradients with respect to states: no layer of the network has a state")
        return None
    count = len(asked.outputs)
    if isinstance(wanted, bool):
        chosen = spread(count, min(MOST_LOSSES, most_outputs(probe)))
        if len(chosen) < count:
            notes.append(f"gradients of the losses at {len(chosen)} of {counted(count, 'output')}, evenly spread")
    else:
        chosen = checked_outputs(wanted, count)
    losses = {k: asked.loss(run, k) for k in chosen}
    return state_gradients(run, losses, asked.outputs.__getitem__, vectors=not isinstance(wanted, bool))


def spread(count: int, most: int) -> list[int]:
    """The numbers of at most so many of some outputs, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, max(2, most))).round().astype(int)).tolist()


def checked_outputs(wanted: Sequence[int], count: int) -> list[int]:
    """Numbers of outputs, from 0.

    Raises:
        UsageError: one that is not there.
    """
    for one in wanted:
        if not 0 <= one < count:
            first, there = first_number(), is_or_are(count)
            fix = f"There {there} {counted(count, 'output')}, numbered from {first}."
            raise UsageError(f"there is no output {one + first}", fix=fix)
    return list(wanted)


def layer_trace(name: str, tokens: Sequence[str], record: Recorded) -> LayerTrace:
    """One layer's gates and states of the first row, in the order of the text."""
    gates, states = (
        {key: _array(record.whole(steps)) for key, steps in kind.items()} for kind in (record.gates, record.states)
    )
    before = {key: _array(state) for key, state in record.before.items()}
    cell = None if record.cell is None else type(record.cell).__name__
    activation = record.cell.activation if isinstance(record.cell, Elman) else None
    return LayerTrace(name, list(tokens), gates, states, cell, record.backward, before, activation)


def _array(rows: Tensor) -> Array:
    """The first row of a batch."""
    return rows[0].detach().float().cpu().numpy()


def explained(
    asked: Asked, *, method: str = "integrated-gradients", instead: str | None = None, outputs: Sequence[int] = ()
) -> ShownAttribution:
    """What of the input each output rests on, in the (first) network.

    Args:
        method: a name in METHODS.
        instead: what could stand there instead: the scores then say what speaks for the one and against the other.
        outputs: their numbers; all if none are named.

    Raises:
        UsageError: an unknown method, an output that is not there, a contrast to what the model cannot write, or to a
            number.
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    probe, count = asked.probes[0], len(asked.outputs)
    places = checked_outputs(outputs, count) or spread(count, most_outputs(probe))
    if instead is not None and probe.numbers:
        raise UsageError("a number has no alternative to be compared with", where="instead", fix="Leave it out.")
    other = None if instead is None else asked.number_of(instead)
    found = METHODS[method](probe, _what(asked, places, other))
    centres, units = _scales(asked, places)
    notes = [f"of the first of {counted(len(asked.probes), 'network')}"] if len(asked.probes) > 1 else []
    notes += asked.notes
    if not outputs and len(places) < count:
        notes.append(
            f"{len(places)} of {counted(count, 'output')} {is_or_are(len(places))} explained, evenly spread; "
            "each can be asked for by its number"
        )
    if found.inexact:
        which = (
            "the scores"
            if found.inexact == len(places)
            else f"the scores of {found.inexact} of {counted(len(places), 'output')}"
        )
        why = "the output changes too abruptly for the number of steps that are computed"
        notes.append(
            f"{which} do not add up within 1 %: {why}" + ("; single outputs are more exact" if len(places) > 1 else "")
        )
    parts = ((scores.detach().double().cpu() * units[:, None]).float().numpy() for scores in found.scores)
    inputs = [
        AttributedInput(one.name, one.tokens, scores, one.picture)
        for one, scores in zip(asked.inputs, parts, strict=True)
    ]
    values, baselines = (
        floats(part.detach().double().cpu() * units + centres) for part in (found.values, found.baselines)
    )
    kind = "number" if probe.numbers else "log-probability" if instead is None else "log-odds"
    tokens = [asked.outputs[k] for k in places]
    against = [] if instead is None else [instead] * len(places)
    return ShownAttribution(asked.source, method, kind, places, tokens, against, values, baselines, inputs, notes)


def _scales(asked: Asked, places: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Centre and unit [P] of what is explained, which is shown in the units of the data."""
    scales = [asked.scales[k] if asked.scales else Scale(0.0, 1.0) for k in places]
    centres, units = zip(*scales, strict=True)
    return torch.tensor(centres, dtype=torch.float64), torch.tensor(units, dtype=torch.float64)


def _what(asked: Asked, places: Sequence[int], other: int | None) -> Explained:
    """What is explained of a run: [B, P]."""

    def value(run: Run) -> Tensor:
        rows = run.values[:, list(places)]  # [B, P, V]
        if not asked.chosen:
            return rows[..., 0]
        numbers = torch.tensor([asked.chosen[k] for k in places], device=rows.device)
        own = rows.gather(2, numbers.expand(len(rows), -1)[..., None])[..., 0]
        return own if other is None else own - rows[..., other]

    return value
