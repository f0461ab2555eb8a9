"""A recorded search as plain data: tokens as a reader sees them, and the text of every output."""

from __future__ import annotations

from collections.abc import Callable

from recurra.decoding import Hypothesis, SearchRecord
from recurra.text.counted import counted
from recurra.text.special import GO, SPECIAL_TOKENS
from recurra.tracing import SearchNode, SearchOutput, SearchTree
from recurra.views import search_html, search_lines


class ShownSearch(SearchTree):
    """A search that shows itself: printed as lines, in a notebook as a picture."""

    def __repr__(self) -> str:
        outputs = ", ".join(repr(output.text) for output in self.outputs[:3])
        return f"<recurra.SearchTree ({self.method}) of {counted(len(self.nodes), 'hypothesis')}, to {outputs}>"

    def __str__(self) -> str:
        return "\n".join(search_lines(self))

    def _repr_html_(self) -> str:
        return search_html(self)


def shown_search(recorded: SearchRecord, token: Callable[[int], str], text: Callable[[Hypothesis], str]) -> ShownSearch:
    """The record of a search, bounded to what can be shown.

    Args:
        token: how a token is shown.
        text: that of an output.
    """
    tree = recorded.tree
    ranks = {(*one.tokens, one.finished): rank for rank, one in reversed(list(enumerate(recorded.found, 1)))}
    root, *others = tree.nodes
    nodes = [SearchNode(None, 0, SPECIAL_TOKENS[GO], 0.0, 0.0, root.fate)]
    nodes += [SearchNode(node.parent, node.step, token(node.token), *node[3:]) for node in others]
    outputs = [
        SearchOutput(leaf, text(one), one.log_prob, one.score, one.finished, ranks[(*one.tokens, one.finished)])
        for one, leaf in zip(recorded.outputs, tree.leaves(recorded.outputs), strict=True)
    ]
    notes = list(recorded.notes)
    found = ShownSearch(tree.method, tree.width, nodes, outputs, tree.proven, tree.end, notes)
    return found.bounded()
