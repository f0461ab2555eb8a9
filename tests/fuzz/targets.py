"""The table of what is fuzzed."""

from __future__ import annotations

from fuzz_models import MODELS
from workers import Target

TARGETS: dict[str, Target] = {target.name: target for target in (MODELS,)}
