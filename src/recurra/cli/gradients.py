"""`recurra gradients`: how an error travels back through time in a model, or in several side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model, short_names
from recurra.cli.options import option
from recurra.cli.output import PAGE, check_ending, opened_page
from recurra.cli.pairs import given_pairs
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.tasks.gradients import ShownFlow

EXAMPLES, SEED = 32, 1

Versus = Annotated[
    list[str] | None,
    option("--versus", "Another model of the same task, shown side by side; may be repeated.", "MODEL"),
]
Count = Annotated[
    int | None,
    option("--examples", f"Number of examples, drawn at random from all; {EXAMPLES} by default.", "N", least=1),
]
Seed = Annotated[
    int | None, option("--seed", f"Random seed for drawing the examples; {SEED} by default.", "N", least=0)
]
Page = Annotated[
    str | None,
    option("--to", "Write an HTML page instead, with charts and all numbers.", "FILE.html"),
]


def gradients(
    model: given.ModelFolder,
    data: given.Pairs = None,
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    sort: given.Sort = None,
    versus: Versus = None,
    examples: Count = None,
    seed: Seed = None,
    threads: given.InsideThreads = None,
    to: Page = None,
    as_json: given.AsJson = False,
) -> None:
    """Show how far back in time the errors of a model reach: whether gradients vanish, explode or are healthy.

    Takes the losses of some examples and follows each of them back through the states of every recurrent layer. Says at
    which distance the gradients become too small or too large, and what to change. With --json: one object per model.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    if to and as_json:
        raise UsageError("--to writes a page, and --json prints the numbers: they exclude each other")
    check_ending(to, PAGE)

    folders = [model, *(versus or [])]
    with opened_page(to) as out:
        found: list[ShownFlow] = []
        for folder, name in zip(folders, short_names(folders), strict=True):
            flow = load_model(folder, None, threads or ONE).gradients(
                files.data,
                **files.keywords(),
                examples=examples or EXAMPLES,
                seed=SEED if seed is None else seed,
                sort=bool(sort),
            )
            found.append(replace(flow, title=name) if versus else flow)
        if out:
            from recurra.views import flow_page

            out.write(flow_page(found))
    if to:
        return
    if as_json:
        for one in found:
            print(one.to_json())
    else:
        from rich.console import Console

        from recurra.views import FlowView

        Console().print(FlowView(found))
