"""The table of what is fuzzed."""

from __future__ import annotations

from fuzz_arguments import ARGUMENTS
from fuzz_data import DATA
from fuzz_http import HTTP
from fuzz_models import MODELS
from fuzz_runs import RUNS
from workers import Target

TARGETS: dict[str, Target] = {target.name: target for target in (DATA, MODELS, RUNS, ARGUMENTS, HTTP)}
