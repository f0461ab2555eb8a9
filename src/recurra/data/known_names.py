"""Names by which tables elsewhere say what they hold: question and answer; premise, hypothesis and label.

The first that are all there are taken, so those of several columns (with commas) stand before those of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

Names = tuple[tuple[str, str], ...]

TEXTS = ("text", "sentence", "review", "content", "comment", "tweet", "headline")

OF_PAIRS: Names = (
    *product(("context,question", "story,question", "passage,question"), ("answer", "answers")),
    ("instruction,input", "output"),
    *product(("instruction", "prompt"), ("output", "response", "completion")),
    *(("input", "output"), ("question", "answer"), ("context", "response"), ("src", "tgt"), ("src", "trg")),
    *product(("article", "document", "dialogue"), ("summary",)),
)
OF_LABELLED: Names = tuple(
    product(
        ("premise,hypothesis", "sentence1,sentence2", "question1,question2", "question,sentence", *TEXTS),
        ("label", "class", "category", "sentiment", "is_duplicate"),
    )
)
OF_NUMBERED: Names = tuple(product(("sentence1,sentence2", *TEXTS), ("score", "rating", "stars", "value", "target")))
OF_CAPTIONS: Names = tuple(
    product(("image", "file_name", "filename", "file", "path", "image_path"), ("text", "caption"))
)


def find(known: Names, names: Sequence[str], *, both: bool = True) -> tuple[str, str] | None:
    """The first of the known names that are among `names`, in any case, as they are written there.

    Args:
        both: False where the second side need not be there.
    """
    written = {name.strip().lower(): name.strip() for name in reversed(names)}
    for first, second in known:
        if set(first.split(",")) | ({second} if both else set()) <= set(written):
            return ",".join(written[name] for name in first.split(",")), written.get(second, second)
    return None
