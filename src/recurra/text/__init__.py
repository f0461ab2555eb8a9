"""Strings to ids: special symbols, tokenizers, and the choice of units."""

from recurra.text.columns import ColumnTokenizer, SourceTokenizer, build_source, source_from_json
from recurra.text.names import NORMALIZATIONS, UNITS, Decision, Normalization, Units
from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS, UNK
from recurra.text.tokenizer import Tokenizer
from recurra.text.units import ChosenUnits, decide_units, decide_whole_units

__all__ = [
    "EOS",
    "GO",
    "NORMALIZATIONS",
    "PAD",
    "SPECIAL_TOKENS",
    "UNITS",
    "UNK",
    "ChosenUnits",
    "ColumnTokenizer",
    "Decision",
    "Normalization",
    "SourceTokenizer",
    "Tokenizer",
    "Units",
    "build_source",
    "decide_units",
    "decide_whole_units",
    "source_from_json",
]
