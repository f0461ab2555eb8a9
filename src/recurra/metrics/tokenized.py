"""Noticing text that was tokenized before: BLEU on it is higher, and not comparable with published figures."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Full stop and comma only: French puts a space before ? ! : ; in ordinary text.
SPACED = re.compile(r"\s[.,。，،](?=\s|$)")
ATTACHED = re.compile(r"\w[.,。，،](?=\s|$)")


def looks_tokenized(texts: Iterable[str]) -> bool:
    """Whether full stops and commas stand alone, between spaces, in most lines that have any."""
    spaced = attached = 0
    for text in texts:
        if SPACED.search(text):
            spaced += 1
        elif ATTACHED.search(text):
            attached += 1
    return spaced > attached
