"""The lecture: the notebook that is shown has the cells of its source, and each does what its text says."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LECTURE = ROOT / "docs" / "lecture"
sys.path.insert(0, str(LECTURE))

from cells import NOTEBOOK, SOURCE, Cell, cells  # noqa: E402

MOST_BYTES = 1_500_000
SHOWS = ("_repr_html_", "_repr_svg_", "_repr_png_")
SECTIONS = (
    "Regular and recurrent networks", "The recurrent cell", "One step: T = 1", "Any step: T = t", "Rolled and unrolled",
    "Several layers", "Both directions", "How a network learns", "The learning rate",
    "Vanishing and exploding gradients",
    "LSTM, gate by gate", "GRU", "What goes in, what comes out", "Word prediction", "Classification", "Captions",
    "Encoder and decoder", "Preparing the data", "Training", "Inference", "Question answering", "Chat",
    "The bottleneck",
    "Attention, step by step", "Deep, with attention",
)  # fmt: skip


def stored() -> list[dict[str, Any]]:
    return json.loads(NOTEBOOK.read_text("utf-8"))["cells"]


def test_the_notebook_has_the_cells_of_its_source() -> None:
    of_notebook = [(cell["cell_type"], "".join(cell["source"])) for cell in stored()]
    assert of_notebook == [(cell.kind, cell.text) for cell in cells()], "run it again: make lecture"


def test_every_cell_was_run_in_order_without_an_error_or_a_warning() -> None:
    code = [cell for cell in stored() if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert all(output.get("name", "stdout") == "stdout" for output in outputs)


def test_everything_shown_is_a_picture_or_a_table_and_not_the_name_of_an_object() -> None:
    shown = [output["data"] for cell in stored() for output in cell.get("outputs", ()) if "data" in output]
    assert len(shown) > 30
    for data in shown:
        assert set(data) & {"text/html", "image/svg+xml", "image/png"}, data


def test_every_image_has_its_words() -> None:
    with_image = [cell for cell in stored() if any("image/" in name for output in cell.get("outputs", ())
                                                   for name in output.get("data", ()))]  # fmt: skip
    alts = [cell["metadata"]["mystnb"]["image"]["alt"] for cell in with_image]
    assert len(alts) > 10
    assert all(len(alt) > 30 for alt in alts)


def test_it_is_small_and_names_no_place_of_the_machine_that_ran_it() -> None:
    text = NOTEBOOK.read_text("utf-8")
    assert len(text.encode("utf-8")) < MOST_BYTES
    assert str(ROOT) not in text
    assert "/tmp/" not in text


def test_it_goes_through_the_lecture_in_order() -> None:
    titles = [line.lstrip("# ") for cell in cells() if cell.kind == "markdown" for line in cell.text.splitlines()
              if line.startswith("#")]  # fmt: skip
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)


def test_it_is_in_the_index_of_the_documentation() -> None:
    assert "\nlecture/lecture\n" in (ROOT / "docs" / "index.md").read_text("utf-8")


def run(cell: Cell, names: dict[str, Any]) -> None:
    """A cell as a notebook runs it: its last line is shown if it is an expression."""
    tree = ast.parse("\n" * (cell.line - 1) + cell.text)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(SOURCE), "exec"), names)
    if last is not None:
        display(eval(compile(ast.Expression(last.value), str(SOURCE), "eval"), names))


def display(shown: object) -> None:
    """What a notebook asks an object for."""
    found = [getattr(shown, name)() for name in SHOWS if hasattr(shown, name)]
    assert shown is None or any(found), f"{type(shown).__name__} does not show itself"


@pytest.mark.slow
def test_all_of_it_runs_and_what_it_says_holds(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, __file__], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    names: dict[str, Any] = {"display": display}
    for cell in cells():
        if cell.kind == "code":
            run(cell, names)
