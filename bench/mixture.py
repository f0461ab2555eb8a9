"""What n-grams beside a language model cost: generating and scoring with them and without, in turns in one run.

    .venv/bin/python bench/mixture.py TEXT [--units words] [--width 512] [--rounds 9]

The n-grams are learned from the first nine tenths of TEXT, the network is untrained (its time does not depend on its
weights) and has a small share, so that texts like TEXT are written and long contexts are known, as in a trained model.
Reported are CPU seconds of a step with one thread, medians of the rounds, and the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from history import record

from recurra.baselines import UnitsBaseline
from recurra.decoding import DecodingOptions, decode
from recurra.models.continuing import Continuing
from recurra.models.language_model import LanguageModel, LanguageModelOptions
from recurra.models.mixture import Mixture
from recurra.padded import Padded
from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS

LINE = 1000  # units that n-grams are counted in together
MOST = 8000  # words; all others are <UNK>
SHARE = (3.0, 0.0, 0.0)  # the logit of the share of the n-grams
WRITTEN, READ = 200, 100  # units of a text


def units_of(text: str, words: bool) -> tuple[list[int], int]:
    """The numbers of the units of a text, and how many there are."""
    parts = re.findall(r"\w+|[^\w\s]|\n", text) if words else list(text)
    most = Counter(parts).most_common(MOST)
    numbers = {part: len(SPECIAL_TOKENS) + k for k, (part, _) in enumerate(most)}
    return [numbers.get(part, 1) for part in parts], len(SPECIAL_TOKENS) + len(numbers)


def model_of(units: list[int], size: int, width: int) -> LanguageModel:
    """An untrained network with n-grams beside it."""
    torch.manual_seed(1)
    model = LanguageModel(LanguageModelOptions(width=width), size, [PAD, EOS]).eval()
    ids = np.array(units[: len(units) * 9 // 10]) + 1
    ngrams = UnitsBaseline.fit([ids[k : k + LINE] for k in range(0, len(ids), LINE)], ~model.never.numpy())
    model.mixture = Mixture.of(ngrams, SHARE, go_begins=False)
    return model


def tasks_of(model: LanguageModel, units: list[int]) -> dict[str, tuple[Callable[[], object], int]]:
    """What is run, and the steps that it takes."""
    begin = [GO, *units[-10:]]
    source = Padded(torch.tensor([begin]), torch.tensor([len(begin)]))
    test = torch.tensor(units[len(units) * 9 // 10 :][: 32 * READ]).view(32, READ)
    scored = Padded(test, torch.full((32,), READ))
    continuing = Continuing(model, endless=True)

    def written(texts: int) -> Callable[[], object]:
        options = DecodingOptions(sample=True, nbest=texts, max_length=WRITTEN)
        return lambda: decode(continuing, source, options)

    def read() -> object:
        with torch.inference_mode():
            return model.following(scored)

    return {"one text": (written(1), WRITTEN), "32 texts": (written(32), WRITTEN), "scoring 32 texts": (read, READ)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--units", choices=["characters", "words"], default="characters")
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    units, size = units_of(options.text.read_text(encoding="utf-8"), options.units == "words")
    model = model_of(units, size, options.width)
    mixture = model.mixture
    assert mixture is not None
    print(
        f"{size:,} units, {mixture.longest}-grams, {len(mixture.get_buffer('units')):,} of them, {options.width} wide"
    )
    figures: dict[str, object] = {"units": options.units, "vocabulary": size, "width": options.width}
    for name, (run, steps) in tasks_of(model, units).items():
        spent: dict[bool, list[float]] = {True: [], False: []}
        for k in range(options.rounds + 1):
            for beside, each in spent.items():
                model.mixture = mixture if beside else None
                began = time.process_time()
                run()
                if k:
                    each.append(1000 * (time.process_time() - began) / steps)
        ratio = median(with_ / alone for with_, alone in zip(*spent.values(), strict=True))
        print(f"{name:18} {median(spent[True]):.2f} ms, {median(spent[False]):.2f} without: {ratio:.2f}", flush=True)
        figures[name] = round(ratio, 2)
    record("mixture", figures)


if __name__ == "__main__":
    main()
