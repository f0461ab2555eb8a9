"""Recorded searches as plain data."""

from __future__ import annotations

from recurra.decoding import Hypothesis, Recorded, Tree
from recurra.decoding.recorded import Node
from recurra.tasks.search import search_tree
from recurra.text.special import EOS, GO


def test_outputs_end_in_their_nodes_and_keep_the_rank_that_they_were_found_with() -> None:
    nodes = [
        Node(-1, 0, GO, 0.0, 0.0, "kept"),
        Node(0, 1, 7, -0.5, -0.5, "kept"),
        Node(0, 1, 8, -1.0, -1.0, "kept"),
        Node(1, 2, EOS, -0.1, -0.6, "finished", -0.5),
        Node(2, 2, EOS, -0.1, -1.1, "finished", -0.9),
    ]
    first, second = Hypothesis([7], -0.6, -0.5, True), Hypothesis([8], -1.1, -0.9, True)
    reranked = [Hypothesis([8], -1.1, -0.2, True), Hypothesis([7], -0.6, -0.5, True)]
    recorded = Recorded(reranked, [first, second], Tree("beam", 2, nodes, end="enough"))
    found = search_tree(recorded, lambda token: f"t{token}", ["b", "a"], ["reranked"])
    assert [(one.node, one.text, one.score, one.found) for one in found.outputs] == [
        (4, "b", -0.2, 2),
        (3, "a", -0.5, 1),
    ]
    assert [node.token for node in found.nodes] == ["t2", "t7", "t8", "t3", "t3"]
    assert [node.parent for node in found.nodes] == [None, 0, 0, 1, 2]
    assert (found.end, found.notes, found.nodes[3].score) == ("enough", ["reranked"], -0.5)
