"""Networks: encoder, bridge, decoder, and the encoder-decoder that is made of them."""

from recurra.models.build import build_seq2seq
from recurra.models.options import ModelOptions
from recurra.models.output import copy_table
from recurra.models.seq2seq import Seq2Seq, SourceMemory, device_of

__all__ = ["ModelOptions", "Seq2Seq", "SourceMemory", "build_seq2seq", "copy_table", "device_of"]
