"""model.safetensors: named tensors as bytes, with a checksum, and what can be wrong with such a file.

A safetensors file is 8 bytes (the header's size, little endian), a header (JSON: for each tensor its type, shape and
place), and the numbers. The header is compared with the size of the file before anything else is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load, save
from torch import Tensor

from recurra.bundle.reading import read_bytes, size_of
from recurra.errors import ModelError
from recurra.narrowing import list_of, object_of, value_of
from recurra.strict_json import parse_json
from recurra.text.counted import counted, named

CHECKSUM = "sha256"  # in the header's metadata; files of other programs have none
HEADER_LIMIT = 10_000_000  # bytes; a tensor takes about a hundred

EXACTNESS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)  # types whose numbers may replace each other
# What a header calls types -> torch's names; those that no network has are not read.
TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "BOOL": torch.bool,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
}


class Header(NamedTuple):
    """What a weight file says about itself."""

    metadata: dict[str, str]
    tensors: dict[str, Tensor]  # types and shapes alone: on the meta device
    size: int  # of the whole file, in bytes


def weights_to_bytes(weights: Mapping[str, Tensor]) -> bytes:
    """The content of a weight file. Copies, so that tensors that share memory may be saved, on any device."""
    copies = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in weights.items()}
    # One entry only: safetensors writes several in an order of chance, and equal weights should give equal files.
    return save(copies, metadata={CHECKSUM: checksum(copies)})


def read_weights(path: Path, header: Header) -> dict[str, Tensor]:
    """The tensors of a weight file whose header has been read, bit for bit as they were written.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        weights = load(read_bytes(path, header.size))
    except Exception as error:  # safetensors raises whatever its parser or torch says of impossible content
        raise damaged(path, str(error)) from error
    expected = header.metadata.get(CHECKSUM)
    if expected is not None and expected != checksum(weights):
        raise damaged(path, "its numbers are not the ones that were saved: the checksum differs")
    return weights


def read_header(path: Path) -> Header:
    """The header of a weight file whose size is what the header says.

    Raises:
        ModelError: it is not.
    """
    size = size_of(path)
    try:
        with path.open("rb") as file:
            header_size = int.from_bytes(file.read(8), "little")
            if size < 8 or header_size > min(size - 8, HEADER_LIMIT):
                raise not_safetensors(path, size)
            header = object_of(parse_json(file.read(header_size)))
        metadata = _texts(object_of(header.pop("__metadata__", None) or {}))
        described = {name: _described(object_of(entry)) for name, entry in header.items()}
        end = max((end for _, end in described.values()), default=0)
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError, OSError) as error:
        raise damaged(path, "its header cannot be read") from error
    expected = 8 + header_size + end
    if size != expected:
        raise damaged(path, f"it has {counted(size, 'byte')}, its header says {expected:,}")
    return Header(metadata, {name: tensor for name, (tensor, _) in described.items()}, size)


def _texts(metadata: dict[str, object]) -> dict[str, str]:
    return {name: value_of(str, value) for name, value in metadata.items()}


def _described(entry: Mapping[str, object]) -> tuple[Tensor, int]:
    """A tensor of the type and the shape that an entry of a header names, without numbers, and where those end."""
    shape = [value_of(int, size) for size in list_of(entry["shape"])]
    tensor = torch.empty(shape, dtype=TYPES[value_of(str, entry["dtype"])], device="meta")
    begin, end = (value_of(int, place) for place in list_of(entry["data_offsets"]))
    if end - begin != tensor.nbytes:
        raise ValueError(f"{counted(tensor.nbytes, 'byte')} of numbers stand in {end - begin:,}")
    return tensor, end


def not_safetensors(path: Path, size: int) -> ModelError:
    """The error for a file whose first bytes are no header's size."""
    if size < 1000 and path.read_bytes().startswith(b"version https://git-lfs"):
        return ModelError(
            "this is only a pointer of Git LFS, the weights themselves were not downloaded",
            where=str(path),
            fix="In the repository that it came from: git lfs pull",
        )
    return damaged(path, f"cut short, or no safetensors file: {counted(size, 'byte')}, and no header within them")


def damaged(path: Path, why: str) -> ModelError:
    """The error for a weight file that cannot be trusted."""
    fix = "Copy the model folder again from where it came, or train again."
    return ModelError(f"the weight file is damaged: {why}", where=str(path), fix=fix)


def checksum(weights: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and numbers, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        tensor = weights[name].detach().cpu().contiguous()
        digest.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def check_weights(expected: Mapping[str, Tensor], weights: Mapping[str, Tensor], where: str | None = None) -> None:
    """Compares weights with the names, shapes and types that the configured network has.

    Args:
        expected, weights: of both only that is looked at; they may be on the meta device.

    Raises:
        ModelError: tensors that are missing, not known, or of another shape or type; names the first few of each.
    """
    missing = [name for name in expected if name not in weights]
    surplus = [name for name in weights if name not in expected]
    both = [(name, tensor, weights[name]) for name, tensor in expected.items() if name in weights]
    wrong = [
        f"{name}: expected {_shape(tensor.shape)}, found {_shape(found.shape)}"
        for name, tensor, found in both
        if found.shape != tensor.shape
    ]
    # Numbers may be more or less exact than those of the network, but not of another kind.
    others = [
        f"{name}: expected {tensor.dtype}, found {found.dtype}"
        for name, tensor, found in both
        if found.dtype != tensor.dtype and not (tensor.is_floating_point() and found.dtype in EXACTNESS)
    ]
    found = [
        f"{title} {named(names)}"
        for title, names in (
            ("missing:", missing),
            ("not known:", surplus),
            ("of another shape:", wrong),
            ("of another type:", others),
        )
        if names
    ]
    if found:
        raise ModelError(
            "the weights do not fit the network that config.json describes; " + "; ".join(found),
            where=where,
            fix="config.json and model.safetensors are of two models, or one was edited. Copy both again.",
        )


def check_finite(weights: Mapping[str, Tensor], where: str | None = None) -> None:
    """Refuses weights with which every answer would be nonsense.

    Raises:
        ModelError: some are NaN or infinite; names the first few.
    """
    infinite = [name for name, weight in weights.items() if not bool(weight.isfinite().all())]
    if infinite:
        raise ModelError(
            f"there are weights that are not finite numbers (NaN or infinity), in {named(infinite)}",
            where=where,
            fix="Copy the model folder again, or train again with a lower training.learning_rate.",
        )


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"
