"""What answers look like, as /openapi.json describes them.

These classes describe, and nothing is made of them: answers are made by the tasks, and tests hold the two equal.
`Answer` is docs/answer.schema.json. What has a schema of its own in docs/ and is large (traces, attributions, ...) is
described by a sentence that names it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from recurra.serving.failures import Failed, PlainlyFailed

Responses = dict[int | str, dict[str, Any]]  # as FastAPI has them
Described = dict[str, object]  # JSON whose keys depend on the model

Score = Annotated[float | None, Field(description="What outputs are ranked by; null where nothing is ranked.")]
Probability = Annotated[float, Field(ge=0, le=1.00001)]
LogProb = Annotated[Annotated[float, Field(le=0.001)] | None, Field(description="Of the output; null: it has none.")]


class Closed(BaseModel):
    """An object without other keys."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An object that is described elsewhere."""

    model_config = ConfigDict(extra="allow")


# One answer


class Alternative(Closed):
    """One of the outputs for an input."""

    text: str
    score: Score
    log_prob: LogProb
    finished: Annotated[bool, Field(description="False: a text that was cut at the maximum length.")]


class SourceColumn(Closed):
    """A column of the source, and how many of its tokens are of it."""

    name: str
    tokens: Annotated[int, Field(ge=0)]


class Image(Closed):
    """The image whose cells the source tokens are."""

    height: Annotated[int, Field(ge=1)]
    width: Annotated[int, Field(ge=1)]
    channels: Literal[1, 3, 4]
    rows: Annotated[int, Field(ge=1)]
    columns: Annotated[int, Field(ge=1)]
    pixels: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class Attention(Closed):
    """How much each token of the output attends to each of the input: weights[target][source]."""

    source_tokens: list[str]
    target_tokens: list[str]
    weights: list[list[float]]
    columns: list[SourceColumn] = Field(default_factory=list[SourceColumn])
    picture: Image = Field(default=None, json_schema_extra=lambda schema: schema.pop("default"))  # type: ignore[assignment]


class LabelDetails(Closed):
    """Classification."""

    probabilities: dict[str, Probability]


class NumberDetails(Closed):
    """Regression."""

    value: float | None


class Span(Closed):
    """What tags mark."""

    text: str
    begin: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    kind: str


class TagDetails(Closed):
    """Tagging."""

    tokens: list[str]
    tags: list[str]
    probabilities: list[Probability]
    spans: list[Span] = Field(default_factory=list[Span])


class ColumnForecast(Closed):
    """The next values of a column: a number for each step."""

    median: list[float]
    quantiles: dict[str, list[float]]


class ForecastDetails(Closed):
    """Forecasting."""

    series: str
    times: list[str]
    floored: list[str] = Field(default_factory=list[str])
    undated: list[str] = Field(default_factory=list[str])
    columns: dict[str, ColumnForecast]


class Answer(Closed):
    """What a model answers to one input, the same keys for every task (docs/answers.md, docs/answer.schema.json)."""

    source: str
    text: str
    score: Score
    alternatives: Annotated[list[Alternative], Field(min_length=1)]
    unknown: list[str]
    attention: Attention | None
    details: LabelDetails | NumberDetails | TagDetails | ForecastDetails | None


class Answers(Closed):
    """An answer for each input, in their order."""

    model: str
    answers: list[Answer]


class OneAnswer(Closed):
    """The answer to one input."""

    model: str
    answer: Answer


# What is served


class Status(Closed):
    """In a word."""

    status: str


class ListedModel(Closed):
    """A model as OpenAI's clients list it."""

    id: str
    object: Literal["model"]
    created: Annotated[int, Field(description="When it was loaded, in seconds since 1970.")]
    owned_by: str


class DescribedModel(ListedModel):
    """The same, and what it reads and writes."""

    model_config = ConfigDict(extra="allow")

    name: str
    task: str
    summary: str
    description: str
    caveats: list[str]
    attends: Annotated[bool, Field(description="Whether it has attention.")]
    reads: Annotated[Described, Field(description="What one input is: its kind, and its columns.")]
    writes: Annotated[
        dict[str, object], Field(description="What one output is: its kind, and labels where it has some.")
    ]
    options: Annotated[Described, Field(description="Of answering, with their values.")]
    generation: Annotated[Described | None, Field(description="Of continuations; null of other models.")]
    examples: Annotated[list[object], Field(description="A few inputs, as /v1/predict takes them.")]


class ServedModels(Closed):
    """All models, the first of them is asked where none is named."""

    object: Literal["list"]
    data: list[ListedModel]
    models: list[DescribedModel]


