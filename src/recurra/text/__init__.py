"""Strings to ids: special symbols, tokenizers, and the choice of units."""

from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS, UNK
from recurra.text.tokenizer import NORMALIZATIONS, UNITS, Normalization, Tokenizer, Units

__all__ = [
    "EOS",
    "GO",
    "NORMALIZATIONS",
    "PAD",
    "SPECIAL_TOKENS",
    "UNITS",
    "UNK",
    "Normalization",
    "Tokenizer",
    "Units",
]
