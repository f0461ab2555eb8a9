"""What a model folder says of itself is shown to people: it has the types that it is shown as."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import pytest

from recurra.errors import ModelError
from recurra.tasks.facts import check_facts

MEASURE = {"value": 0.5, "low": None, "high": 1, "definition": "a share", "signature": ""}
MEASURED = {"on": "x.tsv", "count": 9, "measures": {"accuracy": MEASURE}}
BASELINE = {"name": "the mean", "better": False, "measures": {"accuracy": MEASURE}}


def of(**changes: object) -> dict[str, object]:
    return {"measured": {**MEASURED, **changes}}


def measure(**changes: object) -> dict[str, object]:
    return of(measures={"accuracy": {**MEASURE, **changes}})


RIGHT: list[Mapping[str, Any]] = [
    {},
    {"trained": {"training pairs": 5, "steps": 3, "ended by": "time", "members": "two"}},
    {"measured": {}},
    of(),
    of(baseline=BASELINE),
    measure(value=1e299),
    measure(value=-(10**299)),
    measure(value=None),
]
WRONG: list[tuple[str, Mapping[str, Any]]] = [
    ("trained", {"trained": []}),
    ("trained", {"trained": {"training pairs": 5.0}}),
    ("trained", {"trained": {"steps": True}}),
    ("measured", {"measured": [1]}),
    ("measured", of(on=5)),
    ("measured", of(count=True)),
    ("measured", of(counted=5)),
    ("measured", of(measures=[])),
    ("measured", {"measured": {"on": "x", "count": 1}}),
    *(("measured", measure(value=value)) for value in (10**300, -1e301, float("nan"), True, "0.5")),
    ("measured", measure(definition=5)),
    ("measured", of(baseline={**BASELINE, "better": 0})),
    ("measured", of(baseline={**BASELINE, "name": None})),
    ("measured", of(baseline={**BASELINE, "measures": {"accuracy": {}}})),
    ("measured", of(baseline={**BASELINE, "measures": {"accuracy": {"value": "0.5"}}})),
    ("measured", of(baseline={})),
]


@pytest.mark.parametrize(("name", "facts"), [*(("", one) for one in RIGHT), *WRONG])
def test_facts_that_can_be_shown(name: str, facts: Mapping[str, object]) -> None:
    with pytest.raises(ModelError, match=name) if name else nullcontext():
        check_facts(facts, "config.json")
