"""A suite as a picture: for each network and problem the share of correct answers, from short inputs to long ones.

lstm    ■■■■ 100    shades: lengths from those trained on (left) to the longest; the number: all but the former
                    a frame: solvable in theory; a !: measured otherwise
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap
from typing import NamedTuple

from recurra.views.suite_records import SuiteCell, SuiteProblem, SuiteRecord, as_claimed, best_run, cell_of

ROW, HIGH, TOP = 26, 16, 58
LETTER = 5.7  # a small one, so that a legend is known to fit
FAILED = "×"  # in the place of a number


class Layout(NamedTuple):
    """Where things stand, in pixels."""

    names: int  # room for the names of the networks
    column: int  # room for a problem
    square: int  # one shade
    columns: int  # problems beside each other; others stand below them
    least: int  # wide enough for what is what


WIDE = Layout(172, 108, 15, 100, 600)
NARROW = Layout(165, 67, 7, 3, 0)  # a phone is 360 to 430 pixels wide
SHEET = """
svg.suite { --paper: #fff; color: #1a1d21; background: var(--paper); }
svg.suite text { font: 13px system-ui, sans-serif; fill: currentColor; }
svg.suite .small { font-size: 11px; opacity: .75; }
svg.suite.narrow .problem { font-size: 11px; }
svg.suite.narrow .small { font-size: 10.5px; }
svg.suite .number { font-variant-numeric: tabular-nums; }
svg.suite .solved { font-weight: 700; }
svg.suite .ground { fill: currentColor; fill-opacity: .07; }
svg.suite .right { fill: #3b82f6; }
svg.suite .can { fill: none; stroke: currentColor; stroke-width: 1.5; }
svg.suite .rule { stroke: currentColor; stroke-opacity: .3; }
svg.suite .parts { font-weight: 700; fill: #d97706; }
"""
DARK = "@media (prefers-color-scheme: dark) { svg.suite { --paper: #131416; color: #e8eaed; } }\n"
INSIDE = "svg.suite { color: inherit; background: none; }\n"  # a page has its own paper


def suite_svg(record: SuiteRecord, *, alone: bool = True, narrow: bool = False) -> str:
    """The picture.

    Args:
        alone: it is a file of its own and brings its colours, light and dark; in a page it has those of the page.
        narrow: it is for a narrow screen, with three problems beside each other and the others below them.
    """
    layout = NARROW if narrow else WIDE
    problems = record["problems"]
    width = max(layout.least, layout.names + layout.column * min(len(problems), layout.columns))
    shapes: list[str] = []
    y = 0
    for first in range(0, len(problems), layout.columns):
        shapes += panel(record, problems[first : first + layout.columns], layout, width, y)
        y += panel_height(record)
    lines = legend(record, width)
    shapes += [f'<text class="small" x="8" y="{y + 26 + 16 * k}">{line}</text>' for k, line in enumerate(lines)]
    height = y + 26 + 16 * len(lines)
    sheet = SHEET + (DARK if alone else INSIDE)
    title = escape(f"{record['suite']}: {record['about']}")
    return (
        f'<svg class="suite{" narrow" if narrow else ""}" xmlns="http://www.w3.org/2000/svg" width="{width}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{title}">\n<title>{title}</title>\n'
        f"<style>{sheet}</style>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def breaks(record: SuiteRecord) -> set[int]:
    """The rows before which there is a line: with attention begins."""
    networks = record["networks"]
    return {k for k in range(1, len(networks)) if networks[k]["attention"] != networks[k - 1]["attention"]}


def panel_height(record: SuiteRecord) -> int:
    """Of some problems with all networks."""
    return TOP + ROW * len(record["networks"]) + 10 * len(breaks(record)) + 8


def panel(record: SuiteRecord, problems: Sequence[SuiteProblem], layout: Layout, width: int, y: int) -> Iterator[str]:
    """Some problems with all networks."""
    places = [layout.names + layout.column * k for k in range(len(problems))]
    for x, problem in zip(places, problems, strict=True):
        yield heading(x, y, problem["title"], problem["chance"])
    y += TOP
    ruled = breaks(record)
    for row, network in enumerate(record["networks"]):
        if row in ruled:
            yield f'<line class="rule" x1="8" x2="{width - 8}" y1="{y + 5}" y2="{y + 5}"/>'
            y += 10
        yield f'<text x="{layout.names - 8}" y="{y + 17}" text-anchor="end">{escape(network["name"])}</text>'
        for x, problem in zip(places, problems, strict=True):
            cell = cell_of(record, problem["name"], network["name"])
            yield one_cell(x, y + 5, layout.square, record, cell, problem["chance"])
        y += ROW


def heading(x: float, y: float, title: str, chance: float) -> str:
    """The name of a problem, and its chance."""
    first, _, second = title.partition(" ")
    return (
        f'<text class="problem" x="{x}" y="{y + 18}">{escape(first)}</text>'
        f'<text class="problem" x="{x}" y="{y + 34}">{escape(second)}</text>'
        f'<text class="small" x="{x}" y="{y + 50}">chance {chance:.0f} %</text>'
    )


def one_cell(x: float, y: float, square: int, record: SuiteRecord, cell: SuiteCell, chance: float) -> str:
    """Shades, frame and number."""
    run = best_run(cell)
    right = [None] * len(record["ranges"]) if run is None else run["right"]
    whole = square * len(right)
    shapes = [f'<rect class="ground" x="{x}" y="{y}" width="{whole}" height="{HIGH}"/>']
    for k, value in enumerate(right):
        above = 0.0 if value is None else max(0.0, (value - chance) / (100 - chance))
        shapes.append(
            f'<rect class="right" x="{x + square * k}" y="{y}" width="{square}" height="{HIGH}" '
            f'fill-opacity="{above:.3f}"/>'
        )
    if cell["can"]:
        shapes.append(f'<rect class="can" x="{x}" y="{y}" width="{whole}" height="{HIGH}"/>')
    number = "" if not cell["runs"] else FAILED if run is None or run["longer"] is None else f"{run['longer']:.0f}"
    kind = "number solved" if cell["verdict"] == "solved" else "number"
    shapes.append(f'<text class="{kind}" x="{x + whole + 5}" y="{y + 13}">{number}</text>')
    if not as_claimed(cell):
        shapes.append(f'<text class="parts" x="{x + whole + 31}" y="{y + 13}">!</text>')
    return f"<g><title>{escape(in_words(record, cell))}</title>{''.join(shapes)}</g>"


def in_words(record: SuiteRecord, cell: SuiteCell) -> str:
    """What a cell shows, for those who point at it or do not see it."""
    run = best_run(cell)
    head = f"{cell['network']}, {cell['problem']}: theory says it {'can' if cell['can'] else 'cannot'} ({cell['why']})"
    if run is None:
        return f"{head}; {cell['verdict']}"
    parts = [
        f"{least}-{most} units {value:.1f} %"
        for (least, most), value in zip(record["ranges"], run["right"], strict=True)
        if value is not None
    ]
    return f"{head}; {', '.join(parts)}"


def legend(record: SuiteRecord, width: int) -> list[str]:
    """What is what, in lines that fit."""
    spans = ", ".join(f"{least}-{most}" for least, most in record["ranges"])
    trained = record["ranges"][0][1]
    shades = f"Shades, from left to right: inputs of {spans} units; empty: chance, full: all correct."
    numbers = (
        f"Number: percent correct beyond {trained} units. Frame: solvable in theory. ! measured otherwise. "
        f"{FAILED} failed."
    )
    lines = [line for text in (shades, numbers) for line in wrap(text, int((width - 16) / LETTER))]
    return [escape(line).replace("!", '<tspan class="parts">!</tspan>') for line in lines]
