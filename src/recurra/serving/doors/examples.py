"""/v1: a model over many examples: how good it is, which of them are alike to it, where its units are active."""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Body, Request, Response
from pydantic_core import to_json

from recurra.serving import request_examples
from recurra.serving.answered import (
    ASKED_FOR,
    REFUSALS,
    DataFiles,
    Neighbours,
    Pattern,
    States,
    answers,
)
from recurra.serving.answered import Evaluation as EvaluationAnswered
from recurra.serving.asked import (
    BesideAsked,
    EvaluateAsked,
    NearestAsked,
    OfData,
    PatternAsked,
    StatesAsked,
    TableAsked,
)
from recurra.serving.data import version_of
from recurra.serving.failures import JSON, Refused
from recurra.serving.limits import check_options
from recurra.serving.models import Served
from recurra.serving.server import Server, frozen
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.states import ShownStates


class Examples(NamedTuple):
    """Examples of a request, as a model takes them."""

    data: Path | list[object]  # a file, or inputs
    targets: list[object] | None  # of inputs; None of a file, or where there are none
    key: Hashable  # equal for equal examples


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(tags=["many examples"])

    @doors.get("/v1/data", responses={**answers(DataFiles), **ASKED_FOR})
    async def data() -> Response:
        """The data files that requests may name, and the model that each is for; null: of any."""
        files = [{"name": name, "model": one.model} for name, one in server.data.files.items()]
        return Response(to_json({"data": files}), media_type=JSON)

    @doors.post("/v1/evaluate", responses={**answers(EvaluationAnswered), **REFUSALS})
    async def evaluate(
        asked: Annotated[EvaluateAsked, Body(openapi_examples=request_examples.EVALUATE)], request: Request
    ) -> Response:
        """All measures over examples, each with its interval."""
        found = await evaluated(server, asked, request)
        return Response(to_json(found.to_mapping()), media_type=JSON)

    @doors.post("/v1/states", responses={**answers(States), **REFUSALS})
    async def states(
        asked: Annotated[StatesAsked, Body(openapi_examples=request_examples.STATES)], request: Request
    ) -> Response:
        """Examples in the two dimensions in which the vectors differ most by which the model knows them."""
        found = await states_of(server, asked, request, asked.examples, answers=asked.answers)
        return Response(to_json(found.to_mapping()), media_type=JSON)

    @doors.post("/v1/nearest", responses={**answers(Neighbours), **REFUSALS})
    async def nearest(
        asked: Annotated[NearestAsked, Body(openapi_examples=request_examples.NEAREST)], request: Request
    ) -> Response:
        """The examples that the model knows by the vectors nearest to that of an input."""
        served, given = server.served(asked.model), one_input(server, asked, request)
        known = await states_of(server, asked, request, asked.examples, answers=False)
        found = await server.alone(
            request, lambda: served.model.nearest(given, known, count=asked.count, by=asked.by).to_mapping()
        )
        return Response(to_json(found), media_type=JSON)

    @doors.post("/v1/pattern", responses={**answers(Pattern), **REFUSALS})
    async def pattern(
        asked: Annotated[PatternAsked, Body(openapi_examples=request_examples.PATTERN)], request: Request
    ) -> Response:
        """The units that are active at some steps of an input, and where else they are."""
        served, given = server.served(asked.model), one_input(server, asked, request)
        examples = examples_of(server, served, asked, request)
        how: dict[str, Any] = asked.model_dump(include={"layer", "state", "threshold", "alone", "examples", "count"})

        def found() -> dict[str, object]:
            inputs = served.model.read(examples.data) if isinstance(examples.data, Path) else examples.data
            return served.model.pattern(given, (asked.span[0], asked.span[1]), inputs, **how).to_mapping()

        return Response(to_json(await server.alone(request, found)), media_type=JSON)

    @doors.post("/page/table", include_in_schema=False)
    async def table(asked: TableAsked, request: Request) -> Response:
        found = await evaluated(server, asked, request)
        if asked.beside is None:
            return Response(to_json(await server.alone(request, found.table)), media_type=JSON)
        other = await evaluated(server, asked.model_copy(update={"model": asked.beside}), request)
        names = (server.served(asked.model).name, asked.beside)
        both = await server.alone(request, lambda: found.versus(other, names).table())
        return Response(to_json(both), media_type=JSON)

    @doors.post("/page/beside", include_in_schema=False)
    async def beside(asked: BesideAsked, request: Request) -> Response:
        served, given = server.served(asked.model), one_input(server, asked, request)
        drawn = await states_of(server, asked, request, asked.plane, answers=True)
        known = await states_of(server, asked, request, asked.examples, answers=False)

        def found() -> dict[str, object]:
            vector = served.model.vectors([given])
            near = served.model.nearest(given, known, count=asked.count, by=asked.by)
            return {"neighbours": near.to_mapping(), "point": drawn.plane.points(vector)[0].tolist()}

        return Response(to_json(await server.alone(request, found)), media_type=JSON)

    return doors


async def evaluated(server: Server, asked: EvaluateAsked, request: Request) -> Evaluation:
    """The evaluation that is asked for; kept, as a page shows it again."""
    served = server.served(asked.model)
    check_options(asked.options, served.option_names, server.options)
    examples = examples_of(server, served, asked, request)
    key = (served, "evaluation", examples.key, asked.examples, frozen(asked.options))
    how: dict[str, Any] = {"examples": asked.examples, **asked.options}
    return await server.alone(
        request, lambda: server.kept.get(key, lambda: served.model.evaluate(examples.data, examples.targets, **how))
    )


async def states_of(server: Server, asked: OfData, request: Request, most: int, *, answers: bool) -> ShownStates:
    """The states of examples; kept, as the next input is compared with the same ones."""
    served = server.served(asked.model)
    examples = examples_of(server, served, asked, request)
    key = (served, "states", examples.key, most, answers)
    return await server.alone(
        request,
        lambda: server.kept.get(
            key, lambda: served.model.states(examples.data, examples.targets, examples=most, answers=answers)
        ),
    )


def examples_of(server: Server, served: Served, asked: OfData, request: Request) -> Examples:
    """The examples of a request.

    Raises:
        Refused: neither a file nor examples, both, or examples without targets.
        DataError: an example that cannot be read.
    """
    if (asked.data is None) == (asked.inputs is None):
        what = "both data and inputs are given" if asked.data is not None else "there are no examples"
        raise Refused(422, what, where="data", fix="Give the name of a file of /v1/data, or inputs.")
    if asked.inputs is None:
        if asked.targets is not None:
            raise Refused(422, "targets without inputs", where="targets", fix="A file has its own targets.")
        path = server.data.path(asked.data or "")
        return Examples(path, None, version_of(path))
    inputs = server.taken(request, served, asked.inputs)
    return Examples(inputs, asked.targets, json.dumps([asked.inputs, asked.targets], sort_keys=True))


def one_input(server: Server, asked: NearestAsked | PatternAsked, request: Request) -> object:
    """The input of a request, as the model takes it.

    Raises:
        Refused: it is longer than is allowed.
        DataError: it is no input of the model.
    """
    most = "max_inside" if isinstance(asked, PatternAsked) else "max_text"
    [given] = server.taken(request, server.served(asked.model), [asked.input], most=most)
    return given
