"""/openapi.json: all addresses, for programs that make clients, and for people who read."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

BEARER = "token"
ABOUT = """Answers of recurrent models, and what happens inside them.

Bodies are JSON (application/json). What is not answered has one form at all addresses, {"error": {"message", "where",
"fix"}}; at those of LibreTranslate it is its own, {"error": "..."}. An address that is not there is 404, one that is
asked by another method 405. docs/serve.md says more."""
TAGS = [
    {"name": "answers", "description": "What a model makes of an input."},
    {"name": "looking inside", "description": "What happens on the way to an answer, and what it rests on."},
    {"name": "many examples", "description": "How good a model is, and what is alike to it."},
    {"name": "OpenAI's clients", "description": "Work as they are, with chat and language models."},
    {"name": "LibreTranslate's clients", "description": "Work as they are, with translation models."},
    {"name": "the server", "description": "For whoever looks after it."},
]
EVERYBODY = ("/healthz", "/readyz")


class Described(FastAPI):
    """An application that says who may ask.

    Args:
        closed: whether a token is needed.
    """

    def __init__(self, closed: bool, version: str) -> None:
        self.closed = closed
        super().__init__(
            title="recurra",
            version=version,
            description=ABOUT,
            openapi_tags=TAGS,
            docs_url=None,
            redoc_url=None,
        )

    def openapi(self) -> dict[str, Any]:
        """The description; made once."""
        if self.openapi_schema is None:
            found = super().openapi()
            about = "One of those that the server was started with."
            scheme = {"type": "http", "scheme": "bearer", "description": about}
            found["components"]["securitySchemes"] = {BEARER: scheme}
            found["security"] = [{BEARER: []}] if self.closed else []
            for path in EVERYBODY:
                found["paths"][path]["get"]["security"] = []
        return self.openapi_schema or {}
