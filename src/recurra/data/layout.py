"""A few pairs as the model will read them: tokens, ids and lengths, with <EOS>, <GO> and padding in their places.

source         letters + <EOS>     what the encoder reads
target input   <GO> + letters      what the decoder is fed while it learns
target output  letters + <EOS>     what it should answer, one step ahead of its input
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from recurra.data.example import Example
from recurra.text import EOS, GO, PAD, SPECIAL_TOKENS, SourceTokenizer, Tokenizer
from recurra.text.visible import excerpt, visible

WIDTH = 100  # columns of the terminal


@dataclass(frozen=True)
class Steps:
    """Tokens and their ids, padded; `length` of them count."""

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    length: int


@dataclass(frozen=True)
class PairLayout:
    """One pair as the model reads it. Unknown tokens stand as in the text; their id says <UNK>."""

    example: Example
    source: Steps
    target_input: Steps
    target_output: Steps


def lay_out(examples: Sequence[Example], source: SourceTokenizer, target: Tokenizer) -> list[PairLayout]:
    """The examples, padded to the longest source and the longest target among them."""
    sources = [_pieces(example.source, source) for example in examples]
    targets = [_pieces(example.target, target) for example in examples]
    source_steps = 1 + max((len(pieces) for pieces in sources), default=0)
    target_steps = 1 + max((len(pieces) for pieces in targets), default=0)
    go, end = (SPECIAL_TOKENS[GO], GO), (SPECIAL_TOKENS[EOS], EOS)
    return [
        PairLayout(
            example,
            _padded([*source_pieces, end], source_steps),
            _padded([go, *target_pieces], target_steps),
            _padded([*target_pieces, end], target_steps),
        )
        for example, source_pieces, target_pieces in zip(examples, sources, targets, strict=True)
    ]


def layout_lines(layouts: Sequence[PairLayout], width: int = WIDTH) -> list[str]:
    """The layouts for a terminal: each id under its token."""
    lines: list[str] = []
    for layout in layouts:
        lines.append(
            f"line {layout.example.line}: {excerpt(layout.example.source)} -> {excerpt(layout.example.target)}"
        )
        for name, sequence in (
            ("source", layout.source),
            ("target input", layout.target_input),
            ("target output", layout.target_output),
        ):
            lines.append(f"  {name}, length {sequence.length}")
            lines += [f"    {row}" for row in _rows(sequence, width - 4)]
    return lines


def _pieces(text: str, tokenizer: SourceTokenizer) -> list[tuple[str, int]]:
    return list(zip(tokenizer.tokens(text), tokenizer.encode(text), strict=True))


def _padded(pieces: Sequence[tuple[str, int]], steps: int) -> Steps:
    filled = [*pieces, *[(SPECIAL_TOKENS[PAD], PAD)] * (steps - len(pieces))]
    return Steps(tuple(token for token, _ in filled), tuple(id for _, id in filled), len(pieces))


def _rows(sequence: Steps, width: int) -> list[str]:
    """Tokens and ids in columns; after `width` a new pair of rows."""
    rows: list[str] = []
    tokens = ids = ""
    for token, id in zip(sequence.tokens, sequence.ids, strict=True):
        shown = "␣" if token == " " else visible(token)
        column = max(cell_len(shown), len(str(id))) + 1
        if tokens and cell_len(tokens) + column > width + 1:
            rows += [tokens.rstrip(), ids.rstrip()]
            tokens = ids = ""
        tokens += shown + " " * (column - cell_len(shown))
        ids += str(id).ljust(column)
    return [*rows, tokens.rstrip(), ids.rstrip()]
