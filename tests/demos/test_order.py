"""The two reviews of a pair have the same words, and nothing but their order says which is which."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from recurra.demos import order
from recurra.demos.demo import Learned


@pytest.fixture(scope="module")
def split() -> Any:
    return order.split()


def in_pairs(reviews: Any) -> list[Any]:
    return list(zip(reviews[::2], reviews[1::2], strict=True))


def test_a_pair_has_one_bag_of_words_and_two_labels(split: Any) -> None:
    for side in split:
        for (one, label), (other, other_label) in in_pairs(side):
            assert Counter(one.split()) == Counter(other.split())
            assert one != other
            assert {label, other_label} == {"bad", "good"}


def test_the_words_alone_say_nothing(split: Any) -> None:
    """Every word stands in as many good reviews as in bad ones."""
    counts: dict[str, Counter[str]] = {"good": Counter(), "bad": Counter()}
    for text, label in split.training:
        counts[label].update(text.split())
    assert counts["good"] == counts["bad"]


def test_the_place_of_an_adverb_says_nothing(split: Any) -> None:
    first = Counter(
        (label, next(word in order.DENYING for word in text.split() if word in order.DENYING + order.AFFIRMING))
        for text, label in split.training
    )
    shares = [first["good", True] / 2000, first["bad", True] / 2000]
    assert shares == pytest.approx([0.5, 0.5], abs=0.05)


def test_held_out_products_are_new(split: Any) -> None:
    learned = {word for text, _ in split.training for word in text.split()}
    assert learned.isdisjoint(order.UNSEEN)
    assert all(any(product in text.split() for product in order.UNSEEN) for text, _ in split.held_out)
    assert len({text for text, _ in split.training}) == 2 * order.TRAINING
    assert order.split() == split


class Constant:
    """Says good to everything."""

    path = Path("m")

    def evaluate(self, reviews: Any) -> Any:
        return SimpleNamespace(measures={"accuracy": SimpleNamespace(value=50.0, low=45.0, high=55.0)})

    def predict(self, texts: list[str]) -> list[Any]:
        return [SimpleNamespace(text="good", score=0.5) for _ in texts]


def test_what_is_shown(tmp_path: Path, split: Any) -> None:
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as capture:
        models: Any = {"bag": Constant(), "recurrent": Constant()}
        order.show(Learned(models, split.held_out, tmp_path, console))
    text = capture.get()
    assert "200 held-out pairs" in text
    assert "feed-forward bag of words" in text
    assert text.count("good 50%") == 2 * 2 * order.SHOWN
