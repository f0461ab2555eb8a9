"""Examples that were read once, kept: in memory as long as they are few, else in a file of JSON lines.

A table of a hundred megabytes is parsed once, and what is decided from it (labels, vocabularies, which examples
validate) is read from here. Memory grows with neither the file nor the passes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recurra.data.examples import E, Examples, Kind
from recurra.files import plain_errors

IN_MEMORY = 50_000_000  # characters of JSON


def keep(examples: Examples[E], kind: Kind[E], path: Path, in_memory: int = IN_MEMORY) -> Examples[E]:
    """The same examples, from one pass over them; everything wrong with them is raised here.

    Args:
        path: the file that is written where they are too many to be kept in memory.
        in_memory: so many characters of JSON at most.

    Raises:
        DataError: the data are not what they should be.
        RunError: the disk is full.
    """
    few = list[E]()
    size, file = 0, None
    path.unlink(missing_ok=True)
    try:
        for example in examples:
            packed = json.dumps(kind.pack(example), ensure_ascii=False)
            size += len(packed) + 1
            if size <= in_memory:
                few.append(example)
                continue
            if file is None:
                file = _begun(path, kind, few)
                few.clear()
            with plain_errors(path, len(packed)):
                file.write(packed + "\n")
    finally:
        if file is not None:
            with plain_errors(path):
                file.close()
    if file is None:
        return examples.pieces(lambda _: iter(few))
    return examples.pieces(lambda _: _read(path, kind))


def _begun(path: Path, kind: Kind[E], first: list[E]) -> IO[str]:
    with plain_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n")
        file.writelines(json.dumps(kind.pack(example), ensure_ascii=False) + "\n" for example in first)
    return file


def _read(path: Path, kind: Kind[E]) -> Iterator[E]:
    with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for line in file:
            yield kind.unpack(json.loads(line))
