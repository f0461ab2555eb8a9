"""What demos show at their end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from recurra.demos.demo import Learned
from recurra.demos.showing import PAGE, write_page
from recurra.tasks.answer import Alternative, Answer
from recurra.tracing import AttentionMap


@pytest.mark.parametrize("count", [3, 5])
def test_the_page_has_as_many_as_it_says(tmp_path: Path, count: int) -> None:
    looked = AttentionMap(["a"], ["b"], [[1.0]])
    answers = [Answer(f"source {n}", [Alternative(f"answer {n}", attention=looked)], None) for n in range(count)]
    models: dict[str, Any] = {}
    said = io.StringIO()
    write_page(Learned(models, [], tmp_path, Console(file=said, width=200)), answers)
    assert f"These {count} as a page: {tmp_path / PAGE}" in said.getvalue()
    page = (tmp_path / PAGE).read_text()
    assert all(f"{what} {n}" in page for what in ("source", "answer") for n in range(count))
    assert page.count("<section") == count
