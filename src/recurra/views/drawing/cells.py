"""The drawings of the cells. Each follows the equations of its file in recurra/cells, in the same names.

Time goes from left to right, x_t comes from below, h_t leaves to the right for the next step and upwards for whatever
reads the layer. A test computes a step of every cell along its wires and compares it with the cell.
"""

from __future__ import annotations

from collections.abc import Callable

from recurra.views.drawing.canvas import Box
from recurra.views.drawing.cell_diagram import CellDiagram, Node, Wire

BOTH = "[h,x]"  # h_{t-1} and x_t, side by side: what gates read
ELEMENTS = {"x": "x_t", "h_prev": "h_{t-1}", "h": "h_t"}


def elman(activation: str = "tanh") -> CellDiagram:
    """h_t = s(W x_t + U h_{t-1} + b)."""
    shown = {"sigmoid": "σ", "relu": "ReLU"}.get(activation, activation)
    return CellDiagram(
        name="Elman cell",
        size=(680, 370),
        body=Box(100, 60, 580, 270),
        symbols=ELEMENTS | {"W*x": "W x_t", "U*h_prev": "U h_{t-1}", "a": "a_t"},
        nodes=(
            Node("x", "port", (290, 325), "x"),
            Node("h_prev", "port", (60, 120), "h_prev"),
            Node("W", "weights", (290, 215), "W*x", "W"),
            Node("U", "weights", (160, 120), "U*h_prev", "U"),
            Node("sum", "operation", (290, 120), "a", "+"),
            Node("s", "function", (420, 120), "h", shown, half=(30, 16)),
            Node("out", "joint", (530, 120), "h"),
            Node("h", "port", (620, 120), "h"),
            Node("up", "port", (530, 35), "h"),
        ),
        wires=(
            Wire("x", "W", "x"),
            Wire("h_prev", "U", "h_prev"),
            Wire("W", "sum", "W*x", label=(303, 162)),
            Wire("U", "sum", "U*h_prev", label=(230, 109), anchor="middle"),
            Wire("sum", "s", "a", label=(347, 109), anchor="middle"),
            Wire("s", "out", "h"),
            Wire("out", "h", "h"),
            Wire("out", "up", "h"),
        ),
        equations=("a_t = W x_t + U h_{t-1} + b", f"h_t = {shown}(a_t)"),
        gates={},
    )


