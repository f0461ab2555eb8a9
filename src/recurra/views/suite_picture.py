"""A suite as a picture: for each network and problem the share of correct answers, from short inputs to long ones.

lstm    ■■■■ 100    shades: lengths from those trained on (left) to the longest; the number: all but the former
                    a frame: solvable in theory; a !: measured otherwise
"""

from __future__ import annotations

from html import escape

from recurra.views.suite_records import SuiteCell, SuiteRecord, as_claimed, best_run, cell_of

NAMES, COLUMN, ROW, TOP = 178, 108, 26, 58
LEAST = 600  # wide enough for what is what
SQUARE, HIGH = 15, 16
FAILED = "×"  # in the place of a number
SHEET = """
svg.suite { --paper: #fff; color: #1a1d21; background: var(--paper); }
svg.suite text { font: 13px system-ui, sans-serif; fill: currentColor; }
svg.suite .small { font-size: 11px; opacity: .75; }
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


def suite_svg(record: SuiteRecord, *, alone: bool = True) -> str:
    """The picture.

    Args:
        alone: it is a file of its own and brings its colours, light and dark; in a page it has those of the page.
    """
    networks, problems = record["networks"], record["problems"]
    width = max(LEAST, NAMES + COLUMN * len(problems))
    breaks = {k for k in range(1, len(networks)) if networks[k]["attention"] != networks[k - 1]["attention"]}
    height = TOP + ROW * len(networks) + 10 * len(breaks) + 58
    shapes = [heading(NAMES + COLUMN * k, problem["title"], problem["chance"]) for k, problem in enumerate(problems)]
    y = TOP
    for row, network in enumerate(networks):
        if row in breaks:
            shapes.append(f'<line class="rule" x1="8" x2="{width - 8}" y1="{y + 5}" y2="{y + 5}"/>')
            y += 10
        shapes.append(f'<text x="{NAMES - 14}" y="{y + 17}" text-anchor="end">{escape(network["name"])}</text>')
        for k, problem in enumerate(problems):
            cell = cell_of(record, problem["name"], network["name"])
            shapes.append(one_cell(NAMES + COLUMN * k, y + 5, record, cell, problem["chance"]))
        y += ROW
    shapes.append(legend(record, y + 26))
    sheet = SHEET + (DARK if alone else INSIDE)
    title = escape(f"{record['suite']}: {record['about']}")
    return (
        f'<svg class="suite" xmlns="http://www.w3.org/2000/svg" width="{width}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{title}">\n<title>{title}</title>\n<style>{sheet}</style>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def heading(x: float, title: str, chance: float) -> str:
    """The name of a problem, and its chance."""
    first, _, second = title.partition(" ")
    return (
        f'<text x="{x}" y="18">{escape(first)}</text><text x="{x}" y="34">{escape(second)}</text>'
        f'<text class="small" x="{x}" y="50">chance {chance:.0f} %</text>'
    )


def one_cell(x: float, y: float, record: SuiteRecord, cell: SuiteCell, chance: float) -> str:
    """Shades, frame and number."""
    run = best_run(cell)
    right = [None] * len(record["ranges"]) if run is None else run["right"]
    whole = SQUARE * len(right)
    shapes = [f'<rect class="ground" x="{x}" y="{y}" width="{whole}" height="{HIGH}"/>']
    for k, value in enumerate(right):
        above = 0.0 if value is None else max(0.0, (value - chance) / (100 - chance))
        shapes.append(
            f'<rect class="right" x="{x + SQUARE * k}" y="{y}" width="{SQUARE}" height="{HIGH}" '
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


def legend(record: SuiteRecord, y: float) -> str:
    """What is what."""
    spans = ", ".join(f"{least}-{most}" for least, most in record["ranges"])
    trained = record["ranges"][0][1]
    return (
        f'<text class="small" x="8" y="{y}">Shades, from left to right: inputs of {spans} units; '
        "empty: chance, full: all correct.</text>"
        f'<text class="small" x="8" y="{y + 16}">Number: percent correct beyond {trained} units. '
        'Frame: solvable in theory. <tspan class="parts">!</tspan> measured otherwise. '
        f"{FAILED} failed.</text>"
    )
