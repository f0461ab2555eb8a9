"""What is kept in a file is read as what it is, and as nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recurra.errors import DataError
from recurra.tracing import Activations, Known, States, Trace, WhatIf
from recurra.tracing.kept import Kept

KEPT: dict[str, Kept] = {
    "trace": Trace("ab", "b", ["a", "b"], ["b"]),
    "states": States("the last state", "digest", np.eye(2, dtype=np.float32), [Known(1, "a", "b"), Known(2, "c", "d")]),
    "activations": Activations("encoder", "hidden", [["a", "b"]], np.ones((2, 3), np.float16)),
}


@pytest.mark.parametrize("ending", [".npz", ".json"])
@pytest.mark.parametrize("noun", KEPT)
def test_a_file_is_read_as_what_it_holds_and_as_nothing_else(noun: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"kept{ending}"
    KEPT[noun].save(path)
    again = type(KEPT[noun]).load(path)
    again.save(other := tmp_path / f"again{ending}")
    assert other.read_bytes() == path.read_bytes()
    for kind in (Trace, States, Activations, WhatIf):
        if kind.noun != noun:
            with pytest.raises(DataError, match=f"this file holds no {kind.noun}"):
                kind.load(path)
