"""`recurra demo`: from data through training to answers and a look inside, in under a minute."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recurra.cli import options as given
from recurra.cli.output import opened_output
from recurra.cli.say import say
from recurra.cli.settings import check_budget
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.demos import Pair
    from recurra.tasks.prediction import Prediction

TRAINING, HELD_OUT, SEED = 30_000, 1000, 1
AFTERWARDS = 5.0  # seconds kept for measuring and showing
LEAST = 15.0
SHOWN = 10
PAGE = "attention.html"

DemoName = Annotated[
    Literal["dates"],
    typer.Argument(metavar="DEMO", help="dates: from how people write them in a hundred languages to ISO 8601."),
]
Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help="Only write the pairs into DIR, as train.tsv and test.tsv."),
]
Time = Annotated[str, typer.Option("--time", metavar="TIME", help="How long the whole command may take.")]


def demo(
    context: typer.Context, name: DemoName = "dates", to: given.To = None, time: Time = "45s", data: Data = None
) -> None:
    """Train the built-in demo and show what it learned.

    Learns to read dates such as "vendredi 3 mai 1998" or "9 tháng 2, 1954", measures itself on dates that it has not
    seen, and shows ten of its answers, and where it looked for one of them. The model is kept; a temporary folder is
    made for it if --to names none.
    """
    check_budget(time, None)

    from recurra import api
    from recurra.cli.progress import progress
    from recurra.demos import DEMOS
    from recurra.training import parse_time

    allowed = parse_time(time)
    if allowed < LEAST:
        raise UsageError(f"the demo needs at least {LEAST:.0f}s, got {time}", where="--time")
    training, held_out = DEMOS[name].split(TRAINING, HELD_OUT, SEED)
    if data is not None:
        write_pairs(Path(data), {"train.tsv": training, "test.tsv": held_out})
        return
    say("made pairs to learn from, such as:")
    for source, target in training[:3]:
        say(f"  {source}  ->  {target}")
    folder = to or tempfile.mkdtemp(prefix="recurra-demo-")
    with progress() as show:
        model = api.train(
            training,
            to=folder,
            time=f"{allowed - AFTERWARDS:g}s",
            settings=DEMOS[name].settings,
            listeners=[show],
            started=context.obj.started,
        )
    show_model(model, held_out)


def write_pairs(folder: Path, files: dict[str, list[Pair]]) -> None:
    """The demo's pairs as files, to train on like on one's own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, pairs in files.items():
        with opened_output(str(folder / name)) as file:
            file.writelines(f"{source}\t{target}\n" for source, target in pairs)
        say(f"{len(pairs):,} pairs in {folder / name}")


def show_model(model: Model, held_out: Sequence[Pair]) -> None:
    """Prints the accuracy on pairs not seen, some answers and one attention map, and writes a page of the answers."""
    from rich.console import Console

    from recurra.views import AttentionView, predictions_table

    console = Console(highlight=False)
    evaluation = model.evaluate(held_out)
    exact = evaluation.measures["exact_match"]
    console.print(
        f"{exact.value:.1f} % of {evaluation.count:,} held-out dates are exactly right "
        f"(95 % interval: {exact.low:.1f} to {exact.high:.1f})"
    )
    some = held_out[:SHOWN]
    predictions = model.predict([source for source, _ in some], attention=True)
    console.print(predictions_table(judged(some, predictions)))
    clearest = min(predictions, key=lambda prediction: abs(len(prediction.source) - 20))
    if clearest.attention is not None:
        console.print("Where it looked: the output downwards, the source across")
        console.print(AttentionView(clearest.attention))
    page = write_page(model.path / PAGE, predictions)
    console.print(f"\nAll ten as a page: {page}", soft_wrap=True)
    console.print(f"Your own dates:    recurra predict {shlex.quote(str(model.path))}", soft_wrap=True)


def judged(pairs: Sequence[Pair], predictions: Sequence[Prediction]) -> list[tuple[str, str]]:
    """Sources and answers; beside a wrong answer the right one."""
    return [
        (source, answer.text if answer.text == target else f"{answer.text}  (wrong, it is {target})")
        for (source, target), answer in zip(pairs, predictions, strict=True)
    ]


def write_page(path: Path, predictions: Sequence[Prediction]) -> Path:
    """The predictions with their attention maps as a page."""
    from recurra.views import Shown, page

    with opened_output(str(path)) as file:
        shown = (Shown(one.source, one.text, one.attention) for one in predictions)
        file.writelines(page(shown, "recurra demo: where it looked"))
    return path
