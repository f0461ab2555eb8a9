"""The demo's text: the Python language reference, which the standard library brings for `help("lambda")`.

It is read as one running text, character by character: headings, paragraphs broken at a width, grammar rules and code.
Held out is the last tenth. What is shown: a continuation, what the model expects next, and lines of the held-out text
coloured by surprisal: bright is what the model did not expect.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich import box
from rich.table import Table
from rich.text import Text

from recurra.demos.demo import Demo, Learned, Split, write_files
from recurra.demos.showing import try_it

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

HELD_OUT = 0.1
PROMPT = "The expression "
CONTINUED = 350  # characters
ASKED = ("The statemen", "This is equivalent to th", "def __init_", ">>> ")
LINES = 12  # coloured by surprisal
SETTINGS: dict[str, object] = {
    "data.form": "running",
    "text.units": "chars",
    "model.size": "base",
    "model.layers": 1,
    "model.dropout": 0.2,
    "model.input_dropout": 0.0,
    "training.learning_rate": 0.01,
    "training.validations": 5,
    "batching.batch_tokens": 1600,
    "batching.batch_examples": 32,
    "batching.steps": 50,
    "data.valid_share": 0.03,
}


def split() -> Split:
    """All topics in the order of their names, one below the other, cut into lines; the end is held out."""
    topics = cast("Mapping[str, str]", importlib.import_module("pydoc_data.topics").topics)
    lines = "\n".join(topics[name].strip("\n") + "\n" for name in sorted(topics)).split("\n")
    cut = int(len(lines) * (1 - HELD_OUT))
    return Split(lines[:cut], lines[cut:])


def write_text(folder: Path, parts: Split) -> dict[Path, int]:
    """The text as files, with their lines."""
    files = {"train.txt": parts.training, "test.txt": parts.held_out}
    return write_files(folder, files, lambda lines: "\n".join(lines) + "\n")


def show(learned: Learned) -> None:
    """How well it predicts, a continuation, what it expects, and what surprises it."""
    from recurra.views.surprisal import surprisal_text

    console, model = learned.console, learned.model
    scored = model.surprisal(list(learned.held_out[: 10 * LINES]))
    characters = sum(len(one.tokens) for one in scored)
    bits = sum(one.total for one in scored) / characters
    console.print(
        f"A character of the held-out text costs {bits:.2f} bits: the model hesitates between {2**bits:.1f} of them "
        f"({characters:,} characters read)"
    )
    console.print(f'\nIt goes on with "{PROMPT}":', style="bold")
    written = model.generate(PROMPT, length=CONTINUED, temperature=0.7)
    console.print(Text(written.text), soft_wrap=True)
    console.print(expectations(model.predict(list(ASKED), nbest=4)))
    console.print("Held-out lines, coloured by what the model did not expect", style="bold", end="")
    console.print(" (up to 2 bits plain, 4 yellow, 7 orange, then red):")
    for one in [one for one in scored if one.text.strip()][:LINES]:
        console.print(surprisal_text(one.tokens[:-1], one.bits[:-1]), soft_wrap=True)
    try_it(learned, "\nWhat comes next:")
    console.print(f"More of it:       recurra generate {learned.model.path} 'The '", soft_wrap=True)


def expectations(answers: list[AnyAnswer]) -> Table:
    """What may come after some beginnings."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("after")
    table.add_column("comes", style="bold")
    table.add_column("or")
    for answer in answers:
        first, *others = (f"{shown(one.text)} {one.score:.0%}" for one in answer.alternatives)
        table.add_row(Text(answer.source), Text(first), Text("   ".join(others)))
    return table


def shown(unit: str) -> str:
    """A unit that can be seen."""
    return {"\n": "⏎", " ": "␣"}.get(unit, unit)


def line(example: str) -> str:
    """A line of the text."""
    return example


DEMO = Demo(
    "language-model",
    split,
    {"language model": SETTINGS},
    show,
    noun="lines",
    line=line,
    write=write_text,
    time="60s",
    least=20.0,
)
