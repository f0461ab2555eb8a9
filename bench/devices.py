"""What a GPU gives: training steps and written dates a second, on the GPU and on the CPU beside it.

    .venv/bin/python bench/devices.py [--examples 6000] [--inputs 2000] [--rounds 3]

The data of the dates demo, the default network and a wide one. Training: target tokens a second, median of the steps of
one epoch without its first ten. Decoding: the network that was trained on the GPU, on both devices in turns, on the
CPU with one thread and with as many as there are cores; seconds by the clock, median of the rounds. Layers of each cell
beside torch.nn.LSTM are measured by `bench/cells.py --device cuda`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from history import record

import recurra
from recurra.demos import dates
from recurra.models import device_of

SIZES: dict[str, dict[str, Any]] = {"default": {}, "wide": {"model.width": 512, "model.layers": 2}}


def trained(pairs: list[Any], folder: Path, device: str, precision: str, settings: dict[str, Any]) -> tuple[Any, float]:
    """A model, and the target tokens a second of its training."""
    model = recurra.train(
        pairs, to=folder, epochs=1, progress=False,
        settings={**settings, "training.device": device, "training.precision": precision, "training.validations": 1},
    )  # fmt: skip
    lines = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text("utf-8").splitlines()]
    steps = [line for line in lines if line["event"] == "StepDone"][10:]
    return model, median(line["tokens"] / line["seconds"] for line in steps)


def written(model: Any, inputs: list[str], device: str, threads: int, beam: int) -> float:
    """Inputs answered a second."""
    torch.set_num_threads(threads)
    network = model.networks[0]
    network.model.to(device)
    fresh = recurra.Model(model.task, model.networks, model.path, model.facts, model.card)
    started = time.perf_counter()
    fresh.predict(inputs, beam=beam)
    assert device_of(network.model).type == device
    return len(inputs) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=6000)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default=",".join(SIZES))
    options = parser.parse_args()
    gpu = torch.cuda.is_available()
    pairs = dates.examples(options.examples, 1)
    inputs = [source for source, _ in dates.examples(options.inputs, 2)]
    figures: dict[str, object] = {"gpu": torch.cuda.get_device_name(0) if gpu else "none"}
    cores = len(os.sched_getaffinity(0))
    places = [("cpu", 1), *([("cpu", cores)] if cores > 1 else []), *([("cuda", 1)] if gpu else [])]
    for name in options.sizes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            model: Any = None
            for device, precision in [
                ("cpu", "float32"),
                *([("cuda", "float32"), ("cuda", "bfloat16")] if gpu else []),
            ]:
                torch.set_num_threads(1)
                model, speed = trained(pairs, Path(folder) / f"{device}-{precision}", device, precision, SIZES[name])
                say(figures, f"{name}, training on {device} in {precision}, tokens/s", speed)
            for beam in (1, 5):
                rounds: dict[tuple[str, int], list[float]] = {place: [] for place in places}
                written(model, inputs[:200], places[-1][0], 1, beam)
                for _ in range(options.rounds):
                    for device, threads in places:
                        rounds[device, threads].append(written(model, inputs, device, threads, beam))
                for (device, threads), each in rounds.items():
                    where = device if device == "cuda" else f"{device}, {threads} threads"
                    say(figures, f"{name}, beam {beam} on {where}, inputs/s", median(each))
    record("devices", figures)


def say(figures: dict[str, object], name: str, value: float) -> None:
    figures[name] = round(value)
    print(f"{name:55} {value:12,.0f}", flush=True)


if __name__ == "__main__":
    main()
