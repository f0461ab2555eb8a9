"""Short made-up words of seven letters, for runs that are stopped and go on."""

from __future__ import annotations

WORDS = ["".join(chr(97 + (i * k + j * j) % 7) for j in range(2 + i % 4)) for i in range(16) for k in (1, 5)]
