"""Which of the ways to write vectors a file has is told from its content, not from its name.

N D                  word2vec and fastText: how many words, and numbers of each; then a line for each word
the 0.1 -0.2 ...     GloVe: the same without the first line; words may have spaces in them
N D, then bytes      word2vec in binary: word, space, D numbers of four bytes
a folder             model2vec: model.safetensors and tokenizer.json
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from recurra.data.lines import READ_ERRORS, opened, read_error
from recurra.data.word_vectors.binary import read_binary
from recurra.data.word_vectors.kept import FIX, FoundVectors, Kept
from recurra.data.word_vectors.lines import NUMBER, Header, header_of, read_lines
from recurra.data.word_vectors.model2vec import FILES, read_model2vec
from recurra.errors import DataError
from recurra.text.counted import counted

FASTTEXT = b"\xba\x16\x4f\x2f"  # the first bytes of a model of fastText
LOOK = 4096  # bytes behind the first line from which it is told whether they are text
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # what text has not, and numbers of four bytes soon have


def vector_files(path: str) -> list[Path]:
    """The files that are read: of a folder, those that it must have."""
    folder = Path(path)
    return [folder / name for name in FILES] if folder.is_dir() else [folder]


def read_word_vectors(path: str, wanted: Collection[str], first: int, form: str = "NFC") -> FoundVectors:
    """The vectors of the words that are wanted, and of the first words of the file, read in a stream.

    Args:
        path: a file, packed with gzip or not, or a folder of model2vec.
        wanted: words, which are looked for in all of their forms (text/forms.py).
        first: so many words of the file are kept, wanted or not: the most frequent ones, as such files are sorted.
        form: the normal form of Unicode that words are read in.

    Raises:
        DataError: there is no such file, or something else is in it; with the lines.
    """
    name = Path(path).name or path
    if Path(path).is_dir():
        return read_model2vec(Path(path), wanted, first, form)
    kept = Kept(wanted, first, form)
    header, binary = _look(path, name)
    if binary:
        assert header is not None
        return read_binary(path, name, header, kept)
    return read_lines(path, name, header, kept)


def _look(path: str, name: str) -> tuple[Header | None, bool]:
    """What the first line says, and whether what follows it is binary.

    Raises:
        DataError: it is a model of fastText, whose vectors are made of pieces.
    """
    with opened(path, name) as stream:
        try:
            start, behind = stream.readline(LOOK), stream.read(LOOK)
        except READ_ERRORS as error:
            raise read_error(error, name, 1) from None
    if start.startswith(FASTTEXT):
        what = "expected vectors, this is a model of fastText"
        raise DataError(what, where=name, fix="Give the .vec file that belongs to it, or export one.")
    header = header_of(start)
    if header is None:
        return None, False
    if header.size < 1:
        raise DataError(
            f"its first line says that a vector has {counted(header.size, 'number')}", where=f"{name}:1", fix=FIX
        )
    first = behind.partition(b"\n")[0].split()
    is_text = len(first) == header.size + 1 and all(map(NUMBER.fullmatch, first[1:]))
    return header, not is_text and CONTROL.search(behind) is not None
