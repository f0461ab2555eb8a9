"""The figures of language models: train with the defaults, choose on validation data, read the test data once.

    .venv/bin/python bench/figures_language_model.py shakespeare [--time 20m]     nats per character
    .venv/bin/python bench/figures_language_model.py chorales [--time 3m]         nats per frame

shakespeare   tiny_shakespeare; its last tenth is the test text, the validation text is the end of the rest. One pass
              over the test text, the state carried from its first character to its last.
chorales      JSB chorales (Boulanger-Lewandowski et al. 2012), train, valid and test as published. A chorale is a line,
              a frame is its notes from the highest to the lowest and then "|". By the chain rule the probability of a
              frame is the product of those of its tokens, so the nats of a frame are the sum of theirs. A frame has
              one such spelling only; what the model gives to other orders is lost, so the figure is too high if
              anything. The end of a chorale is not counted, since the published figures have none. No transposition:
              plain `recurra train --task language-model`. Needs scipy, which reads the .mat file.

With --part valid the figure is that of the validation data: to tune on. --trained measures the model that is there.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import figure_data as data
from command import recurra

DATA = data.DATA / "language_modelling"
WORK = data.ROOT / "bench/work/language_model"
TIMES = {"shakespeare": "20m", "chorales": "3m"}
FRAME, LOWEST = "|", 21  # the end of a frame; the MIDI number of the first column
END = "<EOS>"


def shakespeare_files() -> dict[str, Path]:
    """The first nine tenths, and the last."""
    text = (DATA / "tiny_shakespeare/input.txt").read_text(encoding="utf-8")
    cut = len(text) * 9 // 10
    return written({"train": text[:cut], "test": text[cut:]}, "shakespeare")


def chorale_files() -> dict[str, Path]:
    """A chorale a line."""
    rolls: dict[str, Any] = import_module("scipy.io").loadmat(str(DATA / "poly_music_jsb/JSB_Chorales.mat"))
    texts = {
        part: "".join(line(roll) + "\n" for roll in rolls[f"{part}data"][0]) for part in ("train", "valid", "test")
    }
    return written(texts, "chorales")


def line(roll: Any) -> str:
    """A piano roll [frames, 88] of 0 and 1 as tokens."""
    tokens: list[str] = []
    for frame in roll:
        tokens += [f"n{LOWEST + key}" for key in range(len(frame) - 1, -1, -1) if frame[key]] + [FRAME]
    return " ".join(tokens)


def written(texts: dict[str, str], name: str) -> dict[str, Path]:
    WORK.mkdir(parents=True, exist_ok=True)
    for part, text in texts.items():
        (WORK / f"{name}-{part}.txt").write_text(text, encoding="utf-8", newline="")
    return {part: WORK / f"{name}-{part}.txt" for part in texts}


def train(name: str, time: str, more: list[str]) -> None:
    files = FILES[name]()
    valid = ["--valid", str(files["valid"])] if "valid" in files else []
    shutil.rmtree(WORK / f"{name}-model", ignore_errors=True)
    where = ["--to", str(WORK / f"{name}-model"), "--time", time]
    recurra("train", str(files["train"]), *valid, "--task", "language-model", *where, *more)


def shakespeare(model: str, files: dict[str, Path], time: str, part: str, more: list[str]) -> None:
    if part == "valid":
        events = [json.loads(row) for row in (Path(model) / "run/metrics.jsonl").read_text().splitlines()]
        best = min(event["loss"] for event in events if event["event"] == "Validated")
        print(f"shakespeare valid {time}: {best:.4f} nats per character", *more)
        return
    found = json.loads(recurra("evaluate", model, str(files["test"]), "--json"))["measures"]["nats_per_character"]
    print(
        f"shakespeare test {time}: {found['value']:.4f} nats per character ({found['low']:.4f} to {found['high']:.4f})"
    )


def chorales(model: str, files: dict[str, Path], time: str, part: str, more: list[str]) -> None:
    rows = [
        json.loads(row) for row in recurra("score", model, str(files[part]), "--output-format", "jsonl").splitlines()
    ]
    tokens = [token for row in rows for token in row["tokens"] if token["token"] != END]
    frames = sum(token["token"] == FRAME for token in tokens)
    nats = sum(token["bits"] for token in tokens) * math.log(2)
    print(f"chorales {part} {time}: {nats / frames:.3f} nats per frame, {frames:,} frames, {len(rows)} chorales", *more)


FILES = {"shakespeare": shakespeare_files, "chorales": chorale_files}
FIGURES = {"shakespeare": shakespeare, "chorales": chorales}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=TIMES)
    parser.add_argument("--time")
    parser.add_argument("--part", choices=["valid", "test"], default="test")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--trained", action="store_true")
    options = parser.parse_args()
    name, time = options.figure, options.time or TIMES[options.figure]
    more = [part for one in options.set for part in ("--set", one)]
    if not options.trained:
        train(name, time, more)
    FIGURES[name](str(WORK / f"{name}-model"), FILES[name](), time, options.part, more)


if __name__ == "__main__":
    main()
