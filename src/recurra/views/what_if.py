"""What was beside what is now: two outputs in a table, with what became of each place in words.

step  was      p  now       p  what became of it
   1  2     95 %  1      3 %   other, forced
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rich.cells import cell_len

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.tracing import Pair, WhatIf, Written
from recurra.views.search_shape import shown_text
from recurra.views.style import fragment
from recurra.views.styled_lines import wrapped
from recurra.views.tokens import cut, held, label

MOST_TOKEN = 16
NOTHING = "-"


def verdict(found: WhatIf) -> list[str]:
    """What follows, in sentences."""
    was, now = (f'"{shown_text(text)}"' if text else "nothing" for text in (found.was.prediction, found.now.prediction))
    lines = [f"It was {was}, and now it is {now}."] if found.changed else [f"It was {was}, and is the same."]
    moved = sum(pair.difference in ("likelier", "less likely") for pair in found.pairs)
    kept = [pair for pair in found.pairs if pair.difference not in ("new", "gone", "other")]
    if not found.changed and not moved:
        lines.append(
            "No probability changes by a percentage point." if _has_probabilities(found) else "Nothing changes."
        )
    elif moved:
        lines.append(f"Of {counted(len(kept), 'place')} with the same in both, {moved} changed in probability.")
    return [*lines, *found.notes]


def what_if_lines(found: WhatIf, width: int = 80) -> list[str]:
    """Plain lines of at most `width` cells (wider only if there is no room for the numbers)."""
    return [line.rstrip() for line in _lines(found, width)]


def what_if_html(found: WhatIf) -> str:
    """The table as a fragment."""
    return fragment(what_if_body(found))


def what_if_body(found: WhatIf) -> str:
    """The same without the style sheet, for a page that has it."""
    said = "".join(f"<p>{escape(line)}</p>\n" for line in verdict(found))
    numbers = "probability" if _has_probabilities(found) else "number"
    columns = ("step", "was", numbers, "now", numbers, "what became of it")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "".join(_row(number, pair) for number, pair in enumerate(found.pairs, 1))
    return (
        f'<div class="texts">{said}</div>\n<div class="scroll" tabindex="0" role="region" aria-label="was and now">\n'
        f'<table class="list contrast what-if">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
        "</div>\n"
    )


def became(pair: Pair) -> str:
    """What became of a place, in words."""
    words: list[str] = [pair.difference]
    if pair.was and pair.now and pair.was.number is not None and pair.now.number is not None:
        words = [f"{pair.now.number - pair.was.number:+.4g}" if pair.difference == "other" else "same"]
    return ", ".join([*words, *["forced"] * pair.forced])


def _has_probabilities(found: WhatIf) -> bool:
    return any(place is not None and place.probability is not None for pair in found.pairs for place in _both(pair))


def _both(pair: Pair) -> tuple[Written | None, Written | None]:
    return pair.was, pair.now


def _lines(found: WhatIf, width: int) -> Iterator[str]:
    for sentence in verdict(found):
        yield from wrapped(sentence, width)
    yield ""
    cells = [[_cells(place) for place in _both(pair)] for pair in found.pairs]
    at = [cut(label(_at(pair)), MOST_TOKEN) for pair in found.pairs]
    margin = max(map(cell_len, at), default=0)
    widths = [max([3, *(cell_len(row[side][0]) for row in cells)]) for side in (0, 1)]
    chances = _has_probabilities(found)
    head = [
        f"{name:{wide}}" + ("       p" if chances else "") for name, wide in zip(("was", "now"), widths, strict=True)
    ]
    yield "step  " + (f"{'':{margin}}  " if margin else "") + "  ".join(head)
    for number, (pair, row, place) in enumerate(zip(found.pairs, cells, at, strict=True), 1):
        beside = f"{held(place)}{' ' * (margin - cell_len(place))}  " if margin else ""
        parts = [
            f"{held(text)}{' ' * (wide - cell_len(text))}" + (f" {chance:>7}" if chances else "")
            for (text, chance), wide in zip(row, widths, strict=True)
        ]
        said = became(pair)
        yield f"{number:>4}  {beside}{'  '.join(parts)}  {'' if said == 'same' else said}"


def _at(pair: Pair) -> str:
    return next((place.at for place in _both(pair) if place is not None), "")


def _cells(place: Written | None) -> tuple[str, str]:
    if place is None:
        return NOTHING, ""
    chance = "" if place.probability is None else percent(place.probability)
    return cut(label(place.token), MOST_TOKEN), chance


def _row(number: int, pair: Pair) -> str:
    at = _at(pair)
    shown = f" <bdi>{escape(label(at))}</bdi>" if at else ""
    cells = "".join(
        f'<td><bdi>{escape(text)}</bdi></td><td class="number">{escape(chance)}</td>'
        for text, chance in map(_cells, _both(pair))
    )
    kind = ' class="differ"' if pair.difference in ("other", "new", "gone") else ""
    return f'<tr{kind}><th scope="row">{number}{shown}</th>{cells}<td>{escape(became(pair))}</td></tr>\n'
