"""The demo's text is the language reference, divided once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

import recurra
from recurra.demos import Demo, Learned, Split, demo_named


@pytest.fixture(scope="module")
def demo() -> Demo:
    return demo_named("language-model")


@pytest.fixture(scope="module")
def data(demo: Demo) -> Split:
    return demo.split()


def test_the_text_is_real_and_divided_once(demo: Demo, data: Split) -> None:
    text = "\n".join([*data.training, *data.held_out])
    assert len(text) > 300_000
    assert "lambda" in text
    assert 0.09 < len(data.held_out) / (len(data.training) + len(data.held_out)) < 0.11
    assert demo.split() == data


def test_written_down_it_is_read_again(demo: Demo, data: Split, tmp_path: Path) -> None:
    sizes = demo.write(tmp_path / "d", data)
    assert {path.name: size for path, size in sizes.items()} == {
        "train.txt": len(data.training), "test.txt": len(data.held_out)
    }  # fmt: skip
    assert (tmp_path / "d/test.txt").read_text("utf-8").split("\n")[:-1] == list(data.held_out)


def test_what_it_shows(demo: Demo, data: Split, tmp_path: Path) -> None:
    settings = {**demo.networks["language model"], "model.width": 16, "training.validations": 1}
    some = Split(data.training[:300], data.held_out)
    model = recurra.train(some.training, task="language-model", to=tmp_path / "m", epochs=1, settings=settings)
    out = io.StringIO()
    demo.show(Learned({"language model": model}, some.held_out, tmp_path, Console(file=out, width=100)))
    shown = out.getvalue()
    assert "A character of the held-out text costs" in shown
    assert "The expression " in shown
    assert "The statemen" in shown
    assert next(line for line in some.held_out if line.strip()).strip() in shown
    assert "recurra generate" in shown
