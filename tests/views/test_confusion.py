"""The confusion table in terminals of several widths."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from recurra.views import ConfusionView, confusion_html

LABELS = [f"Language number {k}" for k in range(40)]
COUNTS = [[100 if k == row else (row * k) % 7 for k in range(40)] for row in range(40)]


def drawn(width: int, labels: int = 40) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(ConfusionView({"labels": LABELS[:labels], "counts": [row[:labels] for row in COUNTS[:labels]]}))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(("width", "shown"), [(60, 7), (80, 11), (200, 20)])
def test_names_stay_whole_and_what_has_no_room_is_said(width: int, shown: int) -> None:
    lines = drawn(width)
    assert max(map(len, lines)) <= width
    assert sum("Language number" in line and "100" in line for line in lines) == shown
    assert f"The {shown} labels with most mistakes; {40 - shown} more are not shown." in " ".join(lines)


def test_few_labels_are_all_shown() -> None:
    lines = drawn(80, labels=3)
    assert sum("100" in line for line in lines) == 3
    assert not any("not shown" in line for line in lines)


def test_a_page_has_room_for_twenty() -> None:
    page = confusion_html({"labels": LABELS, "counts": COUNTS})
    assert page.count('scope="row"') == 20
    assert "The 20 labels with most mistakes; 20 more are not shown." in page
