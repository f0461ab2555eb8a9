"""Files of examples for the stored models, as the tests of the server and of its page have them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tasks"))
from toy_tasks import TOYS

FILES = {
    "translate": "pairs.tsv", "classify": "labels.tsv", "regress": "numbers.tsv", "tag": "tags.conll",
    "chat": "turns.txt", "language-model": "texts.txt", "forecast": "series.csv",
}  # fmt: skip


def write_files(folder: Path) -> None:
    """Writes them into a folder."""
    for task in ("translate", "classify", "regress"):
        lines = [f"{one}\t{other}\n" for one, other in TOYS[task].rows]
        (folder / FILES[task]).write_text("".join(lines), encoding="utf-8")
    tagged = ["".join(f"{token}\t{tag}\n" for token, tag in zip(*row, strict=True)) for row in TOYS["tag"].rows]
    (folder / FILES["tag"]).write_text("\n".join(tagged), encoding="utf-8")
    dialogues = ["\n".join(turns) for turns in TOYS["chat"].rows]
    (folder / FILES["chat"]).write_text("\n\n".join(dialogues) + "\n", encoding="utf-8")
    (folder / FILES["language-model"]).write_text("\n".join(TOYS["language-model"].rows) + "\n", encoding="utf-8")
    (series,) = TOYS["forecast"].rows
    lines = [",".join(map(str, row)) for row in zip(series["a"], series["b"], strict=True)]
    (folder / FILES["forecast"]).write_text("\n".join(["a,b", *lines]) + "\n", encoding="utf-8")
