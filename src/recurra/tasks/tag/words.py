"""Tokens as a tagger reads them: ids of words, and the characters and the surface of each different token once.

B sentences, T tokens, U different tokens of a batch, C characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from recurra.columns.stored import json_object
from recurra.columns.word_vectors import stored_table, table_mapping
from recurra.data import EncodedTable
from recurra.models.tagger import Sentences
from recurra.models.word_embedding import TableShape
from recurra.padded import Padded, pad
from recurra.tasks.tag.recipe import TokenOptions
from recurra.tasks.tag.surface import Surface
from recurra.text import Tokenizer
from recurra.text.visible import excerpt
from recurra.training import Index

Ids = Sequence[int]
SURFACE = "surface"  # what the vocabulary of shapes and affixes is called
VECTORS = "vectors"  # and the record of the words that have vectors
LONGEST_TOKEN = 40  # characters that are read of one; what is longer is a link or an accident


class Token(NamedTuple):
    """What is read of a token beside which word it is."""

    spelling: tuple[int, ...]  # ids of its characters
    surface: tuple[int, ...]  # ids of its shape and its affixes (surface.py); none where they are not read


class Encoded(NamedTuple):
    """A sentence as ids."""

    words: Ids
    tokens: Sequence[Token]


@dataclass(frozen=True)
class TokenReader:
    """All vocabularies."""

    words: Tokenizer
    characters: Tokenizer
    surface: Surface | None  # None: neither shapes nor affixes are read
    lowercase: bool  # words are looked up in lower case; characters are read as they are
    table: TableShape | None = None  # of words that have vectors

    @classmethod
    def build(cls, sentences: Iterable[Sequence[str]], options: TokenOptions) -> TokenReader:
        """From the training sentences; they are read three times."""
        lines = (as_line(tokens, options.lowercase) for tokens in sentences)
        words = Tokenizer.build(lines, "words", options.vocabulary, options.min_count)
        return cls.around(words, sentences, options)

    @classmethod
    def around(
        cls,
        words: Tokenizer,
        sentences: Iterable[Sequence[str]],
        options: TokenOptions,
        table: TableShape | None = None,
    ) -> TokenReader:
        """The same of words that are known already, and may have vectors."""
        low = options.lowercase
        characters = Tokenizer.build((" ".join(tokens) for tokens in sentences), "chars")
        different = {token for tokens in sentences for token in tokens}
        surface = Surface.build(different, shapes=options.shapes, affixes=options.affixes, lowercase=low)
        return cls(words, characters, surface, low, table)

    def vocabularies(self) -> dict[str, str]:
        """As JSON."""
        found = {"words": self.words.to_json(), "characters": self.characters.to_json()}
        if self.surface is not None:
            found[SURFACE] = self.surface.to_json()
        if self.table is not None:
            found[VECTORS] = json.dumps(table_mapping(self.table))
        return found

    @classmethod
    def load(cls, vocabularies: Mapping[str, str], *, lowercase: bool) -> TokenReader:
        """The same again."""
        words, characters = (Tokenizer.from_json(vocabularies[name]) for name in ("words", "characters"))
        surface = Surface.from_json(vocabularies[SURFACE]) if SURFACE in vocabularies else None
        if VECTORS not in vocabularies:
            return cls(words, characters, surface, lowercase)
        table = stored_table(json_object(vocabularies[VECTORS]), words.size)
        return cls(words.reading_forms(), characters, surface, lowercase, table)

    def encode(self, sentences: Sequence[Sequence[str]]) -> list[Encoded]:
        """Of each sentence the ids of its words, and what else is read of each."""
        words = self.words.encode_batch([as_line(tokens, self.lowercase) for tokens in sentences])
        different = list({token for tokens in sentences for token in tokens})
        spelt = self.characters.encode_batch(different)
        read = {
            token: Token(tuple(spelling[:LONGEST_TOKEN]), self.surface.ids(token) if self.surface else ())
            for token, spelling in zip(different, spelt, strict=True)
        }
        return [Encoded(ids, [read[token] for token in tokens]) for ids, tokens in zip(words, sentences, strict=True)]

    def is_cut(self, token: str) -> bool:
        """Whether only the beginning of a token is read."""
        return len(token) > LONGEST_TOKEN and len(self.characters.encode(token)) > LONGEST_TOKEN

    def unknown(self, tokens: Sequence[str]) -> list[str]:
        """The words that are not in the vocabulary."""
        return self.words.unknown_tokens(as_line(tokens, self.lowercase))


def cut_note(reader: TokenReader, sentences: Iterable[Sequence[str]]) -> str:
    """What is said of tokens of which only the beginning is read; empty where there is none."""
    cut = [token for tokens in sentences for token in tokens if reader.is_cut(token)]
    if not cut:
        return ""
    are = "token is" if len(cut) == 1 else "tokens are"
    read = f"of which the first {LONGEST_TOKEN} are read"
    return f"{len(cut):,} {are} longer than {LONGEST_TOKEN} characters, {read}: {excerpt(cut[0], 60)}"


def as_line(tokens: Sequence[str], lowercase: bool) -> str:
    """The tokens between single spaces; a space inside a token is written as a low line."""
    line = " ".join("_".join(token.split()) or "_" for token in tokens)
    return line.lower() if lowercase else line


def batch_of(rows: Sequence[Encoded]) -> Sentences:
    """Encoded sentences as tensors; each different token is spelt once."""
    number: dict[Token, int] = {}
    places = [[number.setdefault(token, len(number)) for token in tokens] for _, tokens in rows]
    words = pad([torch.tensor(ids, dtype=torch.int64) for ids, _ in rows])
    spellings = pad([torch.tensor(token.spelling, dtype=torch.int64) for token in number])
    surfaces = torch.tensor([token.surface for token in number], dtype=torch.int64)
    return Sentences(words, spellings, pad([torch.tensor(row, dtype=torch.int64) for row in places]).values, surfaces)


def encoded_row(table: EncodedTable, row: int) -> Encoded:
    """A sentence of the cache."""
    words, sizes = table["words"].row(row).tolist(), table["sizes"].row(row)
    spellings = np.split(table["characters"].row(row), np.cumsum(sizes)[:-1])
    has = "surfaces" in table.columns  # what an earlier recurra began has none
    surfaces = table["surfaces"].row(row).reshape(len(words), -1).tolist() if has else [()] * len(words)
    pairs = zip(spellings, surfaces, strict=True)
    return Encoded(words, [Token(tuple(spelling.tolist()), tuple(surface)) for spelling, surface in pairs])


def batch_from(table: EncodedTable, index: Index) -> tuple[Sentences, Tensor]:
    """The sentences `index` [B] of the cache, and their tags [B, T]."""
    sentences = batch_of([encoded_row(table, int(row)) for row in index])
    tags = pad([torch.from_numpy(table["tags"].row(int(row)).astype(np.int64)) for row in index])
    return sentences, tags.values


def to_device(sentences: Sentences, device: torch.device) -> Sentences:
    """The same on a device."""
    words: Padded = sentences.words.to(device)
    spellings: Padded = sentences.spellings.to(device)
    places, surfaces, counts = (None if one is None else one.to(device) for one in sentences[2:])
    return Sentences(words, spellings, cast("Tensor", places), surfaces, counts)
