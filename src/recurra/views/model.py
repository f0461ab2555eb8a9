"""A trained model in a few lines and as HTML: what it does, how large it is, what it learned from, how good it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from recurra.text.counted import counted
from recurra.views.html import measures_html
from recurra.views.measures import measure_rows
from recurra.views.records import MeasuredRecord
from recurra.views.style import fragment

MEASURES = 3  # in a few lines there is room for the first


class ModelFacts(NamedTuple):
    """What is shown of a model."""

    summary: str  # "Writes a target text for a source text."
    networks: Sequence[str]  # each in words
    parameters: int  # of all of them
    folder: str
    trained: Mapping[str, object]  # of config.json: "training pairs": 90, ...; empty where it is not known
    measured: MeasuredRecord | None  # of config.json: "on", and an evaluation; None likewise


def model_text(facts: ModelFacts) -> str:
    """The model in a few lines."""
    lines = [f"{facts.summary} {facts.folder}", *_sizes(facts)]
    if facts.measured:
        lines += [f"{row.name}: {row.value} ({row.interval})" for row in measure_rows(facts.measured)[:MEASURES]]
        lines.append(f"measured on {facts.measured['on']}")
    return "\n  ".join(lines)


def model_html(facts: ModelFacts) -> str:
    """The model as a fragment."""
    said = "".join(f"<br>{escape(line)}" for line in _sizes(facts))
    head = f"<p><b>{escape(facts.summary)}</b> <code>{escape(facts.folder)}</code>{said}</p>\n"
    if not facts.measured:
        return fragment(head)
    where = f'<p class="note">measured on {escape(facts.measured["on"])}</p>\n'
    return fragment(head + measures_html(facts.measured) + where)


def _sizes(facts: ModelFacts) -> Iterator[str]:
    alike = Counter(facts.networks)  # those of an ensemble often are
    networks = "; ".join(f"{count} times {name}" if count > 1 else name for name, count in alike.items())
    yield f"{networks}; {counted(facts.parameters, 'parameter')}"
    learned = [f"{value:,} {name}" for name, value in facts.trained.items() if name.startswith("training ")]
    if learned:
        yield f"learned from {', '.join(learned)} in {facts.trained.get('steps', 0):,} steps"
