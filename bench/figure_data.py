"""Public data sets as recurra reads them: converted where their form is their own, cut where nobody has cut them.

Each function gives the files of a figure as arguments of the command line. What has to be written goes to bench/work.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import random
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data"
WORK = ROOT / "bench/work/data"


class Files(NamedTuple):
    """The parts of a data set, each as the arguments that name it."""

    train: list[str]
    dev: list[str]
    test: list[str]


def read(path: Path, encoding: str = "utf-8") -> list[str]:
    """The lines of a file, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding=encoding, newline="\n") as file:
        return file.read().splitlines()


def written(name: str, lines: Iterable[str]) -> list[str]:
    """A file in bench/work, as an argument."""
    path = WORK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [str(path)]


def share(text: str) -> float:
    """A number in [0, 1) that depends on the text only: who cuts by it always cuts alike."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") / (1 << 56)


def g2p(folder: str, language: str) -> Files:
    """SIGMORPHON's pronunciations."""
    return Files(*([str(DATA / f"g2p/{folder}/{language}_{part}.tsv")] for part in ("train", "dev", "test")))


def multi30k() -> Files:
    """German to English, raw text."""
    folder = DATA / "translation/multi30k_raw"
    sides = (
        [str(folder / f"{name}.{side}.gz") for side in ("de", "en")] for name in ("train", "val", "test_2016_flickr")
    )
    return Files(*(["--source", german, "--target", english] for german, english in sides))


def trec() -> Files:
    """Questions and the six coarse classes; a tenth of the training part is for development."""

    def row(line: str) -> str:
        label, text = line.split(" ", 1)
        return f"{text}\t{label.split(':')[0]}"

    folder = DATA / "classification/trec"
    train, test = ([row(line) for line in read(folder / f"TREC.{part}", "latin-1")] for part in ("train", "test"))
    return Files(
        written("trec-train.tsv", (line for line in train if share(line) >= 0.1)),
        written("trec-dev.tsv", (line for line in train if share(line) < 0.1)),
        written("trec-test.tsv", test),
    )


def sst2() -> Files:
    """Whole sentences of film reviews, good or bad."""

    def rows(part: str) -> list[str]:
        lines = (line.split(" ", 1) for line in read(DATA / f"classification/sst2/stsa.binary.{part}"))
        return [f"{text}\t{'good' if label == '1' else 'bad'}" for label, text in lines]

    return Files(*(written(f"sst2-{part}.tsv", rows(part)) for part in ("train", "dev", "test")))


def names() -> Files:
    """Names and their languages; by a hash of the name a tenth is for development and a fifth for testing."""
    folder = DATA / "classification/names_18_languages"
    rows = [
        f"{name}\t{path.stem}"
        for path in sorted(folder.glob("[A-Z]*.txt"))
        if path.stem not in ("ATTRIBUTION", "LICENSE")
        for name in sorted({line.strip() for line in read(path)} - {""})
    ]
    place = {row: share(row.split("\t")[0]) for row in rows}
    return Files(
        written("names-train.tsv", (row for row in rows if place[row] >= 0.3)),
        written("names-dev.tsv", (row for row in rows if place[row] < 0.1)),
        written("names-test.tsv", (row for row in rows if 0.1 <= place[row] < 0.3)),
    )


def snips_intents() -> Files:
    """Requests and what is wanted."""

    def rows(part: str) -> list[str]:
        folder = DATA / "tagging/snips" / part
        return [
            f"{text.strip()}\t{label}"
            for text, label in zip(read(folder / "seq.in"), read(folder / "label"), strict=True)
        ]

    return Files(*(written(f"snips-intents-{part}.tsv", rows(part)) for part in ("train", "valid", "test")))


def snips_slots() -> Files:
    """Requests and their slots."""
    folder = DATA / "tagging/snips"
    parts = ("train", "valid", "test")
    return Files(
        *(["--source", str(folder / part / "seq.in"), "--target", str(folder / part / "seq.out")] for part in parts)
    )


def atis() -> Files:
    """Parts of speech of flight questions (Universal Dependencies)."""
    folder = DATA / "tagging/ud_english_atis"
    return Files(*([str(folder / f"en_atis-ud-{part}")] for part in ("train.conllu.gz", "dev.conllu", "test.conllu")))


def wnut17() -> Files:
    """Rare and emerging entities."""
    folder = DATA / "tagging/wnut17"
    rows = {
        part: [line if line.strip() else "" for line in read(folder / name)]
        for part, name in (
            ("train", "wnut17train.conll"),
            ("dev", "emerging.dev.conll"),
            ("test", "emerging.test.annotated"),
        )
    }
    return Files(*(written(f"wnut17-{part}.conll", lines) for part, lines in rows.items()))


def series(name: str) -> Files:
    """UCR and UEA series; a fifth of the training part is for development."""
    folder = DATA / "time_series" / name
    lines = read(folder / f"{name}_TRAIN.ts")
    start = next(k for k, line in enumerate(lines) if line.strip().lower() == "@data") + 1
    train = [line for line in lines[start:] if line.strip() and share(line) >= 0.2]
    dev = [line for line in lines[start:] if line.strip() and share(line) < 0.2]
    return Files(
        written(f"{name}-train.ts", [*lines[:start], *train]),
        written(f"{name}-dev.ts", [*lines[:start], *dev]),
        [str(folder / f"{name}_TEST.ts")],
    )


