"""`recurra nearest`: the examples of a data file that a model knows by the vectors nearest to that of an input."""

from __future__ import annotations

import json
import shutil
from typing import Annotated

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.one_input import Line, OneInput, read_one
from recurra.cli.options import ByName, argument, option
from recurra.cli.pairs import given_pairs
from recurra.errors import UsageError

COUNT, EXAMPLES, STORED = 10, 100_000, ".npz"

Data = Annotated[
    str,
    argument(
        "DATA", "Examples, as for evaluate, such as the training data; or what recurra states --to FILE.npz wrote."
    ),
]
Count = Annotated[int | None, option("--count", f"How many; {COUNT} by default.", "N", 1)]
By = Annotated[
    ByName | None, option("--by", "Compare vectors by their angle (cosine, the default) or their distance (euclid).")
]
Examples = Annotated[
    int | None, option("--examples", f"Compare with so many at most, drawn from all; {EXAMPLES:,} by default.", "N", 1)
]
Seed = Annotated[int | None, option("--seed", "Random seed of drawing the examples; 1 by default.", "N", 0)]


def nearest(
    model: given.ModelFolder,
    data: Data,
    text: OneInput,
    line: Line = None,
    count: Count = None,
    by: By = None,
    examples: Examples = None,
    seed: Seed = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    threads: given.InsideThreads = None,
    as_json: given.AsJson = False,
) -> None:
    """List the examples of a data file that are most like an input to a model: what may its answer come from?

    Compares the vectors by which the network knows them, the last state of an encoder for example, with every example.
    """
    said = {"--examples": examples, "--seed": seed, "--input-format": input_format, "--source-column": source_column}
    said |= {"--target-column": target_column, "--time-column": time_column}
    stored = data.endswith(STORED)
    if stored and any(value is not None for value in said.values()):
        name = next(name for name, value in said.items() if value is not None)
        raise UsageError(f"{name} has no effect on stored states", fix="Give it to recurra states.")
    files = given_pairs(data, None, None, input_format, source_column, target_column, time_column)
    loaded = load_model(model, None, threads or ONE)
    one = read_one(loaded, text, line)
    if stored:
        from recurra.tracing import States

        found = loaded.nearest(one, States.load(data), count=count or COUNT, by=by or "cosine")
    else:
        found = loaded.nearest(
            one,
            files.data,
            count=count or COUNT,
            by=by or "cosine",
            examples=examples or EXAMPLES,
            seed=1 if seed is None else seed,
            **files.keywords(),
        )
    if as_json:
        print(json.dumps(found.to_mapping(), ensure_ascii=False))
    else:
        from recurra.views import neighbours_lines

        print("\n".join(neighbours_lines(found, shutil.get_terminal_size().columns)))
