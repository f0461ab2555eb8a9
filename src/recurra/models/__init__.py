"""Networks: the encoder-decoder, for texts and for images; what labels a whole input; what continues a series."""

from recurra.models.build import build_captioner, build_seq2seq
from recurra.models.classifier import AUTO_POOLING, Classifier, ClassifierOptions, Inside, build_classifier
from recurra.models.forecaster import Forecaster, build_forecaster
from recurra.models.forecaster_options import ForecasterOptions
from recurra.models.image_encoder import ImageEncoder
from recurra.models.input_readers import NumberReader, TokenReader
from recurra.models.options import CaptionerOptions, ModelOptions
from recurra.models.output import copy_table
from recurra.models.seq2seq import Seq2Seq, SourceMemory, device_of
from recurra.models.vector_encoder import VectorEncoder

__all__ = [
    "AUTO_POOLING",
    "CaptionerOptions",
    "Classifier",
    "ClassifierOptions",
    "Forecaster",
    "ForecasterOptions",
    "ImageEncoder",
    "Inside",
    "ModelOptions",
    "NumberReader",
    "Seq2Seq",
    "SourceMemory",
    "TokenReader",
    "VectorEncoder",
    "build_captioner",
    "build_classifier",
    "build_forecaster",
    "build_seq2seq",
    "copy_table",
    "device_of",
]
