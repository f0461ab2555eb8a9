"""A model folder opens as it was saved, or is refused in plain words; a save that is interrupted loses nothing."""

from __future__ import annotations

import errno
import json
import os
import pickle
import shutil
import signal
import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from recurra import bundle, files
from recurra.bundle import Bundle, check_weights, load_bundle, save_bundle, save_weights
from recurra.errors import ModelError, RunError

CONFIG: dict[str, Any] = {"task": "translate", "recipe": {"model": {"layers": 2}}, "note": "ünïcode \u202e ✓"}
TOKENIZERS = {"source": '{"version": "1.0", "vocab": ["é", "b"]}', "target": '{"version": "1.0"}\n'}


def weights(fill: float = 0.5) -> dict[str, Tensor]:
    return {
        "encoder.weight": torch.full((3, 4), fill),
        "decoder.weight": torch.linspace(-1, 1, 6).reshape(2, 3).t(),  # not contiguous
        "half": torch.tensor([1.5, -0.0, float("nan"), float("inf")], dtype=torch.bfloat16),
        "number": torch.tensor(7),
        "empty": torch.zeros(0, 3),
        "flags": torch.tensor([True, False]),
    }


def model(fill: float = 0.5, **changes: Any) -> Bundle:
    return replace(Bundle(CONFIG, weights(fill), TOKENIZERS, f"# {fill}\n"), **changes)


def assert_same(found: Bundle, expected: Bundle) -> None:
    assert found.config == expected.config
    assert found.tokenizers == expected.tokenizers
    assert found.card == expected.card
    assert set(found.weights) == set(expected.weights)
    for name, tensor in expected.weights.items():
        assert found.weights[name].dtype == tensor.dtype
        assert found.weights[name].shape == tensor.shape
        assert bits(found.weights[name]) == bits(tensor)


def bits(tensor: Tensor) -> list[int]:
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "dates"
    save_bundle(path, model())
    return path


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_bundle(folder)
    return str(caught.value)


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    config = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    kept = {key: value for key, value in config.items() if value is not ...}
    path.write_text(json.dumps(kept), encoding="utf-8")


# Saving and opening


def test_what_is_opened_is_what_was_saved(folder: Path) -> None:
    assert_same(load_bundle(folder), model())


def test_saving_what_was_opened_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_bundle(tmp_path / "again", load_bundle(folder))
    names = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    assert names == sorted(path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*"))
    for name in names:
        if (folder / name).is_file():
            assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_folder_holds_what_its_documentation_says(folder: Path) -> None:
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "config.json",
        "model.safetensors",
        "README.md",
        "tokenizers/source.json",
        "tokenizers/target.json",
    }
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert list(config)[:3] == ["format", "recurra", "task"]
    assert config["format"] == 2
    assert config["tokenizers"]["source"]["file"] == "tokenizers/source.json"
    assert len(config["tokenizers"]["source"]["sha256"]) == 64
    assert "✓" in (folder / "config.json").read_text(encoding="utf-8")
    assert (folder / "tokenizers" / "source.json").read_text(encoding="utf-8") == TOKENIZERS["source"]


def test_the_bytes_of_a_model_depend_on_nothing_else(tmp_path: Path) -> None:
    for number in range(8):  # safetensors writes several entries of metadata in an order of chance
        save_bundle(tmp_path / str(number), model())
    assert len({(tmp_path / str(number) / "model.safetensors").read_bytes() for number in range(8)}) == 1


def test_other_programs_can_read_the_weights(folder: Path) -> None:
    assert torch.equal(load_file(folder / "model.safetensors")["encoder.weight"], torch.full((3, 4), 0.5))


def test_a_copied_folder_opens(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "elsewhere" / "x")
    assert_same(load_bundle(tmp_path / "elsewhere" / "x"), model())


def test_opened_weights_can_be_trained_on_and_belong_to_nobody_else(folder: Path) -> None:
    opened = load_bundle(folder).weights
    opened["encoder.weight"] += 1
    assert_same(load_bundle(folder), model())


def test_tensors_that_share_memory_are_saved(tmp_path: Path) -> None:
    shared = torch.arange(6.0).requires_grad_()
    save_bundle(tmp_path, model(weights={"a": shared, "b": shared, "part": shared[2:4]}))
    assert load_bundle(tmp_path).weights["part"].tolist() == [2.0, 3.0]


