"""A network of any task and its model folder: config.json names the task and holds the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recurra.bundle import Bundle, check_finite, check_weights, load_bundle, save_bundle
from recurra.errors import ModelError, UsageError
from recurra.options import unknown_name
from recurra.tasks.task import Network, Task
from recurra.training import Weights, weights_of


def save_network(
    folder: Path, task: Task, network: Network, weights: Weights, facts: Mapping[str, Any], card: str
) -> None:
    """Writes the model folder."""
    config = {"task": task.name, "recipe": network.recipe.to_mapping(), **facts}
    save_bundle(folder, Bundle(config, weights, dict(network.vocabularies()), card))


def load_network(folder: Path, tasks: Mapping[str, Task]) -> tuple[Task, Network, Bundle]:
    """The network of a model folder, with its weights and ready to answer, and its task.

    Raises:
        ModelError: not a model folder, a damaged one, or one of a task that this recurra does not have.
    """
    bundle = load_bundle(folder)
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
    return tasks[name], network, bundle


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
