"""A tag for every token (many to many, aligned): words and their characters, both directions, a CRF on top.

    token_t    = [word embedding; last states of a bi-directional LSTM over the token's characters;
                  sum of the embeddings of its shape, its prefixes and its suffixes;
                  sum of the embeddings of its places in entries of gazetteers]
    h_t        = bi-directional layers over the tokens
    emission_t = W h_t + b
    p(y | x)   from a linear-chain CRF (layers/crf.py), or softmax(emission_t) for each token by itself

This is the network of Lample et al. (2016) and Ma & Hovy (2016).

The network predicts classes: tags, or tags together with the roles of tokens in their spans (data/roles.py). The
probability of a tag is then the sum over its classes.

B sentences, T tokens, U different tokens of a batch, C characters, S features of a token's surface, G gazetteers, K
classes, L tags, E embedding size, H width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from recurra.layers import Recorded, Unrolled, dropout
from recurra.layers.crf import NEVER, LinearChain, best_path, costs
from recurra.models.bridge import joined
from recurra.models.input_readers import word_dropout
from recurra.models.options import RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.models.word_embedding import TableShape, WordEmbedding, word_embedding
from recurra.padded import Padded
from recurra.text.special import PAD

PLACES = 8  # numbers of each gazetteer: four roles in an entry, in the same case or not


@dataclass(frozen=True)
class TaggerOptions(RecurrentOptions):
    """The section [model] of a tagger's recipe; the width is that of each layer over the tokens."""

    embedding: int = 100  # size of the word embeddings
    characters: int = 64  # size of the vector computed from the characters of a token; 0: they are not read
    surface: int = 64  # size of the embedding of a token's shape, prefixes and suffixes, if the section [text] has any
    gazetteer: int = 32  # size of the embedding of a token's place in entries of gazetteers, if any are given
    dropout: float = 0.5  # share of values dropped on tokens, between and after layers, in training
    word_dropout: float = 0.05  # share of words read as <UNK> in training, so that unknown words are learned
    rare_dropout: float = 0.5  # the same share for words that occur once; the more often a word occurs, the less it is
    gazetteer_dropout: float = 0.3  # share of sentences in which a gazetteer is ignored in training
    crf: bool = True  # score neighbouring tags too, with a linear-chain CRF
    roles: bool = False  # learn spans in BIOES, whatever the scheme of the tags

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_between("embedding", 1, 8192)
        self.check_between("characters", 0, 8192)
        self.check_between("surface", 1, 8192)
        self.check_between("gazetteer", 1, 8192)
        self.check_share("word_dropout")
        self.check_share("gazetteer_dropout")
        self.check_share("rare_dropout")
        for name in ("width", "characters"):
            self.check_halves(name)


class Sentences(NamedTuple):
    """A batch as the network reads it."""

    words: Padded  # ids [B, T]
    spellings: Padded  # the characters of the different tokens [U, C]
    places: Tensor  # [B, T] which of them each token is
    surfaces: Tensor | None = None  # [U, S] the surface features of each of them, 0 where there is none
    names: Tensor | None = None  # [B, T, G] where each token stands in an entry of each gazetteer, 0 in none
    counts: Tensor | None = None  # [B, T] how often each word occurs in the training data, where that matters


class Coding(nn.Module):
    """Classes of tokens that are finer than tags.

    Args:
        tag_of: the tag of each class [K].
        allowed: which class may follow which, as of a LinearChain.
    """

    tag_of: Tensor
    groups: Tensor  # [L, G] the classes of each tag, K where it has no more
    start: Tensor
    between: Tensor
    end: Tensor

    def __init__(self, tag_of: Tensor, allowed: Tensor | None) -> None:
        super().__init__()
        own = [(tag_of == tag).nonzero()[:, 0] for tag in range(int(tag_of.max()) + 1)]
        self.register_buffer("tag_of", tag_of, persistent=False)
        self.register_buffer("groups", pad_sequence(own, True, len(tag_of)), persistent=False)
        cost = costs(len(tag_of), allowed)
        self.register_buffer("start", cost[-1, :-1], persistent=False)
        self.register_buffer("between", cost[:-1, :-1], persistent=False)
        self.register_buffer("end", cost[:-1, -1], persistent=False)

    def best(self, emissions: Padded) -> Tensor:
        """The most probable classes [B, T] of those that may follow one another."""
        return best_path(emissions, self.start, self.between, self.end)

    def probs(self, classes: Tensor) -> Tensor:
        """The probabilities of tags [B, T, L] from those of classes [B, T, K]."""
        return pad(classes, (0, 1))[..., self.groups].sum(-1)

    def log_probs(self, classes: Tensor) -> Tensor:
        """The same of logarithms."""
        return pad(classes, (0, 1), value=NEVER)[..., self.groups].logsumexp(-1)


def best_tags(emissions: Padded, crf: LinearChain | None, coding: Coding | None) -> Tensor:
    """The most probable tags [B, T]."""
    if crf is not None:
        classes = crf.best(emissions)
    else:
        classes = emissions.values.argmax(-1) if coding is None else coding.best(emissions)
    return classes if coding is None else coding.tag_of[classes].masked_fill(~emissions.mask, 0)


