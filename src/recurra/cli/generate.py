"""`recurra generate`: continuations of a text, written by a language model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from recurra.cli import options as given
from recurra.cli.loading import load_model, say_caveats
from recurra.cli.options import argument, option
from recurra.cli.output import opened_output
from recurra.cli.set_options import as_typed
from recurra.say import say

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer
    from recurra.tasks.answer_settings import GenerationSettings

Prompt = Annotated[str, argument("PROMPT", "The beginning of the text; empty by default.")]
Length = Annotated[
    int | None,
    option("--length", "Maximum number of units of a continuation; by default 200, of lines twice the usual.", "N", 1),
]
Samples = Annotated[int | None, option("--samples", "Number of continuations; 1 by default.", "N", 1)]
GenerationBeam = Annotated[
    int | None,
    option("--beam", "Search for the most probable continuation instead of sampling; 1 is greedy search.", "N", 1),
]
Temperature = Annotated[
    float | None, option("--temperature", "Below 1 more conservative, above 1 more varied; 0.8 by default.", "T")
]
TopK = Annotated[int | None, option("--top-k", "Sample from the K most probable units only; 0: from all.", "K", 0)]
TopP = Annotated[
    float | None, option("--top-p", "Sample from the most probable units that together reach probability P.", "P")
]
Seed = Annotated[int | None, option("--seed", "Random seed; the same seed gives the same text; 0 by default.", "N", 0)]
GenerationFormat = Annotated[
    given.TextFormatName,
    typer.Option(
        "--output-format", help="text: the text of each continuation. jsonl: one object, with score and alternatives."
    ),
]

BETWEEN = "-" * 40  # between several continuations of a text that has lines


def generate(
    model: given.ModelFolder,
    prompt: Prompt = "",
    length: Length = None,
    samples: Samples = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    seed: Seed = None,
    beam: GenerationBeam = None,
    output_format: GenerationFormat = "text",
    ensemble: given.Ensemble = None,
    output: given.Output = None,
) -> None:
    """Continue a text, with a language model.

    Units are sampled one after the other from the distribution of the model. A model trained on lines ends a
    continuation at the end of the line.
    """
    short = {
        "--length": length,
        "--samples": samples,
        "--temperature": temperature,
        "--top-k": top_k,
        "--top-p": top_p,
        "--seed": seed,
        "--beam": beam,
    }
    table = {name: name.removeprefix("--").replace("-", "_") for name in short}
    given_options = {table[name]: value for name, value in short.items() if value is not None}
    chosen = cast("GenerationSettings", given_options)

    with opened_output(output) as out:
        from recurra.tasks.task import Generates
        from recurra.text.counted import counted, is_or_are

        loaded = load_model(model, ensemble)
        say_caveats(loaded)
        with as_typed(short, table):
            found = loaded.generate(prompt, **chosen)
        out.writelines(f"{line}\n" for line in lines_of(found, output_format))
    cut = sum(not one.finished for one in found.alternatives)
    if cut and length is None and isinstance(loaded.predictor, Generates) and not loaded.predictor.endless:
        number = f"{cut:,} of {counted(len(found.alternatives), 'continuation')} {is_or_are(cut)}"
        say(f"recurra: {number} cut off before the end of the line; --length N sets the maximum number of units")
    if found.unknown:
        say(f"recurra: the model does not know {', '.join(map(repr, dict.fromkeys(found.unknown)))}")


def lines_of(found: AnyAnswer, format: str) -> Iterator[str]:
    """The text with each of its continuations, those of several lines with a rule between them; or an object."""
    if format == "jsonl":
        yield json.dumps(found.to_mapping(), ensure_ascii=False, allow_nan=False)
        return
    texts = [one.text for one in found.alternatives]
    ruled = any("\n" in text for text in texts)
    for number, text in enumerate(texts):
        if ruled and number:
            yield BETWEEN
        yield text
