"""recurra beside yoyodyne 0.5.27: training and decoding speed on Dutch grapheme-to-phoneme pairs, in one run.

    .venv/bin/python bench/against_yoyodyne.py [--epochs 10] [--rounds 5] [--batches 40]

Both sides first train the model that they will decode with, for as many epochs; it is kept in bench/work. Then they
take turns, A B A B: a round of training, a round of greedy decoding, a round with beam 5. Reported are the medians of
the rounds and of the ratios within a round. Seconds are the processor's and each side has one thread, so that what
else runs on the machine counts little.

Same data, widths, number of layers, cell, score function, batch, dropout, optimiser and constant learning rate on both
sides; each has its own loop, batching and decoder, which are what is compared. recurra's decoder looks at the source
after its LSTM and runs all steps of a known target at once, yoyodyne's looks before it and goes step by step.
recurra puts words of like length into a batch. "float32" is recurra without its choice of precision, which takes
bfloat16 where that pays.

What a user gets is timed: the whole training loop of both, and decoding from text to text. Start-up is left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from history import record

import recurra
from recurra.tasks.model_folder import parameter_count
from recurra.training import Event, StepDone

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data/g2p/sigmorphon2021_task1/medium"
WORK = ROOT / "bench/work"
YOYODYNE = WORK / "yoyodyne-venv/bin/python"
PAIRS_PER_EPOCH = 8000
BATCH = 64
WARM_UP = 5  # batches of a training round that are not timed
SETTINGS: dict[str, object] = {
    "text.source_units": "chars",
    "text.target_units": "words",  # the phones stand between spaces
    "batching.batch_examples": BATCH,
    "batching.batch_tokens": 1_000_000,  # no other limit
    "model.width": 256,
    "model.layers": 1,
    "model.cell": "lstm",
    "model.attention": "additive",
    "model.dropout": 0.2,
    "training.optimizer": "adam",
    "training.learning_rate": 0.001,
    "training.warmup": 0.0,
    "training.decay": "none",  # as over there: a rate that falls to 0 learns half as much in as many epochs
    "training.label_smoothing": 0.0,
    "training.validations": 1,
    "training.save_every": 1e9,
}


@dataclass(frozen=True)
class Round:
    """How much was done in how many seconds."""

    amount: int
    seconds: float
    wer: float | None = None

    @property
    def rate(self) -> float:
        return self.amount / self.seconds


class Yoyodyne:
    """The other side, alive in a process of its own environment."""

    def __init__(self, epochs: int) -> None:
        command = [YOYODYNE, ROOT / "bench/yoyodyne/worker.py", DATA / "dut_train.tsv", DATA / "dut_test.tsv"]
        self.process = subprocess.Popen(
            [*map(str, command), str(WORK / "yoyodyne")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.about = self._answer()
        self.ask(do="learn", epochs=epochs)

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def train(self, batches: int) -> Round:
        answer = self.ask(do="train", batches=batches)
        return Round(answer["pairs"], answer["seconds"])

    def decode(self, beam: int) -> Round:
        answer = self.ask(do="decode", beam=beam)
        return Round(answer["words"], answer["seconds"], answer["wer"])

    def close(self) -> None:
        self.process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit("yoyodyne's side has ended; its message is above")
        return json.loads(line)


class Recurra:
    """Our side, in this process."""

    def __init__(self, epochs: int) -> None:
        lines = (DATA / "dut_test.tsv").read_text("utf-8").splitlines()
        self.test = [tuple(line.split("\t")) for line in lines]
        folder = WORK / f"recurra-after-{epochs}-epochs"
        known = (folder / "config.json").exists()
        self.model = recurra.load(folder) if known else self._run(folder, epochs, "auto")
        self.about = {"parameters": parameter_count(self.model.networks[0])}

    def train(self, batches: int, precision: str) -> Round:
        done: list[tuple[float, int]] = []

        def note(event: Event) -> None:
            if isinstance(event, StepDone):
                done.append((time.process_time(), event.examples))

        epochs = (WARM_UP + batches) * BATCH / PAIRS_PER_EPOCH
        with empty_folder("recurra-round") as folder:
            self._run(folder, epochs, precision, note)
        (start, _), *timed = done[WARM_UP - 1 :]
        return Round(sum(pairs for _, pairs in timed), timed[-1][0] - start)

    def decode(self, beam: int) -> Round:
        words = [source for source, _ in self.test]
        start = time.process_time()
        said = [prediction.text for prediction in self.model.predict(words, beam=beam)]
        seconds = time.process_time() - start
        wrong = sum(one != right for one, (_, right) in zip(said, self.test, strict=True))
        return Round(len(words), seconds, 100 * wrong / len(words))

    def _run(self, folder: Path, epochs: float, precision: str, *listeners: Callable[[Event], None]) -> recurra.Model:
        recipe = recurra.Recipe().with_settings({**SETTINGS, "training.precision": precision})
        train, valid = DATA / "dut_train.tsv", DATA / "dut_dev.tsv"
        return recurra.train(train, valid=valid, to=folder, epochs=epochs, recipe=recipe, listeners=listeners)


@contextmanager
def empty_folder(name: str) -> Generator[Path]:
    """A folder for a model that is not there yet and is gone afterwards."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder)


