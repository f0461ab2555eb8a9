"""A network of any task and its model folder: config.json names the task and holds the recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from recurra.bundle import Bundle, check_finite, check_weights, damage_is_said, open_folder, save_bundle
from recurra.bundle.folder import CONFIG, TOKENIZERS, WEIGHTS
from recurra.bundle.transaction import INCOMING, find
from recurra.bundle.weights import Header
from recurra.errors import ModelError, RunError, UsageError
from recurra.files import is_leftover
from recurra.models.fitted import FittedPart
from recurra.models.unfilled import unfilled
from recurra.options import unknown_name
from recurra.tasks.facts import check_facts
from recurra.tasks.members import member_recipe
from recurra.tasks.task import Network, Task
from recurra.text.visible import as_given
from recurra.training import Weights, named_weights

POSITIVE = ("deviation", "naive")  # buffers that numbers are divided by
KEPT_APART = ("task", "recipe")  # keys of config.json that are not facts


def bundle_of(
    task: Task,
    network: Network,
    weights: Sequence[Weights],
    facts: Mapping[str, object],
    card: str,
    baseline: bytes = b"",
) -> Bundle:
    """A network, or an ensemble of such networks, as plain data.

    Args:
        network: the first.
        weights: of each.
    """
    config = {"task": task.name, "recipe": network.recipe.to_mapping(), **facts}
    return Bundle(config, weights[0], dict(network.vocabularies()), card, baseline, weights[1:])


def save_network(
    folder: Path,
    task: Task,
    network: Network,
    weights: Sequence[Weights],
    facts: Mapping[str, object],
    card: str,
    baseline: bytes = b"",
) -> None:
    """Writes the model folder; arguments as for `bundle_of`."""
    save_bundle(folder, bundle_of(task, network, weights, facts, card, baseline))


class Loaded(NamedTuple):
    """Networks that are ready to answer as one, their task, and what their folder says beside weights and recipe."""

    task: Task
    networks: Sequence[Network]
    facts: Mapping[str, object]
    card: str
    baseline: bytes = b""


def load_network(folder: Path, tasks: Mapping[str, Task]) -> Loaded:
    """The network of a model folder. Its weights are not read before their sizes are known to be the network's.

    Raises:
        ModelError: not a model folder, a damaged one, or one of a task that this recurra does not have.
    """
    with damage_is_said(folder):
        stored = open_folder(folder)
        check_fit(stored.config, stored.tokenizers, stored.members, folder, tasks)
        return network_of(stored.bundle(), folder, tasks)


def check_fit(
    config: Mapping[str, object],
    tokenizers: Mapping[str, str],
    members: Sequence[tuple[Path, Header]],
    folder: Path,
    tasks: Mapping[str, Task],
) -> None:
    """Compares weights with the network that a config describes, which takes no memory for that.

    Args:
        members: files of weights, and what is in each.
        folder: what messages name.

    Raises:
        ModelError: the config describes no network, or another one.
    """
    with unfilled():
        network = rebuilt(folder, task_of(config, folder, tasks), config, tokenizers)
    expected = named_weights(network.model)
    for path, header in members:
        check_weights(expected, header.tensors, str(path if len(members) > 1 else folder))


def network_of(bundle: Bundle, folder: Path, tasks: Mapping[str, Task]) -> Loaded:
    """The networks that plain data describe, with their weights.

    Args:
        folder: what messages name.

    Raises:
        ModelError: they describe none, or one of a task that this recurra does not have.
    """
    task = task_of(bundle.config, folder, tasks)
    networks = [
        filled(rebuilt(folder, task, bundle.config, bundle.tokenizers, member), weights, str(folder))
        for member, weights in enumerate(bundle.members, 1)
    ]
    facts = facts_of(bundle)
    check_facts(facts, str(folder / CONFIG))
    return Loaded(task, networks, facts, bundle.card, bundle.baseline)


def filled(network: Network, weights: Mapping[str, Tensor], where: str) -> Network:
    """The network with weights, ready to answer.

    Raises:
        ModelError: they are of another network, or impossible.
    """
    check_weights(named_weights(network.model), weights, where)
    check_finite(weights, where)
    check_buffers(network.model, weights, where)
    network.model.load_state_dict(dict(weights), strict=False)  # shared weights are listed once
    check_beside(network.model, where)
    network.model.eval()
    return network


def facts_of(bundle: Bundle) -> dict[str, object]:
    """What config.json says beside task and recipe."""
    return {key: value for key, value in bundle.config.items() if key not in KEPT_APART}


def check_buffers(model: nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """Compares what is no weight with what it can be: deviations above 0, and tables of ids as the vocabularies say.

    Raises:
        ModelError: it is something else.
    """
    beside = {id(buffer) for part in model.modules() if isinstance(part, FittedPart) for buffer in part.buffers()}
    for name, buffer in model.named_buffers():
        if id(buffer) in beside:  # which says itself what it can be
            continue
        found = weights.get(name, buffer)
        fits = bool((found > 0).all()) if name.rpartition(".")[2] in POSITIVE else True
        if not fits or not (buffer.is_floating_point() or torch.equal(found, buffer)):
            fix = "Copy the model folder again."
            raise ModelError(f"the numbers of {name} in {WEIGHTS} are impossible", where=where, fix=fix)


def check_beside(model: nn.Module, where: str) -> None:
    """Opens the linear models and the n-grams that are parts of a network.

    Raises:
        ModelError: one is damaged.
    """
    for part in model.modules():
        if isinstance(part, FittedPart):
            try:
                part.opened()
            except (ValueError, LookupError, TypeError) as error:
                what, fix = f"the {part.what} in {WEIGHTS} is impossible: {error}", "Copy the model folder again."
                raise ModelError(what, where=where, fix=fix) from error


def task_of(config: Mapping[str, object], folder: Path, tasks: Mapping[str, Task]) -> Task:
    """The task that a config names.

    Raises:
        ModelError: this recurra does not have it.
    """
    name = config.get("task", "translate")
    if not isinstance(name, str) or name not in tasks:
        known = unknown_name("task", str(name), tasks)
        raise ModelError(
            f"a model for the task {as_given(name)}, which this recurra does not have",
            where=str(folder),
            fix=f"{known.fix} Update recurra if the model is newer.",
        )
    return tasks[name]


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
    unfinished = {name for name in names if name == INCOMING or is_leftover(name)}  # of a save that was killed
    if names - unfinished and not find(folder, CONFIG).exists():
        raise RunError("this folder is not empty, and not a model", where=str(folder), fix=fix)


def rebuilt(
    folder: Path, task: Task, config: Mapping[str, object], tokenizers: Mapping[str, str], member: int = 1
) -> Network:
    """The network that a config and what is beside it describe, with fresh weights."""
    path = str(folder / CONFIG)
    try:
        return task.load(member_recipe(task.recipe.from_mapping(config["recipe"]), member), tokenizers)
    except KeyError as error:
        raise ModelError(
            f"the folder's config.json lacks its recipe or its tokenizers ({error})",
            where=str(folder),
            fix="Copy the folder again.",
        ) from error
    except ModelError as error:
        raise error if error.where else ModelError(error.what, where=str(folder / TOKENIZERS), fix=error.fix) from None
    except (UsageError, RuntimeError) as error:  # an option that there is not, or a network that no memory can hold
        raise ModelError(
            f"its recipe makes no network: {(str(error).splitlines() or [''])[0]}",
            where=path,
            fix="Undo the last edit of the file, or copy the model folder again.",
        ) from error


def parameter_count(network: Network) -> int:
    """Trained numbers, shared ones counted once."""
    return sum(parameter.numel() for parameter in network.model.parameters())
