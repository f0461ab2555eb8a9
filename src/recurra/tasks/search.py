"""A recorded search as plain data: tokens as a reader sees them, and the text of every output."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recurra.decoding import Recorded
from recurra.tracing import SearchNode, SearchOutput, SearchTree


def search_tree(
    recorded: Recorded, token: Callable[[int], str], texts: Sequence[str], notes: Sequence[str] = ()
) -> SearchTree:
    """The record of a search, of which no more is kept than can be looked at.

    Args:
        token: how a token is shown.
        texts: of the outputs, in their order.
        notes: what a reader has to know of this search.
    """
    tree = recorded.tree
    ranks = {(*one.tokens, one.finished): rank for rank, one in reversed(list(enumerate(recorded.found, 1)))}
    nodes = [SearchNode(None if node.parent < 0 else node.parent, node.step, token(node.token), *node[3:])
             for node in tree.nodes]  # fmt: skip
    leaves = tree.leaves(recorded.outputs)
    outputs = [
        SearchOutput(leaf, text, one.log_prob, one.score, one.finished, ranks[(*one.tokens, one.finished)])
        for one, leaf, text in zip(recorded.outputs, leaves, texts, strict=True)
    ]
    return SearchTree(tree.method, tree.width, nodes, outputs, tree.proven, tree.end, list(notes)).bounded()
