"""The problems of the suite `automata`: what they ask is what they say, and every claim has its reason."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from recurra.cells import ACTIVATIONS, CELLS
from recurra.comparing.suites import SUITES, Problem, made, suite_named
from recurra.comparing.suites.automata_claims import ATTENDED, CLAIMS
from recurra.errors import UsageError

AUTOMATA = SUITES["automata"]
BRACKETS = {")": "(", "]": "["}


def parity(text: str) -> str:
    odd = False
    for letter in text:
        odd ^= letter == "b"
    return "odd" if odd else "even"


def even_pairs(text: str) -> str:
    return "odd" if sum(one != other for one, other in pairwise(text)) % 2 else "even"


def cycle_navigation(text: str) -> str:
    place = 0
    for step in text:
        place = {"+": place + 1, "-": place - 1, "0": place}[step] % 5
    return str(place)


def modular_arithmetic(text: str) -> str:
    return str(eval(text) % 3)  # digits and signs, made here


def counters(text: str) -> str:
    assert list(text) == sorted(text)
    return "yes" if text.count("a") == text.count("b") == text.count("c") else "no"


def dyck_2(text: str) -> str:
    opened: list[str] = []
    for bracket in text:
        if bracket in BRACKETS:
            assert opened.pop() == BRACKETS[bracket]
        else:
            opened.append(bracket)
    return {"(": "round", "[": "square"}[opened[-1]]


ORACLES = {
    "parity": parity,
    "even-pairs": even_pairs,
    "cycle-navigation": cycle_navigation,
    "modular-arithmetic": modular_arithmetic,
    "counters": counters,
    "dyck-2": dyck_2,
    "reverse": lambda text: "".join(reversed(text)),
}


@pytest.mark.parametrize("problem", AUTOMATA.problems, ids=lambda one: one.name)
def test_every_example_is_what_the_problem_says(problem: Problem) -> None:
    dice = Random(1)
    for units in [*range(1, 60), 255, 256] * 5:
        text, wanted = problem.example(dice, units)
        assert ORACLES[problem.name](text) == wanted
        assert units - 3 < len(text) <= units or units <= 3 <= len(text) + 1  # of aabbcc none has seven
    text, wanted = problem.shown
    assert ORACLES[problem.name](text) == wanted


@pytest.mark.parametrize("problem", AUTOMATA.problems, ids=lambda one: one.name)
def test_examples_are_the_same_every_time_and_as_long_as_is_said(problem: Problem) -> None:
    examples = made(AUTOMATA, problem)
    assert examples == made(AUTOMATA, problem)
    assert [len(part) for part in examples] == [5000, 400, 4 * 200]
    assert max(len(text) for text, _ in examples.training) in range(38, 41)
    for number, lengths in enumerate(AUTOMATA.ranges):
        part = examples.test[200 * number : 200 * (number + 1)]
        assert all(lengths.least - 2 <= len(text) <= lengths.most for text, _ in part if lengths.least > 3)


@pytest.mark.parametrize("problem", AUTOMATA.problems, ids=lambda one: one.name)
def test_nothing_is_gained_by_always_saying_the_same(problem: Problem) -> None:
    if problem.name == "reverse":
        return
    said = Counter(wanted for text, wanted in made(AUTOMATA, problem).test if len(text) > 40)
    assert max(said.values()) / said.total() < problem.chance / 100 + 0.06
    assert 100 / len(said) == pytest.approx(problem.chance)


def test_a_count_cannot_be_told_from_the_length() -> None:
    by_length: dict[int, Counter[str]] = {}
    for text, wanted in made(AUTOMATA, AUTOMATA.problems[4]).training:
        by_length.setdefault(len(text), Counter())[wanted] += 1
    often = [said for length, said in by_length.items() if length > 4 and said.total() > 100]
    assert len(often) > 5
    assert all(0.4 < said["yes"] / said.total() < 0.6 for said in often)


def test_a_bracket_that_is_asked_about_may_be_anywhere() -> None:
    """The last symbol alone, or the last few, do not say the answer more often than by chance and a little."""
    right = [
        {"(": "round", "[": "square"}.get(text[-1]) == wanted
        for text, wanted in made(AUTOMATA, AUTOMATA.problems[5]).test
        if len(text) > 40
    ]
    assert sum(right) / len(right) < 0.1


def test_every_cell_is_in_it_with_and_without_attention() -> None:
    cells = {network.cell for network in AUTOMATA.networks}
    assert cells == {f"elman-{name}" for name in ACTIVATIONS} | set(CELLS) - {"elman"}
    assert len({network.name for network in AUTOMATA.networks}) == len(AUTOMATA.networks) == 2 * len(cells)


def test_every_network_has_one_claim_about_every_problem_and_every_claim_a_source() -> None:
    for problem in AUTOMATA.problems:
        for network in AUTOMATA.networks:
            claim = AUTOMATA.claim(problem, network)
            assert claim.why
            assert claim.source
            for table in (CLAIMS, ATTENDED):
                assert sum(needs == problem.needs and network.cell in cells for needs, cells in table) <= 1


def test_what_is_claimed() -> None:
    can: dict[str, set[str]] = {problem.name: set() for problem in AUTOMATA.problems}
    for problem in AUTOMATA.problems:
        can[problem.name] |= {one.name for one in AUTOMATA.networks if AUTOMATA.claim(problem, one).can}
    counting = {"elman-relu", "lstm", "slstm"}
    with_u = {"elman-tanh", "elman-sigmoid", "gru"} | counting
    attending = {f"{name}, attention" for name in counting}
    for name in ("parity", "even-pairs", "cycle-navigation", "modular-arithmetic"):
        assert can[name] == with_u | {f"{cell}, attention" for cell in with_u}
    assert can["counters"] == counting | attending
    assert can["dyck-2"] == set()
    assert can["reverse"] == attending


def test_an_unknown_suite() -> None:
    with pytest.raises(UsageError, match="unknown suite 'automat'"):
        suite_named("automat")