def lstm() -> CellDiagram:
    """i, f, o from h_{t-1} and x_t; c_t = f c_{t-1} + i c'_t; h_t = o tanh(c_t)."""
    return CellDiagram(
        name="LSTM cell",
        size=(890, 475),
        body=Box(100, 70, 790, 375),
        symbols=ELEMENTS
        | {"c_prev": "c_{t-1}", "f": "f", "i": "i", "o": "o", "c'": "c'_t", "c": "c_t"}
        | {"f*c_prev": "f c_{t-1}", "i*c'": "i c'_t", "tanh(c)": "tanh c_t", BOTH: "h_{t-1}, x_t"},
        nodes=(
            Node("c_prev", "port", (60, 120), "c_prev"),
            Node("h_prev", "port", (60, 340), "h_prev"),
            Node("x", "port", (150, 430), "x"),
            Node("both", "joint", (150, 340), BOTH),
            Node("f", "gate", (220, 275), "f", "σ", "forget", "forget"),
            Node("i", "gate", (330, 275), "i", "σ", "input", "input"),
            Node("c'", "gate", (440, 275), "c'", "tanh", "candidate", "candidate"),
            Node("o", "gate", (550, 275), "o", "σ", "output", "output"),
            Node("to f", "joint", (220, 340), BOTH),
            Node("to i", "joint", (330, 340), BOTH),
            Node("to c'", "joint", (440, 340), BOTH),
            Node("keep", "operation", (220, 120), "f*c_prev", "×"),
            Node("write", "operation", (440, 190), "i*c'", "×"),
            Node("sum", "operation", (440, 120), "c", "+"),
            Node("c out", "joint", (660, 120), "c"),
            Node("squash", "function", (660, 160), "tanh(c)", "tanh"),
            Node("show", "operation", (660, 232), "h", "×"),
            Node("h out", "joint", (755, 340), "h"),
            Node("c", "port", (830, 120), "c"),
            Node("h", "port", (830, 340), "h"),
            Node("up", "port", (755, 45), "h"),
        ),
        wires=(
            Wire("h_prev", "both", "h_prev"),
            Wire("x", "both", "x"),
            Wire("both", "to f", BOTH),
            Wire("to f", "to i", BOTH),
            Wire("to i", "to c'", BOTH),
            Wire("to f", "f", BOTH),
            Wire("to i", "i", BOTH),
            Wire("to c'", "c'", BOTH),
            Wire("to c'", "o", BOTH, via=((550, 340),)),
            Wire("c_prev", "keep", "c_prev"),
            Wire("f", "keep", "f", label=(232, 186)),
            Wire("i", "write", "i", via=((330, 190),), label=(342, 218)),
            Wire("c'", "write", "c'", label=(452, 222)),
            Wire("write", "sum", "i*c'", label=(454, 149)),
            Wire("keep", "sum", "f*c_prev", label=(310, 110), anchor="middle"),
            Wire("sum", "c out", "c", label=(570, 110), anchor="middle"),
            Wire("c out", "c", "c"),
            Wire("c out", "squash", "c"),
            Wire("squash", "show", "tanh(c)", label=(672, 189)),
            Wire("o", "show", "o", via=((550, 232),), label=(617, 222), anchor="middle"),
            Wire("show", "h out", "h", via=((660, 340),), label=(672, 288)),
            Wire("h out", "h", "h"),
            Wire("h out", "up", "h", over=(755, 120)),
        ),
        equations=(
            "f = σ(W_f x_t + U_f h_{t-1} + b_f)",
            "i = σ(W_i x_t + U_i h_{t-1} + b_i)",
            "c'_t = tanh(W_c x_t + U_c h_{t-1} + b_c)",
            "o = σ(W_o x_t + U_o h_{t-1} + b_o)",
            "c_t = f c_{t-1} + i c'_t",
            "h_t = o tanh(c_t)",
        ),
        gates={"f": "forget", "i": "input", "c'": "candidate", "o": "output"},
    )


def gru() -> CellDiagram:
    """r, z from h_{t-1} and x_t; n = tanh(W_n x_t + r (U_n h_{t-1})); h_t = (1 - z) n + z h_{t-1}."""
    return CellDiagram(
        name="GRU cell",
        size=(940, 540),
        body=Box(100, 60, 840, 440),
        symbols=ELEMENTS
        | {"r": "r", "z": "z", "n": "n", "U_n*h_prev": "U_n h_{t-1}", "r*(U_n*h_prev)": "r (U_n h_{t-1})"}
        | {"1-z": "1-z", "(1-z)*n": "(1-z) n", "z*h_prev": "z h_{t-1}", BOTH: "h_{t-1}, x_t"},
        nodes=(
            Node("h_prev", "port", (60, 110), "h_prev"),
            Node("x", "port", (190, 495), "x"),
            Node("h in", "joint", (140, 110), "h_prev"),
            Node("h to U", "joint", (350, 110), "h_prev"),
            Node("x in", "joint", (190, 410), "x"),
            Node("both", "joint", (190, 375), BOTH),
            Node("to r", "joint", (235, 375), BOTH),
            Node("r", "gate", (235, 312), "r", "σ", "reset", "reset"),
            Node("U_n", "weights", (350, 160), "U_n*h_prev", "U_n", block="new"),
            Node("reset", "operation", (350, 250), "r*(U_n*h_prev)", "×"),
            Node("z", "gate", (490, 312), "z", "σ", "update", "update"),
            Node("n", "gate", (620, 312), "n", "tanh", "new", "new"),
            Node("z out", "joint", (490, 185), "z"),
            Node("keep", "operation", (490, 110), "z*h_prev", "×"),
            Node("rest", "operation", (610, 185), "1-z", "1−"),
            Node("mix", "operation", (720, 185), "(1-z)*n", "×"),
            Node("sum", "operation", (720, 110), "h", "+"),
            Node("out", "joint", (785, 110), "h"),
            Node("h", "port", (880, 110), "h"),
            Node("up", "port", (785, 35), "h"),
        ),
        wires=(
            Wire("h_prev", "h in", "h_prev"),
            Wire("h in", "h to U", "h_prev"),
            Wire("h to U", "keep", "h_prev"),
            Wire("h in", "both", "h_prev", via=((140, 375),)),
            Wire("x", "x in", "x"),
            Wire("x in", "both", "x"),
            Wire("both", "to r", BOTH),
            Wire("to r", "r", BOTH),
            Wire("to r", "z", BOTH, via=((490, 375),)),
            Wire("x in", "n", "x", via=((620, 410),)),
            Wire("h to U", "U_n", "h_prev"),
            Wire("U_n", "reset", "U_n*h_prev", label=(364, 200)),
            Wire("r", "reset", "r", via=((235, 250),), label=(290, 240), anchor="middle"),
            Wire("reset", "n", "r*(U_n*h_prev)", via=((620, 250),), label=(376, 240)),
            Wire("z", "z out", "z", label=(502, 216), over=(490, 250)),
            Wire("z out", "keep", "z"),
            Wire("z out", "rest", "z"),
            Wire("rest", "mix", "1-z", label=(665, 175), anchor="middle"),
            Wire("n", "mix", "n", via=((720, 312),), label=(732, 258)),
            Wire("mix", "sum", "(1-z)*n", label=(734, 147)),
            Wire("keep", "sum", "z*h_prev", label=(600, 100), anchor="middle"),
            Wire("sum", "out", "h"),
            Wire("out", "h", "h"),
            Wire("out", "up", "h"),
        ),
        equations=(
            "r = σ(W_r x_t + U_r h_{t-1} + b_r)",
            "z = σ(W_z x_t + U_z h_{t-1} + b_z)",
            "n = tanh(W_n x_t + b_n + r (U_n h_{t-1} + b'_n))",
            "h_t = (1-z) n + z h_{t-1}",
        ),
        gates={"r": "reset", "z": "update", "n": "new"},
    )


