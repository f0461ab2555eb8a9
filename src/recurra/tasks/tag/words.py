"""Tokens as a tagger reads them: ids of words, and the characters of each different token once.

B sentences, T tokens, U different tokens of a batch, C characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recurra.data import EncodedTable
from recurra.models.tagger import Sentences
from recurra.padded import Padded, pad
from recurra.text import Tokenizer
from recurra.text.visible import excerpt
from recurra.training import Index

Ids = Sequence[int]
LONGEST_TOKEN = 40  # characters that are read of one; what is longer is a link or an accident


@dataclass(frozen=True)
class TokenReader:
    """Both vocabularies."""

    words: Tokenizer
    characters: Tokenizer
    lowercase: bool  # words are looked up in lower case; characters are read as they are

    @classmethod
    def build(
        cls, sentences: Iterable[Sequence[str]], vocabulary: int, min_count: int, *, lowercase: bool
    ) -> TokenReader:
        """From the training sentences; they are read twice."""
        words = Tokenizer.build((as_line(tokens, lowercase) for tokens in sentences), "words", vocabulary, min_count)
        characters = Tokenizer.build((" ".join(tokens) for tokens in sentences), "chars")
        return cls(words, characters, lowercase)

    def vocabularies(self) -> dict[str, str]:
        """As JSON."""
        return {"words": self.words.to_json(), "characters": self.characters.to_json()}

    @classmethod
    def load(cls, vocabularies: Mapping[str, str], *, lowercase: bool) -> TokenReader:
        """The same again."""
        words, characters = (Tokenizer.from_json(vocabularies[name]) for name in ("words", "characters"))
        return cls(words, characters, lowercase)

    def encode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[int], list[list[int]]]]:
        """Of each sentence the ids of its words, and of each word the ids of its characters."""
        words = self.words.encode_batch([as_line(tokens, self.lowercase) for tokens in sentences])
        different = list({token for tokens in sentences for token in tokens})
        spelt = dict(zip(different, self.characters.encode_batch(different), strict=True))
        return [
            (ids, [spelt[token][:LONGEST_TOKEN] for token in tokens])
            for ids, tokens in zip(words, sentences, strict=True)
        ]

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


def batch_of(rows: Sequence[tuple[Ids, Sequence[Ids]]]) -> Sentences:
    """Encoded sentences as tensors; each different token is spelt once."""
    number: dict[tuple[int, ...], int] = {}
    places = [[number.setdefault(tuple(spelling), len(number)) for spelling in spellings] for _, spellings in rows]
    words = pad([torch.tensor(ids, dtype=torch.int64) for ids, _ in rows])
    spellings = pad([torch.tensor(spelling, dtype=torch.int64) for spelling in number])
    return Sentences(words, spellings, pad([torch.tensor(row, dtype=torch.int64) for row in places]).values)


def encoded_row(table: EncodedTable, row: int) -> tuple[Ids, list[Ids]]:
    """A sentence of the cache: ids of words, and characters of each."""
    ends = np.cumsum(table["sizes"].row(row))
    spellings = np.split(table["characters"].row(row), ends[:-1])
    return table["words"].row(row).tolist(), [spelling.tolist() for spelling in spellings]


def batch_from(table: EncodedTable, index: Index) -> tuple[Sentences, Tensor]:
    """The sentences `index` [B] of the cache, and their tags [B, T]."""
    sentences = batch_of([encoded_row(table, int(row)) for row in index])
    tags = pad([torch.from_numpy(table["tags"].row(int(row)).astype(np.int64)) for row in index])
    return sentences, tags.values


def to_device(sentences: Sentences, device: torch.device) -> Sentences:
    """The same on a device."""
    moved: list[Padded] = [sentences.words.to(device), sentences.spellings.to(device)]
    return Sentences(moved[0], moved[1], sentences.places.to(device))
