"""A comparison as tables: the measure of each variant, which differences are significant, and the measure by length.

Where it was asked for, the gradient flow of each network stands beside its measure: how far back its errors reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from html import escape

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.metrics import value_text
from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.tracing import GradientFlow
from recurra.views.flow_html import FLOW_STYLE, flow_body
from recurra.views.flow_panels import ACROSS, LOWEST, compared_panel, flow_panels, layer_row, verdict_text
from recurra.views.flow_text import FlowCharts
from recurra.views.html_table import html_table
from recurra.views.measures import label_of
from recurra.views.panels_svg import STYLE, panels_html, panels_page
from recurra.views.plain_text import plain_text
from recurra.views.records import ComparisonRecord, VariantRecord, has_flow, has_result
from recurra.views.style import fragment

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 120  # of plain text

DEFINITION = (
    "better than: significant at p < {level:g}. The variance of the difference of two means is that over the examples "
    "(paired bootstrap) plus that over the seeds (paired); Student's t, corrected by Holm for several pairs."
)

FLOW = (
    "Gradient flow: of the first run of each network, on {examples}. 1/e after: its effective memory, the steps back "
    "in time after which 1/e of an error is left, in the lowest layer; verdict: on the whole network."
)


def comparison_table(comparison: ComparisonRecord) -> RenderableType:
    """The whole comparison, for the terminal.

    Args:
        comparison: as `recurra compare --json` prints it.
    """
    parts: list[RenderableType] = [drawn(headers(comparison), rows(comparison))]
    if comparison["lengths"]:
        parts.append(drawn(length_headers(comparison), length_rows(comparison)))
    if found := flows(comparison):
        parts += [drawn(flow_headers(comparison), flow_rows(comparison)), FlowCharts([compared_panel(LOWEST, found)])]
    return Group(*parts, *(Text(line, style="dim") for line in lines(comparison)))


def comparison_text(comparison: ComparisonRecord) -> str:
    """The same as plain text."""
    return plain_text(comparison_table(comparison), WIDTH)


def comparison_html(comparison: ComparisonRecord) -> str:
    """The same as a fragment for a notebook."""
    found = flows(comparison)
    if not found:
        return fragment(tables(comparison) + under(comparison))
    charts = panels_html([compared_panel(LOWEST, found)], ACROSS)
    return fragment(f"<style>{STYLE}</style>\n{tables(comparison)}{charts}{under(comparison)}")


def comparison_page(comparison: ComparisonRecord) -> str:
    """The same as a page of its own, which says all about the gradient flow of each network."""
    body = f"{tables(comparison)}{under(comparison)}"
    if found := flows(comparison):
        body += f"<section>\n<h2>Gradient flow</h2>\n{flow_body(found, flow_panels(found))}</section>\n"
    names = ", ".join(variant["name"] for variant in comparison["variants"])
    return panels_page(f"{comparison['task']}: {names}", body, FLOW_STYLE)


def tables(comparison: ComparisonRecord) -> str:
    """All tables, in HTML."""
    found = numbers_table("Variants, the best first", headers(comparison), rows(comparison))
    if comparison["lengths"]:
        found += numbers_table("By length", length_headers(comparison), length_rows(comparison))
    if flows(comparison):
        found += numbers_table("Gradient flow", flow_headers(comparison), flow_rows(comparison))
    return found


def numbers_table(caption: str, columns: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """A table in HTML; numbers stand in all columns but the second."""
    whole = [column.replace("-\n", "").replace("\n", " ") for column in columns]
    return html_table(caption, whole, cells, numbers=[k for k in range(len(columns)) if k != 1])


def under(comparison: ComparisonRecord) -> str:
    """What stands below the tables, in HTML."""
    return "".join(f'<p class="note">{escape(line)}</p>\n' for line in lines(comparison))


def headers(comparison: ComparisonRecord) -> list[str]:
    """The headers of the first table."""
    name, unit = label(comparison)
    measure = f"{name}{unit}".replace(" ", "\n", 1)
    return ["", "variant", measure, "±\nseeds", "better\nthan", "para-\nmeters", "trained", "learns\n/s", "answers\n/s"]


def rows(comparison: ComparisonRecord) -> list[list[str]]:
    """A row for each variant; the numbers in `better than` are those in the first column."""
    return [row(number, variant, comparison["measure"], better_than(comparison, variant["name"]))
            for number, variant in enumerate(comparison["variants"], 1)]  # fmt: skip


def row(number: int, variant: VariantRecord, measure: str, better: str) -> list[str]:
    """One variant; only its name if all of its runs failed."""
    name = visible(variant["name"])
    if not has_result(variant):
        return [str(number), name, "failed", *[""] * 6]
    deviation = variant["deviation"]
    return [
        str(number),
        name,
        value_text(measure, variant["mean"]),
        "" if deviation is None else value_text(measure, deviation),
        better,
        short(variant["parameters"]),
        f"{variant['seconds']:.0f} s",
        f"{variant['learned_per_second']:,.0f}",
        f"{variant['answered_per_second']:,.0f}",
    ]


def short(number: int) -> str:
    """980, 6.6k, 1.25M"""
    for size, unit in ((1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return str(number)


def better_than(comparison: ComparisonRecord, name: str) -> str:
    """The numbers of the variants that this one is significantly better than: 2 4-6"""
    numbers = {variant["name"]: number for number, variant in enumerate(comparison["variants"], 1)}
    beaten = sorted(
        numbers[one["worse"]] for one in comparison["differences"] if one["significant"] and one["better"] == name
    )
    return " ".join(ranges(beaten))


def ranges(numbers: Sequence[int]) -> list[str]:
    """Increasing numbers as ranges: 2, 4-6."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def length_headers(comparison: ComparisonRecord) -> list[str]:
    """The headers of the second table: ranges of lengths."""
    spans = [one_length(one["from"], one["to"]) for one in comparison["lengths"]]
    return ["", f"{label(comparison)[0]} by length in {comparison['unit']}", *spans, ""]


