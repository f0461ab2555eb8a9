"""The four special symbols and their ids. This is their only home."""

from __future__ import annotations

PAD, UNK, GO, EOS = range(4)
SPECIAL_TOKENS = ("<PAD>", "<UNK>", "<GO>", "<EOS>")
