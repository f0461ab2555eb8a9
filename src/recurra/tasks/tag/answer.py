"""What a tagger says of each token, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from recurra.data.schemes import Scheme, Span
from recurra.tasks.answer import Details
from recurra.tasks.tag.words import LONGEST_TOKEN


@dataclass(frozen=True)
class TaggedTokens(Details):
    """The tokens of a sentence, each with its tag."""

    tokens: list[str]
    tags: list[str]
    probabilities: list[float]  # of each tag, whatever the others are
    scheme: Scheme | None = None  # how the tags write spans; None: they write none
    cut: bool = False  # whether only the beginning of a token was read, which is very long

    def to_mapping(self) -> dict[str, object]:
        """Tokens, tags, probabilities, and the spans where there are any."""
        mapping: dict[str, object] = {"tokens": self.tokens, "tags": self.tags, "probabilities": self.probabilities}
        if named := self.named():
            mapping["spans"] = [{"text": text, **span._asdict()} for text, span in named]
        return mapping

    def named(self) -> list[tuple[str, Span]]:
        """The text of each span that the tags write, and the span."""
        spans = self.scheme.spans(self.tags) if self.scheme else []
        return [(" ".join(self.tokens[span.begin : span.end]), span) for span in spans]

    def notes(self) -> Sequence[str]:
        """What was not read."""
        return [f"of tokens of more than {LONGEST_TOKEN} characters only the first {LONGEST_TOKEN} are read"] * self.cut

    def html(self) -> str:
        """Each tag above its token."""
        cells = "".join(
            f'<ruby style="margin-right:.6em">{escape(token)}<rt>{escape(tag)}</rt></ruby>'
            for token, tag in zip(self.tokens, self.tags, strict=True)
        )
        return f'<div style="line-height:2.2">{cells}</div>'