def test_saving_weights_leaves_everything_else(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    save_weights(folder, weights(2.0))
    changed = {path.name for path, data in before.items() if path.read_bytes() != data}
    assert changed == {"model.safetensors"}
    assert load_bundle(folder).weights["encoder.weight"][0, 0] == 2


def test_weights_of_other_programs_need_no_checksum(folder: Path) -> None:
    save_file({"a": torch.ones(2)}, folder / "model.safetensors")
    assert load_bundle(folder).weights["a"].tolist() == [1, 1]


def test_the_keys_of_the_folder_itself_are_not_for_tasks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the key 'format'"):
        save_bundle(tmp_path / "x", model(config={"format": 3}))
    with pytest.raises(ValueError, match="not JSON compliant"):
        save_bundle(tmp_path / "x", model(config={"rate": float("nan")}))
    assert not (tmp_path / "x").exists()


def test_a_lost_card_is_no_reason_to_refuse(folder: Path) -> None:
    (folder / "README.md").unlink()
    assert load_bundle(folder).card == ""


def test_keys_that_are_not_known_are_handed_on(folder: Path) -> None:
    edit_config(folder, later={"x": 1})
    assert load_bundle(folder).config["later"] == {"x": 1}


def test_a_config_that_an_editor_gave_a_byte_order_mark(folder: Path) -> None:
    path = folder / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert_same(load_bundle(folder), model())


# What is no model


def test_no_such_folder(folder: Path) -> None:
    assert refusal(folder.parent / "date").endswith(f"date: no such folder\n  Did you mean {folder}?")
    assert "recurra train" in refusal(folder.parent / "zzz" / "zzz")


def test_files_instead_of_folders(folder: Path) -> None:
    assert refusal(folder / "config.json").endswith(f"this is a file, a model is a folder\n  Did you mean {folder}?")
    pickled = folder.parent / "model.pt"
    pickled.write_bytes(pickle.dumps({"a": 1}))
    assert "never opened" in refusal(pickled)
    other = folder.parent / "pairs.tsv"
    other.touch()
    assert "recurra train" in refusal(other)
    assert "this is a file" in refusal(other) or "cannot be read" in refusal(other / "inner")


def test_folders_that_are_no_models(folder: Path) -> None:
    assert refusal(folder.parent).endswith(f"no config.json\n  Did you mean {folder}?")
    for name in ("empty", "full"):
        (folder.parent / name / "x").mkdir(parents=True)
    (folder.parent / "empty" / "x").rmdir()
    assert "the folder is empty" in refusal(folder.parent / "empty")
    assert "no config.json" in refusal(folder.parent / "full")


def test_a_run_without_weights(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert "not saved any weights yet" in refusal(tmp_path)
    assert "--resume" in refusal(tmp_path)
    save_bundle(tmp_path, model(weights={}))
    assert "not saved any weights yet" in refusal(tmp_path)
    save_weights(tmp_path, weights())
    assert_same(load_bundle(tmp_path), model())


def test_a_trained_model_is_not_replaced_by_an_untrained_one(folder: Path) -> None:
    with pytest.raises(RunError, match="a trained model is here already"):
        save_bundle(folder, model(weights={}))
    assert_same(load_bundle(folder), model())


def test_a_model_of_transformers(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "bert", "architectures": ["Bert"]}')
    assert "not written by recurra" in refusal(folder)
    assert "Hugging Face Transformers" in refusal(folder)


def test_a_newer_format(folder: Path) -> None:
    edit_config(folder, format=4, recurra="9.1", tokenizers="whatever it will be")
    message = refusal(folder)
    assert "newer recurra (9.1) in format 4" in message
    assert "reads formats 2 and 3" in message
    assert "pip install --upgrade recurra" in message


def test_an_older_format(folder: Path) -> None:
    edit_config(folder, format=1, recurra="0.0.9")
    message = refusal(folder)
    assert "older recurra (0.0.9) in format 1; this one" in message
    assert "Train the model again" in message


@pytest.mark.parametrize("number", [..., None, "1", 1.0, True, 0, -1, [1]])
def test_no_format_number(folder: Path, number: object) -> None:
    edit_config(folder, format=number)
    assert "no format number" in refusal(folder)


# Damage


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not valid JSON"),
        (b'{"format": 1, "tok', "not valid JSON"),
        (b"\x00" * 64, "not valid JSON"),
        (b'{"format": 1, "task": "\xff"}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"format": 1' + b"0" * 5000 + b"}", "not valid JSON"),
        (b"[1, 2]", "no format number"),
        (b"null", "no format number"),
        (b'{"format": 2}', "the section 'tokenizers' is missing"),
        (b'{"format": 2, "tokenizers": []}', "the section 'tokenizers' is missing"),
        (b" " * 16_000_001, "far more than such a file"),
    ],
)
def test_damaged_config(folder: Path, content: bytes, message: str) -> None:
    (folder / "config.json").write_bytes(content)
    assert message in refusal(folder)
    assert str(folder / "config.json") in refusal(folder)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "tokenizers/source.json",
        {},
        {"file": "tokenizers/source.json"},
        {"file": 3, "sha256": "x"},
        {"file": "", "sha256": "x"},
        {"file": "../secret.json", "sha256": "x"},
        {"file": "tokenizers/../../secret.json", "sha256": "x"},
        {"file": "/etc/passwd", "sha256": "x"},
        {"file": "tokenizers/a\0b", "sha256": "x"},
    ],
)
def test_tokenizer_entries_that_lead_nowhere_or_out_of_the_folder(folder: Path, entry: object) -> None:
    edit_config(folder, tokenizers={"source": entry})
    assert "tokenizers.source must name a file in the model folder" in refusal(folder)


