"""Which networks can answer together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from recurra.errors import ModelError

N = TypeVar("N")


def refuse_different(networks: Sequence[N], of: Callable[[N], object], must: str) -> None:
    """Refuses networks that differ in something that all of an ensemble must have in common.

    Args:
        of: what it is, of one network.
        must: what the models of an ensemble must do, in words: "have the same tokenizers".

    Raises:
        ModelError: one differs from the first.
    """
    first = of(networks[0])
    if any(of(other) != first for other in networks[1:]):
        raise ModelError(
            f"the models of an ensemble must {must}",
            fix="Train them on the same data with other seeds (--seed), in other folders.",
        )
