"""Servers of the stored models, one for each task, asked in this process."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason='FastAPI is not installed: pip install "recurra[serve]"')

import numpy as np

import recurra
from recurra.serving.engine import Engine
from recurra.serving.keys import Keys
from recurra.serving.metrics import Metrics
from recurra.serving.models import Models
from recurra.serving.options import ServeOptions
from recurra.serving.server import Server

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "tasks"))

from clients import Asking  # noqa: E402
from toy_tasks import TOYS  # noqa: E402

STORED = {task: TESTS / "stored_models" / f"{task}-2" / "model" for task in TOYS}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine, in a thread of its own: in this one the loop of a browser may be running."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, pyfuncitem.obj(**arguments)).result()
    return True


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stored model of each task, in a folder of the task's name; that of translate is called en-de."""
    folder = tmp_path_factory.mktemp("served")
    names = {task: "en-de" if task == "translate" else task for task in TOYS}
    for task, name in names.items():
        (folder / name).symlink_to(STORED[task], target_is_directory=True)
    return {task: folder / name for task, name in names.items()}


@pytest.fixture
def asking(model_folders: dict[str, Path], loaded: Models) -> Callable[..., Asking]:
    """A client of a server of all models, with these options and tokens."""

    def made(tokens: tuple[str, ...] = (), models: Models | None = None, **options: Any) -> Asking:
        chosen, metrics = ServeOptions(no_log=True, **options), Metrics()
        engine = Engine(chosen.threads, chosen.max_waiting, metrics.seen)
        return Asking(Server(models or loaded, engine, chosen, metrics, Keys(tokens)))

    return made


@pytest.fixture(scope="session")
def loaded(model_folders: dict[str, Path]) -> Models:
    """All models, loaded once."""
    models = Models(list(model_folders.values()))
    models.reload()
    return models


@pytest.fixture(scope="session")
def image_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of images."""
    folder = tmp_path_factory.mktemp("images") / "pictures"
    rows = [(np.full((8, 8), 255 * (k % 2), np.uint8), ["dark", "bright"][k % 2]) for k in range(40)]
    recurra.train(rows, task="classify", to=folder, epochs=1, settings={"model.size": "tiny"}, progress=False)
    return folder
