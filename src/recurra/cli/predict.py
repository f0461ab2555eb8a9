"""`recurra predict`: an answer for each line of text, as the lines come."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

from recurra.cli import options as given
from recurra.cli.answers import writer
from recurra.cli.loading import load_model, say_caveats
from recurra.cli.output import PAGE, check_ending, opened_output
from recurra.cli.set_options import check_effect, decoding_settings, option_of, written_settings
from recurra.errors import UsageError
from recurra.say import say

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.answer import AnyAnswer
    from recurra.tasks.answer_settings import AnswerSettings
    from recurra.views import Shown

T = TypeVar("T")
MAPS = 200  # predictions on the page of --attention
STDIN = "-"


def predict(
    model: given.ModelFolder,
    file: given.Texts = STDIN,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    time_column: given.TimeColumn = None,
    sort: given.Sort = None,
    ensemble: given.Ensemble = None,
    threads: given.AnswerThreads = None,
    beam: given.Beam = None,
    nbest: given.Nbest = None,
    sample: given.Sample = False,
    temperature: given.Temperature = None,
    top_k: given.TopK = None,
    top_p: given.TopP = None,
    seed: given.SamplingSeed = None,
    settings: given.FileSettings = None,
    output_format: given.OutputFormat = "text",
    attention: given.AttentionPage = None,
    output: given.Output = None,
) -> None:
    """Write the output of a model for each input: a line of text, or a row of a table.

    From a table, the input columns of the training data are read, unless others are named; target columns are ignored.
    One line in, one line out; an empty line for an empty one. Reads and writes in blocks of 2000 lines; lines typed in
    a terminal are answered at once.
    """
    dials = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    check_dials(sample, beam, dials)
    check_ending(attention, PAGE, option="--attention", example="attention.html")
    short = {"beam": beam, "nbest": nbest, "sample": sample or None, "attention": attention and True, **dials}
    written, others = written_settings(settings or [], sort)
    chosen = decoding_settings(short, others)
    interactive = file == STDIN and sys.stdin.isatty()

    with opened_output(output) as out, attention_page(attention, f"Attention of {model}") as add_to_page:
        from recurra.tasks.cut import Cut
        from recurra.tasks.unknown import Unknown
        from recurra.text.counted import counted

        loaded = load_model(model, ensemble, threads)
        say_caveats(loaded)
        check_effect(loaded, short)
        inputs = loaded.read(
            file,
            format=input_format or "auto",
            source_column=source_column,
            time_column=time_column,
            **written,
        )
        lines = flushing(inputs, out)
        colour = output is None and sys.stdout.isatty()
        write = writer(output_format, getattr(loaded.options(None, chosen), "nbest", 1), colour=colour)
        unknown, cut, said = Unknown(), Cut(), Counter[str]()
        for prediction in answers(loaded, lines, chosen, interactive):
            out.writelines(f"{line}\n" for line in write(prediction))
            add_to_page(prediction)
            unknown.add(prediction.unknown)
            cut.add(prediction)
            said.update(prediction.details.notes() if prediction.details else ())
    for note in inputs.notes:
        say(f"recurra: {note}")
    for note, count in said.items():
        say(f"recurra: {note}" + (f", in {counted(count, 'answer')}" if count > 1 else ""))
    for report in (unknown.report(), cut.report()):
        if report and not interactive:
            say(f"recurra: {report}")


def check_dials(sample: bool, beam: int | None, dials: Mapping[str, object]) -> None:
    """Refuses what would have no effect.

    Raises:
        UsageError: settings of sampling without --sample, a beam with it.
    """
    for name, value in dials.items():
        if value is not None and not sample:
            option = option_of(name)
            raise UsageError(f"{option} has no effect without --sample", fix=f"Add --sample, or leave {option} out.")
    if sample and beam is not None:
        raise UsageError("--sample and --beam exclude each other", fix="Leave one of them out.")


def answers(model: Model, lines: Iterable[object], chosen: AnswerSettings, interactive: bool) -> Iterator[AnyAnswer]:
    """The predictions in order: each at once for a user who types, else block by block."""
    if not interactive:
        yield from model.predict_iter(lines, **chosen)
        return
    say("Type a text and press Enter; Ctrl-D ends.")
    for line in lines:
        for prediction in model.predict_iter([line], **chosen):
            yield prediction
            if prediction.unknown:
                say(f"  not known to the model: {', '.join(map(repr, prediction.unknown))}")
            if not prediction.finished:
                say("  cut off at the maximum length (--set max_length=N)")


def flushing(lines: Iterable[T], out: TextIO) -> Iterator[T]:
    """The lines; before one more is asked for, what has been written goes on its way."""
    for line in lines:
        yield line
        out.flush()


@contextmanager
def attention_page(path: str | None, title: str) -> Generator[Callable[[AnyAnswer], None]]:
    """Yields a function that takes predictions; at the end the page of the first of them is written."""
    if path is None:
        yield lambda prediction: None
        return
    shown: list[Shown] = []
    taken = 0

    def take(prediction: AnyAnswer) -> None:
        nonlocal taken
        taken += 1
        if len(shown) < MAPS:
            shown.append(Shown(prediction.source, prediction.text, prediction.attention))

    with opened_output(path) as file:
        from recurra.text.counted import counted
        from recurra.views import Shown, page

        yield take
        file.writelines(page(shown, title))
    if taken > MAPS:
        say(f"{path} shows the first {MAPS} of {counted(taken, 'input')}")
