"""Marks that other programs leave where they cut words into subwords."""

from __future__ import annotations

import subprocess

import pytest

from recurra.data import PLAIN as PLAIN_TEXT
from recurra.data import DataSource, open_examples
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.tasks.language_model.task import LanguageModelling
from recurra.text.pieces import MARKS, pieces_in
from recurra.training import Event, Note

CUT = {
    "@@": "the ca@@ t si@@ ts",
    "▁": "▁the ▁ca t ▁si ts",
    "￭": "the ca￭ t si￭ ts",
    "##": "the ca ##t si ##ts",
    "</w>": "the</w> ca t</w> si ts</w>",
    "Ġ": "the Ġca t Ġsi ts",
}
PLAIN = ["the cat sits", "a #tag and ## a heading", "me@@home.org", "a @@ b", "###", "C ## D", "<b>x</w>y", "Ċ Ġ"]


@pytest.mark.parametrize("mark", MARKS)
def test_the_marks_of_each_program_are_seen_and_the_command_joins_them(mark: str) -> None:
    found = pieces_in([CUT[mark]] * 3 + PLAIN)
    assert found == (mark, 3, 3 + len(PLAIN))
    assert MARKS[mark][1] in found.warning("texts")
    command = ["bash", "-c", MARKS[mark][1]]
    joined = subprocess.run(command, input=CUT[mark], capture_output=True, text=True, check=True)
    assert joined.stdout == "the cat sits"


def test_texts_without_marks_and_a_few_with_them_are_no_subwords() -> None:
    assert pieces_in(PLAIN) is None
    assert pieces_in([]) is None
    assert pieces_in([CUT["▁"], *["plain"] * 99]) is None
    assert pieces_in([CUT["▁"]] * 2 + ["plain"] * 98) == ("▁", 2, 100)


def test_a_language_model_would_write_them_too() -> None:
    notes: list[Event] = []
    passages = open_examples(DataSource(rows=[CUT["@@"]] * 30), PLAIN_TEXT)
    LanguageModelling().make(passages, LanguageRecipe().with_settings({"data.form": "lines"}), notes.append)
    assert any("30 of 30 lines have marks of subwords (@@)" in one.text for one in notes if isinstance(one, Note))
