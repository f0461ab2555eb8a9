"""Where a run is shown: in a terminal and a notebook by itself, elsewhere where it is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import recurra
from recurra.progress import shown_comparison, shown_run
from recurra.progress.showing import in_notebook
from recurra.training import Note

PAIRS = [(f"{k}", "odd" if k % 2 else "even") for k in range(40)]


@pytest.fixture(name="notebook")
def as_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the cell of a notebook has shown."""
    shown: list[str] = []
    handle = SimpleNamespace(update=shown.append)

    def display(html: str, display_id: bool) -> SimpleNamespace:
        assert display_id
        return handle

    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=str, display=display))
    return shown


def test_a_script_is_silent_unless_it_wants_to_be_heard(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = {"model.width": 8, "model.layers": 1}
    recurra.train(PAIRS, to=tmp_path / "silent", epochs=1, settings=settings)
    assert capsys.readouterr() == ("", "")
    heard: list[object] = []
    recurra.train(PAIRS, to=tmp_path / "loud", epochs=1, settings=settings, progress=True, listeners=[heard.append])
    out, err = capsys.readouterr()
    assert out == ""
    assert "plan: " in err
    assert heard


@pytest.mark.parametrize("show", [shown_run, shown_comparison])
def test_a_terminal_shows_it_and_can_be_told_not_to(
    show: Callable[..., Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recurra.progress.showing.Console", terminal)
    for wanted, seen in ((None, True), (True, True), (False, False)):
        with show(wanted) as listener:
            listener(Note("found 100 pairs"))
        assert ("found 100 pairs" in capsys.readouterr().err) == seen


def terminal(**options: Any) -> Any:
    from rich.console import Console

    return Console(**options, force_terminal=True)


@pytest.mark.parametrize("show", [shown_run, shown_comparison])
def test_a_notebook_shows_it_and_can_be_told_not_to(
    show: Callable[..., Any], notebook: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted, seen in ((None, True), (True, True), (False, False)):
        with show(wanted) as listener:
            listener(Note("found 100 pairs"))
        assert ("found 100 pairs" in "".join(notebook)) == seen
        notebook.clear()
    assert capsys.readouterr() == ("", "")


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not in_notebook()
    shell = SimpleNamespace(config={})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
