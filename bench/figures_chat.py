"""Question answering, commands and dialogue acts: the figures of docs/results.md that `recurra train` reaches on them.

    .venv/bin/python bench/figures_chat.py babi                    accuracy for each task, one model for all ten of them
    .venv/bin/python bench/figures_chat.py scan                    whole sequences of actions that are right
    .venv/bin/python bench/figures_chat.py rnnlg                   BLEU against all sentences for the same act

With --part dev the last tenth of the training data (whole stories) is measured, of rnnlg its own development data: to
tune on. Test data are read once, at the end. `--set` reaches every setting of the recipe.

babi and scan have recipes beside the defaults, the same for all of their tasks, that a user of such data would choose
too: answers are words of the story, so they may be copied; a thousand stories are learned by heart by a wide network,
so it is narrow, and much of it is dropped; nothing is smoothed, since there is one right answer; actions follow from
their command by rules, which a small network of one layer finds soonest, and are longer than twice the command.

BLEU as the data's authors count it: the values of an act stand in its outputs and references, the references of an act
are all sentences of the same part for the same kind of act and slots.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chat_data as data
from command import recurra
from figure_data import ROOT
from sacrebleu.metrics.bleu import BLEU

WORK = ROOT / "bench/work/chat"
WORDS = ("--source-units", "words", "--target-units", "words")
BABI = ("--source-column", "1,2,3", "--target-column", "4")
RECIPES = {
    "babi": {
        "model.width": 96,
        "model.layers": 1,
        "model.copy": True,
        "model.dropout": 0.25,
        "training.learning_rate": 0.005,
        "training.label_smoothing": 0,
        "training.patience": 0,
    },
    "scan": {
        "model.size": "small",
        "model.layers": 1,
        "model.dropout": 0.1,
        "training.label_smoothing": 0,
        "decoding.max_length": 60,
    },
    "rnnlg": {},
}
TIMES = {"babi": "10m", "scan": "5m", "rnnlg": "4m"}


def train(name: str, recipe: str, time: str, more: Sequence[str], *arguments: str) -> Path:
    """A fresh model; without a time the one that is there."""
    model = WORK / "models" / name
    if not time:
        return model
    shutil.rmtree(model, ignore_errors=True)
    settings = [f"{key}={str(value).lower()}" for key, value in RECIPES[recipe].items()] + list(more)
    given = [part for setting in settings for part in ("--set", setting)]
    recurra("train", *arguments, "--task", "translate", "--to", str(model), "--time", time, *given)
    return model


def exact(model: Path, *arguments: str) -> str:
    """The share of outputs that are right, with its interval."""
    found = json.loads(recurra("evaluate", str(model), *arguments, "--json"))
    measure = found["measures"]["exact_match"]
    return f"{measure['value']:.1f} ({measure['low']:.1f} to {measure['high']:.1f}), {found['count']:,}"


def babi(time: str, part: str, more: Sequence[str]) -> None:
    """One model for all tasks; accuracy on each."""
    tasks = list(data.babi_tasks())
    rows = {task: parts(task) for task in tasks}
    files = {name: WORK / f"babi-{name}.tsv" for name in ("train", "dev")}
    for name, file in files.items():
        data.write(file, [row for own in rows.values() for row in own[name]])
    columns = (*BABI, *WORDS, "--valid", str(files["dev"]))
    model = train("babi", "babi", time, more, str(files["train"]), *columns)
    for task in tasks:
        file = data.write(WORK / f"{task}-{part}.tsv", rows[task][part])
        print(f"babi {task} {part}: accuracy {exact(model, str(file), *BABI)}", flush=True)


def parts(task: str) -> dict[str, list[tuple[str, ...]]]:
    """The questions to learn from, the last tenth of them to tune on (no story is divided), and those of the test."""
    rows, cut = list(data.babi(task, "train")), 900
    while rows[cut][1].startswith(rows[cut - 1][1]):
        cut += 1
    return {"train": rows[:cut], "dev": rows[cut:], "test": list(data.babi(task, "test"))}


def scan(time: str, part: str, more: Sequence[str]) -> None:
    rows = list(data.scan("train"))
    train_file = data.write(WORK / "scan-train.tsv", [row for k, row in enumerate(rows) if k % 20])
    dev_file = data.write(WORK / "scan-dev.tsv", rows[::20])
    test_file = data.write(WORK / "scan-test.tsv", data.scan("test"))
    model = train("scan", "scan", time, more, str(train_file), "--valid", str(dev_file))
    print(f"scan {part}: exact {exact(model, str(dev_file if part == 'dev' else test_file))}")


def rnnlg(time: str, part: str, more: Sequence[str]) -> None:
    names = {"train": "train", "dev": "valid", "test": "test"}
    files = {name: data.write(WORK / f"rnnlg-{name}.tsv", data.rnnlg(own)) for name, own in names.items()}
    columns = ("--source-column", "1,2", "--target-column", "3", "--target-units", "words")
    model = train("rnnlg", "rnnlg", time, more, str(files["train"]), *columns, "--valid", str(files["dev"]))
    rows, acts = list(data.rnnlg(names[part])), data.rnnlg_acts(names[part])
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, slots, sentence in rows:
        said[kind, slots].append(sentence)
    sources = data.write(WORK / "rnnlg-acts.tsv", [row[:2] for row in rows])
    written = recurra("predict", str(model), str(sources)).splitlines()
    outputs = [data.lexicalised(text, act) for text, act in zip(written, acts, strict=True)]
    references = [[data.lexicalised(text, act) for text in said[row[:2]]] for row, act in zip(rows, acts, strict=True)]
    most = max(map(len, references))
    in_columns: list[Any] = [[own[k] if k < len(own) else None for own in references] for k in range(most)]
    measure = BLEU(tokenize="none", force=True)
    score = measure.corpus_score(outputs, in_columns)
    print(f"rnnlg {part}: BLEU {score.score:.2f} of {len(outputs):,} acts, {measure.get_signature()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=TIMES)
    parser.add_argument("--trained", action="store_true", help="only measure the model of the last call")
    parser.add_argument("--time")
    parser.add_argument("--part", choices=["dev", "test"], default="test")
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    time = options.time or TIMES[options.figure]
    figure = {"babi": babi, "scan": scan, "rnnlg": rnnlg}[options.figure]
    figure("" if options.trained else time, options.part, options.set)


if __name__ == "__main__":
    main()