def test_a_swapped_vocabulary(folder: Path) -> None:
    shutil.copy(folder / "tokenizers" / "target.json", folder / "tokenizers" / "source.json")
    message = refusal(folder)
    assert "not the source vocabulary that the model was trained with" in message
    assert "train again" in message


@pytest.mark.parametrize("at", [0, 5, -1])
def test_a_changed_vocabulary(folder: Path, at: int) -> None:
    path = folder / "tokenizers" / "source.json"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert "not the source vocabulary" in refusal(folder)


def test_a_missing_vocabulary(folder: Path) -> None:
    (folder / "tokenizers" / "source.json").unlink()
    assert "source.json is missing" in refusal(folder)
    (folder / "tokenizers" / "source.json").mkdir()
    assert "not a regular file" in refusal(folder)


def test_a_flipped_bit_at_every_byte_of_a_weight_file_is_noticed(folder: Path) -> None:
    path = folder / "model.safetensors"
    data = path.read_bytes()
    start = data.index(b'"__metadata__"')
    harmless = range(start, data.index(b"}", start))  # what is written about the tensors, beside them
    assert len(harmless) < 110
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        try:
            assert_same(load_bundle(folder), model())
            assert at in harmless
        except ModelError as error:
            assert "the weight file is damaged" in str(error)  # noqa: PT017


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 100, -1, -40])
def test_a_weight_file_cut_short(folder: Path, kept: int) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    message = refusal(folder)
    assert "the weight file is damaged" in message
    assert "Copy the model folder again" in message


def test_a_weight_file_with_something_behind_it(folder: Path) -> None:
    path = folder / "model.safetensors"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"x")
    assert f"it has {size + 1} bytes, its header says {size}" in refusal(folder)


def test_the_size_is_checked_before_a_byte_of_numbers_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [10**15], "data_offsets": [0, 4 * 10**15]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    monkeypatch.setattr(bundle.weights, "read_bytes", None)
    assert "its header says 4,000,000,000,000,0" in refusal(folder)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b"null",
        b'{"a": 1}',
        b'{"a": {"dtype": "F32", "shape": [1]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": ["x", "y"]}}',
        b'{"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 4]}}',
        b'{"__metadata__": [], "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "b": 0}',
        b'{"__metadata__": {"sha256": 3}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_headers_of_bad_intent(folder: Path, header: bytes) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    assert "the weight file is damaged" in refusal(folder)


def test_a_pickle_under_the_name_of_weights_is_not_executed(folder: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
            return (os.mkdir, (str(folder / "executed"),))

    torch.save(Evil(), folder / "model.safetensors")
    assert "the weight file is damaged" in refusal(folder)
    assert not (folder / "executed").exists()


def test_a_pointer_of_git_lfs(folder: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
    (folder / "model.safetensors").write_bytes(pointer)
    assert "git lfs pull" in refusal(folder)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    os.mkfifo(folder / "model.safetensors")
    assert "not a regular file" in refusal(folder)


# Weights and network


def test_weights_that_fit() -> None:
    check_weights(weights(), weights())
    more_exact = {"encoder.weight": weights()["encoder.weight"].double()}
    check_weights({"encoder.weight": weights()["encoder.weight"]}, more_exact)


def test_weights_that_do_not_fit() -> None:
    shapes = {"encoder.weight": (4, 3), "number": (), "kind": (), "bias": (2,), **{f"layer{i}": (1,) for i in range(9)}}
    expected = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    found = {"encoder.weight": torch.ones(3, 4), "number": torch.tensor(1.0), "x": torch.ones(1)}
    with pytest.raises(ModelError) as caught:
        check_weights(expected, {**found, "kind": torch.tensor(1)}, "dates")
    message = str(caught.value)
    assert message.startswith("dates: the weights do not fit the network")
    assert "missing: bias, layer0, layer1, layer2, layer3 and 5 more" in message
    assert "not known: x" in message
    assert "encoder.weight: expected (4, 3), found (3, 4)" in message
    assert "of another type: kind: expected torch.float32, found torch.int64" in message
    assert "number" not in message


# Interruption


CHANGING = ("fsync", "replace", "mkdir", "rmdir", "unlink")  # the calls of `os` that change a folder for good


def killed(action: Callable[[], None], number: int) -> bool:
    """Whether a process that does `action` was killed before its call `number`, or finished without getting there."""
    child = os.fork()
    if child == 0:  # pragma: no cover
        calls = count()

        def killing(real: Callable[..., object]) -> Callable[..., object]:
            def run(*arguments: Any, **options: Any) -> object:
                if next(calls) == number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **options)

            return run

        for name in CHANGING:
            setattr(os, name, killing(getattr(os, name)))
        action()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def test_a_kill_at_each_call_leaves_the_old_model_or_the_new_one(tmp_path: Path) -> None:
    old = model(1.0, tokenizers={"source": "old vocabulary"}, config={"task": "old"})
    new = model(2.0)
    save_bundle(tmp_path / "old", old)
    seen: list[float] = []
    for number in count():
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "old", folder)
        stopped = killed(lambda folder=folder: save_bundle(folder, new), number)
        found = load_bundle(folder)
        seen.append(float(found.weights["encoder.weight"][0, 0]))
        assert_same(found, old if seen[-1] == 1 else new)
        if not stopped:
            break
    assert seen == sorted(seen)
    assert seen.count(1) > 5
    assert seen.count(2) > 5


