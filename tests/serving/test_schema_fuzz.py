"""A small part of what `make fuzz FUZZ=http` sends: no request breaks the server, and all are answered as described."""

from __future__ import annotations

import pytest

pytest.importorskip("schemathesis", reason="Schemathesis is not installed")

from described_requests import tried


def test_requests_that_are_described_and_others_are_answered_or_refused_as_described() -> None:
    found = tried(0, 8)
    assert found[200] > 20
    assert found[422] + found[400] > 20
    assert max(found) < 500