class DataFile(Closed):
    """A data file that requests may name."""

    name: str
    model: Annotated[str | None, Field(description="That it is for; null: any.")]


class DataFiles(Closed):
    """All of them."""

    data: list[DataFile]


# What has a schema of its own


class Trace(Open):
    """All that happens for one input: docs/trace.schema.json, docs/looking-inside.md."""


class Attribution(Open):
    """What each output rests on: docs/attribution.schema.json, docs/looking-inside.md."""


class WhatIf(Open):
    """What follows, beside what was: docs/what-if.schema.json, docs/looking-inside.md."""


class Flips(Open):
    """The smallest changes that another answer follows from: docs/flips.schema.json, docs/looking-inside.md."""


class Evaluation(Open):
    """All measures, each with its interval: docs/evaluation.schema.json, docs/metrics.md."""

    count: int
    measures: dict[str, object]


class States(Open):
    """Examples in two dimensions: docs/states.schema.json, docs/looking-inside.md."""


class Neighbours(Open):
    """The nearest examples: docs/neighbours.schema.json, docs/looking-inside.md."""


class Pattern(Open):
    """Units that are active together, and where else: docs/pattern.schema.json, docs/looking-inside.md."""


# OpenAI's and LibreTranslate's


class Usage(Closed):
    """Units read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(Closed):
    """A reply."""

    role: Literal["assistant"]
    content: str


class Choice(Closed):
    """What all outputs have."""

    index: int
    finish_reason: Literal["stop", "length"]
    logprobs: None


class ChatChoice(Choice):
    """One reply."""

    message: Said


class TextChoice(Choice):
    """One continuation."""

    text: str


class Completed(Closed):
    """What both kinds of answer have."""

    id: str
    created: int
    model: str
    usage: Usage


class ChatCompletion(Completed):
    """Replies, as OpenAI's clients read them."""

    object: Literal["chat.completion"]
    choices: list[ChatChoice]


class TextCompletion(Completed):
    """Continuations, as OpenAI's clients read them."""

    object: Literal["text_completion"]
    choices: list[TextChoice]


class Language(Closed):
    """A language, and those that it is translated into."""

    code: str
    name: str
    targets: list[str]


class DetectedLanguage(Closed):
    """A language, and how sure it is, in percent."""

    language: str
    confidence: float


class Translated(Closed):
    """Translations: texts where texts were sent, lists where a list was."""

    translatedText: str | list[str]
    alternatives: list[str] | list[list[str]] = Field(default_factory=list[str])
    detectedLanguage: DetectedLanguage | list[DetectedLanguage] = Field(default_factory=list[DetectedLanguage])


# Responses of a door

RETRY = {"Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}}
WHY: dict[int, str] = {
    400: "The body cannot be read, or asks for what is not there.",
    401: "A token is needed.",
    403: "A token is needed.",
    404: "There is no such model, or no such data.",
    413: "The body, or an input, is larger than is allowed.",
    415: "The content type is not one that is read.",
    421: "The server is called by a name that it does not know.",
    422: "What is asked cannot be done; the message says why, and how to mend it.",
    429: "Too many requests wait, or this client asks too often.",
    500: "A mistake of the server.",
    503: "The models are being loaded.",
    504: "The answer took longer than is allowed.",
}
ALL = (400, 401, 404, 413, 415, 421, 422, 429, 500, 503, 504)


def refusals(statuses: tuple[int, ...], body: type[BaseModel] = Failed) -> Responses:
    """Answers that are none, with their reasons."""
    return {
        status: {"model": body, "description": WHY[status], **({"headers": RETRY} if status in (429, 503) else {})}
        for status in statuses
    }


ASKED_FOR = refusals((401, 421, 429, 500))  # of what is only asked for
REFUSALS = refusals(ALL)
PLAIN_ASKED_FOR = refusals((401, 421, 429, 500), PlainlyFailed)
PLAIN_REFUSALS = refusals((*ALL[:2], 403, *ALL[2:]), PlainlyFailed)


TEXT = {"type": "string"}
EVENT: dict[str, object] = {
    "description": "Each of the server-sent events that come where stream is true.",
    "type": "object",
    "properties": {"event": TEXT, "data": {**TEXT, "contentMediaType": "application/json"}},
    "required": ["data"],
}


def answers(body: object, stream: str = "") -> Responses:
    """The answer to a request, and where it can come in pieces also its stream.

    Args:
        body: a class of this module, or a list of one.
        stream: the beginning of one, as an example; empty: it comes whole.
    """
    found: dict[str, object] = {"model": body, "description": "The answer."}
    if stream:
        found["content"] = {"text/event-stream": {"schema": EVENT, "example": stream}}
    return {200: found}