def test_the_next_save_tidies_up_after_a_kill(folder: Path, tmp_path: Path) -> None:
    usual = {path.name for path in folder.iterdir()}
    untidy = 0
    for number in count():
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        stopped = killed(lambda copy=copy: save_bundle(copy, model(2.0)), number)
        untidy += {path.name for path in copy.iterdir()} != usual
        expected = load_bundle(copy)
        save_weights(copy, expected.weights)
        assert not (copy / ".arrived").exists()
        assert_same(load_bundle(copy), expected)
        save_bundle(copy, expected)
        assert {path.name for path in copy.iterdir()} == usual
        if not stopped:
            break
    assert untidy > 5


def everything_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("next_save", ["of the first member", "of the whole"])
def test_nothing_is_left_of_a_kill_while_a_member_was_saved(next_save: str, tmp_path: Path) -> None:
    several = model(others=[weights(1.5)])
    save_bundle(tmp_path / "usual", several)
    usual, untidy = everything_in(tmp_path / "usual"), 0
    for number in count():
        copy = tmp_path / str(number)
        shutil.copytree(tmp_path / "usual", copy)
        stopped = killed(lambda copy=copy: save_weights(copy, weights(2.0), member=2), number)
        untidy += everything_in(copy) != usual
        if next_save == "of the whole":
            save_bundle(copy, several)
        else:
            save_weights(copy, weights(0.5))
        assert everything_in(copy) == usual
        if not stopped:
            break
    assert untidy


def test_a_kill_in_the_first_save_leaves_a_model_or_none(tmp_path: Path) -> None:
    opened: list[bool] = []
    for number in count():
        folder = tmp_path / str(number)
        stopped = killed(lambda folder=folder: save_bundle(folder, model()), number)
        try:
            assert_same(load_bundle(folder), model())
            opened.append(True)
        except ModelError:
            opened.append(False)
        if not stopped:
            break
    assert opened == sorted(opened)
    assert set(opened) == {False, True}


def test_a_kill_while_weights_are_saved(folder: Path) -> None:
    for number in count(1):
        before = float(load_bundle(folder).weights["encoder.weight"][0, 0])
        stopped = killed(lambda number=number: save_weights(folder, weights(float(number))), number - 1)
        now = float(load_bundle(folder).weights["encoder.weight"][0, 0])
        assert now in (before, number)
        if not stopped:
            assert now == number > 3
            break


@pytest.mark.parametrize("number", range(12))
def test_an_error_at_each_rename_leaves_the_old_model_or_the_new_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real, calls = os.replace, count()

    def failing(source: Path, target: Path) -> None:
        if next(calls) == number:
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    try:
        save_bundle(folder, model(2.0))
    except RunError as error:
        assert "Input/output error" in str(error)  # noqa: PT017
    monkeypatch.undo()
    assert_same(load_bundle(folder), model(0.5 if number == 0 else 2.0))


def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        patch.setattr(files.shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
        with pytest.raises(RunError, match="the disk is full") as caught:
            save_bundle(folder, model(2.0))
        assert "100 bytes are free" in str(caught.value)
        with pytest.raises(RunError, match="the disk is full"):
            save_bundle(folder.parent / "new" / "deep", model())
        with pytest.raises(RunError, match="the disk is full"):
            save_weights(folder, weights(2.0))
    assert_same(load_bundle(folder), model())
    assert not (folder / ".incoming").exists()
    assert not list(folder.glob("*.tmp"))


def test_a_place_that_cannot_be_written(folder: Path) -> None:
    for place in (folder / "config.json", folder / "config.json" / "inner"):
        with pytest.raises(RunError, match="a part of this path is a file"):
            save_bundle(place, model())


def test_weights_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the folder does not exist"):
        save_weights(tmp_path / "nowhere", weights())