def length_rows(comparison: ComparisonRecord) -> list[list[str]]:
    """A row for each variant that has a result, with bars for its values."""
    measured = [(k, variant) for k, variant in enumerate(comparison["variants"], 1) if has_result(variant)]
    full = 100.0 if label(comparison)[1] else 0.0
    shown = "{:.1f}".format if full else partial(value_text, comparison["measure"])
    highest = max([full, *(max(variant["by_length"]) for _, variant in measured)]) or 1.0
    found = [
        [str(k), visible(one["name"]), *(shown(value) for value in one["by_length"]), bars(one["by_length"], highest)]
        for k, one in measured
    ]
    return [*found, ["", "examples", *(f"{one['examples']:,}" for one in comparison["lengths"]), ""]]


def flows(comparison: ComparisonRecord) -> list[GradientFlow]:
    """The gradient flow of each variant of which it was measured, in the order of the variants."""
    return [GradientFlow.of_mapping(one["gradients"]) for one in comparison["variants"] if has_flow(one)]


def flow_headers(comparison: ComparisonRecord) -> list[str]:
    """The headers of the table of gradient flow."""
    name, unit = label(comparison)
    measure = f"{name}{unit}".replace(" ", "\n", 1)
    return ["", "gradient flow", measure, "verdict", "1/e\nafter", "left at", "step's\nnorm"]


def flow_rows(comparison: ComparisonRecord) -> list[list[str]]:
    """The measure of each variant, the verdict on its network, and the signal in the lowest layer."""
    found: list[list[str]] = []
    for number, variant in enumerate(comparison["variants"], 1):
        if has_flow(variant):
            flow = GradientFlow.of_mapping(variant["gradients"])
            _, _, _, *signal = layer_row(flow.layers[0])
            value = value_text(comparison["measure"], variant["mean"])
            found.append([str(number), visible(variant["name"]), value, verdict_text(flow.verdict), *signal])
    return found


def one_length(least: int, most: int) -> str:
    """5, or 5-8"""
    return f"{least}" if least == most else f"{least}-{most}"


def bars(values: Sequence[float], highest: float) -> str:
    """One bar for each value, from 0 to the highest: ▇▅▂"""
    scale = (len(BARS) - 1) / highest
    return "".join(BARS[round(min(max(value, 0.0), highest) * scale)] for value in values)


def lines(comparison: ComparisonRecord) -> list[str]:
    """What was measured on which examples, and the notes."""
    on = f"{comparison['examples']:,} {comparison['counted']} of {comparison['measured_on']}"
    seeds = comparison["seeds"]
    found = [f"{label(comparison)[0]}: {comparison['definition']}. Mean over {seeds} seeds on {on}."
             if seeds > 1 else f"{label(comparison)[0]}: {comparison['definition']}, on {on}."]  # fmt: skip
    found += baseline_lines(comparison)
    if comparison["differences"]:
        found.append(DEFINITION.format(level=comparison["level"]))
    if measured := flows(comparison):
        found.append(FLOW.format(examples=counted(measured[0].examples, "example")))
    return found + [visible(note) for note in comparison["notes"]]


def baseline_lines(comparison: ComparisonRecord) -> list[str]:
    """What the baseline reaches, and whether that is more than every variant does; nothing where there is none."""
    if "baseline" not in comparison:
        return []
    value, unit = comparison["baseline"]["value"], label(comparison)[1]
    means = [one["mean"] for one in comparison["variants"] if has_result(one)]
    best = (max if comparison["higher_is_better"] else min)(means, default=value)
    better = value > best if comparison["higher_is_better"] else value < best
    said = ", better than every variant" if better else ""
    shown = value_text(comparison["measure"], value)
    return [f"Baseline: {shown}{unit}{said} ({comparison['baseline']['name']})."]


def label(comparison: ComparisonRecord) -> tuple[str, str]:
    """The measure's name and its unit."""
    return label_of(comparison["measure"])


def drawn(columns: Sequence[str], cells: Iterable[Sequence[str]]) -> Table:
    """A table whose numbers stand on the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 1 else "right", overflow="fold", no_wrap=k != 1)
    for line in cells:
        table.add_row(*(Text(cell, style="bold" if k == 2 else "") for k, cell in enumerate(line)))
    return table