def measure(ours: Recurra, theirs: Yoyodyne, rounds: int, batches: int) -> dict[str, list[tuple[Round, Round]]]:
    """(yoyodyne's, recurra's) round by round, for each kind of work."""
    kinds: dict[str, tuple[Callable[[], Round], Callable[[], Round]]] = {
        "training, pairs/s": (partial(theirs.train, batches), partial(ours.train, batches, "auto")),
        "training in float32, pairs/s": (partial(theirs.train, batches), partial(ours.train, batches, "float32")),
        "greedy, words/s": (partial(theirs.decode, 1), partial(ours.decode, 1)),
        "beam 5, words/s": (partial(theirs.decode, 5), partial(ours.decode, 5)),
    }
    ours.decode(5)  # the first call of anything is not like the others
    results: dict[str, list[tuple[Round, Round]]] = {name: [] for name in kinds}
    for number in range(rounds):
        for name, (a, b) in kinds.items():
            results[name].append((a(), b()))
            print(
                f"round {number + 1}: {name}: " + ", ".join(f"{one.rate:.0f}" for one in results[name][-1]), flush=True
            )
    return results


def summary(results: dict[str, list[tuple[Round, Round]]]) -> dict[str, dict[str, float]]:
    """The medians."""
    table: dict[str, dict[str, float]] = {}
    for name, pairs in results.items():
        ratios = [b.rate / a.rate for a, b in pairs]
        table[name] = {
            "yoyodyne": median(a.rate for a, _ in pairs),
            "recurra": median(b.rate for _, b in pairs),
            "ratio": median(ratios),
            "lowest ratio": min(ratios),
            "highest ratio": max(ratios),
        }
        a, b = pairs[-1]
        if a.wer is not None and b.wer is not None:
            table[name] |= {"yoyodyne's WER": a.wer, "recurra's WER": b.wer}
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10, help="of the models that decode")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=40, help="timed in a round of training")
    given = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"the data are not there: {DATA}")
    subprocess.run([ROOT / "bench/yoyodyne/install.sh"], check=True)
    torch.set_num_threads(1)
    theirs = Yoyodyne(given.epochs)
    ours = Recurra(given.epochs)
    table = summary(measure(ours, theirs, given.rounds, given.batches))
    theirs.close()
    print(f"\nyoyodyne: {theirs.about}; recurra: {ours.about}")
    for name, row in table.items():
        print(f"{name:30}" + "  ".join(f"{key} {value:.1f}" for key, value in row.items()))
    record("against_yoyodyne", {"yoyodyne": theirs.about, "rounds": given.rounds, **table})
    (WORK / "against_yoyodyne.json").write_text(json.dumps(table, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
