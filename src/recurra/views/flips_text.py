"""The smallest changes that another answer follows from, as lines."""

from __future__ import annotations

from recurra.text.counted import counted
from recurra.tracing.flips import Flips
from recurra.views.search_shape import shown_text


def flip_lines(found: Flips) -> list[str]:
    """What was looked for, what was found, and how much was tried."""
    lines = [f'The answer to "{shown_text(found.source)}" is "{shown_text(found.answer)}". Looked for: {found.wanted}.']
    for one in found.found:
        edits = " and ".join(edit.words() for edit in one.edits)
        lines.append(f'  {edits}: "{shown_text(one.given)}" gives "{shown_text(one.answer)}"')
    if found.left_out:
        lines.append(f"  and {counted(found.left_out, 'more change')} of as many tokens")
    tried = f"{found.singles:,} of {counted(found.possible, 'input')} with one token changed"
    if found.doubles:
        tried += f" and {found.doubles:,} with two"
    lines.append(f"Tried: {tried}, those first of which the gradient expects most.")
    return lines if found.found else [lines[0], f"None was found. {lines[-1]}"]
