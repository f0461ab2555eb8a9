"""The smallest change of an input that another answer follows from: tokens left out, or others in their place.

Which of all possible changes are worth trying, the gradient says: how much less probable the answer becomes if the
vector of a token is another one, to the first order (HotFlip, Ebrahimi et al. 2018). The best of them are tried, first
one token, then two: the model itself answers each changed input, so what is found is true. That nothing smaller would
do is not proven, since not all is tried; how much was, is said.

T tokens, E entries of a vector, C tokens that could stand there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.errors import UsageError
from recurra.inside.probes import Run
from recurra.lists import float_rows, integer_rows
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.editing import Editable, Editing
from recurra.tasks.many_to_one.numbers import NumberDetails
from recurra.tasks.tag.answer import TaggedTokens
from recurra.tasks.task import Inspected, Predictor
from recurra.tasks.tracing import Asked, checked_outputs
from recurra.text.visible import excerpt
from recurra.tracing.flips import Edit, Flip, Flips
from recurra.turns import step_done
from recurra.views import flip_lines

MOST_SINGLES = 400  # inputs with one edit that are tried
EACH = 20  # tokens that are tried in the place of one, at least
PROMISING = 24  # edits of which two are made together
MOST_DOUBLES = 200
SHOWN = 5  # flips that are kept
TOGETHER = 100  # inputs that are answered together


class ShownFlips(Flips):
    """Flips that show themselves."""

    def __str__(self) -> str:
        return "\n".join(flip_lines(self))


class Aim(NamedTuple):
    """What another answer is."""

    words: str
    value: Callable[[Run], Tensor]  # how much speaks for the answer as it is; less is nearer to another
    reached: Callable[[AnyAnswer, Sequence[Edit]], bool]
    fixed: int | None = None  # a token that stays


def flips(
    predictor: Predictor,
    given: object,
    options: object,
    *,
    output: int = 0,
    to: str | None = None,
    threshold: float | None = None,
) -> ShownFlips:
    """The smallest changes that another answer follows from.

    Args:
        output: of a text the token, of tags the token whose tag is to be another one.
        to: the label that is to be answered.
        threshold: that a number is to cross.

    Raises:
        UsageError: no such output, a threshold for what is no number, none for one, or an input without tokens.
    """
    editing = predictor.editing(given) if isinstance(predictor, Editable) else None
    if editing is None or not isinstance(predictor, Inspected):
        what = "the input is not made of the tokens of one text, which could be changed one by one"
        raise UsageError(what, where="flip", fix="Use model.what_if with other inputs.")
    asked = predictor.ask(given, options)
    (before,) = predictor.predict([given], options)
    aim = _aim(editing, asked, before, output, to, threshold)
    edits = list(islice(_proposed(asked, editing, aim), MOST_SINGLES))
    possible = len(editing.tokens) * len(editing.candidates)  # leaving one out, and each other token
    tried = _Tried(predictor, options, editing, aim)
    found = tried.all((one,) for one in edits)
    singles, doubles = tried.count, 0
    if not found:
        pairs = (pair for pair in combinations(edits[:PROMISING], 2) if pair[0].place != pair[1].place)
        found = tried.all(islice(pairs, MOST_DOUBLES))
        doubles = tried.count - singles
    return ShownFlips(
        asked.source, editing.tokens, before.text, aim.words, found[:SHOWN], singles, doubles, possible,
        max(0, len(found) - SHOWN),
    )  # fmt: skip


@dataclass
class _Tried:
    """Inputs that are answered, and how many there were."""

    predictor: Predictor
    options: object
    editing: Editing
    aim: Aim
    count: int = 0

    def all(self, every: Iterator[tuple[Edit, ...]]) -> list[Flip]:
        """Those that are flips."""
        found: list[Flip] = []
        while some := list(islice(every, TOGETHER)):
            inputs = [(edits, given) for edits in some if (given := self._edited(edits)) is not None]
            answers = self.predictor.predict([given for _, given in inputs], self.options)
            for (edits, _), answer in zip(inputs, answers, strict=True):
                self.count += 1
                if self.aim.reached(answer, edits):
                    found.append(Flip(list(edits), answer.source, answer.text))
            step_done()
        return found

    def _edited(self, edits: Sequence[Edit]) -> object:
        """The changed input; None where it would be empty, or cut into other tokens than these."""
        changed = {edit.place: edit.now for edit in edits}
        tokens = [now for k, token in enumerate(self.editing.tokens) if (now := changed.get(k, token))]
        given = self.editing.whole(tokens)
        return given if tokens and self.editing.tokens_of(given) == tokens else None


def _proposed(asked: Asked, editing: Editing, aim: Aim) -> Iterator[Edit]:
    """Edits, those first by which the answer loses most to the first order."""
    probe = asked.probes[0]
    vectors = [one.values.detach().requires_grad_() for one in probe.inputs]
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(aim.value(probe.run(vectors)), vectors[:1])
    own, slope = vectors[0].detach()[0, : len(editing.tokens)], slope[0, : len(editing.tokens)]  # [T, E]
    base = (own * slope).sum(1, keepdim=True)
    gains = base - slope @ editing.vectors.T  # [T, C]
    each = max(EACH, MOST_SINGLES // len(editing.tokens))
    best = gains.topk(min(each, gains.shape[1]), dim=1)
    every = [(float(base[place, 0]), Edit(place, token, "")) for place, token in enumerate(editing.tokens)]
    rows = zip(float_rows(best.values), integer_rows(best.indices), strict=True)
    for place, (values, numbers) in enumerate(rows):
        token = editing.tokens[place]
        named = [(value, editing.candidates[number]) for value, number in zip(values, numbers, strict=True)]
        every += [(value, Edit(place, token, other)) for value, other in named if other != token]
    for _, edit in sorted(every, key=lambda one: -one[0]):
        if edit.place != aim.fixed:
            yield edit


def _aim(
    editing: Editing, asked: Asked, before: AnyAnswer, output: int, to: str | None, threshold: float | None
) -> Aim:
    """What is looked for."""
    details: object = before.details
    if isinstance(details, NumberDetails):
        if to is not None or threshold is None or not math.isfinite(threshold) or details.value is None:
            raise UsageError("a number flips where it crosses a threshold", where="threshold", fix="Give one.")
        above = details.value > threshold
        sign = 1 if above else -1

        def crossed(answer: AnyAnswer, edits: Sequence[Edit]) -> bool:
            now = answer.details.value if isinstance(answer.details, NumberDetails) else None
            return now is not None and (now > threshold) != above

        def distance(run: Run) -> Tensor:
            return sign * run.values[0, 0, 0]

        words = f"a number {'of at most' if above else 'above'} {threshold:g}"
        return Aim(words, distance, crossed)
    if threshold is not None:
        what = "the model answers no number that could cross a threshold"
        raise UsageError(what, where="threshold", fix="Leave it out.")
    checked_outputs([output], len(asked.outputs))
    chosen = asked.chosen[output]
    other = None if to is None else _other(asked, to, chosen)

    def value(run: Run) -> Tensor:
        row = run.values[0, output]
        return row[chosen] if other is None else row[chosen] - row[other]

    token = asked.outputs[output]
    tags = isinstance(details, TaggedTokens)

    def another(answer: AnyAnswer, edits: Sequence[Edit]) -> bool:
        left_out = sum(not edit.now and edit.place < output for edit in edits) if tags else 0
        row = editing.written(answer)
        now = row[output - left_out] if output - left_out < len(row) else ""
        return now != token if to is None else now == to

    named = "tag" if tags else "answer" if len(asked.outputs) == 1 else "token"
    where = f" of {excerpt(asked.source_tokens[output], 30)}" if tags else "" if named == "answer" else " of the output"
    what = (
        f"another {named}{where} than {excerpt(token, 30)}"
        if to is None
        else f"{excerpt(to, 30)} as the {named}{where}"
    )
    return Aim(what, value, another, output if tags else None)


def _other(asked: Asked, to: str, chosen: int) -> int:
    number = asked.number_of(to)
    if number == chosen:
        raise UsageError(f"{excerpt(to, 40)} is the answer already", where="to", fix="Give another one.")
    return number
