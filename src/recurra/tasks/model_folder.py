"""A network of any task and its model folder: config.json names the task and holds the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from recurra.bundle import Bundle, check_finite, check_weights, load_bundle, save_bundle
from recurra.bundle.folder import CONFIG
from recurra.bundle.transaction import find
from recurra.errors import ModelError, RunError, UsageError
from recurra.options import unknown_name
from recurra.tasks.task import Network, Task
from recurra.training import Weights, weights_of

KEPT_APART = ("task", "recipe")  # keys of config.json that are not facts


def bundle_of(task: Task, network: Network, weights: Weights, facts: Mapping[str, Any], card: str) -> Bundle:
    """A network as plain data."""
    config = {"task": task.name, "recipe": network.recipe.to_mapping(), **facts}
    return Bundle(config, weights, dict(network.vocabularies()), card)


def save_network(
    folder: Path, task: Task, network: Network, weights: Weights, facts: Mapping[str, Any], card: str
) -> None:
    """Writes the model folder."""
    save_bundle(folder, bundle_of(task, network, weights, facts, card))


class Loaded(NamedTuple):
    """A network that is ready to answer, its task, and what its folder says beside weights and recipe."""

    task: Task
    network: Network
    facts: Mapping[str, Any]
    card: str


def load_network(folder: Path, tasks: Mapping[str, Task]) -> Loaded:
    """The network of a model folder.

    Raises:
        ModelError: not a model folder, a damaged one, or one of a task that this recurra does not have.
    """
    return network_of(load_bundle(folder), folder, tasks)


def network_of(bundle: Bundle, folder: Path, tasks: Mapping[str, Task]) -> Loaded:
    """The network that plain data describe, with its weights.

    Args:
        folder: what messages name.

    Raises:
        ModelError: they describe none, or one of a task that this recurra does not have.
    """
    name = bundle.config.get("task", "translate")
    if name not in tasks:
        known = unknown_name("task", str(name), tasks)
        raise ModelError(
            f"a model for the task {name!r}, which this recurra does not have",
            where=str(folder),
            fix=f"{known.fix} Update recurra if the model is newer.",
        )
    network = rebuilt(folder, tasks[name], bundle)
    expected = {name: weight.shape for name, weight in weights_of(network.model).items()}
    check_weights(expected, bundle.weights, str(folder))
    check_finite(bundle.weights, str(folder))
    network.model.load_state_dict(bundle.weights, strict=False)  # shared weights are listed once
    network.model.eval()
    facts = {key: value for key, value in bundle.config.items() if key not in KEPT_APART}
    return Loaded(tasks[name], network, facts, bundle.card)


def refuse_other_folder(folder: Path, own: Path) -> None:
    """Refuses a place that holds anything but a model that was saved there.

    Args:
        own: the folder that the model to be saved comes from; nothing is lost where it is saved there again.

    Raises:
        RunError: a file, files of others, or a training run.
    """
    if not folder.exists() or folder.resolve() == own.resolve():
        return
    fix = "Choose another folder."
    if not folder.is_dir():
        raise RunError("this is a file, a model is a folder", where=str(folder), fix=fix)
    names = {path.name for path in folder.iterdir()}
    if "run" in names:
        raise RunError("a training run is in this folder", where=str(folder), fix=fix)
    if names and not find(folder, CONFIG).exists():
        raise RunError("this folder is not empty, and not a model", where=str(folder), fix=fix)


def rebuilt(folder: Path, task: Task, bundle: Bundle) -> Network:
    """The network that the folder describes, with fresh weights."""
    try:
        return task.load(task.recipe.from_mapping(bundle.config["recipe"]), bundle.tokenizers)
    except KeyError as error:
        raise ModelError(
            f"the folder's config.json lacks its recipe or its tokenizers ({error})",
            where=str(folder),
            fix="Copy the folder again.",
        ) from error
    except (UsageError, RuntimeError) as error:  # an option that there is not, or a network that no memory can hold
        raise ModelError(
            f"its recipe makes no network: {str(error).splitlines()[0]}",
            where=str(folder / "config.json"),
            fix="Undo the last edit of the file, or copy the model folder again.",
        ) from error


def parameter_count(network: Network) -> int:
    """Trained numbers, shared ones counted once."""
    return sum(parameter.numel() for parameter in network.model.parameters())
