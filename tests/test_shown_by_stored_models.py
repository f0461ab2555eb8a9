"""Whatever can be asked of a stored model, it shows what it showed: answers, measures, traces, with all their numbers.

The weights are stored, so that nothing is trained here and every number can be held against what it was; long lists by
their means. Of notes only the numbers are held, since their words may be put better. What is shown differently on
purpose is recorded again, and looked through as a difference:

    python tests/test_shown_by_stored_models.py
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.errors import UsageError
from recurra.inside.attribution import METHODS

STORED = Path(__file__).parent / "stored_models"
sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from toy_tasks import TOYS  # noqa: E402

FOLDERS = sorted(path.name for path in STORED.iterdir() if path.is_dir() and path.name != "__pycache__")
# The output that is held against the model's own, and the one it is to give.
OTHER: dict[str, Any] = {
    "translate": "eulb der",
    "chat": "red",
    "caption": "red blue",
    "classify": ("long", "short"),
    "language-model": " blue",
    "tag": (["B-X", "O"], ["B-X", "I-X"]),
}
DRAWN: Mapping[str, object] = {"sample": True, "temperature": 1.5, "top_k": 6, "top_p": 0.9, "seed": 3, "nbest": 3}
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
LONG = 8  # numbers, from which on their means are kept
Look = Callable[[recurra.Model, str], Any]


def versus(model: recurra.Model, task: str) -> Any:
    one, other = OTHER[task] if isinstance(OTHER.get(task), tuple) else (None, OTHER.get(task, 1.0))
    return model.contrast(TOYS[task].inputs[0], versus=other, target=one)


def flipped(model: recurra.Model, task: str) -> Any:
    return model.flip(TOYS[task].inputs[0], **({"threshold": 9.0} if task == "regress" else {}))


LOOKS: dict[str, Look] = {
    "answers": lambda model, task: list(model.predict_iter(TOYS[task].inputs, **TOYS[task].options)),
    "answers that are drawn": lambda model, task: list(model.predict_iter(TOYS[task].inputs, **DRAWN)),
    "measures": lambda model, task: model.evaluate(TOYS[task].rows),
    "continuations": lambda model, task: list(model.generate(["red", "dark"], length=12, samples=2, seed=1)),
    "best continuations": lambda model, task: list(model.generate(["red", "dark"], length=6, beam=3)),
    "surprisal": lambda model, task: list(model.surprisal(["red blue", "quiz"])),
    "search": lambda model, task: model.search(TOYS[task].inputs[0], beam=3),
    "trace": lambda model, task: model.trace(TOYS[task].inputs[0], gradients=True),
    **{method: lambda model, task, how=method: model.explain(TOYS[task].inputs[0], method=how) for method in METHODS},
    "contrast": versus,
    "another input": lambda model, task: model.what_if(TOYS[task].inputs[0], recurra.Instead(TOYS[task].inputs[-1])),
    "another search": lambda model, task: model.what_if(TOYS[task].inputs[0], recurra.Decode({"beam": 1})),
    "flips": flipped,
    "gradients": lambda model, task: model.gradients(TOYS[task].rows, examples=3),
    "activations": lambda model, task: model.activations(TOYS[task].inputs),
    "vectors": lambda model, task: model.vectors(TOYS[task].inputs[:2]),
    "states": lambda model, task: model.states(TOYS[task].rows, examples=8),
    "nearest": lambda model, task: model.nearest(TOYS[task].inputs[0], TOYS[task].rows, count=3, examples=20),
    "structure": lambda model, task: model.structure(),
    "facts": lambda model, task: [str(model), model.card],
    "networks": lambda model, task: [one.describe().split(", ") for one in model.networks],
}


def shown(name: str) -> Iterator[tuple[str, Any]]:
    """Each look at a stored model, and what is seen."""
    task = name.rpartition("-")[0]
    model = recurra.load(STORED / name / "model")
    for look, take in LOOKS.items():
        try:
            found = take(model, task)
        except UsageError:
            yield look, "refused"
        else:
            yield look, {"data": short(plain(found)), "printed": numbers_of(found if look == "facts" else str(found))}


def plain(value: Any) -> Any:
    """As JSON has it."""
    for name in ("to_json", "to_mapping"):
        if hasattr(value, name):
            found = getattr(value, name)()
            return json.loads(found) if isinstance(found, str) else plain(found)
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return {str(key): plain(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def short(value: Any, key: str = "") -> Any:
    """Numbers in the place of sentences, and means in the place of many numbers."""
    if isinstance(value, str):
        if NUMBER.fullmatch(value):
            return rounded(float(value))
        return numbers_of(value) if len(value.split()) > 3 or "note" in key else value.replace(str(STORED), "")
    if isinstance(value, dict):
        return {name: short(one, name) for name, one in value.items()}
    if not isinstance(value, list):
        return rounded(value) if isinstance(value, float) else value
    if len(value) < LONG and (len(numbers := list(leaves(value))) < LONG or len(numbers) < count(value)):
        return [short(one, key) for one in value]
    every = np.array(list(leaves(value)) or [0.0], np.float64)
    means = [every.mean(), abs(every).mean(), (every * np.linspace(0, 1, len(every))).mean()]
    ends = [] if isinstance(value[0], int | float) else [short(value[0], key), short(value[-1], key)]
    return {"length": len(value), "numbers": len(every), "means": [*map(rounded, means)], "ends": ends}


def rounded(value: float) -> float:
    return float(f"{value:.5g}")


def leaves(value: Any) -> Iterator[float]:
    """All numbers inside, in their order."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    elif isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        yield value


def count(value: Any) -> int:
    """How many things there are inside, numbers and others."""
    return sum(map(count, value)) if isinstance(value, list) else 1


def numbers_of(text: Any) -> Any:
    """The numbers of what is printed."""
    if isinstance(text, list):
        return [numbers_of(one) for one in text]
    return [float(one) for one in NUMBER.findall(text)]


def same(found: Any, stored: Any) -> bool:
    """Whether two looks are the same: processors differ in the last digits of floats."""
    if isinstance(stored, dict):
        return (
            isinstance(found, dict) and found.keys() == stored.keys() and all(same(found[k], stored[k]) for k in stored)
        )
    if isinstance(stored, list):
        return isinstance(found, list) and len(found) == len(stored) and all(map(same, found, stored))
    if isinstance(stored, float):
        return isinstance(found, float) and abs(found - stored) <= 1e-3 * abs(stored) + 2e-4
    return found == stored


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_it_shows_what_it_showed(name: str) -> None:
    stored = json.loads((STORED / name / "shown.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(dict(shown(name))))
    assert found.keys() == stored.keys()
    different = [look for look in stored if not same(found[look], stored[look])]
    assert not different, f"{different[0]}: {found[different[0]]}, and it was {stored[different[0]]}"


def test_every_look_is_taken_at_some_model() -> None:
    taken = {look for name in FOLDERS for look, seen in json.loads((STORED / name / "shown.json").read_text()).items()
             if seen != "refused"}  # fmt: skip
    assert taken == set(LOOKS)


if __name__ == "__main__":
    for name in FOLDERS:
        rows = [f" {json.dumps(look)}: {json.dumps(seen, ensure_ascii=False)}" for look, seen in shown(name)]
        (STORED / name / "shown.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
