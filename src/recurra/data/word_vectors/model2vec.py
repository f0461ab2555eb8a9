"""A folder of model2vec: vectors of pieces of words. The vector of a word is the mean of those of its pieces.

    model.safetensors   embeddings [P, D]; in newer ones also weights [V], and mapping [V] from pieces to rows
    tokenizer.json      how a word becomes pieces, as the library `tokenizers` reads it

So every word has a vector that the tokenizer can spell. Of words that are not wanted those are kept that are a piece
of their own. P rows, V pieces, D numbers of a vector.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Tokenizer as Library

from recurra.data.lines import require_file
from recurra.data.word_vectors.kept import FoundVectors, Kept
from recurra.data.word_vectors.lines import check_size
from recurra.errors import DataError, any_error_as
from recurra.narrowing import object_of, value_of
from recurra.text.counted import counted

WEIGHTS, TOKENIZER = FILES = ("model.safetensors", "tokenizer.json")
NAMES = ("embeddings", "embedding.weight")  # of the vectors, by model2vec and by sentence-transformers
CHUNK = 4096  # rows, or words, at once
FIX = "Download the folder of the model again: it holds model.safetensors, tokenizer.json and config.json."

Vectors = NDArray[np.float32]


def read_model2vec(folder: Path, wanted: Collection[str], first: int, form: str) -> FoundVectors:
    """The vectors of the words that are wanted, each as it stands, and of the first words that are one piece.

    Raises:
        DataError: files are missing or damaged, or do not belong together.
    """
    for name in FILES:
        require_file(str(folder / name))
    with any_error_as(lambda reason: DataError(f"this cannot be read: {reason}", where=str(folder), fix=FIX)):
        library = Library.from_file(str(folder / TOKENIZER))
        library.no_padding()
        library.no_truncation()
        unknown = _unknown(json.loads((folder / TOKENIZER).read_text(encoding="utf-8")), library)
        kept = Kept((), first, form)
        pieces = {word: [id] for word, id in islice(_whole_words(library, unknown), first)}
        pieces |= _pieces(library, [word for word in wanted if word not in pieces], unknown)
        rows = _rows(folder, {id for ids in pieces.values() for id in ids}, library.get_vocab_size())
        kept.wanted = set(pieces)
        for word, ids in pieces.items():
            if ids and (known := kept.word(word)) is not None:
                kept.add(known, np.stack([rows[id] for id in ids]).mean(axis=0, dtype=np.float32))
        kept.total = library.get_vocab_size()
    return kept.found(folder.name)


def _unknown(content: object, library: Library) -> int | None:
    """The piece that stands for what there is no piece for."""
    model = object_of(object_of(content)["model"])
    id, token = model.get("unk_id"), model.get("unk_token")
    if "unk_id" in model or token is None:
        return None if id is None else value_of(int, id)
    return library.token_to_id(value_of(str, token))


def _whole_words(library: Library, unknown: int | None) -> Iterable[tuple[str, int]]:
    """The pieces that are whole words, with their numbers."""
    total = library.get_vocab_size()
    for start in range(0, total, CHUNK):
        ids = range(start, min(total, start + CHUNK))
        words = [library.decode([id], skip_special_tokens=True).strip() for id in ids]
        spelt = library.encode_batch(words, add_special_tokens=False)
        for word, id, encoding in zip(words, ids, spelt, strict=True):
            if word and id != unknown and encoding.ids == [id]:
                yield word, id


def _pieces(library: Library, words: Sequence[str], unknown: int | None) -> dict[str, list[int]]:
    """The pieces of each word, without those that are not known."""
    found: dict[str, list[int]] = {}
    for start in range(0, len(words), CHUNK):
        some = list(words[start : start + CHUNK])
        for word, encoding in zip(some, library.encode_batch(some, add_special_tokens=False), strict=True):
            found[word] = [id for id in encoding.ids if id != unknown]
    return found


def _rows(folder: Path, ids: Collection[int], total: int) -> dict[int, Vectors]:
    """The vectors [D] of pieces, times their weights; only these are kept in memory.

    Raises:
        DataError: there are no such vectors, or numbers in them are none.
    """
    path = folder / WEIGHTS
    with cast("Any", safe_open)(str(path), framework="pt") as file:
        names: list[str] = list(file.keys())
        name = next((name for name in NAMES if name in names), None)
        if name is None:
            what = f"expected a tensor called {NAMES[0]}, saw {', '.join(names) or 'none'}"
            raise DataError(what, where=str(path), fix=FIX)
        table: Any = file.get_slice(name)
        shape: list[int] = table.get_shape()
        if len(shape) != 2:
            raise DataError(
                f"expected a table of vectors, saw {counted(len(shape), 'dimension')}", where=str(path), fix=FIX
            )
        check_size(shape[1], str(path))
        mapping = file.get_tensor("mapping").numpy() if "mapping" in names else np.arange(total)
        weights = file.get_tensor("weights").float().numpy() if "weights" in names else np.ones(total, np.float32)
        if min(len(mapping), len(weights)) < total or not ((mapping >= 0) & (mapping < shape[0])).all():
            what = f"there are {counted(total, 'piece')} in {TOKENIZER}, and vectors of {shape[0]:,}"
            raise DataError(what, where=str(path), fix=FIX)
        wanted: dict[int, list[int]] = {}  # by row
        for id in ids:
            wanted.setdefault(int(mapping[id]), []).append(id)
        found: dict[int, Vectors] = {}
        for start in range(0, shape[0], CHUNK):
            here = [row for row in range(start, min(shape[0], start + CHUNK)) if row in wanted]
            if here:
                block: Vectors = table[start : start + CHUNK].float().numpy()
                found |= {id: block[row - start] * weights[id] for row in here for id in wanted[row]}
    if not all(bool(np.isfinite(vector).all()) for vector in found.values()):
        raise DataError("there are numbers that are not finite", where=str(path), fix=FIX)
    return found
