"""Text that was tokenized before is noticed; ordinary text and phones are not taken for it."""

from __future__ import annotations

import pytest

from recurra.metrics import looks_tokenized


@pytest.mark.parametrize(
    "texts",
    [
        ["Two men are at the stove ."],
        ["a man , in a hat , sits .", "no mark here", "it 's 3.5 km ."],
        ["两 只 猫 。"],
        ["A dog .", "A cat .", "A bird."],
    ],
)
def test_tokenized(texts: list[str]) -> None:
    assert looks_tokenized(texts)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["Two men are at the stove."],
        ["A dog .", "A cat.", "A bird."],
        ["A dog .", "A cat."],
        ["Où vas-tu ? Ici ! Non ; là : oui."],
        ["h ɛ l oʊ", "ˈa.ba", "d ɑ t"],
        ["1998-05-03"],
        ["Wait ... what"],
        ["no marks at all", "neither here"],
        ["two cats。", "一只猫，两只狗。"],
    ],
)
def test_not_tokenized(texts: list[str]) -> None:
    assert not looks_tokenized(texts)
