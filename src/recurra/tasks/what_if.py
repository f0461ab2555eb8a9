"""What follows if something is changed: a model is asked twice, and the two runs are laid side by side.

Every change is one that all tasks share: another input is asked about, outputs begin as they are told to
(decoding/beginning.py), options of the search are others. So nothing here knows a task.

A token that is forced goes into the output as it would be until then: what stands before it is held, and the search is
free after it. Where the output has that token anyway, nothing is searched again; so it is the same, also of a beam,
which might find another output on a second way.

P outputs, V what may stand at an output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from recurra.decoding import DecodingOptions, chances
from recurra.decoding.rules import Rules
from recurra.errors import UsageError, first_number
from recurra.inside.probes import LanguageProbe, WritingProbe
from recurra.tasks.task import Generates, Inspected, Predictor, Searches
from recurra.tasks.tracing import Asked, ShownTrace, traced
from recurra.text.counted import counted
from recurra.text.special import EOS, UNK
from recurra.text.visible import excerpt
from recurra.tracing import Chance, Force, Intervention, WhatIf, Written, side_by_side
from recurra.views import what_if_body, what_if_html, what_if_lines

TOP = 12  # tokens whose chances are kept at a step


@dataclass(frozen=True)
class Question:
    """What a model is asked.

    Args:
        predictor: of its networks, or of changed ones.
        given: one input.
        options: of answering; of a language model those of its continuations.
    """

    predictor: Predictor
    given: Any
    options: Any

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


def what_if(before: Question, after: Question, intervention: Intervention, task: str) -> ShownWhatIf:
    """The two runs.

    Args:
        after: with another input, other options or other networks, as the intervention says.
        task: its name.

    Raises:
        DataError: an input that cannot be read.
        UsageError: a token that cannot be forced there.
    """
    was = before.asked()
    now = forced(after, intervention.of(Force))
    steps = [now.begins + one.step for one in intervention.of(Force)]
    texts = isinstance(now.probes[0], WritingProbe | LanguageProbe)
    if not texts and len(was.outputs) != len(now.outputs):
        texts = True  # tags of another number of tokens
    pairs = side_by_side(_places(was), _places(now), [step - now.begins for step in steps], texts=texts)
    return ShownWhatIf(
        intervention,
        _trace(was, task),
        _trace(now, task),
        pairs,
        _chances(was, before.options),
        _chances(now, after.options),
    )


def forced(question: Question, tokens: Sequence[Force]) -> Asked:
    """The answer with tokens in it that are told.

    Raises:
        UsageError: the model does not write token by token, the output ends before, or the token cannot stand there.
    """
    found = question.asked()
    if not tokens:
        return found
    if not isinstance(question.predictor, Searches):
        what = "no token can be forced: the model answers at once, and not token by token"
        raise UsageError(what, where="force", fix="Change its input instead.")
    for one in sorted(tokens, key=lambda one: one.step):
        number = _number(one, found, question.options)
        place = found.begins + one.step
        if found.chosen[place] != number:
            told = [*found.chosen[found.begins : place], number]
            found = Question(question.predictor.beginning(told), question.given, question.options).asked()
    return found


def _number(force: Force, found: Asked, options: Any) -> int:
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


def _trace(asked: Asked, task: str) -> ShownTrace:
    return traced(asked, task)


@torch.no_grad()
def log_probs(asked: Asked) -> Tensor:
    """What all networks together say of each output [P, V], by the mean of their probabilities."""
    each = torch.stack([probe.as_it_is().values[0].float().cpu() for probe in asked.probes])
    return each[0] if len(each) == 1 else each.logsumexp(0) - math.log(len(each))


def _places(asked: Asked) -> list[Written]:
    """What the model answered, place by place."""
    if asked.numbers:
        named = len(asked.numbers) > 1
        return [
            Written(f"{number:.6g}", None, number, name if named else "")
            for number, name in zip(asked.numbers, asked.outputs, strict=True)
        ]
    own = range(asked.begins, len(asked.outputs) - (not asked.finished))
    found = log_probs(asked).exp()
    at = asked.source_tokens if len(asked.source_tokens) == len(asked.outputs) > 1 and not asked.begins else []
    tags = at if not isinstance(asked.probes[0], WritingProbe | LanguageProbe) else []
    return [Written(asked.outputs[k], float(found[k, asked.chosen[k]]), None, tags[k] if tags else "") for k in own]


def _decoding(options: Any) -> DecodingOptions | None:
    """How outputs are searched for; None of a model that does not search."""
    found: object = options.decoding() if hasattr(options, "decoding") else options
    return found if isinstance(found, DecodingOptions) else None


def _chances(asked: Asked, options: Any) -> list[list[Chance]]:
    """What could have come at each step of an output that was sampled, with the chance with which it is drawn."""
    sampling = _decoding(options)
    if sampling is None or not sampling.sample:
        return []
    own = log_probs(asked)[asked.begins : len(asked.outputs) - (not asked.finished)]
    rules = Rules(sampling, own.device)
    allowed = torch.stack([rules.apply(row.clone(), step) for step, row in enumerate(own)])
    drawn = chances(allowed[None], sampling)[0]  # [P, V]
    return [_step(asked, *row) for row in zip(own, drawn, strict=True)]


def _step(asked: Asked, own: Tensor, drawn: Tensor) -> list[Chance]:
    first = cast("list[int]", own.topk(min(TOP, len(own))).indices.tolist())
    return [Chance(asked.name_of(number), float(own[number].exp()), float(drawn[number])) for number in first]
