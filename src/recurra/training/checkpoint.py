"""Checkpoints: one safetensors file that is complete or absent.

It holds every tensor (weights, optimiser, best weights) and, in the header, the few plain values that a run
resumes from. It is written aside, synced, and renamed over the one before; a kill at any moment leaves one or the
other, never half of one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from recurra.bundle import checksum
from recurra.errors import RunError, any_error_as
from recurra.files import atomic_write
from recurra.narrowing import as_object, object_of, value_of

FORMAT = 1
NAME = "checkpoint.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by section and name ("model/decoder.combine.weight"), and plain values."""

    tensors: dict[str, Tensor]
    values: dict[str, object]

    @property
    def step(self) -> int:
        """How many steps the run had done; KeyError, TypeError or ValueError where it is not said."""
        return value_of(int, object_of(self.values["position"])["step"])

    def section(self, name: str) -> dict[str, Tensor]:
        """The tensors of one section, without its name."""
        prefix = f"{name}/"
        return {key.removeprefix(prefix): value for key, value in self.tensors.items() if key.startswith(prefix)}


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint in place of the one before."""
    # One entry only: safetensors writes several in random order, and equal checkpoints shall be equal files.
    sha256 = digest(checkpoint.tensors, checkpoint.values)
    header = {"recurra": json.dumps({"format": FORMAT, "sha256": sha256, "values": checkpoint.values})}
    atomic_write(folder / NAME, save(checkpoint.tensors, metadata=header))


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint of a run folder, None where there is none.

    Raises:
        RunError: a file that is damaged or of another format.
    """
    path = folder / NAME
    if not path.exists():
        return None
    with any_error_as(lambda reason: damaged(path, reason)):
        with cast("Any", safe_open)(path, framework="pt") as file:
            header: dict[str, str] = file.metadata() or {}
            tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        content = json.loads(header.get("recurra", "{}"))
        number, values, sha256 = (content.get(name) for name in ("format", "values", "sha256"))
    if number != FORMAT:
        raise RunError(
            f"the checkpoint has format {number}, this version of recurra reads format {FORMAT}",
            where=str(path),
            fix="Resume with the version of recurra that wrote it, or train into another folder with --to.",
        )
    found = as_object(values)
    if sha256 != digest(tensors, found):
        raise damaged(path, "its numbers are not the ones that were saved: the checksum differs")
    return Checkpoint(tensors, found)


def digest(tensors: Mapping[str, Tensor], values: Mapping[str, object]) -> str:
    """SHA-256 over all tensors and values."""
    found = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    found.update(checksum(tensors).encode())
    return found.hexdigest()


def damaged(path: Path, why: str) -> RunError:
    fix = "Copy it again, or train into another folder with --to."
    return RunError(f"the checkpoint is damaged ({why})", where=str(path), fix=fix)


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """A copy of the weights on the CPU; shared ones stand once."""
    return {name: value.detach().to("cpu", copy=True).contiguous() for name, value in named_weights(model).items()}


def named_weights(model: nn.Module) -> dict[str, Tensor]:
    """The weights themselves, which may be on the meta device; shared ones stand once."""
    seen: set[int] = set()
    weights: dict[str, Tensor] = {}
    for name, value in model.state_dict(keep_vars=True).items():
        if id(value) not in seen:
            weights[name] = value
        seen.add(id(value))
    return weights
