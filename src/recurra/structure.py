"""What a network is made of, as plain data: its parts, their sizes, what each reads. No tensor and no module.

    Structure    towers -> top                   what reads a whole input, or answers at every step
                 tower, bridge, decoder          an encoder-decoder
    Tower        readers -> parts                one for each column of the input, from the lowest part up
    Part         one box of a drawing

A network says what it is made of (models/structures.py), the task says what it is called, and the drawings need nothing
else. Sizes are numbers per step; None is one that the data decide, of a network that has seen none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

PartKind = Literal[
    "embedding",  # a vector for each unit, looked up
    "numbers",  # numbers, standardised
    "image",  # convolutions to a grid of cells
    "spelling",  # a vector for each token, from its characters
    "recurrent",  # a cell over time
    "convolution",  # windows over time
    "feedforward",  # a layer without time
    "pooling",  # all steps to one vector
    "attention",  # a weighted sum of another sequence
    "bridge",  # the first state of a decoder
    "output",  # scores, and what is made of them
]


@dataclass(frozen=True)
class Part:
    """One part of a network.

    Args:
        kind: what it is, see above.
        name: in words: "LSTM", "embeddings", "softmax".
        inputs, outputs: numbers that it reads and gives at each step (of a pooling, once).
        parameters: its own trained numbers; what it shares with another part is counted there.
        cell: of a recurrent part and of a spelling: the name in recurra.cells.CELLS.
        states: what a recurrent part hands on from step to step, in symbols: ("h",), ("h", "c").
        both: it reads in both directions, each giving half of the outputs.
        notes: what else is to know: "residual", "shares the embeddings".
    """

    kind: PartKind
    name: str
    inputs: int | None
    outputs: int | None
    parameters: int | None
    cell: str = ""
    states: tuple[str, ...] = ()
    both: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tower:
    """What reads one column of the input, from the lowest part up.

    Args:
        reads: what a step is, in words: "characters", "numbers of a step", "cells of an image".
        readers: from the input to vectors; of several, the vectors stand side by side.
        parts: what reads these.
        name: of the column, where there are several.
        ordered: whether the input is a sequence; a vector is a single step.
    """

    reads: str
    readers: tuple[Part, ...]
    parts: tuple[Part, ...]
    name: str = ""
    ordered: bool = True


@dataclass(frozen=True)
class Decoder:
    """What writes, step by step, in an encoder-decoder (models/decoder.py).

    Args:
        writes: what a step is: "characters".
        attention: between the first layer and those above; its notes say "fixed" where there is none to speak of.
        feeds_input: the vector before the output is read again at the next step.
        copies: the output can copy what it attends to.
    """

    writes: str
    embedding: Part
    first: Part
    attention: Part
    upper: tuple[Part, ...]
    combine: Part
    output: Part
    feeds_input: bool = False
    copies: bool = False

    def parts(self) -> Iterator[Part]:
        """All of them, in the order of the computation."""
        yield from (self.embedding, self.first, self.attention, *self.upper, self.combine, self.output)

    @property
    def attends(self) -> bool:
        """Whether the weights of the attention are computed; else the context is the same at every step."""
        return self.attention.name != NO_ATTENTION


NO_ATTENTION, LAST_STEP = "no attention", "last step"  # names that say how a part is connected
SINGLE = ("embedding", "first", "attention", "combine", "output")  # parts of a decoder

# When a network answers: once for the whole input, at every step of it, or by a decoder.
Answers = Literal["once", "each step", "decoder"]


@dataclass(frozen=True)
class Structure:
    """A network.

    Args:
        name: what it is, in a few words: "tagger", "encoder-decoder".
        gives: what comes out: where it is one of many, these in the plural ("labels"); else in words ("a number").
        answers: when.
        towers: what reads the input.
        top: what stands above all towers together; its last part is the output, where there is no decoder.
        bridge, decoder: of an encoder-decoder.
        links: the answers of neighbouring steps depend on each other (a CRF).
        ahead: the answer at a step is the input of the next one (a language model).
        parameters: trained numbers in all, shared ones counted once; None where the data decide.
    """

    name: str
    gives: str
    answers: Answers
    towers: tuple[Tower, ...]
    top: tuple[Part, ...] = ()
    bridge: Part | None = None
    decoder: Decoder | None = None
    links: bool = False
    ahead: bool = False
    parameters: int | None = None

    def parts(self) -> Iterator[Part]:
        """All parts, from where the input comes in to where the answer goes out."""
        for tower in self.towers:
            yield from (*tower.readers, *tower.parts)
        yield from self.top
        if self.bridge is not None:
            yield self.bridge
        if self.decoder is not None:
            yield from self.decoder.parts()


WIDTHS = ("recurrent", "convolution", "feedforward", "pooling", "attention", "bridge")  # what has a width by itself


def without_data(structure: Structure) -> Structure:
    """The same where no data have been seen: of the sizes only the widths of layers are left."""

    def opened(part: Part) -> Part:
        known = part.outputs if part.kind in WIDTHS else None
        notes = () if part.kind == "image" else part.notes
        return replace(part, inputs=None, outputs=known, parameters=None, notes=notes)

    def all_opened(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(map(opened, parts))

    decoder = structure.decoder
    if decoder is not None:
        single = {name: opened(getattr(decoder, name)) for name in SINGLE}
        decoder = replace(decoder, upper=all_opened(decoder.upper), **single)
    return replace(
        structure,
        towers=tuple(
            replace(one, readers=all_opened(one.readers), parts=all_opened(one.parts)) for one in structure.towers
        ),
        top=all_opened(structure.top),
        bridge=None if structure.bridge is None else opened(structure.bridge),
        decoder=decoder,
        parameters=None,
    )
