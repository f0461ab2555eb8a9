"""What a request asks for, as FastAPI reads and describes it."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

ModelName = Annotated[str | None, Field(description="The name of a model of /v1/models; the first if none is named.")]
Settings = Annotated[
    dict[str, Any],
    Field(
        description="Single options of answering by name, as `recurra settings` lists them under [decoding].",
        examples=[{"beam": 5, "nbest": 3}],
    ),
]
Input = Annotated[
    object,
    Field(
        description="What the model reads: a text; several columns as a list or by name; tokens; numbers; an image as "
        '{"image": "data:image/png;base64,..."}.',
        examples=["3 May 1998"],
    ),
]


DEEPEST = 16  # lists and objects inside each other: what goes deeper would exhaust the stack of Python
LARGEST = 2**63  # whole numbers beyond are no numbers of a model


def readable(value: object, left: int = DEEPEST) -> object:
    """What was sent, if models and logs can do with it: JSON allows more than they.

    Raises:
        ValueError: it is too deep, or has a number that is not finite, or half of a pair of surrogates.
    """
    if isinstance(value, str):
        if not value.isascii() and not utf8(value):
            raise ValueError("a text has half of a pair of surrogates, which is no character")
    elif isinstance(value, (list, dict)):
        if value and left == 0:
            raise ValueError(f"more than {DEEPEST} lists and objects are inside each other")
        for one in parts_of(cast("list[object] | dict[str, object]", value)):
            if not (isinstance(one, str) and one.isascii()):  # which most are
                readable(one, left - 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"a number is not finite: {value}")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"a whole number has more than 63 bits: {str(value)[:20]}...")
    return cast("object", value)


def parts_of(value: list[object] | dict[str, object]) -> list[object]:
    """What a list has, and the names and values of an object."""
    return [*value, *value.values()] if isinstance(value, dict) else value


def utf8(text: str) -> bool:
    """Whether it can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Asking(BaseModel):
    """What all requests have."""

    model_config = ConfigDict(extra="forbid", strict=True)

    _readable = model_validator(mode="before")(staticmethod(readable))

    model: ModelName = None


class Answering(Asking):
    """What requests have that may say how they are to be answered."""

    options: Settings = Field(default_factory=dict)


class ManyInputs(Answering):
    """Several inputs."""

    inputs: Annotated[list[Input], Field(min_length=1, max_length=1000)]


class OneInput(Answering):
    """One input."""

    input: Input


class TraceAsked(OneInput):
    """One input, and what is wanted of what happens inside."""

    target: Annotated[object, Field(description="The output that is looked at; the model's own if none is given.")] = (
        None
    )
    gradients: Annotated[bool, Field(description="Also how strongly each loss depends on each state before it.")] = (
        False
    )
    attribution: Annotated[str, Field(description="Also what each output rests on, by this method; empty: not.")] = ""


class SideBySide(BaseModel):
    """Traces that stand side by side."""

    model_config = ConfigDict(extra="forbid", strict=True)

    traces: Annotated[list[TraceAsked], Field(min_length=1, max_length=4)]


class ExplainAsked(OneInput):
    """One input, and what is to be explained."""

    target: Annotated[object, Field(description="The output that is explained; the model's own if none is given.")] = (
        None
    )
    method: Annotated[str, Field(description='"integrated-gradients", "gradient" or "leave-one-out".')] = (
        "integrated-gradients"
    )
    instead: Annotated[str | None, Field(description="What could stand there instead.")] = None
    outputs: Annotated[list[int], Field(description="Numbers of outputs, from 0; all if empty.")] = Field(
        default_factory=list[int]
    )


class WritingAsked(OneInput):
    """One input, and how the answer is to come."""

    stream: Annotated[bool, Field(description="As server-sent events, piece by piece.")] = False


class ChatAsked(Answering):
    """A conversation."""

    turns: Annotated[
        list[str], Field(min_length=1, description="What has been said, by turns; the last is to be answered.")
    ]
    stream: Annotated[bool, Field(description="As server-sent events, piece by piece.")] = False


class OfData(Asking):
    """Examples: those of a data file that the server was started with, or inputs with a target each.

    Dialogues and texts have no targets: the inputs are the examples.
    """

    data: Annotated[str | None, Field(description="The name of a file of /v1/data.", examples=["test.tsv"])] = None
    inputs: Annotated[list[Input] | None, Field(description="Examples instead of a file.", min_length=1)] = None
    targets: Annotated[list[object] | None, Field(description="What is right for each input.", min_length=1)] = None


class EvaluateAsked(OfData, Answering):
    """Examples, each with its target, and how many of a file are measured."""

    examples: Annotated[int, Field(description="So many at most, drawn from all.", ge=1, le=10_000)] = 1000


class TableAsked(EvaluateAsked):
    """The same, and perhaps another model whose answers stand beside."""

    beside: ModelName = None


class StatesAsked(OfData):
    """Examples that are drawn in two dimensions."""

    examples: Annotated[int, Field(description="So many at most, drawn from all.", ge=1, le=5000)] = 1000
    answers: Annotated[
        bool, Field(description="Whether the model answers them, so that right and wrong are known.")
    ] = True


class NearestAsked(OfData):
    """One input, and the examples that it is compared with."""

    input: Input
    count: Annotated[int, Field(description="How many of the nearest.", ge=1, le=100)] = 10
    by: Annotated[Literal["cosine", "euclid"], Field(description="By the angle or by the distance.")] = "cosine"
    examples: Annotated[int, Field(description="So many are compared at most, drawn from all.", ge=1, le=100_000)] = (
        20_000
    )


class BesideAsked(NearestAsked):
    """The same, and where the input lies in the plane of some of the examples."""

    plane: Annotated[int, Field(description="So many are drawn, as /v1/states draws them.", ge=1, le=5000)] = 1000


class PatternAsked(OfData):
    """Steps of an input, and the inputs in which their units are looked for."""

    input: Input
    span: Annotated[
        list[int],
        Field(
            description="The first step, from 0, and the one after the last.",
            examples=[[2, 5]],
            min_length=2,
            max_length=2,
        ),
    ]
    layer: Annotated[str | None, Field(description="By default the first.", examples=["encoder.0.forward"])] = None
    state: Annotated[str, Field(description="A state or gate of the layer.")] = "hidden"
    threshold: Annotated[float, Field(description="Above which a unit is active.", allow_inf_nan=False)] = 0.3
    alone: Annotated[bool, Field(description="Only units that are inactive at the steps beside the span.")] = True
    examples: Annotated[int, Field(description="So many inputs are searched at most.", ge=1, le=2000)] = 200
    count: Annotated[int, Field(description="Matches at most.", ge=1, le=100)] = 10
