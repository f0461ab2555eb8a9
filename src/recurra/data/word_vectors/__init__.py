"""Vectors of words that were learned elsewhere: word2vec, GloVe, fastText, model2vec."""

from recurra.data.word_vectors.kept import MOST_NUMBERS, FoundVectors
from recurra.data.word_vectors.read import read_word_vectors, vector_files

__all__ = ["MOST_NUMBERS", "FoundVectors", "read_word_vectors", "vector_files"]
