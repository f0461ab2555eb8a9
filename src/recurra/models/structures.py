"""What each kind of network is made of: one function for each, from the modules in hand to plain data.

Nothing is guessed from names of parameters. The parameters of the parts add up to those of the network, which a test
holds for every task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from torch import nn

from recurra.attention import ATTENTIONS, Attention, Last
from recurra.cells import CELLS, Cell, Elman
from recurra.errors import UsageError
from recurra.layers import POOLINGS, Bidirectional, Convolution, FeedForward, Layer, Pooling, Recurrent, Stack
from recurra.models.bridge import BRIDGES, Bridge
from recurra.models.decoder import Decoder
from recurra.models.encoder import Encoder, SourceEncoder
from recurra.models.forecast_output import QuantileOutput
from recurra.models.forecaster import Forecaster
from recurra.models.image_encoder import ImageEncoder, ImageReader
from recurra.models.input_readers import NumberReader, TokenReader
from recurra.models.language_model import LanguageModel
from recurra.models.many_to_one import Branch, ManyToOne, Reader
from recurra.models.output import CopyOutput, VocabularyOutput
from recurra.models.seq2seq import Seq2Seq
from recurra.models.tagger import Tagger
from recurra.models.vector_encoder import VectorEncoder
from recurra.models.word_embedding import WordEmbedding
from recurra.structure import LAST_STEP, NO_ATTENTION, Part, Structure, Tower
from recurra.structure import Decoder as DecoderParts
from recurra.text.counted import counted

SHOWN = {"elman": "Elman", "gru": "GRU", "lstm": "LSTM", "mingru": "minGRU", "minlstm": "minLSTM", "slstm": "sLSTM"}
SYMBOLS = {"hidden": "h", "cell": "c"}  # of the tensors of a state
WITH_ANOTHER = {"total"}  # those that are drawn in a cell and not between its steps: the weight of an sLSTM's c


def count(*modules: nn.Module | None) -> int:
    """The trained numbers of modules, shared ones counted once."""
    found = {id(one): one.numel() for module in modules if module is not None for one in module.parameters()}
    return sum(found.values())


def name_in(table: Mapping[str, type], module: object) -> str:
    """The name of a module's class in a table; the class's own where it is in none."""
    return next((name for name, kind in table.items() if type(module) is kind), type(module).__name__)


def cell_part(cell: Cell) -> Part:
    """A layer of one cell over time, from left to right."""
    name = name_in(CELLS, cell)
    fields: tuple[str, ...] = cell.initial_state(0)._fields
    states = tuple(SYMBOLS.get(one, one) for one in fields if one not in WITH_ANOTHER)
    notes = (cell.activation,) if isinstance(cell, Elman) and cell.activation != "tanh" else ()
    size = (cell.input_size, cell.hidden_size)
    return Part("recurrent", SHOWN.get(name, name), *size, count(cell), cell=name, states=states, notes=notes)


def layer_parts(layer: nn.Module) -> tuple[Part, ...]:
    """The parts of a layer, from the lowest.

    Raises:
        UsageError: something that is no layer, or a layer of a kind that is not known here.
    """
    match layer:
        case Recurrent():
            return (cell_part(layer.cell),)
        case Bidirectional():
            (ahead,), (back,) = layer_parts(layer.ahead), layer_parts(layer.back)
            name = ahead.name if ahead.name == back.name else f"{ahead.name} and {back.name}"
            return (replace(ahead, name=name, outputs=layer.output_size, parameters=count(layer), both=True),)
        case Stack():
            return tuple(
                replace(part, notes=(*part.notes, "residual"))
                if layer.residual and k > 0 and one.input_size == one.output_size
                else part
                for k, one in enumerate(layer.each)
                for part in layer_parts(one)
            )
        case Convolution():
            windows = ", ".join(map(str, layer.widths))
            size = (layer.input_size, layer.output_size)
            return (Part("convolution", "convolution", *size, count(layer), notes=(f"windows of {windows}",)),)
        case FeedForward():
            return feedforward_parts(layer)
        case Cell():
            return (cell_part(layer),)
        case _:
            kind = f"{type(layer).__module__}.{type(layer).__name__}"
            raise UsageError(f"there is no drawing of {kind}", fix="Give a model, a layer or a cell of recurra.")


def feedforward_parts(network: FeedForward) -> tuple[Part, ...]:
    """The hidden layers, and the output."""
    maps = [one for one in (*network.hidden, network.output) if isinstance(one, nn.Linear)]
    names = [network.activation] * (len(maps) - 1) + ["linear"]
    return tuple(Part("feedforward", name, *map_sizes(one), count(one)) for name, one in zip(names, maps, strict=True))


def pooling_part(pooling: Pooling, over: str = "time") -> Part:
    """From all steps, or all cells of an image, to one vector."""
    names = {"last": LAST_STEP, "mean": f"mean over {over}", "max": f"maximum over {over}"}
    name = name_in(POOLINGS, pooling)
    return Part("pooling", names.get(name, f"{name} pooling"), pooling.size, pooling.size, count(pooling))


def token_part(embedding: nn.Embedding | WordEmbedding, *beside: nn.Module | None, notes: Iterable[str] = ()) -> Part:
    """Embeddings, and what is added to them."""
    sizes = (embedding.num_embeddings, embedding.embedding_dim)
    if isinstance(embedding, WordEmbedding):
        notes = (f"from vectors of {embedding.given.shape[1]}", *notes)
    return Part("embedding", "embeddings", *sizes, count(embedding, *beside), notes=tuple(notes))


def number_part(reader: NumberReader) -> Part:
    """Numbers in deviations from their means, of which nothing is trained."""
    return Part("numbers", "standardised", reader.output_size, reader.output_size, 0)


def image_part(reader: ImageReader, *beside: nn.Module) -> Part:
    """An image as cells."""
    grid, shape = reader.grid, reader.shape
    notes = (f"{shape.height} × {shape.width} pixels", f"{grid.rows} × {grid.columns} cells")
    return Part("image", "convolutions", shape.channels, reader.output_size, count(reader, *beside), notes=notes)


# Encoder-decoder


def seq2seq_structure(model: Seq2Seq, reads: str, writes: str, name: str = "encoder-decoder") -> Structure:
    """Of an encoder-decoder over texts, images or vectors.

    Args:
        reads, writes: what a step of the source and of the target is: "characters".
    """
    return Structure(
        name,
        gives=writes,
        answers="decoder",
        towers=(encoder_tower(model.encoder, reads),),
        bridge=bridge_part(model.bridge),
        decoder=decoder_parts(model.decoder, writes),
        parameters=count(model),
    )


def encoder_tower(encoder: SourceEncoder, reads: str) -> Tower:
    """What reads the source.

    Raises:
        UsageError: an encoder of a kind that is not known here.
    """
    match encoder:
        case Encoder():
            notes = () if encoder.marks is None else ("words of two columns marked",)
            reader = token_part(encoder.embedding, encoder.marks, notes=notes)
            return Tower(reads, (reader,), layer_parts(encoder.layers))
        case ImageEncoder():
            return Tower(reads, (image_part(encoder.reader, encoder.norm_whole),), ())
        case VectorEncoder():
            maps = [Part("feedforward", "tanh", *map_sizes(one), count(one)) for one in (encoder.hidden, encoder.cell)]
            return Tower(reads, (number_part(encoder.reader),), tuple(maps), ordered=False)
        case _:
            raise UsageError(f"there is no drawing of an encoder of the kind {type(encoder).__name__}")


def bridge_part(bridge: Bridge) -> Part:
    """From the encoder to the first state of the decoder."""
    name = name_in(BRIDGES, bridge)
    names = {"last": "last state", "mean": "mean of outputs", "zero": "zero state", "learned": "tanh of last state"}
    return Part("bridge", names.get(name, name), bridge.width, bridge.width, count(bridge))


def attention_part(attention: Attention) -> Part:
    """The score by name."""
    name = NO_ATTENTION if isinstance(attention, Last) else f"{name_in(ATTENTIONS, attention)} attention"
    return Part("attention", name, attention.query_size, attention.value_size, count(attention))


def map_sizes(layer: nn.Linear) -> tuple[int, int]:
    """What a linear map reads and gives."""
    return layer.in_features, layer.out_features


def decoder_parts(decoder: Decoder, writes: str) -> DecoderParts:
    """What writes."""
    upper = () if decoder.upper is None else layer_parts(decoder.upper)
    combine = decoder.combine
    return DecoderParts(
        writes,
        token_part(decoder.embedding),
        cell_part(decoder.first.cell),
        attention_part(decoder.attention),
        upper,
        Part("feedforward", "tanh", *map_sizes(combine), count(combine), notes=("of state and context",)),
        vocabulary_part(decoder.output, decoder.embedding),
        feeds_input=decoder.input_feeding,
        copies=isinstance(decoder.output, CopyOutput),
    )


def vocabulary_part(output: VocabularyOutput, embedding: nn.Embedding) -> Part:
    """Probabilities of all units."""
    shared = output.weight is embedding.weight
    notes = ("shares the embeddings",) * shared + ("copies from the source",) * isinstance(output, CopyOutput)
    entries, size = output.weight.shape
    own = count(output) - (output.weight.numel() if shared else 0)
    return Part("output", "softmax", size, entries, own, notes=notes)


# An answer at every step


def tagger_structure(model: Tagger) -> Structure:
    """Of a tagger."""
    words = replace(token_part(model.words), name="word embeddings")
    readers = [words]
    if model.options.characters:
        (spelling,) = layer_parts(model.spelling)
        sizes = (model.characters.num_embeddings, model.options.characters, count(model.characters, model.spelling))
        readers.append(
            Part("spelling", f"{spelling.name} over its characters", *sizes, spelling.cell, spelling.states, both=True)
        )
    if model.surface is not None:
        readers.append(replace(token_part(model.surface), name="embeddings of shape and affixes"))
    if model.names is not None:
        readers.append(replace(token_part(model.names), name="embeddings of names on lists"))
    tags = model.output.out_features
    name = "CRF" if model.crf is not None else "softmax"
    output = Part("output", name, model.output.in_features, tags, count(model.output, model.crf))
    return Structure(
        "tagger",
        gives="tags",
        answers="each step",
        towers=(Tower("tokens", tuple(readers), layer_parts(model.layers)),),
        top=(output,),
        links=model.crf is not None,
        parameters=count(model),
    )


def language_model_structure(model: LanguageModel, reads: str) -> Structure:
    """Of a language model.

    Args:
        reads: what a step is: "characters".
    """
    embedding = model.embedding
    shared = model.output is embedding.weight
    size = embedding.embedding_dim
    output = Part(
        "output",
        "softmax",
        size,
        embedding.num_embeddings,
        model.bias.numel() + (0 if shared else model.output.numel()),
        notes=("shares the embeddings",) * shared,
    )
    narrow = model.narrow
    top = (output,)
    if isinstance(narrow, nn.Linear):
        top = (Part("feedforward", "linear", *map_sizes(narrow), count(narrow)), output)
    return Structure(
        "language model",
        gives=reads,
        answers="each step",
        towers=(Tower(reads, (token_part(embedding),), layer_parts(model.layers)),),
        top=top,
        ahead=True,
        parameters=count(model),
    )


# An answer for a whole input


class Reads(NamedTuple):
    """What a column is to a drawing."""

    name: str  # of the column; "" where there is only one
    steps: str  # what a step is: "characters", "numbers"
    many: bool  # it is a sequence; a vector is one step


def many_to_one_structure(model: ManyToOne, columns: Sequence[Reads], *, labels: bool) -> Structure:
    """Of what gives a label or a number.

    Args:
        columns: what each branch reads.
        labels: the outputs are scores of labels; else they are numbers.
    """
    towers = [branch_tower(one, reads) for one, reads in zip(model.column_branches, columns, strict=True)]
    plain = all(isinstance(one.reader, NumberReader) and one.body is None for one in model.column_branches)
    return Structure(
        "feed-forward network" if plain else "classifier" if labels else "regressor",
        gives="labels" if labels else "a number",
        answers="once",
        towers=tuple(towers),
        top=with_wide(head_parts(model.output, "softmax" if labels else "linear"), model),
        parameters=count(model),
    )


def with_wide(parts: tuple[Part, ...], model: ManyToOne) -> tuple[Part, ...]:
    """The output says which scores are added to it."""
    if model.wide is None:
        return parts
    *below, output = parts
    return (*below, replace(output, notes=(*output.notes, f"+ a linear model over {model.wide.reads}")))


def head_parts(head: nn.Module, name: str) -> tuple[Part, ...]:
    """What stands on the vectors of all columns.

    Raises:
        UsageError: a head of a kind that is not known here.
    """
    if isinstance(head, FeedForward):
        *hidden, output = feedforward_parts(head)
        return (*hidden, replace(output, kind="output", name=name))
    if not isinstance(head, nn.Linear):
        raise UsageError(f"there is no drawing of an output of the kind {type(head).__name__}")
    return (Part("output", name, *map_sizes(head), count(head)),)


def branch_tower(branch: Branch, reads: Reads) -> Tower:
    """What reads one column."""
    body = () if branch.body is None else layer_parts(branch.body)
    pooled = pooling_part(branch.pooling, "cells" if isinstance(branch.reader, ImageReader) else "time")
    above = (*body, pooled) if reads.many or pooled.parameters else body
    return Tower(reads.steps, (reader_part(branch.reader),), above, reads.name, reads.many)


def reader_part(reader: Reader) -> Part:
    """From ids, numbers or pixels to vectors."""
    match reader:
        case TokenReader():
            return token_part(reader.embedding)
        case NumberReader():
            return number_part(reader)
        case ImageReader():
            return image_part(reader)


# Numbers that come next


def forecaster_structure(model: Forecaster) -> Structure:
    """Of a forecaster."""
    columns, targets = len(model.mean), len(model.targets)
    patch = (f"{model.patch} steps at once",) if model.patch > 1 else ()
    patch += (f"and the calendar: {', '.join(model.cycles)}",) if model.cycles else ()
    reader = Part("numbers", "standardised", columns, model.layers.input_size, 0, notes=patch)
    base = () if model.linear is None else (f"added to {model.linear.words('a linear function of the window')}",)
    each = "quantiles" if isinstance(model.output, QuantileOutput) else "mean and deviation"
    head = Part("output", each, *map_sizes(model.head), count(model.head, model.linear), notes=base)
    body = layer_parts(model.layers)
    width = model.layers.output_size
    last = Part("pooling", LAST_STEP, width, width, 0)
    steps = "the next step" if model.recursive or model.horizon == 1 else f"the next {counted(model.horizon, 'step')}"
    series = "" if targets == 1 else f" of {counted(targets, 'column')}"
    return Structure(
        "forecaster",
        gives=f"{steps}{series}",
        answers="each step" if model.recursive else "once",
        towers=(Tower("numbers", (reader,), body if model.recursive else (*body, last)),),
        top=(head,),
        ahead=model.recursive,
        parameters=count(model),
    )


# A layer by itself


def layer_structure(layer: Layer | Cell | FeedForward) -> Structure:
    """Of a layer or a cell that is no part of a network yet."""
    parts = layer_parts(layer)
    if isinstance(layer, FeedForward):
        tower = Tower("numbers", (), parts, ordered=False)
        return Structure("feed-forward network", "numbers", "once", (tower,), parameters=count(layer))
    name = "layer" if len(parts) == 1 else counted(len(parts), "layer")
    return Structure(name, "numbers", "each step", (Tower("numbers", (), parts),), parameters=count(layer))
