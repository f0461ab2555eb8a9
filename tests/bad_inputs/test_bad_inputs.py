"""Whatever a user gives: a message that says what, where and how to mend it, and nothing is written."""

from __future__ import annotations

import gc
import hashlib
import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from answering_cases import ANSWERING
from bad_input import STANDARD_INPUT, BadInput
from caption_cases import BAD_CAPTIONS
from dialogue_cases import BAD_DIALOGUES
from labelled_cases import BAD_LABELLED
from language_cases import WORDS
from reading_cases import READING
from series_cases import BAD_SERIES
from training_cases import PAIRS, TRAINING

import recurra
from recurra.errors import RecurraError

ALL = [*ANSWERING, *BAD_CAPTIONS, *BAD_DIALOGUES, *READING, *TRAINING, *BAD_LABELLED, *BAD_SERIES, *WORDS]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that has learned next to nothing."""
    recipe = recurra.Recipe().with_settings({
        "model.width": 8, "model.layers": 1, "training.validations": 1, "training.precision": "float32",
        "text.source_units": "chars", "text.target_units": "chars", "decoding.max_length": 5,
    })  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny") / "m"
    (folder.parent / "x.tsv").write_bytes(PAIRS)
    recurra.train(folder.parent / "x.tsv", to=folder, epochs=1, recipe=recipe)
    return folder


@pytest.fixture(scope="module", autouse=True)
def collecting_is_quick() -> None:
    """Everything that is there already (torch, above all) is left out when garbage is collected after each case."""
    gc.collect()
    gc.freeze()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_bad_input(
    case: BadInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if case.damage is not None:
        shutil.copytree(request.getfixturevalue("tiny_model"), tmp_path / "m")
        case.damage(tmp_path / "m")
    lay_down(case.files, tmp_path, monkeypatch)
    before = contents(tmp_path)
    with pytest.raises(RecurraError) as caught:
        case.act(tmp_path)
    assert isinstance(caught.value, case.kind)
    message = caught.value.typed()
    place = 0
    for piece in case.says:
        assert piece in message[place:], f"{piece!r} is not in, or not in its place in:\n{message}"
        place = message.index(piece, place) + len(piece)
    del caught  # and with it the copy of what came from standard input
    gc.collect()
    assert contents(tmp_path) == before, "something was written"
    assert len(message) < 10_000
    assert all(character.isprintable() or character in " \n" for character in message), "shows something invisible"


def test_names_are_told_apart() -> None:
    assert len({case.name for case in ALL}) == len(ALL) >= 150


def lay_down(files: Mapping[str, bytes | None], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `folder` the current one and puts the files there."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(folder))  # what is spooled must be taken away too
    monkeypatch.setattr("tempfile.tempdir", None)
    for name, data in files.items():
        if name == STANDARD_INPUT:
            stream = io.BufferedReader(io.BytesIO(data or b""))  # type: ignore[arg-type]
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        elif data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)


def contents(folder: Path) -> dict[str, str]:
    """Every file and folder below, with a digest of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }
