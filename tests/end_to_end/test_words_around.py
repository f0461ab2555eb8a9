"""The recipe of docs/data.md for words around as a second column: what a word alone cannot say is learned from them."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra

PAGE = Path(__file__).parents[2] / "docs" / "data.md"
FUNCTION = re.compile(r"^(?:>>> def with_context.*?\n)(?:\.\.\. .*\n)+", re.MULTILINE)
# What "das" is today, only the word after it says.
SENTENCES = [["sagt", "das", "er"], ["sagt", "das", "sie"], ["nimm", "das", "buch"], ["nimm", "das", "tuch"]]
RIGHT = {"er": "dass", "sie": "dass", "buch": "das", "tuch": "das"}
SMALL = {
    "model.width": 32,
    "model.layers": 1,
    "model.dropout": 0.0,
    "training.learning_rate": 0.01,
    "training.validations": 2,
    "training.precision": "float32",
    "batching.batch_tokens": 300,
    "text.target_units": "chars",
}


def the_function_of_the_page() -> Any:
    found = FUNCTION.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    names: dict[str, Any] = {"Path": Path}
    exec("\n".join(line[4:] for line in found[0].splitlines()), names)
    return names["with_context"]


def written(path: Path, count: int, seed: int) -> Path:
    dice = random.Random(seed)
    sentences = (dice.choice(SENTENCES) for _ in range(count))
    lines = ("".join(f"{w}\t{RIGHT[s[2]] if w == 'das' else w}\n" for w in s) for s in sentences)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.slow
def test_what_a_word_alone_cannot_say_is_learned_from_the_words_around(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    with_context = the_function_of_the_page()
    for part, count in (("train", 120), ("new", 20)):
        with_context(written(tmp_path / f"{part}.txt", count, seed=count), tmp_path / f"{part}.tsv")
    model = recurra.train(
        tmp_path / "train.tsv",
        valid=tmp_path / "new.tsv",
        source_column="word,around",
        target_column="right",
        to=tmp_path / "m",
        epochs=12,
        settings={**SMALL, "text.source_units": "chars,words"},
    )
    again = recurra.load(tmp_path / "m")  # which finds the columns in a table by itself
    assert again.evaluate(tmp_path / "new.tsv").measures["exact_match"].value == 100
    inputs = list(again.read(tmp_path / "new.tsv"))
    assert [answer.text for answer in again.predict(inputs)] == [answer.text for answer in model.predict(inputs)]
    assert again.predict(("das", "sagt _ er")).text == "dass"
    assert again.predict(("das", "nimm _ buch")).text == "das"
