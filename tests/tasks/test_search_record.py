"""Recorded searches as plain data, of every task that searches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_answers import check
from toy_tasks import TOYS, network, predictor

from recurra.decoding import Hypothesis, SearchRecord, Tree
from recurra.decoding.recorded import Node
from recurra.tasks import TASKS
from recurra.tasks.search import ShownSearch, shown_search
from recurra.tasks.task import Generates, Searches
from recurra.tasks.tracing import traced
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
    recorded = SearchRecord(reranked, [first, second], Tree("beam", 2, nodes, end="enough"), ("reranked",))
    found = shown_search(recorded, lambda token: f"t{token}", lambda one: "ab"[one.tokens[0] - 7])
    assert [(one.node, one.text, one.score, one.found) for one in found.outputs] == [
        (4, "b", -0.2, 2),
        (3, "a", -0.5, 1),
    ]
    assert [node.token for node in found.nodes] == ["<GO>", "t7", "t8", "t3", "t3"]
    assert [node.parent for node in found.nodes] == [None, 0, 0, 1, 2]
    assert (found.end, found.notes, found.nodes[3].score) == ("enough", ["reranked"], -0.5)


WAYS: list[tuple[str, dict[str, object]]] = [
    *((task, {"beam": 4}) for task in ("translate", "chat", "caption")),
    *((task, {"beam": 4, "nbest": 3, "min_length": 2}) for task in ("translate", "chat", "caption")),
    *((task, {"beam": 1}) for task in ("translate", "chat", "caption")),
    *((task, {"sample": True, "nbest": 3, "top_k": 2}) for task in ("translate", "chat", "caption")),
    ("chat", {"beam": 4, "nbest": 3, "anti_lm": 0.9}),
    ("chat", {"beam": 4, "nbest": 2, "anti_lm": 0.5, "diversity": 0.7}),
    ("language-model", {"beam": 3, "samples": 2, "length": 6}),
    ("language-model", {"samples": 2, "length": 6}),
]


@pytest.mark.parametrize(("task", "settings"), WAYS)
@pytest.mark.parametrize("members", [1, 2])
def test_what_is_searched_is_what_is_answered(task: str, settings: dict[str, object], members: int) -> None:
    networks = [network(task, seed=k + 1) for k in range(members)]
    asked: Any = predictor(task, *networks)
    section = "generation" if task == "language-model" else "decoding"
    recipe = networks[0].recipe.with_settings({f"{section}.{name}": value for name, value in settings.items()})
    options: Any = getattr(recipe, section)
    for given in TOYS[task].inputs:
        answer = next(asked.generate([given], options) if task == "language-model" else asked.predict([given], options))
        found: ShownSearch = asked.searched(given, options)
        assert [one.text for one in found.outputs] == [one.text for one in answer.alternatives]
        assert [one.log_prob for one in found.outputs] == [one.log_prob for one in answer.alternatives]
        assert [one.finished for one in found.outputs] == [one.finished for one in answer.alternatives]
        check(found.to_mapping(), "search.schema.json")
        assert type(found).of_mapping(found.to_mapping()) == found


def test_tasks_that_write_are_those_that_search() -> None:
    found = {task for task in TASKS if isinstance(predictor(task), Searches)}
    assert found == {"translate", "chat", "caption", "language-model"}
    assert {task for task in found if isinstance(predictor(task), Generates)} == {"language-model"}


def test_what_was_copied_stands_in_the_text() -> None:
    made = network("translate", settings={"model.copy": True})
    asked: Any = predictor("translate", made)
    for given in ("quiz", "red quiz"):
        options = made.recipe.with_settings({"decoding.beam": 4, "decoding.nbest": 4}).decoding
        (answer,) = asked.predict([given], options)
        assert [one.text for one in asked.searched(given, options).outputs] == [one.text for one in answer.alternatives]


def test_running_text_shows_the_ends_of_its_lines() -> None:
    made = network("language-model", settings={"data.form": "running"}, rows=["a", "b", "ab", ""] * 9)
    asked: Any = predictor("language-model", made)
    options = made.recipe.with_settings({"generation.length": 12, "generation.samples": 3}).generation
    found = asked.searched("a", options)
    (answer,) = asked.generate(["a"], options)
    assert [one.text for one in found.outputs] == [one.text for one in answer.alternatives]
    assert found.nodes[0].token == "<GO>"
    assert "\n" in {node.token for node in found.nodes}


def test_it_shows_itself() -> None:
    made = network("translate")
    asked: Any = predictor("translate", made)
    found = asked.searched("red", made.recipe.with_settings({"decoding.beam": 3}).decoding)
    assert str(found).startswith("Beam search, 3 wide.")
    assert repr(found).startswith(f"<recurra.SearchTree (beam) of {len(found.nodes)} hypotheses, to ")
    assert "<svg" in found._repr_html_()
    for count, outputs in ((2, "'a', 'b'"), (3, "'a', 'b', 'c'"), (4, "'a', 'b', 'c'")):
        named = [replace(found.outputs[0], text=text) for text in "abcd"[:count]]
        shown = repr(replace(found, outputs=named))
        assert shown == f"<recurra.SearchTree (beam) of {len(found.nodes)} hypotheses, to {outputs}>"


@pytest.mark.parametrize("task", ["translate", "chat", "caption"])
def test_a_trace_has_the_search_for_its_prediction(task: str) -> None:
    made = network(task)
    asking: Any = predictor(task, made)
    given = TOYS[task].inputs[0]
    options = made.recipe.with_settings({"decoding.beam": 3, "decoding.nbest": 2}).decoding
    trace = traced(asking.ask(given, options), task)
    assert trace.search == asking.searched(given, options)
    assert trace.search is not None
    assert trace.search.outputs[0].text == trace.prediction
    path = [trace.search.nodes[k].token for k in trace.search.path(trace.search.outputs[0].node)]
    assert path == [decision.token for decision in trace.decisions][: len(path)]
    sampled = made.recipe.with_settings({"decoding.sample": True, "decoding.nbest": 9}).decoding
    assert traced(asking.ask(given, sampled), task).search.method == "sampling"
    target = trace.search.outputs[1].text or "red"
    assert traced(asking.ask(given, options, target), task).search == trace.search


@pytest.mark.parametrize("task", ["classify", "tag", "forecast", "regress", "language-model"])
def test_what_is_not_searched_for_has_none(task: str) -> None:
    made = network(task)
    asking: Any = predictor(task, made)
    assert traced(asking.ask(TOYS[task].inputs[0], made.recipe.decoding), task).search is None
