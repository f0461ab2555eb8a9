"""How one sees that data are examples with labels, when nobody says which task they are for."""

from __future__ import annotations

from collections import Counter
from numbers import Real

from recurra.columns.choose import choose_kinds
from recurra.data import LABELLED, Preview
from recurra.data.columns import several
from recurra.data.fasttext import are_labelled
from recurra.data.folder import label_files, label_folders
from recurra.data.idx import looks_like_idx
from recurra.data.images import image_or_text
from recurra.data.inputs import ENDINGS
from recurra.data.known_names import find
from recurra.data.rows import cell_text, is_table, plain
from recurra.data.ts_file import header_says
from recurra.data.vectors import LABEL_NAMES, kind_of_table
from recurra.lists import is_array
from recurra.text.counted import counted

KNOWN = (LABELLED.sides[:2], *LABELLED.sides.known)
MIN_LINES = 20  # with fewer nothing is sure
MAX_LABELS = 100
USES = 5  # times that each label is used, on the average


def detect(preview: Preview) -> str | None:
    """The reason, as a clause that can follow "because"; None where they may be something else."""
    source = preview.source
    if preview.path.is_dir() and preview.given is None:
        files, folders = len(label_files(source.path)), len(label_folders(source.path))
        if max(files, folders) < 2:
            return None
        inside = counted(files, "file") if files >= folders else counted(folders, "folder")
        return f"this is a folder with {inside}, each for a label"
    if preview.given is None and preview.path.is_file() and looks_like_idx(source.path):
        return "these are images in idx format"
    if preview.ending == ".ts":
        return "these are series with labels" if header_says(preview.lines, "@classlabel") else None
    if source.target_path is not None or not (preview.lines or preview.given):
        return None
    if preview.ending not in ENDINGS and are_labelled(preview.lines):
        return "its lines have labels that begin with __label__"
    if found := find(KNOWN, preview.names()):
        return f"its {'keys' if preview.records() else 'columns'} are called {' and '.join(found)}"
    table = preview.ending in (".csv", ".tsv", ".tab") or preview.is_json_lines or is_table(source.rows)
    if table and (kind := kind_of_table(source)):
        return f"this is a table of numbers ({kind}) with a column of labels"
    return few_labels(preview) or label_of_several(preview) or labels_first(preview)


def label_of_several(preview: Preview) -> str | None:
    """Whether one of many columns is named that has few different values, beside others that are no texts."""
    source = preview.source
    rows = [*preview.records()] or named_cells(preview)
    if source.target_column is None or len(rows) < MIN_LINES or source.target_column not in rows[0]:
        return None
    others = [name for name in rows[0] if name != source.target_column]
    names = tuple(str(name) for name in (several(source.source_column) if source.source_column else others))
    if len(names) < 2 or not all({*names, source.target_column} <= set(row) for row in rows):
        return None
    labels = {cell_text(row[source.target_column]).strip() for row in rows}
    if not 2 <= len(labels) <= MAX_LABELS or len(rows) < USES * len(labels):
        return None
    cells = [tuple(image_or_text(cell_text(row[name]), source.base) for name in names) for row in rows]
    kinds = {choice.kind for choice in choose_kinds(cells, names, {})}
    if source.target_column.lower() not in LABEL_NAMES and kinds <= {"text", "category"}:
        return None  # of texts alone nobody can tell whether the other text is a label or an answer
    few = f"{counted(len(labels), 'different text')} in {counted(len(rows), 'line')}"
    return f"the column {source.target_column!r} has only {few}"


def named_cells(preview: Preview) -> list[dict[str, object]]:
    """The rows of a table whose first one names its columns."""
    header, *rows = preview.table() or [[]]
    names = [str(name).strip() for name in header]
    return [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]


def few_labels(preview: Preview) -> str | None:
    """Whether the second of two columns, or the one that is named, has few different values, each many times."""
    named = named_sides(preview)
    labels, _, total = _labels_of(named or two_columns(preview), 1)
    which = f"column {preview.source.target_column!r}" if named else "second column"
    return f"its {which} has only {counted(labels, 'different text')} in {counted(total, 'line')}" if labels else None


def labels_first(preview: Preview) -> str | None:
    """Whether the first of two columns has few different values beside texts of which most are there once."""
    labels, contents, total = _labels_of([] if named_sides(preview) else two_columns(preview), 0)
    if not labels or contents < total / 2:
        return None
    return f"its first column has only {counted(labels, 'different text')} in {counted(total, 'line')}"


def named_sides(preview: Preview) -> list[list[object]]:
    """The cells of the columns that are named as source and target, of the rows that have both."""
    names = (preview.source.source_column, preview.source.target_column)
    rows = [*preview.records()] or named_cells(preview)
    return [[row[name] for name in names if name] for row in rows if all(name in row for name in names)]


def two_columns(preview: Preview) -> list[list[object]]:
    """The rows without a header."""
    return preview.table()[preview.ending == ".csv" :]


def _labels_of(rows: list[list[object]], column: int) -> tuple[int, int, int]:
    """How many different labels stand in one of two columns, how many contents in the other, in how many rows.

    No labels where what stands there is something else.
    """
    rows = [row for row in rows if any(not isinstance(cell, str) or cell.strip() for cell in row)]
    if len(rows) < MIN_LINES or any(len(row) != 2 for row in rows):
        return 0, 0, 0
    if not all(isinstance(plain(row[column]), str | bool | int) for row in rows):
        return 0, 0, 0
    labels = Counter(str(row[column]).strip() for row in rows)
    contents = len({_fingerprint(row[1 - column]) for row in rows})
    if not 2 <= len(labels) <= MAX_LABELS or len(rows) < USES * len(labels) or contents < 2 * len(labels):
        return 0, 0, 0
    return len(labels), contents, len(rows)


def _fingerprint(content: object) -> object:
    if isinstance(content, str | Real):
        return content
    return content.tobytes() if is_array(content) else repr(content)
