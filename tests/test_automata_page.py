"""The page docs/automata.md shows what the stored record of a measurement says, and its words hold there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recurra.comparing.suites import suite_named
from recurra.views import suite_svg, suite_text
from recurra.views.suite_records import as_claimed, best_run

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "automata.md").read_text("utf-8")
RECORD: Any = json.loads((DOCS / "automata.json").read_text("utf-8"))
AUTOMATA = suite_named("automata")


def longer(problem: str) -> dict[str, float]:
    """What is right of the longer inputs, by network."""
    found = {one["network"]: best_run(one) for one in RECORD["cells"] if one["problem"] == problem}
    return {network: run["longer"] or 0.0 for network, run in found.items() if run is not None}


def test_table_and_picture_are_those_of_the_record() -> None:
    table = suite_text(RECORD).strip("\n")
    assert f"```text\n{table}\n```" in PAGE
    for name, narrow in (("automata.svg", False), ("automata-narrow.svg", True)):
        assert f'"_static/{name}"' in PAGE
        assert (DOCS / "_static" / name).read_text("utf-8") == suite_svg(RECORD, narrow=narrow)


def test_the_record_is_of_the_problems_networks_and_claims_of_today() -> None:
    assert [one["name"] for one in RECORD["problems"]] == [one.name for one in AUTOMATA.problems]
    assert [one["name"] for one in RECORD["networks"]] == [one.name for one in AUTOMATA.networks]
    for problem in AUTOMATA.problems:
        for network in AUTOMATA.networks:
            claim = AUTOMATA.claim(problem, network)
            found = next(
                one for one in RECORD["cells"] if (one["problem"], one["network"]) == (problem.name, network.name)
            )
            assert (found["can"], found["why"], found["source"]) == claim
            beyond = problem.needs == "count"  # 256 units are not every length, which the page says
            assert as_claimed(found) or found["can"] or beyond, f"{network.name} did what it cannot: {problem.name}"


def test_the_problems_of_the_page_are_those_of_the_suite() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| [^|]+ \| `([^`]+)` \| (\S+) \|", PAGE, re.MULTILINE)
    assert rows == [(one.name, *one.shown) for one in AUTOMATA.problems]


REGULAR = ("parity", "even-pairs", "cycle-navigation", "modular-arithmetic")


def test_cells_without_u_track_nothing() -> None:
    for problem in (*REGULAR, "counters"):
        chance = next(one.chance for one in AUTOMATA.problems if one.name == problem)
        found = longer(problem)
        assert all(found[cell] == pytest.approx(chance, abs=6) for cell in ("mingru", "minlstm")), problem


def test_what_the_page_says_of_the_others() -> None:
    assert all(longer(problem)["lstm"] >= RECORD["solved"] for problem in REGULAR)
    cells = [one["cell"] for one in RECORD["networks"] if not one["attention"] and "min" not in one["cell"]]
    solved = {problem: {cell for cell in cells if longer(problem)[cell] >= RECORD["solved"]} for problem in REGULAR}
    assert solved["parity"] == set(cells)
    assert all(len(cells) - 2 <= len(solved[problem]) < len(cells) for problem in ("even-pairs", "cycle-navigation"))
    assert solved["modular-arithmetic"] == {"lstm"}
    assert {cell for cell, right in longer("counters").items() if right >= RECORD["solved"]} == {
        "slstm", "elman-sigmoid"
    }  # fmt: skip
    assert {cell for cell, right in longer("parity").items() if right >= RECORD["solved"] and "attention" in cell} == {
        "gru, attention", "lstm, attention", "elman-relu, attention"
    }  # fmt: skip
    best = {one["network"]: best_run(one) for one in RECORD["cells"] if one["problem"] == "reverse"}
    short = {network: round(run["right"][0]) for network, run in best.items() if run is not None}
    assert [short[cell] for cell in ("lstm", "lstm, attention", "slstm", "slstm, attention")] == [36, 68, 35, 66]
    assert max(longer("reverse").values()) < 1
    assert all(one["runs"] for one in RECORD["cells"])  # nothing is blank
