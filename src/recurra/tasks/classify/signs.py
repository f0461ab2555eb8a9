"""How one sees that data are examples with labels, when nobody says which task they are for."""

from __future__ import annotations

import csv
import json
from collections import Counter

from recurra.data.folder import label_files
from recurra.data.idx import looks_like_idx
from recurra.data.vectors import kind_of_table
from recurra.tasks.task import Look

NAMES = ["text", "label"]
LEAST = 20  # lines; with fewer nothing is sure
MOST_LABELS = 100
USES = 5  # times that each label is used, on the average


def why_labels(look: Look) -> str | None:
    """The reason, as a clause that can follow "because"; None where they may be something else."""
    if look.path.is_dir():
        count = len(label_files(str(look.path)))
        return f"this is a folder with {count} files, each for a label" if count > 1 else None
    if look.path.is_file() and looks_like_idx(look.path):
        return "these are pictures of the idx format"
    if look.ending == ".ts":
        return "these are series with labels" if _has_class_labels(look.lines) else None
    if look.source.target_path is not None or not look.lines:
        return None
    if (names := named_columns(look)) is not None:
        return names
    if look.ending in (".csv", ".tsv", ".tab") and (kind := kind_of_table(look.source)):
        return f"this is a table of numbers ({kind}) with a column of labels"
    return few_labels(look)


def named_columns(look: Look) -> str | None:
    """Whether the columns or keys are called text and label."""
    first = look.lines[0]
    if look.ending in (".jsonl", ".ndjson", ".json"):
        try:
            keys: object = json.loads(first)
        except ValueError:
            return None
        found = isinstance(keys, dict) and set(NAMES) <= set(keys)  # pyright: ignore[reportUnknownArgumentType]
        return "its keys are text and label" if found else None
    separator = "," if look.ending == ".csv" else "\t"
    names = [name.strip().lower() for row in csv.reader([first], delimiter=separator) for name in row]
    return "its columns are called text and label" if set(NAMES) <= set(names) else None


def few_labels(look: Look) -> str | None:
    """Whether the second of two columns has few different texts, each many times."""
    if look.ending == ".csv":
        rows = list(csv.reader(look.lines))[1:]
    else:
        rows = [line.split("\t") for line in look.lines]
    rows = [row for row in rows if any(field.strip() for field in row)]
    if len(rows) < LEAST or any(len(row) != 2 for row in rows):
        return None
    labels = Counter(row[1].strip() for row in rows)
    contents = len({row[0] for row in rows})
    if not 2 <= len(labels) <= MOST_LABELS or len(rows) < USES * len(labels) or contents < 2 * len(labels):
        return None
    return f"its second column has only {len(labels)} different texts in {len(rows):,} lines"


def _has_class_labels(lines: list[str]) -> bool:
    return any(line.lower().split()[:2] == ["@classlabel", "true"] for line in lines[:200])
