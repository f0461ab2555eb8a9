"""The decisions of an output in the terminal: what stands at each place, how sure the network was, what else could.

token      probability  rank  bits  instead
1               95.7 %     1  0.42  0 0.4 %, 3 0.4 %
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.tracing import Decision
from recurra.views.tokens import held, label

MOST = 60  # decisions
NAME = 16  # cells of the widest token
INSTEAD = 3  # runners-up


def decision_lines(decisions: Sequence[Decision]) -> list[str]:
    """Plain lines; nothing of an output without decisions."""
    return list(_lines(decisions)) if decisions else []


def _lines(decisions: Sequence[Decision]) -> Iterator[str]:
    names = [label(decision.token) for decision in decisions]
    width = max(5, min(NAME, max(map(cell_len, names))))
    losses = any(decision.loss is not None for decision in decisions)
    copies = any(decision.copied is not None for decision in decisions)
    head = [set_cell_size("token", width), "probability", "rank", " bits"]
    head += [" loss"] if losses else []
    head += ["copied"] if copies else []
    yield "  ".join([*head, "instead"])
    for name, decision in list(zip(names, decisions, strict=True))[:MOST]:
        cells = [held(set_cell_size(name, width)), f"{percent(decision.probability):>11}", f"{decision.rank:>4}"]
        cells.append(f"{decision.entropy:5.2f}")
        if losses:
            cells.append("     " if decision.loss is None else f"{decision.loss:5.2f}")
        if copies:
            cells.append("      " if decision.copied is None else f"{percent(decision.copied):>6}")
        others = [(token, chance) for token, chance in decision.top if token != decision.token][:INSTEAD]
        instead = ", ".join(f"{label(token)} {percent(chance)}" for token, chance in others)
        yield "  ".join([*cells, instead]).rstrip()
    if len(decisions) > MOST:
        yield f"... and {counted(len(decisions) - MOST, 'more decision')}"
