"""A tag for every token (many to many, aligned): words and their characters, both directions, a CRF on top.

    token_t    = [word embedding; last states of a bi-directional LSTM over the token's characters;
                  sum of the embeddings of its shape, its prefixes and its suffixes]
    h_t        = bi-directional layers over the tokens
    emission_t = W h_t + b
    p(y | x)   from a linear-chain CRF (layers/crf.py), or softmax(emission_t) for each token by itself

This is the network of Lample et al. (2016) and Ma & Hovy (2016).

B sentences, T tokens, U different tokens of a batch, C characters, S features of a token's
surface, K tags, E embedding size, H width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from recurra.layers import Recorded, Unrolled, dropout
from recurra.layers.crf import LinearChain
from recurra.models.bridge import joined
from recurra.models.input_readers import word_dropout
from recurra.models.options import RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.models.word_embedding import TableShape, WordEmbedding, word_embedding
from recurra.padded import Padded
from recurra.text.special import PAD


@dataclass(frozen=True)
class TaggerOptions(RecurrentOptions):
    """The section [model] of a tagger's recipe; the width is that of each layer over the tokens."""

    embedding: int = 100  # size of the word embeddings
    characters: int = 64  # size of the vector computed from the characters of a token; 0: words only
    surface: int = 64  # size of the vector of a token's shape, prefixes and suffixes, where the section [text] has any
    dropout: float = 0.5  # share of values dropped on tokens, between and after layers, in training
    word_dropout: float = 0.05  # share of words read as <UNK> in training, so that unknown words are learned
    rare_dropout: float = 0.5  # the same share of words that occur once; the less of others, the more often they occur
    crf: bool = True  # score neighbouring tags too, with a linear-chain CRF

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_between("embedding", 1, 8192)
        self.check_between("characters", 0, 8192)
        self.check_between("surface", 1, 8192)
        self.check_share("word_dropout")
        self.check_share("rare_dropout")
        for name in ("width", "characters"):
            self.check_halves(name)


class Sentences(NamedTuple):
    """A batch as the network reads it."""

    words: Padded  # ids [B, T]
    spellings: Padded  # the characters of the different tokens [U, C]
    places: Tensor  # [B, T] which of them each token is
    surfaces: Tensor | None = (
        None  # [U, S] the features of each of them, 0 where there is none; None: they are not read
    )
    counts: Tensor | None = None  # [B, T] how often each word occurs in the training data, where that matters


class Tagger(nn.Module):
    """The network.

    Args:
        options: sizes.
        words, characters: entries of the two vocabularies.
        tags: K.
        allowed: which tag may follow which (layers/crf.py).
        surface: numbers of shapes and affixes; 0: none are read.
        table: of a vocabulary whose words have vectors.
    """

    def __init__(
        self,
        options: TaggerOptions,
        words: int,
        characters: int,
        tags: int,
        allowed: Tensor | None = None,
        surface: int = 0,
        table: TableShape | None = None,
    ) -> None:
        super().__init__()
        self.options = options
        self.words = word_embedding(words, options.embedding, table, deviation=0.1)
        read = options.embedding
        if options.characters:
            self.characters = nn.Embedding(characters, 32, padding_idx=PAD)
            spelling = replace(options, width=options.characters, layers=1)
            self.spelling = recurrent_stack(spelling, 32)
            read += options.characters
        self.surface = nn.Embedding(surface, options.surface, padding_idx=0) if surface else None
        if self.surface is not None:
            nn.init.normal_(self.surface.weight.data[1:], std=0.1)
            read += options.surface
        self.layers = recurrent_stack(options, read)
        self.output = nn.Linear(options.hidden, tags)
        self.crf = LinearChain(tags, allowed) if options.crf else None

    def forward(self, sentences: Sentences) -> Padded:
        """Emissions [B, T, K]."""
        return self.along(self.read(sentences))[0]

    def along(self, read: Padded, *, trace: bool = False) -> tuple[Padded, Mapping[str, Recorded]]:
        """The same from the vectors of the tokens [B, T, R], and on request the gates and states of the layers."""
        run = self.over(read, trace=trace)
        emissions = self.output(self._drop(run.outputs.values))
        return read.with_values(emissions), run.trace

    def over(self, read: Padded, *, trace: bool = False) -> Unrolled:
        """The layers over the vectors of the tokens [B, T, R]."""
        return self.layers(read.with_values(self._drop(read.values)), trace=trace)

    def sentence_losses(self, sentences: Sentences, tags: Tensor) -> Tensor:
        """Nats of the right tags [B, T], summed over the tokens of each sentence: [B]."""
        emissions = self(sentences)
        if self.crf is not None:
            return self.crf.negative_log_likelihood(emissions, tags)
        nats = nn.functional.cross_entropy(emissions.values.transpose(1, 2), tags, reduction="none")
        return (nats * emissions.mask).sum(1)

    def loss(self, sentences: Sentences, tags: Tensor, smoothing: float = 0.0) -> Tensor:
        """Nats of the right tags [B, T], summed over all tokens."""
        emissions = self(sentences)
        if self.crf is not None:
            return self.crf.negative_log_likelihood(emissions, tags).sum()
        mask = emissions.mask
        return nn.functional.cross_entropy(
            emissions.values[mask], tags[mask], reduction="sum", label_smoothing=smoothing
        )

    def best(self, emissions: Padded) -> Tensor:
        """The most probable tags [B, T]."""
        return emissions.values.argmax(-1) if self.crf is None else self.crf.best(emissions)

    def log_probs(self, emissions: Padded) -> Tensor:
        """log p(y_t = k | x) of each token and tag: [B, T, K]."""
        return emissions.values.log_softmax(-1) if self.crf is None else self.crf.log_marginals(emissions)

    def read(self, sentences: Sentences) -> Padded:
        """The vectors of the tokens [B, T, R]: of the words, of their spellings, and of what they look like."""
        ids = word_dropout(sentences.words.values, self._unknown(sentences), self.training)
        parts = [self.words(ids)]
        if self.options.characters:
            spellings = sentences.spellings
            run: Unrolled = self.spelling(spellings.with_values(self.characters(spellings.values)))
            parts.append(joined(run.state[-1]).hidden[sentences.places])  # [U, c] to [B, T, c]
        if self.surface is not None and sentences.surfaces is not None:
            parts.append(self.surface(sentences.surfaces).sum(1)[sentences.places])
        return sentences.words.with_values(torch.cat(parts, dim=-1))

    def _unknown(self, sentences: Sentences) -> float | Tensor:
        """The share of times that each word [B, T] is read as <UNK> in training: a / (a + n) where it occurs n times.

        So words that are as rare as those that will be unknown are learned to be read by the rest (a = n = 1: half of
        the time, as in Lample et al. 2016; the form is that of Kiperwasser & Goldberg 2016). A word whose vector stays
        as it is tells as much of those that training has not seen, and is read by it.
        """
        least, rare = self.options.word_dropout, self.options.rare_dropout
        if sentences.counts is None:
            return least
        a = rare / (1 - rare)
        share = (a / (a + sentences.counts)).clamp_min(least)
        if isinstance(self.words, WordEmbedding):
            share = share.masked_fill(~self.words.is_trained(sentences.words.values), least)
        return share

    def _drop(self, values: Tensor) -> Tensor:
        return dropout(values, self.options.dropout, self.training)
