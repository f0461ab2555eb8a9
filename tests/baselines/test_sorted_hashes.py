"""Hashes are found where they stand among those that are known."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.baselines.sorted_hashes import places_in


@pytest.mark.parametrize("kind", [np.uint32, np.int64, np.uint64])
def test_places_are_those_of_a_dictionary(kind: type) -> None:
    dice = np.random.default_rng(1)
    keys = np.unique(dice.integers(0, 200, 60)).astype(kind)
    wanted = dice.integers(0, 220, (7, 40)).astype(kind)  # also larger than all keys
    where = {int(key): k for k, key in enumerate(keys)}
    found = places_in(keys, wanted)
    assert found.known.tolist() == [[int(one) in where for one in row] for row in wanted]
    assert all(where[int(one)] == at for one, at, known in zip(wanted.ravel(), found.at.ravel(), found.known.ravel(),
                                                              strict=True) if known)  # fmt: skip
    assert (found.at < len(keys)).all()
