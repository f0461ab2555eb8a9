"""The records refuse what does not fit together, and come through JSON unchanged."""

from __future__ import annotations

import dataclasses
import json

import pytest

from recurra.errors import UsageError
from recurra.tracing import AttentionMap, LayerTrace, Trace

LAYER = LayerTrace("encoder.0", ["a", "b"], {"forget": [[0.1, 0.9], [0.5, 0.5]]}, {"hidden": [[0.0, -1.0], [1.0, 0.0]]})


def trace(**changes: object) -> Trace:
    attention = AttentionMap(["a", "b"], ["x"], [[0.25, 0.75]])
    fields: dict[str, object] = {
        "source": "ab",
        "prediction": "x",
        "source_tokens": ["a", "b"],
        "target_tokens": ["x"],
        "attention": attention,
        "layers": [LAYER],
    }
    return Trace(**(fields | changes))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([], "has 0 rows for 1 tokens"),
        ([[0.5, 0.5], [0.5, 0.5]], "has 2 rows for 1 tokens"),
        ([[1.0]], "row 0 of the attention has 1 numbers, expected 2"),
        ([[0.5, float("nan")]], "row 0 of the attention has a number that is not finite"),
        ([[float("inf"), 0.0]], "not finite"),
    ],
)
def test_an_attention_map_has_a_row_per_target_token_and_a_number_per_source_token(
    weights: list[list[float]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        AttentionMap(["a", "b"], ["x"], weights)


def test_an_output_without_tokens_has_an_empty_map() -> None:
    assert AttentionMap(["a"], [], []).weights == []
    assert AttentionMap([], ["x"], [[]]).weights == [[]]


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ({"update": [[0.5, 0.5]]}, "gate 'update' of layer 'decoder' has 1 rows for 2 tokens"),
        ({"update": [[0.5, 0.5], [0.5]]}, "row 1 of gate 'update' of layer 'decoder' has 1 numbers, expected 2"),
    ],
)
def test_a_layer_has_a_row_per_token_and_rows_of_one_width(gates: dict[str, list[list[float]]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        LayerTrace("decoder", ["a", "b"], gates, {})
    with pytest.raises(UsageError, match=message.replace("gate", "state")):
        LayerTrace("decoder", ["a", "b"], {}, gates)


def test_a_trace_refuses_the_attention_of_another_sentence() -> None:
    with pytest.raises(UsageError, match="the attention of the trace has 1 rows for 2 tokens"):
        trace(target_tokens=["x", "y"])
    with pytest.raises(UsageError, match="has 2 numbers, expected 1"):
        trace(source_tokens=["a"])


def test_a_trace_is_plain_data() -> None:
    mapping = json.loads(trace(source="日", layers=[LAYER]).to_json())
    assert mapping == trace(source="日").to_mapping()
    assert mapping["attention"]["weights"] == [[0.25, 0.75]]
    assert mapping["layers"][0]["gates"]["forget"] == [[0.1, 0.9], [0.5, 0.5]]
    assert "日" in trace(source="日").to_json()


def test_a_model_without_attention_has_a_trace_too() -> None:
    assert trace(attention=None).to_mapping()["attention"] is None


def test_records_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace().source = "other"  # pyright: ignore[reportAttributeAccessIssue]


def test_parts_of_several_tokens_are_one_place() -> None:
    weights = [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    found = AttentionMap.of_parts([("ab", 2), ("c", 1)], [("x", 1), ("yz", 2)], weights)
    assert (found.source_tokens, found.target_tokens) == (["ab", "c"], ["x", "yz"])
    assert found.weights == [[0.75, 0.25], [0.5, 0.5]]
    assert AttentionMap.of_parts([("a", 1)], [("x", 1)], [[1.0]]) == AttentionMap(["a"], ["x"], [[1.0]])
