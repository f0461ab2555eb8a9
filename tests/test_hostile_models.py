"""Model folders that someone made in order to take time, memory or files, and damaged ones: refused as they are opened.

Whoever makes one writes digests that agree, so nothing here relies on them. More of them, by chance, in tests/fuzz.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import recurra
from recurra.errors import ModelError, UsageError
from recurra.strict_json import parse_json
from recurra.text import tokenizer as tokenizers
from recurra.text.tokenizer import UNITS, Tokenizer

STORED = Path(__file__).parent / "stored_models"
sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from toy_tasks import TOYS  # noqa: E402

Json = dict[str, Any]


def copied(task: str, to: Path) -> Path:
    return shutil.copytree(STORED / f"{task}-2" / "model", to / task)


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        recurra.load(folder)
    assert str(folder) in str(caught.value)
    return str(caught.value)


def edited(path: Path, change: Callable[[Json], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def with_tokenizer(folder: Path, name: str, change: Callable[[Json], object]) -> Path:
    path = folder / "tokenizers" / f"{name}.json"
    edited(path, change)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edited(folder / "config.json", lambda config: config["tokenizers"][name].update(sha256=digest))
    return folder


def with_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> Path:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    return folder


# Sizes


@pytest.mark.parametrize(
    ("task", "section", "settings"),
    [
        ("translate", "model", {"width": 16384, "layers": 20}),
        ("language-model", "model", {"width": 16384, "layers": 20}),
        ("tag", "model", {"embedding": 8192, "characters": 8192, "width": 16384}),
        ("classify", "model", {"embedding": 16384, "width": 16384, "layers": 20}),
        ("regress", "model", {"width": 16384}),
        ("caption", "model", {"width": 16384}),
        ("forecast", "model", {"horizon": 100_000, "width": 16384}),
        ("chat", "model", {"width": 16384, "layers": 20}),
    ],
)
def test_a_network_is_compared_before_it_takes_memory(tmp_path: Path, task: str, section: str, settings: Json) -> None:
    folder = copied(task, tmp_path)
    edited(folder / "config.json", lambda config: config["recipe"][section].update(settings))
    assert "the weights do not fit the network that config.json describes" in refusal(folder)


def test_weights_are_compared_before_they_are_read(tmp_path: Path) -> None:
    folder = copied("translate", tmp_path)
    size = 1 << 40
    header = json.dumps({"a": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)  # takes no room on the disk
    assert "not known: a" in refusal(folder)


@pytest.mark.parametrize(
    ("task", "section", "name", "value", "limit"),
    [
        ("translate", "model", "layers", 10**9, "between 1 and 20"),
        ("translate", "model", "width", 2**40, "between 0 and 16384"),
        ("translate", "decoding", "beam", 10**9, "beam must be at most 1,000"),
        ("translate", "decoding", "max_length", 10**12, "max_length must be at most 100,000"),
        ("translate", "decoding", "min_length", 10**6, "min_length must be at most 10,000"),
        ("translate", "decoding", "top_k", 10**30, "more than 64 bits"),
        ("chat", "decoding", "nbest", 10**9, "nbest must be at most 10,000"),
        ("caption", "model", "cells", 10**9, "between 1 and 1024"),
        ("classify", "model", "windows", "3 " * 100_000, "up to 20 numbers"),
        ("classify", "model", "windows", "9" * 5000, "up to 20 numbers"),
        ("forecast", "model", "horizon", 10**9, "model.horizon must be at most 100,000"),
        ("forecast", "model", "quantiles", "0.5 " * 100_000, "model.quantiles must be at most 999"),
        ("forecast", "data", "window", 10**12, "data.window must be at most 100,000"),
        ("forecast", "data", "window", 0, "left open"),
        ("forecast", "model", "baseline", "auto", "left open"),
        ("forecast", "decoding", "samples", 10**9, "decoding.samples must be at most 10,000"),
        ("language-model", "data", "form", "auto", "left open"),
        ("language-model", "generation", "samples", 10**9, "nbest must be at most 10,000"),
        ("classify", "model", "kind", "auto", "left open"),
    ],
)
def test_every_number_of_a_recipe_has_bounds(
    tmp_path: Path, task: str, section: str, name: str, value: object, limit: str
) -> None:
    folder = copied(task, tmp_path)
    edited(folder / "config.json", lambda config: config["recipe"][section].update({name: value}))
    assert limit in refusal(folder)


def test_an_option_has_the_same_bounds() -> None:
    model = recurra.load(STORED / "translate-2" / "model")
    for name, value in {"beam": 10**9, "nbest": 10**9, "max_length": 10**12, "top_k": 10**30}.items():
        with pytest.raises(UsageError, match=f"{name} must"):
            model.predict("red", **{name: value})  # type: ignore[misc]


# Tokenizers


def split_by(pattern: str) -> Callable[[Json], object]:
    cut = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return lambda tokenizer: tokenizer.update(pre_tokenizer=cut)


def replacing(pattern: Json, content: str, times: int) -> Callable[[Json], object]:
    steps = [{"type": "Replace", "pattern": pattern, "content": content}] * times
    return lambda tokenizer: tokenizer.update(normalizer={"type": "Sequence", "normalizers": steps})


OTHER_PIPELINES: dict[str, Callable[[Json], object]] = {
    "a regex that takes for ever": split_by(r"(\w+\s?)+$"),
    "a regex that is none": split_by("("),
    "a normalizer that multiplies": replacing({"String": "x"}, "x" * 1000, 4),
    "a normalizer that never ends": replacing({"Regex": ""}, "xx", 1),
    "another decoder": lambda tokenizer: tokenizer.update(decoder={"type": "ByteFallback"}),
    "a truncation": lambda tokenizer: tokenizer.update(
        truncation={"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0}
    ),
    "tokens found in the text": lambda tokenizer: tokenizer.update(added_tokens=[{"id": 3, "content": "e"}]),
    "something unknown": lambda tokenizer: tokenizer.update(later={"x": 1}),
}


@pytest.mark.parametrize("what", OTHER_PIPELINES)
def test_a_pipeline_is_compared_with_that_of_recurra(tmp_path: Path, what: str) -> None:
    folder = with_tokenizer(copied("translate", tmp_path), "source", OTHER_PIPELINES[what])
    assert "this is not a tokenizer of recurra: " in refusal(folder)


def test_a_pipeline_of_another_program_is_not_even_made(tmp_path: Path) -> None:
    folder = with_tokenizer(
        copied("tag", tmp_path), "words", lambda tokenizer: tokenizer.update(pre_tokenizer={"type": "ByteLevel"})
    )
    assert "one of another program" in refusal(folder)


def test_a_tokenizer_inside_of_columns_is_compared_as_well(tmp_path: Path) -> None:
    folder = with_tokenizer(
        copied("classify", tmp_path), "input", lambda inputs: split_by("(a+)+$")(inputs["columns"][0]["tokenizer"])
    )
    assert "this is not a tokenizer of recurra: " in refusal(folder)


@pytest.mark.parametrize("id", [-1, 4, 10**6, 2**32 - 1, 2**64, "7", 1.5, None, True])
def test_ids_are_those_of_a_vocabulary(tmp_path: Path, id: object) -> None:
    def change(tokenizer: Json) -> None:
        vocab = tokenizer["model"]["vocab"]
        vocab[max(vocab, key=vocab.__getitem__)] = id

    assert "tokenizer" in refusal(with_tokenizer(copied("translate", tmp_path), "source", change))


def test_more_entries_than_a_vocabulary_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="at most 500,000 entries"):
        Tokenizer.build(["a"], "words", 500_001)
    monkeypatch.setattr(tokenizers, "MOST_ENTRIES", 5)
    assert "more than the 5 that are read" in refusal(copied("translate", tmp_path))


@pytest.mark.parametrize("merges", [[["a", "zz"]], ["a b"], [["a"]], 3, None, [["x" * 10**6, "y"]]])
def test_merges_are_made_of_entries(merges: object) -> None:
    content = json.loads(Tokenizer.build(["ab ab ab abc abc"], "subwords", 20).to_json())
    content["model"]["merges"] = merges
    with pytest.raises(ModelError, match="expected merges of two entries to a third"):
        Tokenizer.from_json(json.dumps(content))


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("normalization", ["NFC", "NFD", "none"])
def test_what_recurra_writes_it_reads(units: str, normalization: str) -> None:
    texts = ["ab ab ab abc", "V;PST", "é <EOS>"]
    if (units, normalization) == ("decomposed", "none"):
        with pytest.raises(UsageError, match="decomposed units need a normal form"):
            Tokenizer.build(texts, units, 30, 1, normalization)
        return
    built = Tokenizer.build(texts, units, 30, 1, normalization)
    again = Tokenizer.from_json(built.to_json())
    assert again.to_json() == built.to_json()
    assert (again.units, again.normalization) == (built.units, built.normalization)


# Weights


@pytest.mark.parametrize("task", TOYS)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(tmp_path: Path, task: str, value: float) -> None:
    folder = with_weights(copied(task, tmp_path), lambda weights: max(weights.values(), key=len).fill_(value))
    assert "weights that are not finite numbers" in refusal(folder)


@pytest.mark.parametrize("name", ["deviation", "naive"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_numbers_that_are_divided_by(tmp_path: Path, name: str, value: float) -> None:
    folder = with_weights(copied("forecast", tmp_path), lambda weights: weights[name].fill_(value))
    assert f"the numbers of {name} in model.safetensors are impossible" in refusal(folder)


def test_weights_of_another_kind_of_numbers(tmp_path: Path) -> None:
    def change(weights: dict[str, torch.Tensor]) -> None:
        name = next(iter(weights))
        weights[name] = weights[name].to(torch.int32)

    assert "of another type" in refusal(with_weights(copied("translate", tmp_path), change))


def test_weights_may_be_less_exact(tmp_path: Path) -> None:
    def change(weights: dict[str, torch.Tensor]) -> None:
        weights.update({name: tensor.half() for name, tensor in weights.items()})

    assert recurra.load(with_weights(copied("language-model", tmp_path), change)).predict("red").text


# What stands beside


@pytest.mark.parametrize("text", ['"NaN', "NaN", "Infinity", "-Infinity", "1e999", "9" * 30, "9" * 5000, '"\\ud800"'])
def test_json_that_other_programs_do_not_read(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json(f'{{"a": [{text}]}}')
    folder = copied("forecast", tmp_path)
    config = folder / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace("{", f'{{"a": {text},', 1), encoding="utf-8")
    assert "config.json" in refusal(folder)


def test_json_of_more_values_than_are_read() -> None:
    with pytest.raises(ValueError, match="more than 2,000,000 values"):
        parse_json(f"[{'[],' * 2_000_001}[]]")
    with pytest.raises(ValueError, match="too deep"):
        parse_json("[" * 100_000)
    assert parse_json('\ufeff["\\ud83d\\ude00", 1.5, -9223372036854775808]'.encode()) == ["😀", 1.5, -(2**63)]


@pytest.mark.parametrize("tags", ["[1, 2]", "{}", "[]", "null", '["B-X"', '"B-X"'])
def test_tags_that_are_none(tmp_path: Path, tags: str) -> None:
    folder = copied("tag", tmp_path)
    path = folder / "tokenizers" / "tags.json"
    path.write_text(tags)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edited(folder / "config.json", lambda config: config["tokenizers"]["tags"].update(sha256=digest))
    assert "the tags" in refusal(folder)


def test_columns_that_are_forecast_and_not_there(tmp_path: Path) -> None:
    folder = with_tokenizer(copied("forecast", tmp_path), "columns", lambda names: names.update(targets=["a", "z"]))
    assert "'z' is forecast and not among the columns" in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"trained": 3},
        {"trained": {"training pairs": "many"}},
        {"trained": {"steps": None}},
        {"measured": {"on": 3, "count": 3, "measures": {}}},
        {"measured": {"on": "x", "count": 3}},
        {"measured": {"on": "x", "count": 3, "measures": {"bleu": 1.0}}},
        {"measured": {"on": "x", "count": 3, "measures": {"bleu": {"value": "1", "low": 0.0, "high": 1.0}}}},
        {"task": ["translate"]},
        {"columns": [1]},
    ],
)
def test_what_a_folder_says_of_itself_is_checked(tmp_path: Path, change: Json) -> None:
    folder = copied("translate", tmp_path)
    edited(folder / "config.json", lambda config: config.update(change))
    refusal(folder)


def test_whatever_else_happens_is_damage_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        """As pyo3 raises them."""

    def panic(*_: object) -> None:
        raise Panic("called unwrap on None")

    folder = copied("translate", tmp_path)
    monkeypatch.setattr(Tokenizer, "from_json", panic)
    assert "something in its folder is damaged (Panic: called unwrap on None)" in refusal(folder)


def test_an_interrupt_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Tokenizer, "from_json", interrupt)
    with pytest.raises(KeyboardInterrupt):
        recurra.load(copied("translate", tmp_path))
