"""Batches that are answered at the same time, each by one thread: the answers are the same with any number of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest
import torch
from toy_tasks import TOYS, examples, network, options_of, predictor

from recurra.tasks.at_once import at_once
from recurra.tasks.seq2seq import predictor as seq2seq
from recurra.tasks.task import Generates, Network, Surprised
from recurra.training import threads
from recurra.turns import between_steps

CPU = torch.device("cpu")
MANY = 600  # inputs: several batches in every task
FEWER = {"chat": 150, "forecast": 80}


class Watched:
    """Remembers which threads computed in a network, and with how many of torch's own."""

    def __init__(self, made: Network) -> None:
        self.numbers: set[int] = set()
        self.who: set[int] = set()
        for module in made.model.modules():
            module.register_forward_pre_hook(self.see)

    def see(self, *_: object) -> None:
        self.numbers.add(torch.get_num_threads())
        self.who.add(threading.get_ident())


def test_as_many_batches_as_torch_has_threads_are_computed_at_the_same_time() -> None:
    both = threading.Barrier(3, timeout=30)  # passed when three are here

    def compute(batch: int) -> tuple[int, bool, int]:
        both.wait()
        return batch * batch, torch.is_inference_mode_enabled(), torch.get_num_threads()

    with threads(3):
        assert at_once(compute, [1, 2, 3], CPU) == [(1, True, 1), (4, True, 1), (9, True, 1)]
        assert torch.get_num_threads() == 3
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    ("number", "batches", "device"),
    [(1, [1, 2, 3], CPU), (3, [1], CPU), (3, [], CPU), (3, [1, 2, 3], torch.device("cuda"))],
)
def test_one_thread_one_batch_and_a_gpu_need_no_others(number: int, batches: list[int], device: torch.device) -> None:
    here = threading.get_ident()
    with threads(number):
        found = at_once(lambda batch: (batch, threading.get_ident(), torch.get_num_threads()), batches, device)
    assert found == [(batch, here, 1) for batch in batches]


def test_the_first_batch_that_failed_is_the_one_that_is_said() -> None:
    def compute(batch: int) -> int:
        if batch > 1:
            raise ValueError(batch)
        return batch

    with threads(2):
        with pytest.raises(ValueError, match=r"^2$"):
            at_once(compute, [0, 1, 2, 3, 4], CPU)
        assert torch.get_num_threads() == 2


def several(given: list[Any], number: int) -> list[Any]:
    return [given[k % len(given)] for k in range(number)]


@pytest.mark.parametrize("task", TOYS)
def test_answers_and_measures_are_the_same_bits_with_any_number_of_threads(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seq2seq, "BATCH_TOKENS", 1000)  # as decoding takes its time
    made, toy = network(task), TOYS[task]
    asked, options = predictor(task, made), options_of(task, made)
    inputs = several(toy.inputs, FEWER.get(task, MANY))
    rows = several(toy.rows, FEWER.get(task, MANY))
    watched = Watched(made)
    seen: list[Any] = []
    for number in (1, 3):
        watched.who.clear()
        with threads(number):
            answers = [one.to_mapping() for one in asked.predict(inputs, options)]
            assert bool(watched.who - {threading.get_ident()}) == (number > 1)
            seen.append((answers, asked.evaluate(examples(task, rows), options).to_mapping()))
    assert watched.numbers == {1}
    assert seen[0] == seen[1]


@pytest.mark.parametrize("form", ["lines", "running"])
def test_what_is_one_text_is_computed_by_one_thread(form: str) -> None:
    made = network("language-model", settings={"data.form": form})
    asked = predictor("language-model", made)
    assert isinstance(asked, Generates)
    assert isinstance(asked, Surprised)
    watched = Watched(made)
    seen: list[Any] = []
    for number in (1, 3):
        with threads(number):
            texts: Iterable[Any] = asked.generate(["red", "dark"], asked.generation)
            surprises: Iterable[Any] = asked.surprisal(["red blue", "dark"])
            seen.append([one.to_mapping() for every in (texts, surprises) for one in every])
            assert torch.get_num_threads() == number
    assert watched.numbers == {1}
    assert seen[0] == seen[1]


def test_others_get_their_turn_after_each_batch() -> None:
    done: list[int] = []
    turns: list[int] = []
    with threads(1), between_steps(lambda: turns.append(len(done))):
        assert at_once(lambda batch: done.append(batch) or batch, [3, 1, 2], CPU) == [3, 1, 2]
    assert turns == [1, 2, 3]
