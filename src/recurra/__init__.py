"""recurra: recurrent sequence models on your own machine: train in minutes, look inside, run anywhere.

Nothing heavy is imported until a name is used: `import recurra` is quick, `recurra.train` loads torch.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from recurra.version import VERSION as __version__

if TYPE_CHECKING:
    from recurra.api import Curves as Curves
    from recurra.api import Model as Model
    from recurra.api import compare as compare
    from recurra.api import curves as curves
    from recurra.api import draw as draw
    from recurra.api import load as load
    from recurra.api import read_recipe as read_recipe
    from recurra.api import train as train
    from recurra.api.suites import compare_suite as compare_suite
    from recurra.comparing import Comparison as Comparison
    from recurra.errors import RecurraError as RecurraError
    from recurra.tasks.answer import Answer as Answer
    from recurra.tasks.answers import Answers as Answers
    from recurra.tasks.evaluation import Evaluation as Evaluation
    from recurra.tasks.translate.recipe import Recipe as Recipe
    from recurra.tracing import Decode as Decode
    from recurra.tracing import Force as Force
    from recurra.tracing import Instead as Instead
    from recurra.tracing import SetAttention as SetAttention
    from recurra.tracing import SetUnit as SetUnit

# Torch's threads shall wait for each other for some microseconds and then sleep. On a machine that is shared with other
# work, threads that spin on make a step up to twenty times slower; those that sleep at once make two threads slower
# than one. Read when torch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")


_HOMES = {
    "Answer": "recurra.tasks.answer",
    "Answers": "recurra.tasks.answers",
    "Comparison": "recurra.comparing",
    "Curves": "recurra.api",
    "Decode": "recurra.tracing",
    "Evaluation": "recurra.tasks.evaluation",
    "Force": "recurra.tracing",
    "Instead": "recurra.tracing",
    "Model": "recurra.api",
    "Recipe": "recurra.tasks.translate.recipe",
    "RecurraError": "recurra.errors",
    "SetAttention": "recurra.tracing",
    "SetUnit": "recurra.tracing",
    "compare": "recurra.api",
    "compare_suite": "recurra.api.suites",
    "curves": "recurra.api",
    "draw": "recurra.api",
    "load": "recurra.api",
    "read_recipe": "recurra.api",
    "train": "recurra.api",
}

__all__ = [
    "Answer",
    "Answers",
    "Comparison",
    "Curves",
    "Decode",
    "Evaluation",
    "Force",
    "Instead",
    "Model",
    "Recipe",
    "RecurraError",
    "SetAttention",
    "SetUnit",
    "__version__",
    "compare",
    "compare_suite",
    "curves",
    "draw",
    "load",
    "read_recipe",
    "train",
]


if not TYPE_CHECKING:  # which knows the names from above, and so notices one that is not there

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'recurra' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
