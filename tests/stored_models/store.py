"""Writes the stored model folders of tests/stored_models: one for each task that has none yet.

They are never written again: that what they hold can be opened and answers the same is what they are for. Where the
format of model folders changes so that an old one cannot be read any more, its number is raised, a second folder is
stored beside the first, and the first is expected to be refused with its number.

    python tests/stored_models/store.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import recurra

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tasks"))

from toy_tasks import SMALL, TOYS  # noqa: E402


def store(task: str, folder: Path) -> None:
    """A small network that has learned for two passes, and what it answers."""
    toy = TOYS[task]
    settings = {**SMALL, **toy.settings, "training.precision": "float32"}
    model = recurra.train(toy.rows, task=task, to=folder / "run", epochs=2, settings=settings, progress=False)
    model.save(folder / "model")
    answers = [answer.to_mapping() for answer in model.predict_iter(toy.inputs)]
    (folder / "answers.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import shutil

    for name in TOYS:
        place = HERE / f"{name}-2"  # the format of model folders
        if not place.exists():
            place.mkdir()
            store(name, place)
            shutil.rmtree(place / "run")
