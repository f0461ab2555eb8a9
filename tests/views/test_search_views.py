"""A search in the terminal and as a picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from recurra.tracing import SearchNode, SearchOutput, SearchTree
from recurra.views import SearchView, search_html, search_lines, search_svg

ROOT = SearchNode(None, 0, "<GO>", 0.0, 0.0, "kept")
TREE = SearchTree(
    "beam",
    2,
    [
        ROOT,
        SearchNode(0, 1, "a", -0.1, -0.1, "kept"),
        SearchNode(0, 1, "b", -2.5, -2.5, "kept"),
        SearchNode(0, 1, "c", -4.0, -4.0, "pruned"),
        SearchNode(0, 1, "<UNK>", -3.0, -3.0, "forbidden"),
        SearchNode(1, 2, "d", -0.1, -0.2, "kept"),
        SearchNode(2, 2, "e", -0.1, -2.6, "kept"),
        SearchNode(1, 2, "f", -8.0, -8.1, "pruned"),
        SearchNode(5, 3, "<EOS>", -0.01, -0.21, "finished", -0.2),
        SearchNode(6, 3, "<EOS>", -0.5, -3.1, "finished", -2.0),
    ],
    [SearchOutput(8, "ad", -0.21, -0.2, True, 1), SearchOutput(9, "be", -3.1, -2.0, True, 2)],
    end="enough",
)


def path_of(steps: int, token: str = "x") -> SearchTree:
    """Greedy search of so many steps, the tenth and the fiftieth of which were not sure."""
    nodes = [ROOT]
    for step in range(1, steps + 1):
        log_prob = -2.0 if step in (10, 50) else -0.01
        nodes += [
            SearchNode(max(0, len(nodes) - 2), step, token, log_prob, -step, "kept"),
            SearchNode(max(0, len(nodes) - 2), step, "y", -6.0, -step - 6, "pruned"),
        ]
    return SearchTree("greedy", 1, nodes, [SearchOutput(len(nodes) - 2, token * steps, -steps, -1.0, False, 1)])


def test_the_answer_goes_down_and_what_left_it_is_said_beside_it() -> None:
    assert search_lines(TREE, 100) == [
        "Beam search, 2 wide.",
        "3 steps, 9 hypotheses considered, 6 kept or finished. It ended when as many outputs had finished as",
        "the beam is wide, and the best way to go on was to stop.",
        "",
        "step  token       p",
        "   1  a       90.5%   pruned: c 1.8%; forbidden: <UNK> 5.0%",
        "      └ be<EOS>   8.2%   output 2",
        "   2  d       90.5%   pruned: f <0.1%",
        "   3  <EOS>   99.0%",
        "",
        "output    score  log-prob  text",
        "     1    -0.20     -0.21  ad",
        "     2    -2.00     -3.10  be",
    ]


def test_a_proof_and_what_is_left_out_are_said() -> None:
    found = "\n".join(search_lines(replace(TREE, proven=True, left_out=1234, notes=["reranked"]), 200))
    assert "The greedy output is proven to be the best: no beam was needed." in found
    assert "1,243 hypotheses considered" in found
    assert "Left out here: the 1,234 least probable hypotheses." in found
    assert "reranked" in found


@pytest.mark.parametrize("width", [36, 40, 60, 100])
def test_lines_keep_to_the_width(width: int) -> None:
    for tree in (TREE, path_of(5, "überschrift"), path_of(100)):
        lines = search_lines(tree, width)
        assert max(map(cell_len, lines)) <= width
        assert any(re.search("not taken|pruned|other", line) for line in lines if re.match(r" *1  ", line))


def test_of_what_has_no_room_the_number_is_said() -> None:
    many = [SearchNode(0, 1, f"word{k}", -5.0, -5.0, "pruned") for k in range(9)]
    tree = replace(TREE, nodes=[*TREE.nodes, *many])
    first = {width: next(line for line in search_lines(tree, width) if line.startswith("   1")) for width in (32, 60)}
    assert first[60] == "   1  a       90.5%   pruned: c 1.8%, word0 0.7%, 9 more"
    assert first[32] == "   1  a       90.5%   11 others"


def test_of_a_long_search_the_ends_and_the_least_sure_steps_are_shown() -> None:
    lines = search_lines(path_of(200), 80)
    shown = [int(line[:4]) for line in lines if re.match(r" *\d+  x", line)]
    assert len(shown) == 40
    assert set(range(1, 17)) | {50} | set(range(193, 201)) <= set(shown)
    gaps = [re.search(r"… +steps? (\d+)(?: to (\d+))?, p from ", line) for line in lines]
    assert sum(int(gap[2] or gap[1]) - int(gap[1]) + 1 for gap in gaps if gap) + len(shown) == 200


def test_samples_show_with_what_chance_they_were_drawn() -> None:
    nodes = [
        ROOT,
        SearchNode(0, 1, "a", -0.7, -0.7, "cut", -0.7, 0.8),
        SearchNode(0, 1, "b", -1.2, -1.2, "pruned", None, 0.2),
        SearchNode(0, 1, "c", -3.0, -3.0, "pruned", None, 0.0),
    ]
    outputs = [SearchOutput(1, "a", -0.7, -0.7, False, 1), SearchOutput(1, "a", -0.7, -0.7, False, 2)]
    found = search_lines(SearchTree("sampling", 2, nodes, outputs), 100)
    assert "   1  a       49.7%  80.0%   not drawn: b 30.1%; left out: c 5.0%" in found
    assert "the answer (and 2), cut at the greatest length" in search_html(SearchTree("sampling", 2, nodes, outputs))


def test_a_console_prints_the_same_lines() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(SearchView(TREE))
    assert console.export_text().rstrip().splitlines() == search_lines(TREE, 80)


@pytest.mark.parametrize("tree", [TREE, path_of(120)])
def test_the_picture_has_every_node_with_its_title_and_no_two_on_one_place(tree: SearchTree) -> None:
    root = ET.fromstring(search_svg(tree))
    groups = list(root.iter("g"))
    assert len(groups) == len(tree.nodes)
    assert len(list(root.iter("path"))) == len(tree.nodes) - 1
    assert all(one.findtext("title") for one in groups)
    boxes = [one.find("rect").attrib for one in groups]  # pyright: ignore[reportOptionalMemberAccess]
    assert len({(box["x"], box["y"]) for box in boxes}) == len(boxes)
    answer = [one for one in groups if one.get("class") == "answer"]
    assert len(answer) == len(tree.path(tree.outputs[0].node))
    assert len({one.find("rect").get("y") for one in answer}) == 1  # pyright: ignore[reportOptionalMemberAccess]


def test_a_title_says_all_of_a_node() -> None:
    svg = search_svg(TREE)
    assert "<title>step 3: be&lt;EOS&gt;; p 60.7%; log-probability of all -3.100; score -2.000; output 2</title>" in svg
    assert "<title>step 1: c; p 1.8%; log-probability of all -4.000; pruned</title>" in svg


def test_the_title_of_a_late_node_has_the_last_tokens_before_it() -> None:
    svg = search_svg(path_of(150))
    assert f"<title>step 100: {'x' * 100};" in svg
    assert f"<title>step 101: (the last 100 tokens) {'x' * 100};" in svg


def test_html_escapes_and_has_a_table_for_who_reads() -> None:
    nodes = [ROOT, SearchNode(0, 1, "<b>", -0.1, -0.1, "cut"), SearchNode(0, 1, "\n", -3.0, -3.0, "pruned")]
    html = search_html(SearchTree("greedy", 1, nodes, [SearchOutput(1, "<b>", -0.1, -0.1, False, 1)]))
    assert "<b>" not in html
    assert "<li><bdi>⏎</bdi> 5.0%, not taken</li>" in html
    assert "<summary>The same as a table</summary>" in html
    assert "http" not in html


def test_a_long_search_is_drawn_in_part_which_is_said() -> None:
    html = search_html(path_of(1000))
    assert re.search(r"The picture leaves out [\d,]+ hypotheses", html)
    assert html.count("<rect") <= 1500
