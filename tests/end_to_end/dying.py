"""A listener that ends a run as if the process had died, for tests that resume it."""

from __future__ import annotations

from recurra.training import Saved


def dies_once_saved(event: object) -> None:
    """Raises MemoryError at the first checkpoint after a step."""
    if isinstance(event, Saved) and event.step > 0:
        raise MemoryError
