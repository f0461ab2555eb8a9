"""Ways to show what a demo has learned that more than one demo uses."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recurra.demos.demo import Learned
from recurra.files import atomic_write

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

SHOWN = 10
PAGE = "attention.html"

Pair = tuple[str, str]


def show_texts(learned: Learned, noun: str) -> None:
    """Text to text: how many are right, some answers, one attention map, and all of these maps as a page."""
    from recurra.views import AttentionView, predictions_table

    console, model = learned.console, learned.model
    evaluation = model.evaluate(learned.held_out)
    exact = evaluation.measures["exact_match"]
    console.print(
        f"{exact.value:.1f} % of {evaluation.count:,} held-out {noun} are exactly right "
        f"(95 % interval: {exact.low:.1f} to {exact.high:.1f})"
    )
    some: Sequence[Pair] = learned.held_out[:SHOWN]
    predictions = model.predict([source for source, _ in some], attention=True)
    console.print(predictions_table(judged(some, predictions)))
    clearest = min(predictions, key=lambda prediction: abs(len(prediction.source) - 20))
    if clearest.attention is not None:
        console.print("Attention: outputs down, sources across")
        console.print(AttentionView(clearest.attention))
    write_page(learned, predictions)
    try_it(learned, f"Your own {noun}:")


def judged(pairs: Sequence[Pair], answers: Sequence[AnyAnswer]) -> list[Pair]:
    """Sources and answers; beside a wrong answer the right one."""
    return [
        (source, answer.text if answer.text == target else f"{answer.text}  (wrong, it is {target})")
        for (source, target), answer in zip(pairs, answers, strict=True)
    ]


def write_page(learned: Learned, predictions: Sequence[AnyAnswer]) -> None:
    """The predictions with their attention maps as a page, and where it is."""
    from recurra.views import Shown, page

    shown = (Shown(one.source, one.text, one.attention) for one in predictions)
    path = learned.folder / PAGE
    atomic_write(path, "".join(page(shown, "recurra demo: attention")).encode())
    learned.console.print(f"\nThese {len(predictions)} as a page: {path}", soft_wrap=True)


def try_it(learned: Learned, invitation: str, command: str = "predict") -> None:
    """The command with which the (first) model can be asked."""
    learned.console.print(f"{invitation}    recurra {command} {shlex.quote(str(learned.model.path))}", soft_wrap=True)
