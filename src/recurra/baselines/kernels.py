"""Series by fixed convolutions, of which it counts how often each is above a threshold.

The kernels are those of MiniRocket (Dempster et al. 2021): all 84 of nine weights of which three are 2 and six -1, at
several dilations. Thresholds are quantiles of what the kernels make of training series.

N examples, T steps, C channels, K kernels, Q thresholds, F features.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv1d

from recurra.baselines.readers import NumberReader, Shares
from recurra.baselines.sparse import Matrix
from recurra.baselines.stored import Stored

WIDTH, HIGH = 9, 3  # weights of a kernel, and how many of them are high
KERNELS = len(list(combinations(range(WIDTH), HIGH)))
MOST_DILATIONS = 8
THRESHOLDS = 4  # of each kernel and dilation
MOST_CHANNELS = 9  # of a kernel
SAMPLE = 64  # training examples that thresholds are taken from
CHUNK = 64  # examples that are read at once
LONGEST = 4096  # steps; of a longer series every second, third, ... is read

Series = Sequence[NDArray[np.float64]]  # [T, C] each


def series_kernels(length: int) -> list[int]:
    """The dilations for series of so many steps."""
    most = max(1, (length - 1) // (WIDTH - 1))
    return sorted({2**k for k in range(most.bit_length())} & set(range(1, most + 1)))[:MOST_DILATIONS]


@dataclass(frozen=True)
class SeriesReader:
    """Shares of steps above thresholds."""

    form: NumberReader  # of the channels
    dilations: tuple[int, ...]
    channels: Tensor  # [dilations, K, C] 1 where a kernel reads a channel
    thresholds: Tensor  # [dilations, K, Q]
    scale: NumberReader  # of the features
    every: int = 1
    what: str = "dilated kernels"
    short: str = "kernels"

    @classmethod
    def learn(cls, series: Series) -> tuple[SeriesReader, Matrix]:
        """Of training series; and their features."""
        size = series[0].shape[1]
        form = NumberReader.learn(np.concatenate(series))
        lengths = sorted(len(one) for one in series)
        every = -(-lengths[-1] // LONGEST)
        dilations = tuple(series_kernels(lengths[-1] // every))
        random = np.random.Generator(np.random.PCG64(0))
        channels = np.zeros((len(dilations), KERNELS, size), np.float32)
        for place in np.ndindex(channels.shape[:2]):
            count = int(2 ** float(random.uniform(0, math.log2(min(size, MOST_CHANNELS) + 1))))
            channels[(*place, random.choice(size, count, replace=False))] = 1
        empty = NumberReader(np.zeros(0), np.ones(0))
        first = cls(form, dilations, torch.from_numpy(channels), torch.zeros(len(dilations), KERNELS, 1), empty, every)
        some = [series[k * len(series) // SAMPLE] for k in range(SAMPLE)]
        levels = torch.linspace(0, 1, THRESHOLDS + 2)[1:-1]
        quantiles = [
            torch.quantile(sampled(values[:, known].flatten(1)), levels, dim=1).T
            for values, known in first.convolved(some)
        ]
        made = cls(form, dilations, first.channels, torch.stack(quantiles), empty, every)
        raw = made.raw(series)
        whole = cls(form, dilations, made.channels, made.thresholds, NumberReader.learn(raw), every)
        return whole, whole.scale.read(raw)

    @classmethod
    def from_stored(cls, stored: Stored) -> SeriesReader:
        """The same again."""
        form, scale = (NumberReader.from_stored(stored.under(name)) for name in ("form.", "scale."))
        dilations = stored.array("dilations", "<i8", (None,))
        if not (0 < len(dilations) <= MOST_DILATIONS and (dilations > 0).all() and (dilations < LONGEST).all()):
            raise ValueError("impossible dilations")
        channels = stored.array("channels", "<f4", (len(dilations), KERNELS, form.size))
        thresholds = stored.array("thresholds", "<f4", (len(dilations), KERNELS, THRESHOLDS))
        if scale.size != thresholds.size:
            raise ValueError("features without a scale")
        every = stored.number("every", 1, 1e9)
        return cls(
            form, tuple(dilations.tolist()), torch.from_numpy(channels), torch.from_numpy(thresholds), scale, every
        )

    @property
    def size(self) -> int:
        return self.scale.size

    def read(self, cells: Series) -> Matrix:
        return self.scale.read(self.raw(cells))

    def raw(self, series: Series) -> NDArray[np.float64]:
        """The shares [N, F]."""
        starts = range(0, len(series), CHUNK)
        return np.concatenate([shares_of(self.above(series[start : start + CHUNK])) for start in starts])

    def above(self, series: Series) -> Iterator[tuple[list[Tensor], Tensor]]:
        """Where each dilation is above each threshold, [K, N, T] each; and which steps there are [N, T]."""
        for (values, known), thresholds in zip(self.convolved(series), self.thresholds, strict=True):
            yield [(values > level[:, None, None]) & known for level in thresholds.T], known

    def shares(self, cell: NDArray[np.float64], weights: NDArray[np.float32]) -> Shares:
        """A kernel is above its threshold at the step in its middle; what the others are there is its mean."""
        total = np.zeros((len(cell), weights.shape[1]))
        dilations = list(self.above([cell]))
        raw = shares_of(dilations)[0]
        apart = raw - self.scale.mean
        standard = self.scale.standard(raw[None])[0]
        # Of a feature that is cut off, less than one over its deviation.
        slopes = np.where(apart != 0, standard / np.where(apart != 0, apart, 1), 0)
        rows = (slopes[:, None] * weights).reshape(len(self.dilations), KERNELS, THRESHOLDS, -1)
        centre = (slopes * self.scale.mean) @ weights
        read = total[:: self.every]
        for (above, _), own in zip(dilations, rows, strict=True):
            for q, part in enumerate(above):
                read += np.einsum("kt,kl->tl", part[:, 0].numpy(), own[:, q])
        read -= centre
        read /= max(1, len(read))
        return total

    def convolved(self, series: Series) -> Iterator[tuple[Tensor, Tensor]]:
        """What the kernels make of series at each dilation: [K, N, T], and which steps there are [N, T]."""
        forms = [self.form.standard(one[:: self.every]) for one in series]
        longest = max(1, *map(len, forms))
        batch = torch.zeros(len(forms), self.form.size, longest)
        known = torch.arange(longest) < torch.tensor([max(1, len(one)) for one in forms])[:, None]
        for k, one in enumerate(forms):
            batch[k, :, : len(one)] = torch.from_numpy(one.T)
        weights = kernel_weights()
        for dilation, channels in zip(self.dilations, self.channels, strict=True):
            whole = channels[:, :, None] * weights[:, None, :]  # [K, C, 9]
            found = conv1d(batch, whole, dilation=dilation, padding=dilation * (WIDTH // 2))
            yield found.transpose(0, 1), known

    def stored(self) -> Stored:
        inner = {"form.": self.form.stored(), "scale.": self.scale.stored()}
        arrays = {f"{name}{key}": array for name, one in inner.items() for key, array in one.arrays.items()}
        arrays |= {
            "dilations": np.array(self.dilations, np.int64),
            "channels": self.channels.numpy(),
            "thresholds": self.thresholds.numpy(),
        }
        facts = {name: {"kind": one.kind} for name, one in inner.items()}
        return Stored("series", {**facts, "every": self.every}, arrays)


def shares_of(dilations: Iterable[tuple[list[Tensor], Tensor]]) -> NDArray[np.float64]:
    """The shares of steps [N, F] of what `SeriesReader.above` gives."""
    parts = [
        torch.stack([part.sum(2) / known.sum(1) for part in above], dim=2).transpose(0, 1) for above, known in dilations
    ]
    return torch.stack(parts, dim=1).flatten(1).double().numpy()


def kernel_weights() -> Tensor:
    """All kernels [K, 9]."""
    weights = torch.full((KERNELS, WIDTH), -1.0)
    for k, places in enumerate(combinations(range(WIDTH), HIGH)):
        weights[k, list(places)] = 2.0
    return weights


def sampled(values: Tensor, most: int = 100_000) -> Tensor:
    """At most so many columns, spread evenly."""
    return values[:, :: -(-values.shape[1] // most)]