def mingru() -> CellDiagram:
    """z and c from x_t alone; h_t = (1 - z) h_{t-1} + z c."""
    return CellDiagram(
        name="minGRU cell",
        size=(660, 490),
        body=Box(100, 60, 560, 390),
        symbols=ELEMENTS | {"z": "z", "c": "c", "1-z": "1-z", "(1-z)*h_prev": "(1-z) h_{t-1}", "z*c": "z c"},
        nodes=(
            Node("h_prev", "port", (60, 110), "h_prev"),
            Node("x", "port", (210, 445), "x"),
            Node("x in", "joint", (210, 360), "x"),
            Node("z", "gate", (210, 300), "z", "σ", "update", "update"),
            Node("c", "gate", (400, 300), "c", "g", "candidate", "candidate"),
            Node("z out", "joint", (210, 220), "z"),
            Node("rest", "operation", (210, 178), "1-z", "1−"),
            Node("keep", "operation", (210, 110), "(1-z)*h_prev", "×"),
            Node("write", "operation", (400, 220), "z*c", "×"),
            Node("sum", "operation", (400, 110), "h", "+"),
            Node("out", "joint", (510, 110), "h"),
            Node("h", "port", (600, 110), "h"),
            Node("up", "port", (510, 35), "h"),
        ),
        wires=(
            Wire("h_prev", "keep", "h_prev"),
            Wire("x", "x in", "x"),
            Wire("x in", "z", "x"),
            Wire("x in", "c", "x", via=((400, 360),)),
            Wire("z", "z out", "z", label=(222, 248)),
            Wire("z out", "rest", "z"),
            Wire("rest", "keep", "1-z", label=(222, 142)),
            Wire("z out", "write", "z"),
            Wire("c", "write", "c", label=(412, 254)),
            Wire("write", "sum", "z*c", label=(412, 168)),
            Wire("keep", "sum", "(1-z)*h_prev", label=(305, 100), anchor="middle"),
            Wire("sum", "out", "h"),
            Wire("out", "h", "h"),
            Wire("out", "up", "h"),
        ),
        equations=(
            "z = σ(W_z x_t + b_z)",
            "c = g(W_c x_t + b_c)",
            "h_t = (1-z) h_{t-1} + z c",
            "g(a) = a + 1/2 for a ≥ 0, σ(a) below",
        ),
        gates={"z": "update", "c": "candidate"},
    )


