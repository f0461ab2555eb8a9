"""Two outputs beside each other: what speaks for the one and what for the other, step by step.

    step  first      p  second     p   nats
       3  0      70.1%  4      12.5%  +1.72 ██████████

Bars to the right of the number speak for the first output, hatched ones for the second. A common beginning and end are
shown in one line each, and so are long stretches in which nothing is decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.tracing import Contrast, ContrastStep
from recurra.views.search_shape import probability, shown_text
from recurra.views.style import fragment
from recurra.views.styled_lines import wrapped
from recurra.views.tokens import cut, held, label

FOR, AGAINST = "█", "▒"
BAR = 20  # cells of the longest
SMALL = 0.05  # nats: a step that changes the odds by less decides nothing
MOST_TOKEN = 16
NOTHING = "-"


class ContrastView:
    """A contrast for rich: `console.print(ContrastView(contrast))`."""

    def __init__(self, contrast: Contrast) -> None:
        self.contrast = contrast

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line, style in _lines(self.contrast, options.max_width):
            yield Text(line, style, no_wrap=True, overflow="crop")


def contrast_lines(contrast: Contrast, width: int = 80) -> list[str]:
    """The contrast as plain lines of at most `width` cells (wider only if there is no room for the numbers)."""
    return [line.rstrip() for line, _ in _lines(contrast, width)]


def contrast_html(contrast: Contrast) -> str:
    """A contrast as a fragment."""
    return fragment(contrast_body(contrast))


def verdict(contrast: Contrast) -> list[str]:
    """What follows from a contrast, in sentences."""
    first, second = (f'"{shown_text(text)}"' if text else "nothing" for text in (contrast.first, contrast.second))
    own = " (the answer)" if contrast.own else ""
    better, worse = (first + own, second) if contrast.log_odds >= 0 else (second, first + own)
    lines = [f"{better} is {times(abs(contrast.log_odds))} as probable as {worse}."]
    parting, deciding = contrast.parting, contrast.deciding
    step = contrast.steps[deciding]
    if parting == deciding:
        lines.append(f"They part at step {parting + 1}, which decides: {_pair(step)}.")
    else:
        lines.append(
            f"They part at step {parting + 1}: {_pair(contrast.steps[parting])}. "
            f"What decides is step {deciding + 1}: {_pair(step)}."
        )
    if contrast.missed:
        lines.append(
            "By its score the model itself ranks the second higher: the search did not find it. A wider beam may."
        )
    elif contrast.log_odds < 0 and contrast.first_score is not None and contrast.own:
        lines.append("With the length penalty the answer is ranked higher all the same.")
    return [*lines, *contrast.notes]


def times(log_odds: float) -> str:
    """How many times as probable: 5.6 times, more than a million times."""
    if log_odds > math.log(1e6):
        return "more than a million times"
    value = math.exp(log_odds)
    return f"{value:.2f} times" if value < 10 else f"{value:,.0f} times"


def signed(value: float) -> str:
    """Nats with their sign; no sign where they are 0."""
    return "0.00" if abs(value) < 0.005 else f"{value:+.2f}"


def _pair(step: ContrastStep) -> str:
    first, second = (
        "nothing" if token is None else f"{held(_name(token))} {probability(log_prob or 0.0)}"
        for token, log_prob in ((step.first, step.first_log_prob), (step.second, step.second_log_prob))
    )
    return f"{first} against {second}"


def _lines(contrast: Contrast, width: int) -> Iterator[tuple[str, str]]:
    for sentence in verdict(contrast):
        yield from ((line, "") for line in wrapped(sentence, width))
    yield "", ""
    steps = contrast.steps
    names = [tuple(cut(_name(token), MOST_TOKEN) for token in (step.first, step.second)) for step in steps]
    places = [cut(_name(step.place), MOST_TOKEN) if step.place else "" for step in steps]
    margin = max(map(cell_len, places))
    wide = [max([6, *(cell_len(pair[side]) for pair in names)]) for side in (0, 1)]
    beside = f"{'token':{margin}}  " if (margin := max(margin, 5 if margin else 0)) else ""
    yield f"step  {beside}{'first':{wide[0]}}      p  {'second':{wide[1]}}      p    nats", "bold"
    room = max(1, min(BAR, width - (6 + len(beside) + wide[0] + 9 + wide[1] + 7 + 8 + 1)))
    most = max(abs(step.difference) for step in steps)
    for run in _runs(contrast):
        if len(run) > 1:
            yield _gap(contrast, run), "dim"
            continue
        step, pair = steps[run[0]], names[run[0]]
        cells = [f"{held(pair[side])}{' ' * (wide[side] - cell_len(pair[side]))}" for side in (0, 1)]
        left, right = (_p(one) for one in (step.first_log_prob, step.second_log_prob))
        bar = (FOR if step.difference > 0 else AGAINST) * round(room * abs(step.difference) / most)
        place = f"{held(places[run[0]])}{' ' * (len(beside) - cell_len(places[run[0]]))}"
        line = (
            f"{run[0] + 1:>4}  {place}{cells[0]} {left:>6}  {cells[1]} {right:>6}  {signed(step.difference):>6} {bar}"
        )
        yield line, "bold" if run[0] == contrast.deciding else "" if step.differ else "dim"
    first, second = contrast.first_log_prob, contrast.second_log_prob
    yield (
        f" all  {' ' * len(beside)}{first:>{wide[0] + 7}.2f}  {second:>{wide[1] + 7}.2f}  {contrast.log_odds:>+6.2f}",
        "bold",
    )


def _runs(contrast: Contrast) -> Iterator[range]:
    """The steps, those together in which both say the same and nothing is decided."""
    first: int | None = None
    for number, step in enumerate(contrast.steps):
        quiet = not step.differ and abs(step.difference) < SMALL
        if quiet:
            first = number if first is None else first
            continue
        if first is not None:
            yield from _joined(first, number)
            first = None
        yield range(number, number + 1)
    if first is not None:
        yield from _joined(first, len(contrast.steps))


def _joined(first: int, end: int) -> Iterator[range]:
    if end - first > 2:
        yield range(first, end)
    else:
        yield from (range(number, number + 1) for number in range(first, end))


def _gap(contrast: Contrast, run: range) -> str:
    total = sum(contrast.steps[number].difference for number in run)
    return f"   …  steps {run[0] + 1} to {run[-1] + 1}: the same in both, {signed(total)}"


def _name(token: str | None) -> str:
    return NOTHING if token is None else label(token)


def _p(log_prob: float | None) -> str:
    return "" if log_prob is None else probability(log_prob)


def contrast_body(contrast: Contrast) -> str:
    """The same without the style sheet, for a page that has it."""
    said = "".join(f"<p>{escape(line)}</p>\n" for line in verdict(contrast))
    most = max(abs(step.difference) for step in contrast.steps)
    rows = "".join(_row(number, contrast, most) for number in range(len(contrast.steps)))
    columns = ("step", "first", "probability", "second", "probability", "for the first (+) or the second (-), nats")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    total = (
        f'<tr><th scope="row">all</th><td></td><td class="number">{contrast.first_log_prob:.2f}</td><td></td>'
        f'<td class="number">{contrast.second_log_prob:.2f}</td>'
        f'<td class="number">{signed(contrast.log_odds)}</td></tr>'
    )
    return (
        f'<div class="texts">{said}</div>\n<div class="scroll" tabindex="0" role="region" aria-label="contrast">\n'
        f'<table class="list contrast">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n'
        f"<tfoot>{total}</tfoot>\n</table>\n</div>\n"
    )


def _row(number: int, contrast: Contrast, most: float) -> str:
    step = contrast.steps[number]
    kinds: Sequence[str] = ["differ"] if step.differ else []
    kinds = [*kinds, "decides"] if number == contrast.deciding else kinds
    share = 50 * step.difference / most
    # a drawing, since the policy of an interactive page allows no style attributes
    rect = f'<rect x="{50 + min(share, 0):.1f}" width="{max(abs(share), 0.5):.1f}" height="1"/>'
    bar = f'<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">{rect}</svg>'
    place = f" <bdi>{escape(_name(step.place))}</bdi>" if step.place else ""
    side = " for" if step.difference > 0 else ""
    return (
        f'<tr class="{" ".join(kinds)}"><th scope="row">{number + 1}{place}</th>'
        f'<td><bdi>{escape(_name(step.first))}</bdi></td><td class="number">{escape(_p(step.first_log_prob))}</td>'
        f'<td><bdi>{escape(_name(step.second))}</bdi></td><td class="number">{escape(_p(step.second_log_prob))}</td>'
        f'<td class="number"><span class="odds{side}">{bar}</span>'
        f'<span class="nats">{signed(step.difference)}</span></td></tr>\n'
    )