def indoor() -> Files:
    """Movements between rooms, by the strength of four radio signals; a fifth for development, a quarter for tests."""
    with zipfile.ZipFile(DATA / "time_series/indoor_user_movement/IndoorMovement.zip") as packed:
        (_, *targets) = packed.read("dataset/MovementAAL_target.csv").decode().split()[1:]
        labels = dict(target.split(",") for target in targets)
        steps = {name: packed.read(f"dataset/MovementAAL_RSS_{name}.csv").decode().split("\n")[1:] for name in labels}
    rows: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for name, label in labels.items():
        place = share(name)
        part = "dev" if place < 0.2 else "test" if place < 0.45 else "train"
        rows[part] += [f"{name},{step.replace(' ', '')},{label}" for step in steps[name] if step.strip()]
    return Files(*(written(f"indoor-{part}.csv", ["series,a,b,c,d,label", *some]) for part, some in rows.items()))


def inflection_2016(language: str) -> Files:
    """Lemma and features to a form; the features are given with commas, we write them with semicolons."""
    folder = DATA / "inflection/sigmorphon2016_task1"

    def rows(part: str) -> list[str]:
        path = folder / f"{language}-task1-{part}"
        cells = (
            line.split("\t") for line in read(path if path.exists() else path.with_name(path.name + ".gz")) if line
        )
        return [f"{lemma}\t{features.replace(',', ';')}\t{form}" for lemma, features, form in cells]

    return Files(*(written(f"inflection-2016-{language}-{part}.tsv", rows(part)) for part in ("train", "dev", "test")))


def inflection_2022(language: str) -> Files:
    """Lemma and features to a form."""
    folder = DATA / "inflection/sigmorphon2022_part1"

    def rows(name: str) -> list[str]:
        cells = (line.split("\t") for line in read(folder / name) if line)
        return [f"{lemma}\t{features}\t{form}" for lemma, form, features in cells]

    parts = {"train": f"{language}_large.train", "dev": f"{language}.dev", "test": f"{language}.gold"}
    return Files(*(written(f"inflection-2022-{language}-{part}.tsv", rows(name)) for part, name in parts.items()))


def normalisation(folder: str, stem: str, most: int, lower: bool = False) -> Files:
    """Historical spellings and modern ones, token by token as the texts have them; the first `most` are trained on.

    Tokens without a modern form are left out.

    Args:
        lower: all in lower case, as normalisation is often measured.
    """
    parts = ("train", "dev", "test")
    rows = {part: read(DATA / "text_normalisation" / folder / f"{stem}.{part}.txt") for part in parts}
    cells = {part: [(line.lower() if lower else line).split("\t") for line in lines] for part, lines in rows.items()}
    pairs = {
        part: ["\t".join(pair) for pair in found if len(pair) == 2 and all(side.strip() for side in pair)]
        for part, found in cells.items()
    }
    pairs["train"] = pairs["train"][:most]
    name = f"{folder}-lower" if lower else folder
    return Files(*(written(f"{name}-{part}.tsv", lines) for part, lines in pairs.items()))


def transliteration() -> Files:
    """Arabic names in Latin letters."""
    folder = DATA / "text_normalisation/translit_arabic_english"
    parts = ("train", "eval", "test")
    return Files(*(written(f"transliteration-{part}.tsv", read(folder / f"ar2en-{part}.txt")) for part in parts))


def hourly_change(past: int = 72, windows: int = 4) -> Files:
    """By how much the mean of a day exceeds that of the day before, from the three days before it: hourly series of M4.

    The number is the logarithm of the quotient of their means. Parts are made of whole series; a window is divided by
    its mean.
    """
    rows: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for line in read(DATA / "forecast/m4_hourly/Hourly-train.csv.gz")[1:]:
        name, *cells = line.replace('"', "").split(",")
        values = [float(cell) for cell in cells if cell]
        place = share(name)
        part = "dev" if place < 0.2 else "test" if place < 0.4 else "train"
        for k in range(windows):
            end = len(values) - 24 - k * 120
            window, after = values[end - past : end], sum(values[end : end + 24]) / 24
            before, mean = sum(window[-24:]) / 24, sum(window) / past
            if min(before, after, mean) > 0:
                cells = [f"{value / mean:.5g}" for value in window]
                rows[part].append(f"{','.join(cells)}:{math.log(after / before):.6g}")
    head = ["@problemName change", "@timeStamps false", "@missing false", "@univariate true", "@equalLength true"]
    head += [f"@seriesLength {past}", "@targetlabel true", "@data"]
    return Files(*(written(f"hourly-change-{part}.ts", [*head, *some]) for part, some in rows.items()))


def word_effects(words: int = 300, texts: int = 1500) -> Files:
    """Synthetic: each word of a text adds its effect to a number, after "not" the opposite, and there is noise."""
    dice = random.Random(5)
    syllables = [one + other for one in "bdfgklmnprst" for other in "aeiou"]
    effects = {"".join(dice.sample(syllables, 2)): dice.gauss(0, 1) for _ in range(words)}
    rows: list[str] = []
    for _ in range(2 * texts):
        parts: list[str] = []
        total = dice.gauss(0, 0.5)
        for word in dice.choices(list(effects), k=dice.randint(3, 9)):
            negated = dice.random() < 0.25
            parts += ["not", word] if negated else [word]
            total += -effects[word] if negated else effects[word]
        rows.append(f"{' '.join(parts)}\t{total:.4f}")
    cuts = (rows[:texts], rows[texts : texts * 3 // 2], rows[texts * 3 // 2 :])
    names = ("train", "dev", "test")
    return Files(*(written(f"word-effects-{name}.tsv", some) for name, some in zip(names, cuts, strict=True)))