def minlstm() -> CellDiagram:
    """f and i from x_t alone, divided by their sum; h_t = f h_{t-1} + i c."""
    return CellDiagram(
        name="minLSTM cell",
        size=(700, 510),
        body=Box(100, 60, 600, 410),
        symbols=ELEMENTS | {"f": "f", "i": "i", "c": "c", "f*h_prev": "f h_{t-1}", "i*c": "i c"},
        nodes=(
            Node("h_prev", "port", (60, 110), "h_prev"),
            Node("x", "port", (180, 465), "x"),
            Node("x in", "joint", (180, 380), "x"),
            Node("x to i", "joint", (300, 380), "x"),
            Node("forget", "gate", (180, 320), "raw f", "σ", "forget", "forget"),
            Node("input", "gate", (300, 320), "raw i", "σ", "input", "input"),
            Node("c", "gate", (440, 320), "c", "g", "candidate", "candidate"),
            Node("share", "function", (240, 255), "f, i", "divided by their sum", half=(98, 15)),
            Node("keep", "operation", (180, 110), "f*h_prev", "×"),
            Node("write", "operation", (440, 195), "i*c", "×"),
            Node("sum", "operation", (440, 110), "h", "+"),
            Node("out", "joint", (550, 110), "h"),
            Node("h", "port", (640, 110), "h"),
            Node("up", "port", (550, 35), "h"),
        ),
        wires=(
            Wire("h_prev", "keep", "h_prev"),
            Wire("x", "x in", "x"),
            Wire("x in", "forget", "x"),
            Wire("x in", "x to i", "x"),
            Wire("x to i", "input", "x"),
            Wire("x to i", "c", "x", via=((440, 380),)),
            Wire("forget", "share", "raw f", via=((180, 290),)),
            Wire("input", "share", "raw i", via=((300, 290),)),
            Wire("share", "keep", "f", via=((180, 200),), label=(192, 170)),
            Wire("share", "write", "i", via=((300, 195),), label=(312, 185)),
            Wire("c", "write", "c", label=(452, 245)),
            Wire("write", "sum", "i*c", label=(452, 150)),
            Wire("keep", "sum", "f*h_prev", label=(310, 100), anchor="middle"),
            Wire("sum", "out", "h"),
            Wire("out", "h", "h"),
            Wire("out", "up", "h"),
        ),
        equations=(
            "f = σ(W_f x_t + b_f) / s",
            "i = σ(W_i x_t + b_i) / s",
            "s: the sum of both σ",
            "c = g(W_c x_t + b_c)",
            "h_t = f h_{t-1} + i c",
            "g(a) = a + 1/2 for a ≥ 0, σ(a) below",
        ),
        gates={"f": "forget", "i": "input", "c": "candidate"},
    )


