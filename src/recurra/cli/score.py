"""`recurra score`: the surprisal of each unit of a text, under a language model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from recurra.cli import options as given
from recurra.cli.answers import one_line
from recurra.cli.loading import check_threads, load_model, say_caveats
from recurra.cli.output import opened_output
from recurra.cli.predict import flushing
from recurra.say import say

if TYPE_CHECKING:
    from recurra.tasks.scored_text import ScoredText

ScoreFormat = Annotated[
    given.TextFormatName,
    typer.Option(
        "--output-format",
        help="text: one unit per line (bits, tab, unit), and an empty line after each line of the text. jsonl: one "
        "object per line of the text, with its bits per character.",
    ),
]


def score(
    model: given.ModelFolder,
    file: given.Texts = "-",
    output_format: ScoreFormat = "text",
    ensemble: given.Ensemble = None,
    threads: given.AnswerThreads = None,
    output: given.Output = None,
) -> None:
    """Write the surprisal of each unit of a text in bits: -log2 of its probability, given the text before it.

    A model trained on running text reads the whole text as one; a model trained on lines reads each line by itself. The
    end of a line is a unit too.
    """
    write = WRITERS[output_format]
    with opened_output(output) as out:
        from recurra.tasks.language_model.predictor import EASIER
        from recurra.tasks.unknown import Unknown

        loaded = load_model(model, ensemble, threads)
        say_caveats(loaded)
        check_threads(loaded, threads)
        unknown = Unknown()
        for scored in loaded.surprisal_iter(flushing(map(str, loaded.read(file)), out)):
            out.writelines(f"{line}\n" for line in write(scored))
            unknown.add(scored.unknown)
    if report := unknown.report():
        say(f"recurra: {report}; {EASIER}")


def text_lines(scored: ScoredText) -> Iterator[str]:
    """A unit a line."""
    for token, bits in zip(scored.tokens, scored.bits, strict=True):
        yield f"{bits:.4f}\t{one_line(token)}"
    yield ""


def object_line(scored: ScoredText) -> Iterator[str]:
    """An object."""
    yield json.dumps(scored.to_mapping(), ensure_ascii=False, allow_nan=False)


WRITERS: dict[str, Callable[[ScoredText], Iterator[str]]] = {"text": text_lines, "jsonl": object_line}
