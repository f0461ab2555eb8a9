"""How many cores there are for this process, and how many of them nobody else uses."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def idle_cores() -> int:
    """Cores that had nothing to do in the last minute, as the system's load says; at least 1.

    All, where a system does not say its load (Windows).
    """
    try:
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    except OSError:  # a sandbox that hides it
        load = 0.0
    return max(1, usable_cores() - round(load))
