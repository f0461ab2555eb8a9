"""What a drawing says in words: its labels, and its description for those who do not see it."""

from __future__ import annotations

from recurra.structure import Structure, Tower
from recurra.text.counted import counted
from recurra.views.drawing.boxes import described

CHOOSING = ("softmax", "CRF")  # outputs that choose one of many


def input_words(tower: Tower) -> str:
    """What comes in at each step."""
    reader = tower.readers[0] if len(tower.readers) == 1 else None
    if reader is not None and reader.kind == "embedding":
        return tower.reads if reader.inputs is None else one_of(tower.reads, reader.inputs)
    if reader is not None and reader.kind == "numbers" and reader.inputs is not None:
        return f"{reader.inputs:,} number{'s' if reader.inputs != 1 else ''}"
    return tower.reads


def output_words(structure: Structure) -> str:
    """What goes out."""
    last = structure.decoder.output if structure.decoder else structure.top[-1] if structure.top else None
    if last is None or last.name not in CHOOSING:
        return structure.gives
    return one_of(structure.gives, last.outputs)


def one_of(names: str, count: int | None) -> str:
    """What is chosen among so many."""
    return f"one of the {names}" if count is None else f"one of {count:,} {names}"


def described_structure(structure: Structure) -> str:
    """The network in a few sentences, from the input to the answer."""
    sentences = [
        f"{f'{tower.name}: ' if tower.name else ''}reads {input_words(tower)}; "
        + ", then ".join(described(part) for part in (*tower.readers, *tower.parts))
        for tower in structure.towers
    ]
    above = [*structure.top]
    if structure.bridge is not None and structure.decoder is not None:
        sentences.append(f"first state of the decoder: {described(structure.bridge)}")
        above = [*structure.decoder.parts()]
    if above:
        sentences.append(("decoder: " if structure.decoder else "then ") + ", then ".join(map(described, above)))
    total = "" if structure.parameters is None else f" {counted(structure.parameters, 'parameter')} in all."
    return ". ".join(one[:1].upper() + one[1:] for one in sentences) + f". Gives {output_words(structure)}.{total}"
