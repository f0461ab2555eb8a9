"""Names become objects: a network from its options and the sizes of its vocabularies."""

from __future__ import annotations

from torch import Tensor

from recurra.attention import ATTENTIONS
from recurra.data import ImageShape
from recurra.layers import ForwardLayer, Recurrent, Stack
from recurra.models.bridge import BRIDGES, LearnedBridge
from recurra.models.decoder import Decoder, target_embedding
from recurra.models.encoder import Encoder
from recurra.models.image_encoder import ImageEncoder
from recurra.models.options import CaptionerOptions, DecoderOptions, ModelOptions
from recurra.models.output import CopyOutput, VocabularyOutput
from recurra.models.recurrent_stack import make_cell, recurrent_stack
from recurra.models.seq2seq import Seq2Seq
from recurra.models.vector_encoder import VectorEncoder
from recurra.models.word_embedding import TableShape


def build_seq2seq(
    options: ModelOptions,
    source_vocabulary: int,
    target_vocabulary: int,
    copy_ids: Tensor | None = None,
    separator: int | None = None,
    table: TableShape | None = None,
) -> Seq2Seq:
    """An encoder-decoder, its weights drawn from torch's generator.

    Args:
        options: the section [model] of a recipe.
        source_vocabulary, target_vocabulary: numbers of tokens, special ones included.
        copy_ids: with options.copy, the target id of every source token [source_vocabulary].
        separator: with options.match, the source id between two columns.
        table: of a source vocabulary whose words have vectors.
    """
    decoder, layers = build_decoder(options, target_vocabulary, CopyOutput if options.copy else VocabularyOutput)
    bridge = BRIDGES[options.bridge](layers)
    encoder = _encoder(options, source_vocabulary, separator if options.match else None, table)
    return Seq2Seq(encoder, bridge, decoder, copy_ids)


def build_captioner(
    options: CaptionerOptions, target_vocabulary: int, image: ImageShape | None, numbers: int = 0
) -> Seq2Seq:
    """What writes about images, or about vectors of `numbers` numbers: an encoder of these, the same decoder."""
    decoder, layers = build_decoder(options, target_vocabulary)
    width, dropout = options.hidden, options.dropout
    if image is None:
        encoder = VectorEncoder(numbers, width, dropout=dropout)
    else:
        encoder = ImageEncoder(image, width, options.cells, shift=options.shift, dropout=dropout)
    return Seq2Seq(encoder, LearnedBridge(layers), decoder)


def build_decoder(
    options: DecoderOptions, vocabulary: int, output: type[VocabularyOutput] = VocabularyOutput
) -> tuple[Decoder, list[ForwardLayer]]:
    """A decoder, and its recurrent layers from the lowest, whose first states a bridge makes."""
    width = options.hidden
    first = Recurrent(make_cell(options, 2 * width if options.input_feeding else width, width))
    uppers = [Recurrent(make_cell(options, 2 * width if k == 0 else width, width)) for k in range(options.layers - 1)]
    embedding = target_embedding(vocabulary, width)
    decoder = Decoder(
        embedding,
        first,
        ATTENTIONS[options.attention](width, width),
        Stack(uppers, dropout=options.dropout, residual=options.residual) if uppers else None,
        output(width, vocabulary, embedding if options.tie_embeddings else None),
        dropout=options.dropout,
        input_feeding=options.input_feeding,
    )
    return decoder, [first, *uppers]


def _encoder(options: ModelOptions, vocabulary: int, separator: int | None, table: TableShape | None) -> Encoder:
    stack = recurrent_stack(options, options.hidden, bidirectional=options.bidirectional)
    return Encoder(vocabulary, stack, dropout=options.dropout, separator=separator, table=table)
