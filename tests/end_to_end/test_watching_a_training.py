"""train --watch: the same bits, a page that is there meanwhile, and what docs/training.md says of it."""

from __future__ import annotations

import re
import shlex
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from made_runs import events, write_run
from made_words import WORDS

from recurra.cli import run
from recurra.watching import beside, server

DOCS = Path(__file__).parents[2] / "docs" / "training.md"
SMALL = ["--epochs", "3", "--layers", "1", "--set", "model.width=8", "--set", "training.precision=float32"]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pairs.tsv").write_text("".join(f"{word}\t{word[::-1]}\n" for word in WORDS), encoding="utf-8")


def test_a_training_that_is_watched_gives_the_same_bits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = beside.Beside.address

    def looked_at_once(self: beside.Beside) -> str:
        """The first look loads what draws, which may take longer on a busy machine than this training."""
        found = address(self)
        httpx.get(f"{found}view", timeout=60)
        return found

    monkeypatch.setattr(beside.Beside, "address", looked_at_once)
    assert run(["train", "pairs.tsv", "--task", "translate", "--to", "alone", *SMALL]) == 0
    capsys.readouterr()
    views: list[Any] = []

    def look() -> None:
        """Looks at the page again and again, as soon as its address is said."""
        said = ""
        while not (found := re.search(r"watch it at (\S+)", said)):
            time.sleep(0.05)
            said += capsys.readouterr().err
        while True:
            try:
                views.append(httpx.get(f"{found[1]}view", timeout=20).json())
            except httpx.TransportError:
                return
            except ValueError:  # a look that came as the server ended
                pass
            time.sleep(0.1)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    assert run(["train", "pairs.tsv", "--task", "translate", "--to", "watched", "--watch", *SMALL]) == 0
    looking.join(20)
    assert not looking.is_alive()
    weights = [Path(name, "model.safetensors").read_bytes() for name in ("alone", "watched")]
    assert weights[0] == weights[1]
    (last,) = views[-1]["runs"]
    assert (last["doing"], last["model"]) == ("plan complete", "watched")
    assert last["commands"] == ["recurra predict watched FILE", "recurra serve watched"]
    assert len(last["samples"]) > 0


def test_a_missing_package_is_said_before_the_training(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "NEEDED", ("no_such_package",))
    assert run(["train", "pairs.tsv", "--task", "translate", "--to", "m", "--watch", *SMALL]) == 2
    assert 'pip install "recurra[serve]"' in capsys.readouterr().err
    assert not Path("m").exists()


def documented() -> list[list[str]]:
    section = DOCS.read_text("utf-8").partition("## Watching a run")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [shlex.split(line, comments=True)[1:] for line in block.splitlines()]


@pytest.mark.parametrize("args", documented(), ids=" ".join)
def test_the_commands_of_the_documentation_run(
    args: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server of each is real, and ended as soon as its page has been asked for."""
    pages: list[str] = []
    served = server.serve

    def briefly(paths: Any, port: int | None, say: Callable[[str], None]) -> None:
        done = threading.Event()

        def tell(address: str) -> None:
            say(address)
            threading.Thread(target=ask, args=(address,), daemon=True).start()

        def ask(address: str) -> None:
            pages.append(httpx.get(f"{address}view", timeout=20).text)
            done.set()

        served(paths, port, tell, done.wait)

    monkeypatch.setattr(server, "serve", briefly)
    if args[0] == "train":
        args = [*args, "--task", "translate", *SMALL]
    else:
        for name in ("my-model", "lstm-model", "gru-model"):
            write_run(Path(name), events(steps=20, validations=2))
    assert run(args) == 0
    found = capsys.readouterr()
    names = [arg for arg in args[1:] if arg.endswith("-model") and arg in args]
    if "--text" in args or "--json" in args:
        assert "my-model" in found.out
    elif args[0] == "watch":
        assert "http://127.0.0.1:" in found.err
        assert all(name in pages[0] for name in names)
    else:
        assert "watch it at http://127.0.0.1:" in found.err
