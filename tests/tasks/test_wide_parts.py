"""The parts of an input, and what each adds to the scores of the linear model beside a network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from toy_tasks import examples, network

from recurra.data.content import Fields
from recurra.tasks.many_to_one.wide import fit_wide
from recurra.tasks.many_to_one.wide_parts import WideParts, parts, parts_of, words_or_characters
from recurra.training import Budget

COLUMNS = [((float(k % 7), f"{'red' if k % 3 else 'blue'} word {k}"), k % 7 + 5.0 * (k % 3 == 0)) for k in range(40)]


def counted(count: int) -> torch.Tensor:
    """One output, 1, 2, 4, ...: each sum says of which shares it is."""
    return 2.0 ** torch.arange(count, dtype=torch.float64)[:, None]


@pytest.mark.parametrize(
    ("text", "tokens", "each"),
    [
        # " ab ": the spaces around a single word are of its first and its last character
        ("ab", ["a", "b"], [1 + 2, 4 + 8]),
        ("abc", ["a", "b", "c"], [1 + 2, 4, 8 + 16]),
        ("a", ["a"], [1 + 2 + 4]),
        (" AB\n", ["A", "B"], [1 + 2, 4 + 8]),
        # " a bc ": the space between two words is of both
        ("a bc", ["a", "bc"], [1 + 2 + 4 / 2, 4 / 2 + 8 + 16 + 32]),
        ("ab  C d", ["ab", "C", "d"], [1 + 2 + 4 + 8 / 2, 8 / 2 + 16 + 32 / 2, 32 / 2 + 64 + 128]),
        # a letter that is two in lower case cannot be told apart: the word is one part
        ("\u0130a", ["\u0130a"], [1 + 2 + 4 + 8 + 16]),
        ("\u0130 b", ["\u0130", "b"], [1 + 2 + 4 + 8 / 2, 8 / 2 + 16 + 32]),
    ],
)
def test_words_have_what_their_characters_add_and_half_of_the_spaces_between(
    text: str, tokens: list[str], each: list[float]
) -> None:
    read = "".join(f" {word}" for word in text.lower().split()) + " "
    shares = counted(len(read)).repeat(1, 2) * torch.tensor([1.0, -3.0])
    before = shares.clone()
    found, added = words_or_characters(text, shares)
    assert found == tokens
    assert added[:, 0].tolist() == each
    assert added[:, 1].tolist() == [-3 * one for one in each]
    assert shares.equal(before)


def test_cells_are_shown_step_by_step_where_each_step_has_its_share_and_else_as_one() -> None:
    column: Any = SimpleNamespace(kind="series", tokens=lambda cell: [f"step {k}" for k in range(cell)])
    tokens, each = parts(column, 3, counted(3))  # type: ignore[arg-type]
    assert (tokens, each.tolist()) == (["step 0", "step 1", "step 2"], [[1], [2], [4]])
    tokens, each = parts(column, 2, counted(3))  # type: ignore[arg-type]
    assert (tokens, each.tolist()) == (["series"], [[7]])
    column.kind = "text"
    assert parts(column, "a b", counted(5))[0] == ["a", "b"]  # type: ignore[arg-type]


def beside(task: str, rows: list[Any] | None = None) -> Any:
    """A network with a linear model beside it."""
    made: Any = network(task, settings={"model.wide": "on"}, rows=rows)
    found, _ = fit_wide(examples(task, rows), made.inputs, made.head, Budget(epochs=1))
    assert found is not None
    made.model.put_beside(found.wide)
    return made


def of_one(made: Any, content: Any) -> tuple[list[WideParts], torch.Tensor]:
    """The parts of an input, and what they are parts of."""
    encoded = made.inputs.encode([content], ["here"])
    wide = made.model.wide
    return parts_of(made, content, encoded), wide.scores(made.inputs.plain([content], encoded))[0] - wide.bias()


def test_the_parts_of_all_columns_add_up_to_the_scores() -> None:
    content: Any = Fields(("3.5", "red word"), ("1", "2"))
    (numbers, text), whole = of_one(beside("regress", COLUMNS), content)
    assert (numbers.name, numbers.tokens) == ("1 numbers", ["3.5"])
    assert (text.name, text.tokens) == ("2 n-grams", ["red", "word"])
    for part in (numbers, text):
        assert part.shares.values.shape == (1, len(part.tokens), 1)
        assert part.shares.lengths.tolist() == [len(part.tokens)]
    torch.testing.assert_close(numbers.shares.values[0].sum(0) + text.shares.values[0].sum(0), whole)


def test_a_single_column_is_called_as_what_is_read() -> None:
    made = beside("classify")
    [part], whole = of_one(made, "red quiz")
    assert (part.name, part.tokens) == ("n-grams", ["red", "quiz"])
    torch.testing.assert_close(part.shares.values[0].sum(0), whole)
    assert whole.abs().max() > 0.01
    alone = network("classify", settings={"model.wide": "off"})
    assert parts_of(alone, "red", alone.inputs.encode(["red"], ["here"])) == []  # type: ignore[attr-defined, arg-type]
