"""Gates and states in the terminal: each bar stands under its token and is the mean of the trace, at any width."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from attention_maps import SOURCES
from cell_traces import KINDS, trace_of
from rich.cells import cell_len
from rich.console import Console

from recurra.tracing import LayerTrace
from recurra.views import GatesView, gates_lines, trace_lines
from recurra.views.gates_text import BARS, bar, liveliest

TOKENS = list("abcd")


def layer(hidden: object, gate: object = None, tokens: list[str] | None = None) -> LayerTrace:
    states = {"hidden": np.asarray(hidden, np.float32)}
    gates = {} if gate is None else {"update": np.asarray(gate, np.float32)}
    return LayerTrace("encoder", tokens or TOKENS[: len(states["hidden"])], gates, states, "GRU")


def test_bars_are_means_and_shares_are_counted() -> None:
    gate = [[0.0, 0.05, 0.0, 0.0], [0.95, 1.0, 1.0, 1.0], [0.5, 0.5, 0.25, 0.75], [0.05, 0.2, 0.3, 0.2]]
    lines = gates_lines([layer([[-1.0, 1, 0, 0]] * 4, gate)], 80, units=0)
    assert lines[:4] == [
        "encoder: GRU, 4 units",
        "        abcd    mean  < 0.1  > 0.9",
        "update  ▁█▅▂    0.42    31%    25%",
        "hidden  ▅▅▅▅    0.00    25%    25%",  # of numbers with a sign, the mean of their sizes
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_gate_and_state_of_both_directions_has_its_line(kind: str) -> None:
    trace = trace_of(kind, TOKENS, units=9)
    lines = gates_lines(trace.layers, 100, units=2)
    at = 0
    for one in trace.layers:
        assert lines[at].startswith(f"{one.name}: {one.cell}, 9 units")
        assert lines[at].endswith("from the last token to the first") is one.backward
        for name, values in {**one.gates, **one.states}.items():
            row = next(line for line in lines[at:] if line.startswith(f"{name} "))
            full = max(1.0, float(np.abs(values).max()))
            assert row.split()[1] == "".join(bar(size, full, signed=False) for size in np.abs(values).mean(1))
        for unit in liveliest(one.states["hidden"], 2):
            row = next(line for line in lines[at:] if line.startswith(f"unit {unit} "))
            full = max(1.0, float(np.abs(one.states["hidden"]).max()))
            assert row.split()[2] == "".join(bar(value, full, signed=True) for value in one.states["hidden"][:, unit])
        at = lines.index("", at) + 1


def test_the_units_that_change_most_come_first() -> None:
    states = np.array([[0, 1, 0.5], [0, -1, -0.5], [0.1, 1, 0.5]], np.float32)
    assert liveliest(states, 2) == [1, 2]
    assert liveliest(states, 9) == [1, 2, 0]


def test_bars_go_from_the_lowest_to_the_highest() -> None:
    assert [bar(k / 7, 1.0, signed=False) for k in range(8)] == list(BARS)
    assert [bar(value, 2.0, signed=True) for value in (-2.0, 0.0, 2.0)] == ["▁", "▅", "█"]


@pytest.mark.parametrize("width", [32, 40, 80])
@pytest.mark.parametrize("script", SOURCES)
def test_a_bar_stands_under_its_token_in_every_script(script: str, width: int) -> None:
    tokens = SOURCES[script] * 3
    hidden = np.zeros((len(tokens), 2), np.float32)
    lines = gates_lines([layer(hidden, hidden, tokens)], width, units=1)
    assert max(map(cell_len, lines)) <= width
    header, row = lines[1].replace("\u200e", ""), lines[2]
    assert cell_len(header.split("  mean")[0].rstrip()) == cell_len(row.split("  0.00")[0].rstrip())
    starts = [cell_len(row[:k]) for k in range(8, len(row)) if row[k] == "▁" and row[k - 1] == " "]
    shown = [cell_len(header[:k]) for k in range(8, len(header)) if header[k] != " " and header[k - 1] == " "]
    assert starts == shown[: len(starts)]


def test_what_does_not_fit_goes_on_below_and_what_is_left_out_is_said() -> None:
    lines = gates_lines([layer(np.zeros((300, 1)), tokens=["w"] * 300)], 60, units=0)
    assert sum(line.count("▁") for line in lines if line.startswith("hidden")) == 240
    assert "left out: 60 tokens" in lines


def test_layers_without_steps_or_units() -> None:
    windows = LayerTrace("windows", [], {}, {"width 3": np.zeros((0, 4), np.float32)})
    assert gates_lines([windows])[0] == "windows: 4 units; no tokens"
    assert gates_lines([]) == []


def test_rich_prints_the_same_text() -> None:
    trace = trace_of("lstm", TOKENS)
    console = Console(file=io.StringIO(), width=72)
    console.print(GatesView(trace.layers))
    assert isinstance(console.file, io.StringIO)
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == gates_lines(trace.layers, 72)


def test_a_trace_in_the_terminal_ends_with_its_gates() -> None:
    trace = trace_of("gru", TOKENS)
    lines = trace_lines(trace, 90)
    assert lines[lines.index("Gates and states") + 1 :] == gates_lines(trace.layers, 90)
    assert "Gates and states" not in trace_lines(replace(trace, layers=[replace(trace.layers[0], cell=None)]), 90)
