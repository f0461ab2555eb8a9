"""What a tagger says of each token, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from recurra.data.bio import Span, is_bio, spans
from recurra.tasks.answer import Details


@dataclass(frozen=True)
class TaggedTokens(Details):
    """The tokens of a sentence, each with its tag."""

    tokens: list[str]
    tags: list[str]
    probabilities: list[float]  # of each tag, whatever the others are

    def to_mapping(self) -> dict[str, object]:
        """All of it, and the spans where the tags write spans."""
        mapping: dict[str, object] = {"tokens": self.tokens, "tags": self.tags, "probabilities": self.probabilities}
        if is_bio(self.tags):
            mapping["spans"] = [{"text": text, **span._asdict()} for text, span in self.named()]
        return mapping

    def named(self) -> list[tuple[str, Span]]:
        """The text of each span that the tags write, and the span."""
        return [(" ".join(self.tokens[span.begin : span.end]), span) for span in spans(self.tags)]

    def html(self) -> str:
        """Each tag above its token."""
        cells = "".join(
            f'<ruby style="margin-right:.6em">{escape(token)}<rt>{escape(tag)}</rt></ruby>'
            for token, tag in zip(self.tokens, self.tags, strict=True)
        )
        return f'<div style="line-height:2.2">{cells}</div>'
