"""Marks that other programs leave where they cut words into subwords."""

from __future__ import annotations

import subprocess

import pytest

from recurra.text.pieces import MARKS, pieces_in

CUT = {
    "@@": "the ca@@ t si@@ ts",
    "▁": "▁the ▁ca t ▁si ts",
    "￭": "the ca￭ t si￭ ts",
    "##": "the ca ##t si ##ts",
}
PLAIN = ["the cat sits", "a #tag and ## a heading", "me@@home.org", "a @@ b", "###", "C ## D"]


@pytest.mark.parametrize("mark", MARKS)
def test_the_marks_of_each_program_are_seen_and_the_command_joins_them(mark: str) -> None:
    found = pieces_in([CUT[mark]] * 3 + PLAIN)
    assert found == (mark, 3, 9)
    assert MARKS[mark][1] in found.warning("texts")
    command = ["bash", "-c", MARKS[mark][1]]
    joined = subprocess.run(command, input=CUT[mark], capture_output=True, text=True, check=True)
    assert joined.stdout == "the cat sits"


def test_texts_without_marks_and_a_few_with_them_are_no_subwords() -> None:
    assert pieces_in(PLAIN) is None
    assert pieces_in([]) is None
    assert pieces_in([CUT["▁"], *["plain"] * 99]) is None
    assert pieces_in([CUT["▁"]] * 2 + ["plain"] * 98) == ("▁", 2, 100)
