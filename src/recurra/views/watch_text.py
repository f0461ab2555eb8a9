"""Runs that are watched, in the terminal: a line of bars for each curve, and the answers to samples.

dates: training; 520 of 993 steps, about 0:09 left
loss: training      2.7 ██▇▅▄▃▃▂▂▁ 0.61
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from recurra.text.visible import visible
from recurra.views.curve_panels import curve_panels, names_of
from recurra.views.gates_text import BARS
from recurra.views.measures import label_of
from recurra.views.panels import Line, Panel, across, thinned
from recurra.views.panels_svg import number_text
from recurra.views.panels_text import scaled
from recurra.views.watching import Answered, WatchedRun, answered

NAMES, NUMBERS, LEAST, MOST = 26, 9, 8, 60  # columns of names, of a number, and of the shortest and the longest bars
GAP = " "  # where there is no number
WORDS = 60  # columns of a sample's input, and of its answer, in a wide terminal


class WatchView:
    """What rich prints of some runs that are watched.

    Args:
        runs: at least one.
    """

    def __init__(self, runs: Sequence[WatchedRun]) -> None:
        self.runs = runs

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for run, name in zip(self.runs, names_of([one.curves for one in self.runs]), strict=True):
            yield from run_lines(run, name, options.max_width)


def run_lines(run: WatchedRun, name: str, width: int) -> Iterator[RenderableType]:
    """One run in lines."""
    facts = f"; {run.progress}" if run.progress else ""
    yield Text(name, "bold").append(f": {visible(run.doing)}{facts}", "not bold")
    if run.note and run.going_on:
        yield Text(visible(run.note), "dim", no_wrap=True, overflow="ellipsis")
    panels = curve_panels([run.curves])
    bounds = across(panels)
    yield from (bars_line(panel, line, bounds, width) for panel in panels for line in panel.lines)
    found = answered(run.curves)
    if found:
        said = f"; {run.left_out}" if run.left_out else ""
        yield Text(f"answers at step {run.curves.answers[-1].step:,}{said}", "dim")
        yield from (sample_line(one, width) for one in found)
    yield from (Text(visible(line)) for line in outcome_lines(run))


def outcome_lines(run: WatchedRun) -> Iterator[str]:
    """What has come of a run that is finished: how good the model is, where it is, what to type next."""
    if run.measured:
        yield f"measured on {run.measured_on}"
        name, value = (max(cell_len(row[k]) for row in run.measured) for k in (0, 1))
        yield from (f"  {row[0]:<{name}}  {row[1]:>{value}}  ({row[2]})" for row in run.measured)
    if run.model:
        yield f"the model is in {run.model}"
    yield from (f"  {command}" for command in run.commands)


def bars_line(panel: Panel, line: Line, bounds: tuple[float, float], width: int) -> Text:
    """A line of a panel: its first number, bars that follow it, and its last number."""
    label = panel.label if len(panel.lines) == 1 else f"{panel.label}: {line.name}"
    columns = max(LEAST, min(MOST, width - NAMES - 2 * NUMBERS - 4))
    seen = [value for value in line.y if math.isfinite(value)]
    drawn = bars(panel, thinned(line, columns, bounds), columns, bounds)
    name = set_cell_size(visible(label), NAMES)
    first, last = (number_text(value) for value in (seen[0], seen[-1]))
    return Text.assemble(f"{name} {first:>{NUMBERS}} ", (drawn, "blue"), f" {last}")


def bars(panel: Panel, line: Line, columns: int, bounds: tuple[float, float]) -> str:
    """A bar in each column that has a number; between two of them the one before goes on."""
    low, high = (scaled(panel, value) for value in panel.bounds)
    left, right = bounds
    found = [GAP] * columns
    for x, y in zip(line.x, line.y, strict=True):
        if math.isfinite(value := scaled(panel, y)):
            place = min(columns - 1, int((x - left) / (right - left) * columns))
            found[place] = BARS[min(len(BARS) - 1, int((value - low) / (high - low) * len(BARS)))]
    last = max((k for k, one in enumerate(found) if one != GAP), default=0)
    for k in range(1, last):
        found[k] = found[k - 1] if found[k] == GAP else found[k]
    return "".join(found)


def sample_line(one: Answered, width: int) -> Text:
    """A sample: its input, the answer, and what would have been right."""
    mark, style = (f" {one.mark}", "green" if one.right else "red") if one.mark else ("", "")
    each = max(LEAST, min(WORDS, (width - len("   →  ✗  right: ")) // 3))
    asked, now = fitting(one.sample.input, each), fitting(one.now, each)
    text = Text.assemble(f"  {asked} → {now}", (mark, style))
    if not one.right and one.sample.wanted:
        text.append(f"  right: {fitting(one.sample.wanted[0], each)}", "dim")
    return text


def fitting(text: str, width: int) -> str:
    """A text in at most so many columns."""
    shown = visible(text)
    return shown if cell_len(shown) <= width else set_cell_size(shown, width - 1) + "…"


def event_text(event: Mapping[str, object]) -> str:
    """An event of a run in a line; empty for steps, samples and checkpoints, of which there are many."""
    step = whole(event.get("step"))
    match event.get("event"):
        case "Note" | "Doing":
            return visible(str(event.get("text", "")))
        case "Validated":
            name, unit = label_of(str(event.get("measure", "")))
            loss, value = (number_text(known(event.get(key))) for key in ("loss", "value"))
            best = " (best)" if event.get("best") is True else ""
            return f"step {step}: validation loss {loss}, {visible(name)} {value}{unit}{best}"
        case "PlanMade":
            return f"plan: {whole(event.get('steps'))} steps; {visible(str(event.get('reason', '')))}"
        case "Cut":
            return f"resumed after step {step}"
        case "Again":
            return "begun anew"
        case "Unreadable":
            return f"line {whole(event.get('line'))} of its record cannot be read"
        case _:
            return ""


def known(value: object) -> float:
    """A number; NaN for anything else, and for what is too large to be one."""
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.nan


def whole(value: object) -> str:
    """A whole number as text; a question mark for anything else."""
    return f"{value:,}" if isinstance(value, int) else "?"
