"""Requests to begin with, as /openapi.json shows them: one of each task, by its name.

A test sends every one of them to a model of its task.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.openapi.models import Example

Examples = dict[str, Example]

PIXELS = (  # 8 by 8
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAEElEQVR42mNg+I8GGcgSAQB8BB/h+harkQAAAABJRU5ErkJggg=="
)
SERIES = {"a": [1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0], "b": [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]}

# What a model of each task reads.
INPUTS: Mapping[str, object] = {
    "translate": "3 May 1998",
    "classify": "Das Wetter ist heute schön.",
    "classify an image": {"image": PIXELS},
    "regress": "three rooms, second floor",
    "tag": "book a table for two",
    "language-model": "Once upon a time",
    "caption": [3.0, 1.0, 0.5],
    "chat": ["hello", "hello, who are you?", "guess"],
    "forecast": SERIES,
}


def shown(bodies: Mapping[str, Mapping[str, object]]) -> Examples:
    """Bodies as FastAPI takes them."""
    return {name: {"summary": name, "value": dict(body)} for name, body in bodies.items()}


def of_tasks(**more: object) -> Examples:
    """One input of each task."""
    return shown({task: {"input": given, **more} for task, given in INPUTS.items()})


PREDICT = shown(
    {
        **{task: {"inputs": [given]} for task, given in INPUTS.items()},
        "translate, the five best": {"inputs": ["3 May 1998"], "options": {"beam": 5, "nbest": 5}},
    }
)
ONE = of_tasks()
EXPLAIN = of_tasks(method="gradient")
GENERATE = shown(
    {
        "language-model": {"input": "Once upon a time", "options": {"length": 40, "temperature": 0.8, "seed": 1}},
        "language-model, as a stream": {"input": "Once upon a time", "stream": True},
        "translate, as a stream": {"input": "3 May 1998", "stream": True},
    }
)
CHAT = shown({"chat": {"turns": INPUTS["chat"]}, "chat, as a stream": {"turns": INPUTS["chat"], "stream": True}})

PAIRS: Mapping[str, object] = {"inputs": ["red blue", "dark", "green"], "targets": ["eulb der", "krad", "neerg"]}
EVALUATE = shown({"translate": PAIRS})
STATES = shown({"translate": {**PAIRS, "answers": True}})
NEAREST = shown({"translate": {"input": "red", **PAIRS, "count": 2}})
PATTERN = shown({"translate": {"input": "red blue", "span": [0, 3], "inputs": PAIRS["inputs"], "threshold": 0.1}})

OPENAI_CHAT = shown(
    {"chat": {"model": "chat", "messages": [{"role": "user", "content": "hello"}], "temperature": 0.7, "seed": 1}}
)
OPENAI_TEXT = shown({"language-model": {"model": "language-model", "prompt": "Once upon", "max_tokens": 20}})
TRANSLATE = shown(
    {
        "translate": {"q": "good morning", "source": "en", "target": "de"},
        "translate, with others": {"q": ["good", "morning"], "source": "auto", "target": "de", "alternatives": 2},
    }
)
DETECT = shown({"translate": {"q": "good morning"}})
