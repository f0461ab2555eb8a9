"""The figures of docs/results.md: train with the defaults, evaluate once, one line each.

    .venv/bin/python bench/figures.py g2p-medium dut fre hun [--time 8m]
    .venv/bin/python bench/figures.py g2p-2020 [--time 4m]            all eight languages and their macro average
    .venv/bin/python bench/figures.py multi30k [--time 45m]

With --part dev the development data are measured: to tune on. Test data are read once, at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data"
WORK = ROOT / "bench/work/figures"
RECURRA = str(Path(sys.executable).with_name("recurra"))
LANGUAGES = {
    "g2p-medium": ["dut", "fre", "hun", "jpn_hira", "vie_hanoi"],
    "g2p-2020": ["dut", "fre", "gre", "hun", "ice", "jpn", "rum", "vie"],
}
FOLDERS = {"g2p-medium": "g2p/sigmorphon2021_task1/medium", "g2p-2020": "g2p/sigmorphon2020_task1"}
TIMES = {"g2p-medium": "8m", "g2p-2020": "4m", "multi30k": "45m"}


def run(*arguments: str) -> str:
    """A recurra command's standard output; what it says goes to the terminal."""
    return subprocess.run([RECURRA, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout


def measured(model: Path, *pairs: str) -> dict[str, Any]:
    """The measures of a model."""
    return json.loads(run("evaluate", str(model), *pairs, "--json"))["measures"]


def shown(name: str, measure: dict[str, Any]) -> str:
    return f"{name} {measure['value']:.2f} ({measure['low']:.2f} to {measure['high']:.2f})"


def g2p(figure: str, languages: list[str], time: str, part: str) -> None:
    rates: list[float] = []
    for language in languages:
        data, model = DATA / FOLDERS[figure], WORK / f"{figure}-{language}"
        train, valid = (str(data / f"{language}_{which}.tsv") for which in ("train", "dev"))
        run("train", train, "--valid", valid, "--to", str(model), "--time", time)
        measures = measured(model, str(data / f"{language}_{part}.tsv"))
        rates.append(measures["wer"]["value"])
        print(f"{figure} {language} {part}: {shown('WER', measures['wer'])}", flush=True)
    print(f"{figure} {part}: macro WER {sum(rates) / len(rates):.2f} over {len(rates)} languages")


def multi30k(time: str, part: str) -> None:
    data, model = DATA / "translation/multi30k_raw", WORK / "multi30k"
    sides = {name: [str(data / f"{name}.{language}.gz") for language in ("de", "en")] for name in ("train", "val")}
    sides["test"] = [str(data / f"test_2016_flickr.{language}.gz") for language in ("de", "en")]
    train, valid = sides["train"], sides["val"]
    run("train", "--source", train[0], "--target", train[1], "--valid", valid[0], "--valid-target", valid[1],
        "--to", str(model), "--time", time)  # fmt: skip
    source, target = sides["val" if part == "dev" else "test"]
    print(f"multi30k {part}: {shown('BLEU', measured(model, '--source', source, '--target', target)['bleu'])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=TIMES)
    parser.add_argument("languages", nargs="*")
    parser.add_argument("--time")
    parser.add_argument("--part", choices=["dev", "test"], default="test")
    options = parser.parse_args()
    time = options.time or TIMES[options.figure]
    if options.figure == "multi30k":
        multi30k(time, options.part)
    else:
        g2p(options.figure, options.languages or LANGUAGES[options.figure], time, options.part)


if __name__ == "__main__":
    main()
