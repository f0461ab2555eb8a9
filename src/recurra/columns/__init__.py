"""What a network can be asked about: columns of texts, categories, numbers, series and images, and what reads each."""

from recurra.columns.category import CategoryColumn
from recurra.columns.column import Column, ColumnKind, Values, kind_of_cell, network_kind
from recurra.columns.images import ImageColumn, ImageSize
from recurra.columns.inputs import Inputs
from recurra.columns.moments import Moments, moments, put_moments
from recurra.columns.numbers import Missing, NumberColumn, NumbersColumn, refused
from recurra.columns.text import TextColumn, TextOptions, check_vocabulary

__all__ = [
    "CategoryColumn",
    "Column",
    "ColumnKind",
    "ImageColumn",
    "ImageSize",
    "Inputs",
    "Missing",
    "Moments",
    "NumberColumn",
    "NumbersColumn",
    "TextColumn",
    "TextOptions",
    "Values",
    "check_vocabulary",
    "kind_of_cell",
    "moments",
    "network_kind",
    "put_moments",
    "refused",
]
