"""Writes the stored model folders of tests/stored_models: one for each task that has none yet, and an ensemble.

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


# What is stored, by the format of its folder: several networks in one have the third.
STORED = {**{f"{task}-2": (task, 1) for task in TOYS}, "translate-3": ("translate", 2)}


def store(task: str, members: int, folder: Path) -> None:
    """Small networks that have learned for two passes, and what they answer."""
    toy = TOYS[task]
    settings = {**SMALL, **toy.settings, "training.precision": "float32", "training.members": members}
    model = recurra.train(toy.rows, task=task, to=folder / "run", epochs=2, settings=settings, progress=False)
    model.save(folder / "model")
    answers = [answer.to_mapping() for answer in model.predict_iter(toy.inputs)]
    (folder / "answers.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import shutil

    for name, (task, members) in STORED.items():
        place = HERE / name
        if not place.exists():
            place.mkdir()
            store(task, members, place)
            shutil.rmtree(place / "run")