class Tagger(nn.Module):
    """The network.

    Args:
        options: sizes.
        words, characters: entries of the two vocabularies.
        classes: K.
        allowed: which class may follow which (layers/crf.py).
        surface: numbers of shapes and affixes; 0: none are read.
        table: of a vocabulary whose words have vectors.
        tag_of: the tag of each class [K]; None: classes are tags.
        gazetteers: G.
    """

    def __init__(
        self,
        options: TaggerOptions,
        words: int,
        characters: int,
        classes: int,
        allowed: Tensor | None = None,
        surface: int = 0,
        table: TableShape | None = None,
        tag_of: Tensor | None = None,
        gazetteers: int = 0,
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
        self.names = nn.Embedding(1 + PLACES * gazetteers, options.gazetteer, padding_idx=0) if gazetteers else None
        if self.names is not None:
            nn.init.normal_(self.names.weight.data[1:], std=0.1)
            read += options.gazetteer
        self.layers = recurrent_stack(options, read)
        self.output = nn.Linear(options.hidden, classes)
        self.crf = LinearChain(classes, allowed) if options.crf else None
        self.coding = None if tag_of is None else Coding(tag_of, allowed)

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

    def sentence_losses(self, emissions: Padded, classes: Tensor) -> Tensor:
        """Nats of the right classes [B, T], summed over the tokens of each sentence: [B]."""
        if self.crf is not None:
            return self.crf.negative_log_likelihood(emissions, classes)
        nats = nn.functional.cross_entropy(emissions.values.transpose(1, 2), classes, reduction="none")
        return (nats * emissions.mask).sum(1)

    def loss(self, sentences: Sentences, classes: Tensor, smoothing: float = 0.0) -> Tensor:
        """Nats of the right classes [B, T], summed over all tokens."""
        emissions = self(sentences)
        if self.crf is not None:
            return self.crf.negative_log_likelihood(emissions, classes).sum()
        mask = emissions.mask
        return nn.functional.cross_entropy(
            emissions.values[mask], classes[mask], reduction="sum", label_smoothing=smoothing
        )

    def best(self, emissions: Padded) -> Tensor:
        """The most probable tags [B, T]."""
        return best_tags(emissions, self.crf, self.coding)

    def log_probs(self, emissions: Padded) -> Tensor:
        """log p(y_t = l | x) of each token and tag: [B, T, L]."""
        classes = emissions.values.log_softmax(-1) if self.crf is None else self.crf.log_marginals(emissions)
        return classes if self.coding is None else self.coding.log_probs(classes)

    def read(self, sentences: Sentences) -> Padded:
        """The vectors of the tokens [B, T, R]: of words, their spellings, their surface, and gazetteers."""
        ids = word_dropout(sentences.words.values, self._unknown(sentences), self.training)
        seen = self.seen(sentences.spellings, sentences.surfaces)[sentences.places]
        return self.together(sentences.words.with_values(ids), seen, sentences.names)

    def seen(self, spellings: Padded, surfaces: Tensor | None) -> Tensor:
        """What is read of different tokens beside which words they are: of spellings [U, C] and surfaces, [U, V]."""
        parts: list[Tensor] = []
        if self.options.characters:
            run: Unrolled = self.spelling(spellings.with_values(self.characters(spellings.values)))
            parts.append(joined(run.state[-1]).hidden)
        if self.surface is not None and surfaces is not None:
            parts.append(self.surface(surfaces).sum(1))
        return torch.cat(parts, dim=-1) if parts else self.output.weight.new_zeros(len(spellings.values), 0)

    def together(self, words: Padded, seen: Tensor, names: Tensor | None) -> Padded:
        """The vectors of tokens [B, T, R] from their words [B, T], what is `seen` of each [B, T, V], and gazetteers."""
        parts = [self.words(words.values), seen]
        if self.names is not None and names is not None:
            parts.append(self.names(self._looked_up(names)).sum(2))
        return words.with_values(torch.cat(parts, dim=-1))

    def _unknown(self, sentences: Sentences) -> float | Tensor:
        """The probability that each word [B, T] is read as <UNK> in training: a / (a + n) where it occurs n times.

        So rare words teach the network to rely on the other features, as it must for unknown words (a = n = 1: half of
        the time, as in Lample et al. 2016; the form is that of Kiperwasser & Goldberg 2016). Frozen vectors are as good
        for words outside the training data, so for words that have them the share is `word_dropout` alone.
        """
        least, rare = self.options.word_dropout, self.options.rare_dropout
        if sentences.counts is None:
            return least
        a = rare / (1 - rare)
        share = (a / (a + sentences.counts)).clamp_min(least)
        if isinstance(self.words, WordEmbedding):
            share = share.masked_fill(~self.words.is_trained(sentences.words.values), least)
        return share

    def _looked_up(self, names: Tensor) -> Tensor:
        """Names [B, T, G]; in training a list is ignored in some sentences, so that the network does not rely on it."""
        if not self.training:
            return names
        kept = torch.rand(len(names), 1, names.shape[2], device=names.device) >= self.options.gazetteer_dropout
        return names * kept

    def _drop(self, values: Tensor) -> Tensor:
        return dropout(values, self.options.dropout, self.training)
