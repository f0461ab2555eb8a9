"""The model's card, README.md: what it was trained on, how large and how good it is, and how to use it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recurra.metrics import Measure, value_text


def _no_measures() -> dict[str, Measure]:
    return {}


@dataclass(frozen=True)
class CardFacts:
    """What the card says. The tables hold anything worth knowing: name -> value."""

    name: str  # of the model folder
    task: str  # what it does, in one sentence
    command: str  # that made it; empty if it was no command
    data: Mapping[str, object]  # "training pairs": 4500, "file": "pairs.tsv", ...
    sizes: Mapping[str, object]  # "parameters": 3_200_000, "source vocabulary": 41, ...
    decisions: Sequence[str] = ()  # what was decided by looking at the data, and why
    settled: Mapping[str, object] = field(default_factory=dict[str, object])  # settings that were left open
    measures: Mapping[str, Measure] = field(default_factory=_no_measures)
    measured_on: str = ""  # "450 pairs set aside for validation"
    caveats: Sequence[str] = ()  # what a user should know first, in sentences
    baseline: str = ""  # what the model is compared with, in words; empty: nothing
    baseline_measures: Mapping[str, Measure] = field(default_factory=_no_measures)


# What model hubs read: YAML before the text.
FRONT_MATTER = """---
library_name: recurra
tags:
  - recurra
  - recurrent-neural-network
---"""


def card_text(facts: CardFacts) -> str:
    """The card as Markdown. Nothing of the examples is quoted on it: a model is handed on where its data may not be."""
    parts = [FRONT_MATTER, f"# {_cell(facts.name)}", *_origin(facts)]
    parts += [f"**Note:** {caveat}." for caveat in facts.caveats]
    parts += [
        "## Use",
        _fenced(f"recurra predict {shlex.quote(facts.name)} FILE", "sh"),
        _fenced(_python(facts), "python"),
    ]
    parts.append("`FILE` holds inputs as the training data have them, without the answers.")
    if facts.data:
        parts += ["## Data", _table(facts.data)]
    if facts.decisions or facts.settled:
        parts.append("## Decided by looking at the data")
        parts += ["\n".join(f"- {_cell(note)}" for note in facts.decisions)] if facts.decisions else []
        parts += ["Settings that were left open:", _table(facts.settled)] if facts.settled else []
    if facts.sizes:
        parts += ["## Size", _table(facts.sizes)]
    if facts.measures:
        parts += ["## Measures", *_measures(facts)]
    return "\n\n".join(parts) + "\n"


def _origin(facts: CardFacts) -> list[str]:
    if not facts.command:
        return [f"{facts.task} Made by recurra, from Python."]
    return [f"{facts.task} Made by recurra with", _fenced(facts.command, "sh")]


def _python(facts: CardFacts) -> str:
    return "\n".join(
        (
            "import recurra",
            "",
            f"model = recurra.load({facts.name!r})",
            'for answer in model.predict(model.read("FILE")):',
            "    print(answer.text)",
        )
    )


def _measures(facts: CardFacts) -> list[str]:
    rows = [
        f"| {_cell(name)} | {value_text(name, measure.value)} "
        f"| {value_text(name, measure.low)} to {value_text(name, measure.high)} "
        f"{_beside(name, facts)}| {_cell(_meaning(measure))} |"
        for name, measure in facts.measures.items()
    ]
    head = "| measure | value | 95 % interval | meaning |\n|---|---|---|---|\n"
    where = [f"On {facts.measured_on}:"] if facts.measured_on else []
    if not facts.baseline:
        return [*where, head + "\n".join(rows)]
    head = "| measure | value | 95 % interval | baseline | meaning |\n|---|---|---|---|---|\n"
    return [*where, head + "\n".join(rows), f"The baseline is {_cell(facts.baseline)}, fitted on the same data."]


def _beside(name: str, facts: CardFacts) -> str:
    """The cell of the baseline in the row of a measure; no cell where there is no baseline."""
    if not facts.baseline:
        return ""
    other = facts.baseline_measures.get(name)
    return f"| {'' if other is None else value_text(name, other.value)} "


def _meaning(measure: Measure) -> str:
    return f"{measure.definition}; {measure.signature}" if measure.signature else measure.definition


def _table(values: Mapping[str, object]) -> str:
    rows = [f"| {_cell(name)} | {_cell(_shown(value))} |" for name, value in values.items()]
    return "\n".join(["| | |", "|---|---|", *rows])


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(text: str) -> str:
    """Text that stays in its cell and on its line."""
    return " ".join(text.split()).replace("|", "\\|")


def _fenced(code: str, language: str) -> str:
    """A code block with a fence longer than any in the code."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"