def slstm() -> CellDiagram:
    """f, i, o from h_{t-1} and x_t, f and i divided by their sum n_t; c_t = f c_{t-1} + i z; h_t = o c_t."""
    return CellDiagram(
        name="sLSTM cell",
        size=(890, 545),
        body=Box(100, 70, 790, 445),
        symbols=ELEMENTS
        | {"c_prev": "c_{t-1}", "n_prev": "n_{t-1}", "f": "f", "i": "i", "z": "z", "o": "o", "c": "c_t", "n": "n_t"}
        | {"f*c_prev": "f c_{t-1}", "i*z": "i z", BOTH: "h_{t-1}, x_t"},
        nodes=(
            Node("c_prev", "port", (60, 120), "c_prev"),
            Node("n_prev", "port", (60, 260), "n_prev"),
            Node("h_prev", "port", (60, 410), "h_prev"),
            Node("x", "port", (150, 500), "x"),
            Node("both", "joint", (150, 410), BOTH),
            Node("forget", "gate", (220, 345), "raw f", "σ", "forget", "forget"),
            Node("input", "gate", (330, 345), "raw i", "exp", "input", "input"),
            Node("z", "gate", (440, 345), "z", "tanh", "candidate", "candidate"),
            Node("o", "gate", (550, 345), "o", "σ", "output", "output"),
            Node("to f", "joint", (220, 410), BOTH),
            Node("to i", "joint", (330, 410), BOTH),
            Node("to z", "joint", (440, 410), BOTH),
            Node("share", "function", (275, 260), "f, i, n", "shares of their sum", half=(98, 15)),
            Node("keep", "operation", (220, 120), "f*c_prev", "×"),
            Node("write", "operation", (440, 190), "i*z", "×"),
            Node("sum", "operation", (440, 120), "c", "+"),
            Node("c out", "joint", (660, 120), "c"),
            Node("show", "operation", (660, 190), "h", "×"),
            Node("h out", "joint", (755, 190), "h"),
            Node("c", "port", (830, 120), "c"),
            Node("n", "port", (830, 260), "n"),
            Node("h", "port", (830, 410), "h"),
            Node("up", "port", (755, 45), "h"),
        ),
        wires=(
            Wire("h_prev", "both", "h_prev"),
            Wire("x", "both", "x"),
            Wire("both", "to f", BOTH),
            Wire("to f", "to i", BOTH),
            Wire("to i", "to z", BOTH),
            Wire("to f", "forget", BOTH),
            Wire("to i", "input", BOTH),
            Wire("to z", "z", BOTH),
            Wire("to z", "o", BOTH, via=((550, 410),)),
            Wire("forget", "share", "raw f", via=((220, 300),)),
            Wire("input", "share", "raw i", via=((330, 300),)),
            Wire("n_prev", "share", "n_prev"),
            Wire("share", "n", "n"),
            Wire("c_prev", "keep", "c_prev"),
            Wire("share", "keep", "f", via=((220, 200),), label=(232, 186)),
            Wire("share", "write", "i", via=((330, 190),), label=(342, 218)),
            Wire("z", "write", "z", label=(452, 232), over=(440, 260)),
            Wire("write", "sum", "i*z", label=(454, 149)),
            Wire("keep", "sum", "f*c_prev", label=(310, 110), anchor="middle"),
            Wire("sum", "c out", "c", label=(570, 110), anchor="middle"),
            Wire("c out", "c", "c"),
            Wire("c out", "show", "c"),
            Wire("o", "show", "o", via=((550, 190),), label=(605, 180), anchor="middle", over=(550, 260)),
            Wire("show", "h out", "h", label=(707, 180), anchor="middle"),
            Wire("h out", "h", "h", via=((755, 410),), over=(755, 260)),
            Wire("h out", "up", "h", over=(755, 120)),
        ),
        equations=(
            "f = σ(W_f x_t + U_f h_{t-1} + b_f) n_{t-1} / n_t",
            "i = exp(W_i x_t + U_i h_{t-1} + b_i) / n_t",
            "n_t: the sum of both before the division",
            "z = tanh(W_z x_t + U_z h_{t-1} + b_z)",
            "o = σ(W_o x_t + U_o h_{t-1} + b_o)",
            "c_t = f c_{t-1} + i z",
            "h_t = o c_t",
        ),
        gates={"f": "forget", "i": "input", "z": "candidate", "o": "output"},
    )


def plain(name: str) -> CellDiagram:
    """A box, for a cell of which there is no drawing."""
    return CellDiagram(
        name=f"{name} cell",
        size=(500, 320),
        body=Box(100, 60, 400, 220),
        symbols=ELEMENTS,
        nodes=(
            Node("h_prev", "port", (60, 140), "h_prev"),
            Node("x", "port", (250, 275), "x"),
            Node("cell", "function", (250, 140), "h", f"{name} cell", half=(90, 40)),
            Node("out", "joint", (370, 140), "h"),
            Node("h", "port", (440, 140), "h"),
            Node("up", "port", (370, 35), "h"),
        ),
        wires=(
            Wire("h_prev", "cell", "h_prev"),
            Wire("x", "cell", "x"),
            Wire("cell", "out", "h"),
            Wire("out", "h", "h"),
            Wire("out", "up", "h"),
        ),
        equations=(),
        gates={},
    )


# Name of the cell, as in recurra.cells.CELLS -> its drawing.
CELL_DIAGRAMS: dict[str, Callable[[], CellDiagram]] = {
    "elman": elman,
    "lstm": lstm,
    "gru": gru,
    "mingru": mingru,
    "minlstm": minlstm,
    "slstm": slstm,
}


def cell_diagram(name: str, activation: str = "tanh") -> CellDiagram:
    """The drawing of a cell; where there is none (the name is not in CELL_DIAGRAMS), a plain box.

    Args:
        name: as in recurra.cells.CELLS.
        activation: of an Elman cell.
    """
    if name == "elman":
        return elman(activation)
    return CELL_DIAGRAMS[name]() if name in CELL_DIAGRAMS else plain(name)
