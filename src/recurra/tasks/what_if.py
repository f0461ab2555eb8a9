"""What follows if something is changed: a model is asked twice, and the two runs are laid side by side.

Every change is one that all tasks share: another input is asked about, outputs begin as they are told to
(decoding/beginning.py), options of the search are others, a network is changed inside (changed_networks.py; of several
the first). So nothing here knows a task.

What a change does not touch stays, and from there on the search is free. A token that is forced goes into the output as
it would be until then, and where it stands there anyway nothing is searched again. The answer is led through a network
that is changed inside, and held up to the first step whose probabilities differ. So from a change that changes nothing
follows nothing, also of a beam, which might find another output on a second way.

P outputs, V what may stand at an output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from recurra.decoding import NO_END, DecodingOptions, chances
from recurra.decoding.rules import Rules
from recurra.errors import UsageError, first_number
from recurra.lists import booleans, integers
from recurra.tasks.changed_networks import changed_inside
from recurra.tasks.task import Generates, Inspected, Network, Predictor, Searches, Task
from recurra.tasks.tracing import Asked, traced
from recurra.text.counted import counted
from recurra.text.special import EOS, UNK
from recurra.text.visible import excerpt
from recurra.tracing import Chance, Force, Intervention, SetAttention, SetUnit, Trace, WhatIf, Written, side_by_side
from recurra.views import what_if_body, what_if_html, what_if_lines

TOP = 12  # tokens whose chances are kept at a step
ROUNDING = 1e-5  # probabilities that differ by less are the same, computed in another order


@dataclass(frozen=True)
class Question:
    """What a model is asked.

    Args:
        task: what it does.
        networks: that answer.
        given: one input.
        options: of answering; of a language model those of its continuations.
        told: the tokens with which the output begins.
    """

    task: Task
    networks: Sequence[Network]
    given: object
    options: object
    told: tuple[int, ...] = ()

    @cached_property
    def predictor(self) -> Predictor:
        """The networks as one that answers; its outputs begin as they are told to."""
        found = self.task.predictor(self.networks)
        return found.beginning(self.told) if self.told and isinstance(found, Searches) else found

    @cached_property
    def asked(self) -> Asked:
        """The answer, to be looked into."""
        if isinstance(self.predictor, Generates):
            return self.predictor.ask_continuation(self.given, self.options)
        assert isinstance(self.predictor, Inspected)
        return self.predictor.ask(self.given, self.options)


class ShownWhatIf(WhatIf):
    """A what-if that shows itself: printed as lines, in a notebook as a table."""

    def __repr__(self) -> str:
        return f"<recurra.WhatIf: {self.was.prediction!r} becomes {self.now.prediction!r}>"

    def __str__(self) -> str:
        return "\n".join(what_if_lines(self))

    def body(self) -> str:
        """The table, as a part of a page."""
        return what_if_body(self)

    def _repr_html_(self) -> str:
        return what_if_html(self)


def what_if(before: Question, after: Question, intervention: Intervention) -> ShownWhatIf:
    """The two runs.

    Args:
        after: with another input or other options, as the intervention says; else the same.

    Raises:
        DataError: an input that cannot be read.
        UsageError: a change that is not possible for this model, its output or this input.
    """
    was, notes = before.asked, list[str]()
    units, looks = intervention.of(SetUnit), intervention.of(SetAttention)
    if units or looks:
        first, *others = after.networks
        changed = changed_inside(first, after.asked, units, looks)
        after = replace(after, networks=[changed, *others], told=_untouched(after, changed))
        if others:
            notes.append(
                f"the first of {counted(len(after.networks), 'network')} is changed inside, the others are as they "
                "were; "
                "the answer is that of all"
            )
    now = forced(after, intervention.of(Force))
    steps = [one.step for one in intervention.of(Force)]
    sides = traced(was, before.task.name), traced(now, before.task.name)
    notes += _not_reached(intervention, sides[1])
    return ShownWhatIf(
        intervention,
        *sides,
        side_by_side(_written(was), _written(now), steps, texts=now.is_text or len(was.outputs) != len(now.outputs)),
        _chances(was, before.options),
        _chances(now, after.options),
        list(dict.fromkeys([*notes, *sides[0].notes, *sides[1].notes])),
    )


@torch.no_grad()
def _untouched(question: Question, changed: Network) -> tuple[int, ...]:
    """The tokens of the answer up to the first whose probabilities a change of the first network changes."""
    asked = question.asked
    if not isinstance(question.predictor, Searches):
        return ()
    first = asked.probes[0]
    was, now = (probe.as_it_is(trace=True).values[0].exp() for probe in (first, first.of(changed.model)))
    touched = booleans(((now - was).abs() > ROUNDING).any(1))
    until = next((k for k in range(asked.begins, len(touched)) if touched[k]), len(touched))
    told = tuple(asked.chosen[asked.begins : until])
    return told if asked.finished or until < len(touched) else (*told[:-1], NO_END)


def _not_reached(intervention: Intervention, now: Trace) -> Iterator[str]:
    """What is said of changes at steps to which the run did not come."""
    number = first_number()
    steps = {layer.name: len(layer.tokens) for layer in now.layers}
    for one in intervention.of(SetUnit):
        late = [step + number for step in one.steps or () if step >= steps[one.layer]]
        if late:
            yield f"layer {one.layer} has {counted(steps[one.layer], 'step')}: {_named(late)} not reached"
    late = [one.step + number for one in intervention.of(SetAttention) if one.step >= len(now.decisions)]
    if late and now.decisions:
        yield f"the output now has {counted(len(now.decisions), 'step')}: the attention of {_named(late)} not reached"


def _named(steps: Sequence[int]) -> str:
    """Steps in words, with their verb."""
    shown = ", ".join(map(str, steps[:5])) + (" and more" if len(steps) > 5 else "")
    return f"step {shown} was" if len(steps) == 1 else f"steps {shown} were"


def forced(question: Question, tokens: Sequence[Force]) -> Asked:
    """The answer with tokens in it that are told.

    Raises:
        UsageError: the model does not write token by token, the output ends before, or the token cannot stand there.
    """
    found = question.asked
    if not tokens:
        return found
    if not isinstance(question.predictor, Searches):
        what = "no token can be forced: the model answers at once, and not token by token"
        raise UsageError(what, where="force", fix="Change its input instead.")
    for one in sorted(tokens, key=lambda one: one.step):
        number = _number(one, found, question.options)
        place = found.begins + one.step
        if found.chosen[place] != number:
            found = replace(question, told=(*found.chosen[found.begins : place], number)).asked
    return found


def _number(force: Force, found: Asked, options: object) -> int:
    """The number of a token that is forced."""
    steps = len(found.outputs) - found.begins - (not found.finished)
    if force.step >= steps:
        first = first_number()
        what = f"there is no step {force.step + first}: the output has {counted(steps, 'step')}, its end among them"
        possible = f"step {first}" if steps == 1 else f"a step from {first} to {steps - 1 + first}"
        raise UsageError(what, where="force", fix=f"Give {possible}.")
    try:
        number = found.number_of(force.token)
    except UsageError as error:
        raise UsageError(error.what, where="force", fix=error.fix) from None
    rules = _decoding(options)
    if rules is not None and number == UNK and rules.forbid_unknown:
        raise UsageError(f"{excerpt(force.token)} may not be written", where="force", fix="Use forbid_unknown=false.")
    if rules is not None and number == EOS and force.step < rules.min_length:
        what = f"the end may not come before min_length = {rules.min_length}"
        raise UsageError(what, where="force", fix="Use a smaller min_length.")
    return number


def _written(asked: Asked) -> list[Written]:
    """What the model answered, place by place."""
    if asked.numbers:
        names = asked.outputs if len(asked.numbers) > 1 else [""]
        return [Written(f"{number:.6g}", None, number, name) for number, name in zip(asked.numbers, names, strict=True)]
    own = range(asked.begins, len(asked.outputs) - (not asked.finished))
    found, places = asked.log_probs().exp(), asked.places
    return [Written(asked.outputs[k], float(found[k, asked.chosen[k]]), at=places[k]) for k in own]


@runtime_checkable
class Continuing(Protocol):
    """Options of continuations, which are searched for as well."""

    def decoding(self) -> DecodingOptions:
        """How."""
        ...


def _decoding(options: object) -> DecodingOptions | None:
    """How outputs are searched for; None of a model that does not search."""
    found = options.decoding() if isinstance(options, Continuing) else options
    return found if isinstance(found, DecodingOptions) else None


def _chances(asked: Asked, options: object) -> list[list[Chance]]:
    """What could have come at each step of an output that was sampled, with the chance with which it is drawn."""
    sampling = _decoding(options)
    if sampling is None or not sampling.sample:
        return []
    own = asked.log_probs()[asked.begins : len(asked.outputs) - (not asked.finished)]
    rules = Rules(sampling, own.device)
    allowed = torch.stack([rules.apply(row.clone(), step) for step, row in enumerate(own)])
    drawn = chances(allowed[None], sampling)[0]  # [P, V]
    return [_step(asked, *row) for row in zip(own, drawn, strict=True)]


def _step(asked: Asked, own: Tensor, drawn: Tensor) -> list[Chance]:
    first = integers(own.topk(min(TOP, len(own))).indices)
    return [Chance(asked.name_of(number), float(own[number].exp()), float(drawn[number])) for number in first]
