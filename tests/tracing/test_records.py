"""The records refuse what does not fit together, and come through JSON unchanged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recurra.errors import DataError, UsageError
from recurra.tracing import (
    AttentionMap,
    Contrast,
    ContrastStep,
    Decision,
    GradientTrace,
    LayerTrace,
    Picture,
    SearchNode,
    SearchOutput,
    SearchTree,
    SeriesTrace,
    Trace,
)

FORGET, HIDDEN = (np.array(rows, np.float32) for rows in ([[0.1, 0.9], [0.5, 0.5]], [[0.0, -1.0], [1.0, 0.0]]))
LAYER = LayerTrace("encoder.0", ["a", "b"], {"forget": FORGET}, {"hidden": HIDDEN}, "LSTM", backward=True)


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
        ([], "has 0 rows for 1 token"),
        ([[0.5, 0.5], [0.5, 0.5]], "has 2 rows for 1 token"),
        ([[1.0]], "row 0 of the attention has 1 number, expected 2"),
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
    ("values", "message"),
    [
        (
            [[0.5, 0.5]],
            r"gate 'update' of layer 'decoder' has the shape \[1, 2\], expected one row for each of 2",
        ),
        ([0.5, 0.5], r"gate 'update' of layer 'decoder' has the shape \[2\]"),
        ([[0.5], [float("nan")]], "gate 'update' of layer 'decoder' has a number that is not finite"),
    ],
)
def test_a_layer_has_a_row_per_token_and_rows_of_one_width(values: object, message: str) -> None:
    gates = {"update": np.array(values, np.float32)}
    with pytest.raises(UsageError, match=message):
        LayerTrace("decoder", ["a", "b"], gates, {})
    with pytest.raises(UsageError, match=message.replace("gate", "state")):
        LayerTrace("decoder", ["a", "b"], {}, gates)


def test_a_layer_begins_from_a_state_that_it_has_after_its_steps_too() -> None:
    values = np.array([0.5, 0.25], np.float32)
    layer = dataclasses.replace(LAYER, before={"hidden": values}, activation="tanh")
    again = Trace.of_mapping(json.loads(trace(layers=[layer]).to_json())).layers[0]
    assert (again.before["hidden"].tolist(), again.activation) == ([0.5, 0.25], "tanh")
    for before, message in (
        ({"cell": values}, "state 'cell' before layer 'encoder.0' is one that the layer does not have"),
        ({"hidden": values[:1]}, r"has the shape \[1\], expected \[2\]"),
        ({"hidden": values * np.nan}, "has a number that is not finite"),
    ):
        with pytest.raises(UsageError, match=message):
            dataclasses.replace(LAYER, before=before)


def test_a_trace_refuses_the_attention_of_another_sentence() -> None:
    with pytest.raises(UsageError, match="the attention of the trace has 1 row for 2 tokens"):
        trace(target_tokens=["x", "y"])
    with pytest.raises(UsageError, match="has 2 numbers, expected 1"):
        trace(source_tokens=["a"])


def test_a_trace_is_plain_data() -> None:
    mapping = json.loads(trace(source="日", layers=[LAYER]).to_json())
    assert json.loads(json.dumps({**trace(source="日").to_mapping(), "layers": mapping["layers"]})) == mapping
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


def test_columns_keep_their_own_sums() -> None:
    columns = [("question", 1), ("context", 2)]
    found = AttentionMap.of_parts([("ab", 2), ("c", 1), ("d", 1)], [("x", 1)], [[0.4, 0.6, 0.3, 0.7]], None, columns)
    assert found.spans() == [("question", 0, 1), ("context", 1, 3)]
    assert AttentionMap.of_mapping(found.to_mapping()) == found
    with pytest.raises(UsageError, match="do not have its 3 source tokens"):
        dataclasses.replace(found, columns=columns[:1])
    assert AttentionMap(["a"], ["x"], [[1.0]]).spans() == [("", 0, 1)]


def whole(**changes: object) -> Trace:
    """A trace with everything in it."""
    rng = np.random.default_rng(0)
    picture = Picture(1, 2, 1, b"\x00\xff", 1, 2)
    attention = AttentionMap(["1.1", "1.2"], ["x"], [[0.25, 0.75]], picture)
    norms = {"encoder.0": (10.0 ** -rng.uniform(0, 30, (1, 2))).astype(np.float32)}
    vectors = {"encoder.0": rng.normal(size=(1, 2, 3)).astype(np.float32)}
    fields: dict[str, object] = {
        "source_tokens": ["1.1", "1.2"],
        "attention": attention,
        "task": "caption",
        "target": "x",
        "decisions": [Decision("x", 0.5, 1, 1.0, [("x", 0.5), ("\u0000null", 0.5)], 0.69, 0.1)],
        "gradients": GradientTrace([0], ["x"], norms, vectors),
        "members": [trace()],
        "notes": ["a note"],
        "search": SearchTree(
            "greedy",
            1,
            [SearchNode(None, 0, "<GO>", 0.0, 0.0, "kept"), SearchNode(0, 1, "x", -0.5, -0.5, "cut", -0.5)],
            [SearchOutput(1, "x", -0.5, -0.5, False, 1)],
        ),
        "series": [SeriesTrace("a", [1.0, None], [2.0], [1.5], [2.5])],
        "contrast": Contrast("source", "x", "y", True, [ContrastStep("x", "y", -0.5, -1.5)]),
    }
    return trace(**(fields | changes))


@pytest.mark.parametrize("ending", [".json", ".npz"])
@pytest.mark.parametrize("made", [trace, whole])
def test_a_trace_is_saved_and_read_again(tmp_path: Path, made: Callable[[], Trace], ending: str) -> None:
    path = tmp_path / f"trace{ending}"
    made().save(path)
    found = Trace.load(path)
    assert found == made()
    assert found.attention == made().attention
    assert found.decisions == made().decisions
    assert found.search == made().search
    assert found.series == made().series
    if ending == ".npz" and found.gradients is not None:
        assert np.array_equal(found.gradients.norms["encoder.0"], whole().gradients.norms["encoder.0"])  # type: ignore[union-attr]


def test_a_series_has_bounds_for_every_step() -> None:
    with pytest.raises(UsageError, match="'a' has 1 median and other numbers"):
        SeriesTrace("a", [1.0], [2.0], [1.5], [])


def test_traces_that_differ_in_a_gate_are_not_equal() -> None:
    other = dataclasses.replace(LAYER, gates={"forget": FORGET + 0.01})
    assert trace(layers=[LAYER]) != trace(layers=[other])
    assert trace(layers=[LAYER]) == trace(layers=[dataclasses.replace(LAYER)])


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"PK\x03\x04", b'{"task": 3}'])
@pytest.mark.parametrize("ending", [".json", ".npz"])
def test_what_is_no_trace_is_refused(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"other{ending}"
    path.write_bytes(content)
    with pytest.raises(DataError):
        Trace.load(path)
    with pytest.raises(DataError, match="cannot be read"):
        Trace.load(tmp_path / f"missing{ending}")
    with pytest.raises(UsageError, match=r"expected a name that ends in \.json or \.npz"):
        trace().save(tmp_path / "trace.txt")


@pytest.mark.slow
def test_a_trace_of_200_tokens_in_512_units_stays_under_20_megabytes() -> None:
    rng = np.random.default_rng(0)
    names = ("input", "forget", "candidate", "output")
    gates = {name: rng.uniform(-1, 1, (200, 512)).astype(np.float32) for name in names}
    states = {name: rng.normal(size=(200, 512)).astype(np.float32) for name in ("hidden", "cell")}
    layers = [LayerTrace(f"layers.{k}", ["x"] * 200, gates, states, "LSTM") for k in range(4)]
    pieces = list(trace(layers=layers).json_pieces())
    assert sum(map(len, pieces)) < 20_000_000
    assert max(map(len, pieces)) < 10_000  # no piece holds more than a step
