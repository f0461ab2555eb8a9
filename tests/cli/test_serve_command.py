"""recurra serve: what it refuses before anything is loaded, and the model of --demo, which is trained once and kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from recurra.cli import serve_demo
from recurra.cli.serve import serve
from recurra.errors import UsageError

STORED = Path(__file__).parent.parent / "stored_models" / "translate-2" / "model"


def test_without_a_model_it_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="no model is given") as caught:
        serve()
    assert "--demo" in (caught.value.fix or "")


def test_no_browser_without_demo_is_refused() -> None:
    with pytest.raises(UsageError, match="no effect without --demo"):
        serve(["model"], no_browser=True)


def test_the_model_of_the_demo_is_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def trained(demo: Any, examples: Any, folder: Path, seconds: float, started: float) -> None:
        asked.append(seconds)
        shutil.copytree(STORED, folder, dirs_exist_ok=True)

    monkeypatch.setattr(serve_demo, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(serve_demo, "trained", trained)
    monkeypatch.setattr(serve_demo, "is_model", lambda folder: (folder / "config.json").exists())
    first, second = serve_demo.demo_folder(), serve_demo.demo_folder()
    assert first == second == tmp_path / "demo" / "dates"
    assert len(asked) == 1
    assert 30 < asked[0] < 60


def test_what_is_no_model_is_trained_anew(tmp_path: Path) -> None:
    assert not serve_demo.is_model(tmp_path)
    assert not serve_demo.is_model(tmp_path / "nothing")


def test_the_page_is_opened_or_its_address_said(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(serve_demo.webbrowser, "open", lambda address: bool(opened.append(address)))
    serve_demo.shown_in_browser("http://127.0.0.1:8000/")
    assert opened == ["http://127.0.0.1:8000/"]
    assert "open http://127.0.0.1:8000/ in a browser" in capsys.readouterr().err
