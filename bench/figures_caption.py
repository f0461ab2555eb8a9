"""The figure of captioning: names of emoji that are skin-tone and hair variants of others, exactly right.

    .venv/bin/python bench/figures_caption.py [--time 5m] [--part dev]

Of the variants of noto_emoji_names a tenth is held out, by a hash of the file's name; everything else is trained on,
with the defaults. With --part dev another tenth is held out of the training part and measured: to tune on.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from command import recurra
from figure_data import DATA as ALL_DATA
from figure_data import ROOT, share

DATA = ALL_DATA / "captioning_images/noto_emoji_names"
WORK = ROOT / "bench/work/caption"
VARIANT = re.compile("skin tone|hair")

Row = list[str]  # file, name, group


def place(row: Row) -> float:
    """A number in [0, 1) that depends on the name of the file only."""
    return share(f"recurra {row[0]}")


def parts(data: Path) -> dict[str, list[Row]]:
    """Everything but the variants of two tenths, and the variants of these: to tune on, and to report."""
    rows = [line.split("\t") for line in (data / "captions.tsv").read_text("utf-8").splitlines()]
    test = [row for row in rows if VARIANT.search(row[1]) and place(row) < 0.1]
    dev = [row for row in rows if VARIANT.search(row[1]) and 0.1 <= place(row) < 0.2]
    return {"rest": [row for row in rows if row not in test and row not in dev], "dev": dev, "test": test}


def write(path: Path, rows: list[Row], data: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{data / file}\t{name}\n" for file, name, _ in rows), "utf-8")
    return str(path)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--time", default="5m")
    options.add_argument("--part", choices=["dev", "test"], default="test")
    options.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    given = options.parse_args()
    found = parts(DATA)
    learned = found["rest"] + (found["dev"] if given.part == "test" else [])
    train = write(WORK / f"train-{given.part}.tsv", learned, DATA)
    held_out = write(WORK / f"{given.part}.tsv", found[given.part], DATA)
    model = WORK / f"model-{given.part}"
    settings = [part for one in given.set for part in ("--set", one)]
    recurra("train", train, "--task", "caption", "--to", str(model), "--time", given.time, *settings)
    measures = json.loads(recurra("evaluate", str(model), held_out, "--json"))["measures"]
    shown = ", ".join(
        f"{name} {one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f})"
        for name, one in measures.items()
        if name in ("exact_match", "bleu", "chrf")
    )
    print(f"emoji names, {given.part}, {len(found[given.part])} held-out variants: {shown}")


if __name__ == "__main__":
    main()
