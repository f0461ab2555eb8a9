"""Saving and opening a model folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from torch import Tensor

from recurra.bundle.reading import read_bytes
from recurra.bundle.refusals import refuse_what_is_no_model
from recurra.bundle.transaction import find, tidy, write_together
from recurra.bundle.weights import Header, read_header, read_weights, weights_to_bytes
from recurra.errors import ModelError, RunError
from recurra.files import atomic_write, plain_errors
from recurra.narrowing import as_object
from recurra.strict_json import parse_json
from recurra.text.visible import as_given
from recurra.version import VERSION

SINGLE = 2  # of one network; both are raised when an older recurra could no longer read what is written
FORMAT = 3  # of several
CONFIG, WEIGHTS, CARD, TOKENIZERS = "config.json", "model.safetensors", "README.md", "tokenizers"
MEMBERS = "members"  # the folder of the weights of all networks but the first
MAX_MEMBERS = 100
BASELINE = "baseline.safetensors"
RESERVED = ("format", "recurra", "tokenizers", "baseline", "members")  # keys of config.json that are written here
TEXT_LIMIT = 16_000_000  # bytes of config.json and of README.md
TOKENIZER_LIMIT = 64_000_000
BASELINE_LIMIT = 16_000_000


@dataclass(frozen=True)
class Bundle:
    """A model as plain data."""

    config: dict[str, object]  # what the task needs to build the model again: JSON values
    weights: dict[str, Tensor]
    tokenizers: dict[str, str]  # by what they are for ("source", "target"): tokenizer JSON
    card: str  # README.md
    baseline: bytes = b""  # what the model is measured against; empty: nothing
    others: Sequence[Mapping[str, Tensor]] = ()  # the weights of the other members of an ensemble

    @property
    def members(self) -> list[Mapping[str, Tensor]]:
        """The weights of every network."""
        return [self.weights, *self.others]


@dataclass(frozen=True)
class Stored:
    """A model folder that was opened and looked at. Of its weights only the header has been read."""

    config: dict[str, object]
    tokenizers: dict[str, str]
    card: str
    members: Sequence[tuple[Path, Header]]  # of each network the file of its weights
    baseline: bytes

    def bundle(self) -> Bundle:
        """All of it, the numbers too.

        Raises:
            ModelError: a weight file is damaged.
        """
        first, *others = [read_weights(path, header) for path, header in self.members]
        return Bundle(self.config, first, self.tokenizers, self.card, self.baseline, others)


def save_bundle(folder: Path, bundle: Bundle) -> None:
    """Writes the model folder, whole or not at all; a model that was there stays readable until the new one is.

    Without weights the folder describes a model whose training has not saved any yet; `load_bundle` says so.

    Raises:
        RunError: the folder cannot be written, or weights of another model are there and no new ones given.
    """
    tokenizers = {name: text.encode() for name, text in bundle.tokenizers.items()}
    files = {f"{TOKENIZERS}/{name}.json": data for name, data in tokenizers.items()}
    files[CARD] = bundle.card.encode()
    if bundle.weights:
        files |= {weights_name(k): weights_to_bytes(one) for k, one in enumerate(bundle.members, 1)}
    elif find(folder, WEIGHTS).exists():
        raise RunError(
            "a trained model is here already", where=str(folder), fix="Choose another folder with --to, or remove it."
        )
    if bundle.baseline:
        files[BASELINE] = bundle.baseline
    files[CONFIG] = _config_bytes(bundle, tokenizers)
    write_together(folder, files)
    _drop_members(folder, files)


def save_weights(folder: Path, weights: Mapping[str, Tensor], member: int = 1) -> None:
    """Replaces the weights of a network in a model folder: those of the same model, further trained.

    Args:
        member: which of an ensemble, from 1.

    Raises:
        RunError: the folder cannot be written; the weights before are still there.
    """
    path = folder / weights_name(member)
    with plain_errors(path):
        tidy(folder)
    atomic_write(path, weights_to_bytes(weights))


def weights_name(member: int) -> str:
    """The file of the weights of a network, by its number from 1."""
    return WEIGHTS if member == 1 else f"{MEMBERS}/{member}.safetensors"


def _drop_members(folder: Path, kept: Container[str]) -> None:
    """Removes the weights of members that only the model before had."""
    inner = folder / MEMBERS
    if inner.is_symlink() or not inner.is_dir():
        return
    with plain_errors(inner):
        for path in inner.glob("*.safetensors"):
            if f"{MEMBERS}/{path.name}" not in kept:
                path.unlink()
        if not any(inner.iterdir()):
            inner.rmdir()


def load_bundle(folder: Path) -> Bundle:
    """A model folder with all that is in it.

    Raises:
        ModelError: as `open_folder`.
    """
    stored = open_folder(folder)
    return stored.bundle()


def open_folder(folder: Path) -> Stored:
    """Opens a model folder. Sizes are checked before reading, and nothing of it is executed.

    Raises:
        ModelError: not a model folder, a damaged one, or one that a newer recurra wrote.
    """
    refuse_what_is_no_model(folder, find(folder, CONFIG))
    config = _read_config(find(folder, CONFIG))
    tokenizers = {name: _read_tokenizer(folder, name, entry) for name, entry in as_object(config["tokenizers"]).items()}
    paths = [find(folder, weights_name(member)) for member in range(1, _member_count(folder, config) + 1)]
    if not paths[0].exists():
        raise ModelError(
            f"there is no {WEIGHTS}: a training run that has not saved any weights yet, or an incomplete copy",
            where=str(folder),
            fix="Resume the run (recurra train ... --resume), or copy the model folder again.",
        )
    members = [(path, read_header(path)) for path in paths]
    plain = {key: value for key, value in config.items() if key not in RESERVED}
    baseline = _read_baseline(folder, config.get("baseline"))
    return Stored(plain, tokenizers, _read_card(find(folder, CARD)), members, baseline)


def _config_bytes(bundle: Bundle, tokenizers: Mapping[str, bytes]) -> bytes:
    for key in RESERVED:
        if key in bundle.config:
            raise ValueError(f"the key {key!r} of {CONFIG} is written by save_bundle")
    entries = {
        name: {"file": f"{TOKENIZERS}/{name}.json", "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in tokenizers.items()
    }
    number = FORMAT if bundle.others else SINGLE
    whole = {"format": number, "recurra": VERSION, **bundle.config, "tokenizers": entries}
    if bundle.others:
        whole["members"] = len(bundle.members)
    if bundle.baseline:
        whole["baseline"] = {"file": BASELINE, "sha256": hashlib.sha256(bundle.baseline).hexdigest()}
    return (json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _read_config(path: Path) -> dict[str, object]:
    """The whole config.json. Keys that are not known are handed on: the format number says what can be read."""
    try:
        found = parse_json(read_bytes(path, TEXT_LIMIT))
    except ValueError as error:
        fix = "Undo the last edit of the file, or copy the model folder again."
        raise ModelError(f"not valid JSON: {error}", where=str(path), fix=fix) from error
    config = as_object(found)
    number = config.get("format")
    if type(number) is not int or number < 1:
        raise ModelError(
            "not written by recurra: it has no format number",
            where=str(path),
            fix=_whose(config) or "Give a folder that `recurra train` made.",
        )
    if number > FORMAT:
        raise ModelError(
            f"written by a newer recurra ({config.get('recurra', 'unknown')}) in format {number}; "
            f"this one ({VERSION}) reads formats {SINGLE} and {FORMAT}",
            where=str(path),
            fix="pip install --upgrade recurra",
        )
    if number < SINGLE:
        raise ModelError(
            f"written by an older recurra ({config.get('recurra', 'unknown')}) in format {number}; "
            f"this one ({VERSION}) reads formats {SINGLE} and {FORMAT}",
            where=str(path),
            fix="Train the model again; README.md beside it has the command.",
        )
    if not isinstance(config.get("tokenizers"), dict):
        raise ModelError("the section 'tokenizers' is missing", where=str(path), fix="Copy the model folder again.")
    return config


def _member_count(folder: Path, config: Mapping[str, object]) -> int:
    """How many networks a config says that there are."""
    number = config.get("members", 1)
    if type(number) is not int or not 1 <= number <= MAX_MEMBERS:
        raise ModelError(
            f"members must be a number from 1 to {MAX_MEMBERS}, got {as_given(number)}",
            where=str(folder / CONFIG),
            fix="Undo the last edit of the file, or copy the model folder again.",
        )
    return number


def _whose(config: Mapping[str, object]) -> str | None:
    """Advice for the other kind of folder that has a config.json and a model.safetensors."""
    if "model_type" in config or "architectures" in config:
        return "This looks like a model of Hugging Face Transformers; recurra opens its own models only."
    return None


def _read_tokenizer(folder: Path, name: str, entry: object) -> str:
    """The tokenizer that config.json names, if it is the one that the model was trained with."""
    values = as_object(entry)
    file, expected = values.get("file"), values.get("sha256")
    if not isinstance(file, str) or not isinstance(expected, str) or not _inside(file):
        raise ModelError(
            f"tokenizers.{name} must name a file in the model folder and its sha256, got {entry!r}",
            where=str(folder / CONFIG),
            fix="Copy the model folder again.",
        )
    path = find(folder, file)
    data = read_bytes(path, TOKENIZER_LIMIT)
    if hashlib.sha256(data).hexdigest() != expected:
        raise ModelError(
            f"this is not the {name} vocabulary that the model was trained with: the file was changed or exchanged",
            where=str(path),
            fix="Put the model's own file back. A new vocabulary needs a new model: train again.",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ModelError(f"not UTF-8: {error.reason}", where=str(path), fix="Copy the model folder again.") from error


def _read_baseline(folder: Path, entry: object) -> bytes:
    """The baseline that config.json names, if it is the one that was fitted with the model; a model may have none."""
    if entry is None:
        return b""
    expected = as_object(entry).get("sha256")
    path = find(folder, BASELINE)
    data = read_bytes(path, BASELINE_LIMIT)
    if hashlib.sha256(data).hexdigest() != expected:
        raise ModelError(
            "this is not the baseline that was fitted with the model: the file was changed or exchanged",
            where=str(path),
            fix=f"Put the model's own file back, or remove the entry 'baseline' from {CONFIG}.",
        )
    return data


def _inside(file: str) -> bool:
    parts = PurePosixPath(file).parts
    return bool(parts) and not PurePosixPath(file).is_absolute() and ".." not in parts and "\0" not in file


def _read_card(path: Path) -> str:
    """The card, for people: a model without one is a model."""
    return read_bytes(path, TEXT_LIMIT).decode(errors="replace") if path.exists() else ""
