"""Requests that /openapi.json allows, and such that it does not, made by Schemathesis: none may break the server.

A body that Schemathesis has made, which takes it long, is sent as it is, and then its values one by one in the place of
those of requests that work: so most get further than to the first value that is wrong.

What is held: no 5xx, no status or content type that is not described, answers as they are described, refusals of one
form. Two checks of Schemathesis are left out. "Schema-valid request rejected": what a model takes is known to that
model and not to the schema (another model reads numbers, has no such label, has no attention), so valid requests are
refused with 422 all the time. "Schema-violating request accepted", of LibreTranslate's addresses: forms hold texts.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS

from recurra.serving.app import create_app
from recurra.serving.engine import Engine
from recurra.serving.metrics import Metrics
from recurra.serving.models import Models
from recurra.serving.options import ServeOptions
from recurra.serving.server import Server

TESTS = Path(__file__).parents[1]
TASKS = ("translate", "chat", "language-model", "classify", "regress", "tag", "caption", "forecast")
LEFT_OUT = ("positive_data_acceptance",)
REJECTION = "negative_data_rejection"
FORMS = ("/translate", "/detect")
VALUES = 8  # of a body at most that are sent in other requests


@cache
def models() -> Models:
    """Every stored model."""
    folder = Path(tempfile.mkdtemp(prefix="recurra-described-"))
    for task in TASKS:
        stored = TESTS / "stored_models" / f"{task}-2" / "model"
        (folder / ("en-de" if task == "translate" else task)).symlink_to(stored, target_is_directory=True)
    found = Models(sorted(folder.iterdir()))
    found.reload()
    return found


@cache
def described() -> Any:
    """The description of their server; Schemathesis starts a thread for it, so a process that forks does so before."""
    options, metrics = ServeOptions(no_log=True, host="testserver", max_tokens=60, deadline=20), Metrics()
    app = create_app(Server(models(), Engine(1, 256, metrics.seen), options, metrics))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def checks(path: str) -> list[Any]:
    """What is held of the responses of an address."""
    left_out = (*LEFT_OUT, *((REJECTION,) if path in FORMS else ()))
    return [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in left_out]


def tried(number: int, count: int, named: str = "") -> Counter[int]:
    """Requests to each address, from this seed.

    Args:
        count: of bodies for each address, where it reads any.
        named: this address alone.

    Returns:
        The statuses and how often they came.

    Raises:
        schemathesis.errors.FailureGroup: one was not answered as it should be.
    """
    found: Counter[int] = Counter()
    schema = described()
    for result in schema.get_all_operations():
        operation = result.ok()
        if named and operation.path != named:
            continue
        try_one(operation, Random(f"{number}/{operation.path}").randrange(2**32), count, found)
    return found


def try_one(operation: Any, number: int, count: int, found: Counter[int]) -> None:
    """Requests to one address; valid ones, and others."""
    held = checks(operation.path)
    body = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [(name, one["value"]) for name, one in body.get("examples", {}).items()]
    for mode in schemathesis.GenerationMode:

        @seed(number)
        @settings(
            max_examples=max(1, count // 2),
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            for body in [case.body, *nearly(examples, case.body, found.total())]:
                case.body = body
                response = case.call()
                found[response.status_code] += 1
                # A body that is too large is refused before it is read, with a status that this check does not know.
                left = [check for check in held if response.status_code != 413 or check.__name__ != REJECTION]
                case.validate_response(response, checks=left)
                if response.status_code >= 400 and operation.path != "/readyz":
                    check_refusal(operation.path, response.json())

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ask()
            except Exception as error:
                if "generate" not in type(error).__name__.lower() and "Unsatisfiable" not in type(error).__name__:
                    raise


def nearly(examples: Sequence[tuple[str, Any]], body: Any, turn: int) -> Iterator[dict[str, Any]]:
    """Requests that work, each with one value of a body that may not.

    Args:
        turn: by which examples and values take turns.
    """
    if not examples or not isinstance(body, dict):
        return
    others = sorted(body)
    for k in range(turn, turn + min(VALUES, len(others))):
        name, known = examples[k % len(examples)]
        task = name.partition(",")[0]
        model = {} if "q" in known else {"model": {"translate": "en-de"}.get(task, task)}
        other = others[k % len(others)]
        yield {**known, **model, other: body[other]}


def check_refusal(path: str, body: Any) -> None:
    """One form at all addresses, and LibreTranslate's own at its own."""
    assert set(body) == {"error"}, body
    if path in (*FORMS, "/languages"):
        assert isinstance(body["error"], str), body
    else:
        assert set(body["error"]) == {"message", "where", "fix"}, body
        assert body["error"]["message"]


if __name__ == "__main__":
    print(tried(int(sys.argv[1]), int(sys.argv[2])))
