"""Tokens as a tagger reads them: ids of words, and the characters and the surface of each different token once.

B sentences, T tokens, U different tokens of a batch, C characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from recurra.columns.column import padded
from recurra.columns.stored import json_object
from recurra.columns.word_vectors import stored_table, table_mapping
from recurra.data import EncodedTable, Ragged
from recurra.data.gazetteers import Gazetteers, gazetteers_json
from recurra.models.tagger import Sentences
from recurra.models.word_embedding import TableShape
from recurra.padded import Padded
from recurra.tasks.tag.names import name_ids, stored_gazetteers
from recurra.tasks.tag.recipe import TokenOptions
from recurra.tasks.tag.surface import Surface
from recurra.text import Tokenizer
from recurra.text.special import UNK
from recurra.text.visible import excerpt
from recurra.training import Index

Ids = Sequence[int]
GAZETTEERS = "gazetteers"  # what the file of the lists of names is called
SURFACE = "surface"  # what the vocabulary of shapes and affixes is called
VECTORS = "vectors"  # and the record of the words that have vectors
REMEMBERED = 20_000  # tokens
LONGEST_TOKEN = 40  # characters that are read of one; what is longer is a link or an accident


class Token(NamedTuple):
    """What is read of a token beside which word it is."""

    spelling: tuple[int, ...]  # ids of its characters
    surface: tuple[int, ...]  # ids of its shape and its affixes (surface.py); none where they are not read


class Read(NamedTuple):
    """All that is read of a token."""

    word: int  # its id
    token: Token


class Encoded(NamedTuple):
    """A sentence as ids."""

    words: Ids
    tokens: Sequence[Token]
    names: Ids = ()  # of each token where it stands in each gazetteer (names.py), one after another


@dataclass(frozen=True)
class TokenReader:
    """All vocabularies."""

    words: Tokenizer
    characters: Tokenizer
    surface: Surface | None  # None: neither shapes nor affixes are read
    lowercase: bool  # words are looked up in lower case; characters are read as they are
    table: TableShape | None = None  # of words that have vectors
    gazetteers: Gazetteers = ()
    _lately: dict[str, Read] = field(default_factory=dict[str, Read], repr=False, compare=False)

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
        if self.gazetteers:
            found[GAZETTEERS] = gazetteers_json(self.gazetteers)
        return found

    @classmethod
    def load(cls, vocabularies: Mapping[str, str], *, lowercase: bool) -> TokenReader:
        """The same again."""
        words, characters = (Tokenizer.from_json(vocabularies[name]) for name in ("words", "characters"))
        surface = Surface.from_json(vocabularies[SURFACE]) if SURFACE in vocabularies else None
        gazetteers = stored_gazetteers(vocabularies[GAZETTEERS]) if GAZETTEERS in vocabularies else ()
        if VECTORS not in vocabularies:
            return cls(words, characters, surface, lowercase, None, gazetteers)
        table = stored_table(json_object(vocabularies[VECTORS]), words.size)
        return cls(words.reading_forms(), characters, surface, lowercase, table, gazetteers)

    def encode(self, sentences: Sequence[Sequence[str]]) -> list[Encoded]:
        """Of each sentence the ids of its words, and what else is read of each."""
        read = self._read({token for tokens in sentences for token in tokens})
        return [
            Encoded(
                [read[token].word for token in tokens],
                [read[token].token for token in tokens],
                name_ids(tokens, self.gazetteers),
            )
            for tokens in sentences
        ]

    def _read(self, different: Iterable[str]) -> dict[str, Read]:
        """What is read of each token; it is remembered, for most words come again soon."""
        lately = self._lately
        found = {token: lately.get(token) for token in different}
        new = [token for token, one in found.items() if one is None]
        words = self.words.encode_batch([as_line([token], self.lowercase) for token in new])
        spelt = self.characters.encode_batch(new)
        read = {
            token: Read(word, Token(tuple(spelling[:LONGEST_TOKEN]), self.surface.ids(token) if self.surface else ()))
            for token, [word], spelling in zip(new, words, spelt, strict=True)
        }
        if len(lately) > REMEMBERED:
            lately.clear()
        lately.update(read)
        return {token: one or read[token] for token, one in found.items()}

    def is_cut(self, token: str) -> bool:
        """Whether only the beginning of a token is read."""
        return len(token) > LONGEST_TOKEN and len(self.characters.encode(token)) > LONGEST_TOKEN

    def unknown_words(self, sentences: Sequence[Sequence[str]], encoded: Sequence[Encoded]) -> list[list[str]]:
        """The words of each sentence that are not in the vocabulary, as they are looked up."""
        rows = [
            [token for token, id in zip(tokens, one.words, strict=True) if id == UNK] if UNK in one.words else []
            for tokens, one in zip(sentences, encoded, strict=True)
        ]
        different = list(dict.fromkeys(token for row in rows for token in row))
        shown = dict(zip(different, self.unknown(different), strict=True)) if different else {}
        return [[shown[token] for token in row] for row in rows]

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


class LaidOut(NamedTuple):
    """A batch, of which the different tokens are not spelt yet."""

    words: Padded  # ids [B, T]
    tokens: list[Token]  # the different ones [U]
    places: Tensor  # [B, T] which of them each token is
    names: Tensor | None  # [B, T, G]


def laid_out(rows: Sequence[Encoded]) -> LaidOut:
    """Encoded sentences as tensors."""
    number: dict[Token, int] = {}
    places = padded_ids([[number.setdefault(token, len(number)) for token in one.tokens] for one in rows]).values
    names = padded_ids([one.names for one in rows]).values.reshape(*places.shape, -1) if places.numel() else None
    return LaidOut(padded_ids([one.words for one in rows]), list(number), places, names)


def spelt(tokens: Sequence[Token]) -> tuple[Padded, Tensor]:
    """The characters [U, C] and the surfaces [U, S] of tokens."""
    surfaces = torch.tensor([token.surface for token in tokens], dtype=torch.int64)
    return padded_ids([token.spelling for token in tokens]), surfaces


def batch_of(rows: Sequence[Encoded]) -> Sentences:
    """Encoded sentences as tensors; each different token is spelt once."""
    words, tokens, places, names = laid_out(rows)
    spellings, surfaces = spelt(tokens)
    return Sentences(words, spellings, places, surfaces, names)


def padded_ids(rows: Sequence[Ids]) -> Padded:
    """Ids [B, T]."""
    return padded(Ragged.of(rows), 1, np.int64)


def encoded_row(table: EncodedTable, row: int) -> Encoded:
    """A sentence of the cache."""
    words, sizes = table["words"].row(row).tolist(), table["sizes"].row(row)
    spellings = np.split(table["characters"].row(row), np.cumsum(sizes)[:-1])
    has = "surfaces" in table.columns  # what an earlier recurra began has none
    surfaces = table["surfaces"].row(row).reshape(len(words), -1).tolist() if has else [()] * len(words)
    pairs = zip(spellings, surfaces, strict=True)
    tokens = [Token(tuple(spelling.tolist()), tuple(surface)) for spelling, surface in pairs]
    return Encoded(words, tokens, table["names"].row(row).tolist() if "names" in table.columns else ())


class Tagged(NamedTuple):
    """Sentences with what is right."""

    sentences: Sentences
    tags: Tensor  # [B, T] negative where the network does not know the tag
    classes: Tensor  # [B, T] what the network is to find; negative likewise


def batch_from(table: EncodedTable, index: Index) -> Tagged:
    """The sentences `index` [B] of the cache."""
    sentences = batch_of([encoded_row(table, int(row)) for row in index])
    tags, classes = (column_of(table, name, index) for name in ("tags", "classes"))
    return Tagged(sentences, tags, classes if classes.shape == tags.shape else tags)


def column_of(table: EncodedTable, name: str, index: Index) -> Tensor:
    """The numbers of the tokens in a column of the cache [B, T]; without any where it is not there."""
    rows = table[name].gather(index) if name in table.columns else Ragged.of([])
    return padded(rows, 1, np.int64).values


def to_device(sentences: Sentences, device: torch.device) -> Sentences:
    """The same on a device."""
    words: Padded = sentences.words.to(device)
    spellings: Padded = sentences.spellings.to(device)
    places, *others = (None if one is None else one.to(device) for one in sentences[2:])
    return Sentences(words, spellings, cast("Tensor", places), *others)
