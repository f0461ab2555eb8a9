"""`recurra states`: the examples of a data file in two dimensions, as a model knows them."""

from __future__ import annotations

import json
import shutil
from typing import Annotated

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.options import option
from recurra.cli.output import PAGE, check_ending, opened_output, say_page
from recurra.cli.pairs import given_pairs
from recurra.errors import UsageError

EXAMPLES, SEED = 2000, 1

Count = Annotated[
    int | None, option("--examples", f"So many are taken at most, drawn from all; {EXAMPLES:,} by default.", "N", 1)
]
Seed = Annotated[int | None, option("--seed", f"Random seed of drawing the examples; {SEED} by default.", "N", 0)]
To = Annotated[
    str | None,
    option("--to", "Write a page (.html), or the vectors for recurra nearest and NumPy (.npz), to this file.", "FILE"),
]


def states(
    model: given.ModelFolder,
    data: given.Pairs = None,
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    sort: given.Sort = None,
    examples: Count = None,
    seed: Seed = None,
    threads: given.InsideThreads = None,
    to: To = None,
    as_json: given.AsJson = False,
) -> None:
    """Draw the examples of a data file in two dimensions, as a model knows them: which are alike to it?

    The vectors by which the network knows them, the last states of an encoder for example, in the plane in which they
    differ most (their first two principal components). Marks are labels, or right and wrong answers.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    if to and as_json:
        raise UsageError("--to writes a file, and --json prints the numbers: they exclude each other")
    check_ending(to, PAGE, ".npz")
    with opened_output(to) as out:
        found = load_model(model, None, threads or ONE).states(
            files.data,
            **files.keywords(),
            examples=examples or EXAMPLES,
            seed=SEED if seed is None else seed,
            answers=to is None or to.endswith(PAGE),
            sort=bool(sort),
        )
        if as_json:
            out.write(json.dumps(found.to_mapping(), ensure_ascii=False) + "\n")
        elif to is None:
            from recurra.views import states_lines

            out.writelines(f"{line}\n" for line in states_lines(found, shutil.get_terminal_size().columns))
        elif to.endswith(PAGE):
            from recurra.views import states_body
            from recurra.views.document import document

            out.write(document(f"Examples of {files.data} as {model} knows them", states_body(found)))
        else:
            from recurra.tracing.arrays import write_npz

            write_npz(found.stored(), out.buffer)
    say_page(to)
