"""An attention map in the terminal: every weight stands under its token, at any width and in any script."""

from __future__ import annotations

import io

import pytest
from attention_maps import SOURCES, diagonal
from rich.cells import cell_len
from rich.console import Console

from recurra.tracing import AttentionMap
from recurra.views import AttentionView, attention_html, attention_lines
from recurra.views.attention_text import shade
from recurra.views.tokens import label


def drawn(attention: AttentionMap, width: int) -> list[str]:
    """The lines above the legend, without the empty ones."""
    lines = attention_lines(attention, width)
    return [line for line in lines[: lines.index("")] if line]


@pytest.mark.parametrize("script", SOURCES)
def test_the_shade_stands_under_its_token(script: str) -> None:
    source = SOURCES[script]
    header, *rows = drawn(diagonal(source, list("ab" * len(source))[: len(source)]), 200)
    for row, token in zip(rows, source, strict=True):
        before = cell_len(row[: row.index("█")])
        width = row.count("█")
        shown = label(token) if cell_len(label(token)) <= 16 else label(token)[:5]
        text = header.replace("\u200e", "")
        starts = [k for k in range(len(text)) if text.startswith(shown, k) and cell_len(text[:k]) == before]
        assert starts, f"{shown!r} does not stand at cell {before} of {header!r}"
        assert width == max(1, min(16, cell_len(label(token))))


@pytest.mark.parametrize("width", [24, 40, 80])
@pytest.mark.parametrize("script", SOURCES)
def test_no_line_is_wider_than_the_terminal(script: str, width: int) -> None:
    source = SOURCES[script] * 6
    lines = attention_lines(diagonal(source, ["<EOS>", "日", "\u0301"]), width)
    assert max(map(cell_len, lines[:-1])) <= width


def test_a_wide_map_goes_on_below_and_loses_no_token() -> None:
    source = [f"w{k}" for k in range(50)]
    attention = diagonal(source, [f"t{k}" for k in range(50)])
    lines = attention_lines(attention, 40)
    headers = [line.split() for line in lines if "w" in line]
    assert len(headers) > 3
    assert [token for header in headers for token in header] == source
    assert "".join(lines).count("█") - 1 == sum(map(len, source))  # one is in the legend


def test_what_is_left_out_of_a_very_long_map_is_said() -> None:
    lines = attention_lines(diagonal(["s"] * 1000, ["t"] * 100), 80)
    assert lines[-1] == "left out: 40 target tokens and 760 source tokens"
    assert len(lines) < 300


def test_what_cannot_be_seen_is_spelled_out() -> None:
    header = drawn(diagonal(SOURCES["invisible"], ["x"]), 80)[0]
    assert header.split() == ["␣⇥", "<U+200B>", "<U+00A0>", "<U+202E>", "<U+0000>"]
    assert "◌\u0301" in drawn(diagonal(["\u0301"], ["x"]), 80)[0]
    assert drawn(diagonal(["a", "\n", "b"], ["x"]), 80)[0].strip() == "a⏎b"


def test_columns_of_right_to_left_letters_cannot_be_reordered() -> None:
    header = drawn(diagonal(["ا", "ب", "1"], ["x"]), 80)[0]
    assert header.strip() == "ا\u200eب\u200e1"


def test_the_shades_grow_with_the_weight() -> None:
    weights = (-0.1, 0.0, 0.049, 0.05, 0.25, 0.5, 0.75, 1.0, 1.01)
    assert "".join(map(shade, weights)) == "   ░▒▓███"


@pytest.mark.parametrize(("source", "target"), [([], ["x"]), (["x"], []), ([], [])])
def test_without_tokens_there_is_a_line_that_says_so(source: list[str], target: list[str]) -> None:
    attention = AttentionMap(source, target, [[] for _ in target] if not source else [])
    assert attention_lines(attention) == ["no tokens, so no attention"]


def printed(attention: AttentionMap, **console: object) -> str:
    out = io.StringIO()
    Console(file=out, width=60, **console).print(AttentionView(attention))
    return out.getvalue()


def test_rich_prints_the_same_lines_and_colours_them_where_it_can() -> None:
    attention = AttentionMap(list("ab c"), ["x", "y"], [[0.7, 0.3, 0.0, 0.0], [0.0, 0.1, 0.1, 0.8]])
    plain = [line.rstrip() for line in printed(attention).splitlines()]
    assert plain == attention_lines(attention, 60)
    coloured = printed(attention, force_terminal=True, color_system="standard", _environ={})
    assert "\x1b[1;32m▓" in coloured  # the largest weight of its row
    assert "\x1b[34m▒" in coloured


def test_rich_markup_in_a_token_is_text() -> None:
    assert "[red]" in printed(diagonal(["[red]", "[/red]"], ["[bold]"]))


def test_the_columns_of_a_source_have_their_own_sums() -> None:
    columns = [("question", 1), ("context", 2)]
    found = AttentionMap(["a", "b", "c"], ["x"], [[1.0, 0.2, 0.8]], columns=columns)
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system="standard")
    console.print(AttentionView(found))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("\x1b[1;32m") == 2  # the largest of each column
    lines = attention_lines(found, 120)
    assert "The weights of each column add up to 100 % by themselves: question, context." in lines
    assert "context" not in "\n".join(attention_lines(AttentionMap(["a"], ["x"], [[1.0]]), 120))
    assert "by themselves: question, context." in attention_html(found)
