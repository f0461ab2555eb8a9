"""What a request asks for, as FastAPI reads and describes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

ModelName = Annotated[str | None, Field(description="The name of a model of /v1/models; the first if none is named.")]
Settings = Annotated[
    dict[str, Any],
    Field(
        description="Single options of answering by name, as `recurra settings` lists them under [decoding].",
        examples=[{"beam": 5, "nbest": 3}],
    ),
]
Input = Annotated[
    Any,
    Field(
        description="What the model reads: a text; several columns as a list or by name; tokens; numbers; an image as "
        '{"image": "data:image/png;base64,..."}.',
        examples=["3 May 1998"],
    ),
]


class Asking(BaseModel):
    """What all requests have."""

    model_config = ConfigDict(extra="forbid")

    model: ModelName = None
    options: Settings = Field(default_factory=dict)


class ManyInputs(Asking):
    """Several inputs."""

    inputs: Annotated[list[Input], Field(min_length=1, max_length=1000)]


class OneInput(Asking):
    """One input."""

    input: Input


class TraceAsked(OneInput):
    """One input, and what is wanted of what happens inside."""

    target: Annotated[Any, Field(description="The output that is looked at; the model's own if none is given.")] = None
    gradients: Annotated[bool, Field(description="Also how strongly each loss depends on each state before it.")] = (
        False
    )
    attribution: Annotated[str, Field(description="Also what each output rests on, by this method; empty: not.")] = ""


class SideBySide(BaseModel):
    """Traces that stand side by side."""

    model_config = ConfigDict(extra="forbid")

    traces: Annotated[list[TraceAsked], Field(min_length=1, max_length=4)]


class ExplainAsked(OneInput):
    """One input, and what is to be explained."""

    target: Annotated[Any, Field(description="The output that is explained; the model's own if none is given.")] = None
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


class ChatAsked(Asking):
    """A conversation."""

    turns: Annotated[
        list[str], Field(min_length=1, description="What has been said, by turns; the last is to be answered.")
    ]
    stream: Annotated[bool, Field(description="As server-sent events, piece by piece.")] = False


class EvaluateAsked(Asking):
    """Examples, each with its target."""

    inputs: Annotated[list[Input], Field(min_length=1, max_length=1000)]
    targets: Annotated[list[Any], Field(min_length=1, max_length=1000)]
