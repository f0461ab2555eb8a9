"""The tree of a search as a reader follows it: from every hypothesis on along its best continuation, others beside it.

So the answer is one line from the root to its end, and what parted from it are branches, each a line of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.text.visible import visible
from recurra.tracing import SearchNode, SearchTree, children_of
from recurra.views.tokens import LINE_END, label

GONE = ("pruned", "too long", "forbidden")  # nothing comes after these
# Of what was considered and not gone on with: what it is called.
PRUNED = {"beam": "pruned", "greedy": "not taken", "sampling": "not drawn"}
ENDS = {
    "beaten": "It ended when no open hypothesis could score better",
    "enough": "It ended when as many outputs had finished as the beam is wide, and the best way to go on was to stop",
    "limit": "It ended at the greatest length allowed",
}
PROVEN = "The greedy output is proven to be the best: no beam was needed. This is what a beam considers."


class Shape:
    """Which child leads on, and what became of every hypothesis.

    Args:
        tree: of the search.
    """

    def __init__(self, tree: SearchTree) -> None:
        self.tree = tree
        self.nodes = tree.nodes
        self.children = children_of(tree.nodes)
        self.ranks: dict[int, list[int]] = {}  # of the outputs that end in a node, from 1
        for rank, output in enumerate(tree.outputs, 1):
            self.ranks.setdefault(output.node, []).append(rank)
        self.best = self._best()

    def _best(self) -> list[tuple[float, bool, int, float]]:
        """By what the children of a node are sorted: the best output under it, an end, how far it went, its total."""
        best: list[tuple[float, bool, int, float]] = []
        for number, node in enumerate(self.nodes):
            rank = min(self.ranks.get(number, [math.inf]))
            best.append((rank, node.fate not in ("finished", "stump"), -node.step, -node.total))
        for number in range(len(self.nodes) - 1, 0, -1):
            parent = self.nodes[number].parent
            if parent is not None and self.nodes[number].fate not in GONE:
                best[parent] = min(best[parent], best[number])
        return best

    def leading(self, number: int) -> int | None:
        """The child that went furthest; None where nothing was gone on with."""
        alive = [child for child in self.children[number] if self.nodes[child].fate not in GONE]
        return min(alive, key=lambda child: self.best[child], default=None)

    def line(self, number: int) -> list[int]:
        """A hypothesis and all that leads on from it, to its end."""
        found, at = [number], self.leading(number)
        while at is not None:
            found.append(at)
            at = self.leading(at)
        return found

    def beside(self, number: int) -> list[int]:
        """The siblings of a node, the most probable first."""
        parent = self.nodes[number].parent
        return [] if parent is None else [child for child in self.children[parent] if child != number]

    def fate(self, number: int) -> str:
        """What became of the hypothesis that ends in a node, in words."""
        node = self.nodes[number]
        if number in self.ranks:
            ranks = self.ranks[number]
            place = "the answer" if ranks[0] == 1 else f"output {ranks[0]}"
            more = f" (and {', '.join(map(str, ranks[1:]))})" if ranks[1:] else ""
            kind = {"stump": ", a stump", "cut": ", cut at the greatest length"}.get(node.fate, "")
            return f"{place}{more}{kind}"
        words = {
            "pruned": PRUNED[self.tree.method],
            "kept": f"dropped at step {node.step + 1}",
            "open": "open at the end",
            "cut": "cut at the greatest length",
            "too long": "longer than allowed",
            "forbidden": "forbidden by the options",
        }
        return words.get(node.fate, node.fate)


def summary(tree: SearchTree) -> list[str]:
    """What is said of a search, in sentences."""
    steps = max((node.step for node in tree.nodes if node.fate not in GONE), default=0)
    several = counted(tree.width, "sample")
    found = {
        "beam": f"Beam search, {tree.width} wide.",
        "greedy": "Greedy search: the most probable token at every step.",
        "sampling": f"{several[0].upper()}{several[1:]}: every token is drawn at random.",
    }[tree.method]
    lines = [found, PROVEN] if tree.proven else [found]
    considered = len(tree.nodes) - 1 + tree.left_out
    numbers = (
        f"{counted(steps, 'step')}, {considered:,} {'hypothesis' if considered == 1 else 'hypotheses'} considered."
    )
    if tree.end is not None:
        alive = sum(node.fate not in GONE for node in tree.nodes[1:])
        of_shown = " of those shown" if tree.left_out else ""
        numbers = f"{numbers[:-1]}, {alive:,}{of_shown} kept or finished. {ENDS[tree.end]}."
    lines += [numbers, *tree.notes]
    if tree.left_out:
        lines.append(f"Left out here: the {tree.left_out:,} least probable hypotheses.")
    if tree.outputs_left_out:
        lines.append(f"Left out here: {counted(tree.outputs_left_out, 'more output')}.")
    return lines


def probability(log_prob: float) -> str:
    """The probability in percent."""
    return percent(math.exp(min(log_prob, 0.0)))


def written(nodes: Sequence[SearchNode]) -> str:
    """Tokens one after the other: apart, unless they are single characters."""
    names = [label(node.token) for node in nodes]
    apart = any(len(one) > 1 for one in names if not _is_special(one))
    return (" " if apart else "").join(names)


def shown_text(text: str) -> str:
    """The text of an output, in one line."""
    return visible(text.replace("\n", LINE_END))


def _is_special(name: str) -> bool:
    return name.startswith("<") and name.endswith(">")
