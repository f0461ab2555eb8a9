"""The record of a search: it refuses what is no tree, comes through JSON unchanged, and has bounds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from recurra.errors import UsageError
from recurra.tracing import SearchNode, SearchOutput, SearchTree, children_of

ROOT = SearchNode(None, 0, "<GO>", 0.0, 0.0, "kept")


def comb(steps: int, width: int) -> SearchTree:
    """At every step `width` tokens, the first of which is gone on with; the last is an output."""
    nodes, parent = [ROOT], 0
    for step in range(1, steps + 1):
        first = len(nodes)
        nodes += [
            SearchNode(parent, step, f"{step}.{k}", -1.0 - k, -step - k, "pruned" if k else "kept")
            for k in range(width)
        ]
        parent = first
    return SearchTree("beam", width, nodes, [SearchOutput(parent, "text", -steps, -1.0, True, 1)], end="limit")


def test_a_child_stands_behind_its_parent() -> None:
    for parent in (None, 1, 5, -1):
        with pytest.raises(UsageError, match=r"node 1 of the search has the parent"):
            SearchTree("beam", 1, [ROOT, SearchNode(parent, 1, "a", 0.0, 0.0, "kept")], [])
    with pytest.raises(UsageError, match="ends in node 3 of 1"):
        SearchTree("beam", 1, [ROOT], [SearchOutput(3, "", 0.0, 0.0, True, 1)])


def test_it_comes_through_json_unchanged() -> None:
    tree = replace(comb(3, 2), notes=["said"], proven=True, left_out=4)
    assert SearchTree.of_mapping(json.loads(json.dumps(tree.to_mapping()))) == tree


def test_paths_and_children() -> None:
    tree = comb(3, 2)
    assert [tree.nodes[k].token for k in tree.path(tree.outputs[0].node)] == ["1.0", "2.0", "3.0"]
    assert tree.path(0) == []
    assert children_of(tree.nodes)[:2] == [[1, 2], [3, 4]]


def test_what_is_left_out_is_the_least_probable_and_is_counted() -> None:
    tree = comb(50, 10)
    found = tree.bounded(200)
    assert 150 < len(found.nodes) <= 200
    assert found.left_out == len(tree.nodes) - len(found.nodes)
    assert [found.nodes[k].token for k in found.path(found.outputs[0].node)] == [f"{k}.0" for k in range(1, 51)]
    assert {node.token.split(".")[1] for node in found.nodes[1:]} == {"0", "1", "2"}
    assert tree.bounded(501) is tree
    assert found.bounded(100).left_out == len(tree.nodes) - len(found.bounded(100).nodes)


def test_the_way_to_the_answer_is_whole_and_further_outputs_are_counted() -> None:
    tree = comb(50, 1)
    second = replace(tree.outputs[0], node=49, text="other")
    nodes = [
        *tree.nodes,
        *(SearchNode(0 if k == 51 else k - 1, k - 50, "x", -1.0, -1.0, "kept") for k in range(51, 101)),
    ]
    both = SearchTree("beam", 2, nodes, [tree.outputs[0], replace(second, node=100)])
    found = both.bounded(40)
    assert len(found.nodes) == 51
    assert (len(found.outputs), found.outputs_left_out, found.left_out) == (1, 1, 50)
