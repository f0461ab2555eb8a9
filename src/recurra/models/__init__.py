"""Networks: the encoder-decoder, for texts and for images; from a whole input to a label; what continues a series."""

from recurra.models.aligned_pairs import AlignedPairs
from recurra.models.build import build_captioner, build_seq2seq
from recurra.models.forecaster import Forecaster, build_forecaster
from recurra.models.forecaster_options import MOST_STEPS, ForecasterOptions
from recurra.models.image_encoder import ImageEncoder, ImageReader
from recurra.models.input_readers import NumberReader, TokenReader
from recurra.models.many_to_one import (
    AUTO_POOLING,
    Branch,
    BranchRun,
    Inside,
    ManyToOne,
    ManyToOneOptions,
    build_many_to_one,
    category_branch,
    image_branch,
    number_branch,
    token_branch,
)
from recurra.models.options import CaptionerOptions, ModelOptions
from recurra.models.output import copy_table
from recurra.models.seq2seq import Seq2Seq, SourceMemory, device_of
from recurra.models.vector_encoder import VectorEncoder
from recurra.models.wide import Wide

__all__ = [
    "AUTO_POOLING",
    "MOST_STEPS",
    "AlignedPairs",
    "Branch",
    "BranchRun",
    "CaptionerOptions",
    "Forecaster",
    "ForecasterOptions",
    "ImageEncoder",
    "ImageReader",
    "Inside",
    "ManyToOne",
    "ManyToOneOptions",
    "ModelOptions",
    "NumberReader",
    "Seq2Seq",
    "SourceMemory",
    "TokenReader",
    "VectorEncoder",
    "Wide",
    "build_captioner",
    "build_forecaster",
    "build_many_to_one",
    "build_seq2seq",
    "category_branch",
    "copy_table",
    "device_of",
    "image_branch",
    "number_branch",
    "token_branch",
]
