"""Model folders of every task with something wrong in them: opened, shown, asked."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from mutation import bytes_mutant, json_mutant, other_kind
from workers import Step, Target

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tasks"))


def stored(task: str) -> Path:
    """The model of a task that the tests keep."""
    return HERE.parent / "stored_models" / f"{task}-2" / "model"


def prepare() -> list[str]:
    """Everything that a model needs is imported, and each of them is asked once. Gives the tasks."""
    from toy_tasks import TOYS

    import recurra

    for task, toy in TOYS.items():
        recurra.load(stored(task)).predict(toy.inputs)
    return list(TOYS)


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """One of the stored models, changed."""
    from toy_tasks import TOYS

    import recurra
    from recurra.tasks.task import Generates

    task = rnd.choice(list(TOYS))
    model = folder / "model"
    shutil.copytree(stored(task), model)
    what = rnd.choice(WAYS)
    what(rnd, model)
    loaded: list[Any] = []
    yield f"{task}, {what.__name__}: load", lambda: loaded.append(recurra.load(model))
    if not loaded:
        return
    (opened,) = loaded

    def ask() -> None:
        for answer in opened.predict_iter(TOYS[task].inputs):
            json.dumps(answer.to_mapping(), allow_nan=False)

    yield f"{task}, {what.__name__}: show", lambda: (str(opened), repr(opened), opened._repr_html_())
    yield f"{task}, {what.__name__}: predict", ask
    if isinstance(opened.predictor, Generates):
        yield f"{task}, {what.__name__}: generate", lambda: opened.generate("red", length=10)
        yield f"{task}, {what.__name__}: surprisal", lambda: opened.surprisal("red")
    else:
        yield f"{task}, {what.__name__}: evaluate", lambda: opened.evaluate(TOYS[task].rows[:5])


def config(rnd: Random, model: Path) -> None:
    """Values of config.json."""
    path = model / "config.json"
    path.write_text(json_mutant(rnd, path.read_text(encoding="utf-8")), encoding="utf-8")


def recipe(rnd: Random, model: Path) -> None:
    """Values of the recipe alone."""
    path = model / "config.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    section = rnd.choice([whole["recipe"], *(part for part in whole["recipe"].values() if isinstance(part, dict))])
    changed = json.loads(json_mutant(rnd, json.dumps(section)))
    section.clear()
    section.update(changed if isinstance(changed, dict) else {})
    path.write_text(json.dumps(whole), encoding="utf-8")


def config_bytes(rnd: Random, model: Path) -> None:
    """Bytes of config.json."""
    path = model / "config.json"
    path.write_bytes(bytes_mutant(rnd, path.read_bytes()))


def vocabulary(rnd: Random, model: Path) -> None:
    """Values of a tokenizer, of labels or columns, under a digest that agrees."""
    path = rnd.choice(sorted((model / "tokenizers").glob("*.json")))
    put(model, path, json_mutant(rnd, path.read_text(encoding="utf-8")).encode())


def vocabulary_bytes(rnd: Random, model: Path) -> None:
    """Bytes of the same."""
    path = rnd.choice(sorted((model / "tokenizers").glob("*.json")))
    put(model, path, bytes_mutant(rnd, path.read_bytes()))


def vocabulary_of_bad_intent(rnd: Random, model: Path) -> None:
    """A pipeline that takes all time or all memory, or a vocabulary that does not fit."""
    path = rnd.choice(sorted((model / "tokenizers").glob("*.json")))
    whole = json.loads(path.read_text(encoding="utf-8"))
    for tokenizer in tokenizers_in(whole):
        rnd.choice(INTENTS)(rnd, tokenizer)
    put(model, path, json.dumps(whole).encode())


def put(model: Path, path: Path, data: bytes) -> None:
    """Puts a vocabulary in its place, and its digest into the config: whoever makes a hostile model does so too."""
    path.write_bytes(data)
    config = model / "config.json"
    whole = json.loads(config.read_text(encoding="utf-8"))
    whole["tokenizers"][path.stem]["sha256"] = hashlib.sha256(data).hexdigest()
    config.write_text(json.dumps(whole), encoding="utf-8")


def tokenizers_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every tokenizer of the library in some JSON."""
    if isinstance(value, dict):
        if "pre_tokenizer" in value:
            yield value
        for inner in value.values():
            yield from tokenizers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from tokenizers_in(inner)


def _regex(rnd: Random, tokenizer: dict[str, Any]) -> None:
    pattern = rnd.choice(["(a+)+$", "(\\w+\\s?)+$", "(", "\\X{1000000}", "(?:.*)*x", "\\P{White_Space}" * 1000])
    tokenizer["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": "Isolated",
        "invert": False,
    }


def _multiply(rnd: Random, tokenizer: dict[str, Any]) -> None:
    step = {"type": "Replace", "pattern": rnd.choice([{"String": "e"}, {"Regex": ""}]), "content": "e" * 1000}
    tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [step] * rnd.randint(1, 4)}


def _many(rnd: Random, tokenizer: dict[str, Any]) -> None:
    vocab = tokenizer["model"]["vocab"]
    count = rnd.choice([10, 1000, 300_000])
    vocab.update({f"zz{k}": len(vocab) + k for k in range(count)})


def _ids(rnd: Random, tokenizer: dict[str, Any]) -> None:
    vocab = tokenizer["model"]["vocab"]
    for word in rnd.sample(list(vocab), min(3, len(vocab))):
        vocab[word] = rnd.choice([-1, 0, 3, 10**6, 2**32 - 1, 2**32, 2**64, "7", 1.5, None, len(vocab)])


def _whole_part(rnd: Random, tokenizer: dict[str, Any]) -> None:
    tokenizer[rnd.choice(list(tokenizer))] = rnd.choice(
        [None, [], {}, "x", {"type": "Lowercase"}, {"type": "ByteLevel"}, {"type": "Punctuation"}, [1]]
    )


def _special(rnd: Random, tokenizer: dict[str, Any]) -> None:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer["added_tokens"] = [{"id": rnd.choice([0, 3, 10**6]), "content": rnd.choice(["e", "<EOS>", ""]), **flags}]


def _merges(rnd: Random, tokenizer: dict[str, Any]) -> None:
    tokenizer["model"]["merges"] = rnd.choice([[["a", "b"]], ["a b"], [["e"]], 3, None, [["x" * 10**6, "y"]]])


INTENTS = [_regex, _multiply, _many, _ids, _whole_part, _special, _merges]


def weights(rnd: Random, model: Path) -> None:
    """Another weight file, whose header and numbers hold together as far as it goes."""
    path = model / "model.safetensors"
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), bytearray(data[8 + size :])
    header.pop("__metadata__", None)
    name = rnd.choice(list(header))
    _change_weights(rnd, header, name, body)
    if rnd.random() < 0.3:
        header["__metadata__"] = rnd.choice([None, 3, [], {"sha256": 3}, {"sha256": "0" * 64}, {"a": "b"}, "x"])
    path.write_bytes(_safetensors(header, body))


def _change_weights(rnd: Random, header: dict[str, Any], name: str, body: bytearray) -> None:
    tensor, end = header[name], len(body)
    first, last = tensor["data_offsets"]
    match rnd.randrange(11):
        case 0:
            del header[name]
        case 1:
            header["extra"] = {"dtype": "F32", "shape": [1], "data_offsets": [end, end + 4]}
            body += b"\0" * 4
        case 2:
            shape = tensor["shape"]
            tensor["shape"] = rnd.choice([[2**40], [0], [2**63, 0], [-1], shape[::-1], [*shape, 1], [1.5], "x", []])
        case 3:
            kinds = ["F16", "BF16", "I32", "F64", "BOOL", "F8_E4M3", "F8_E5M2", "U8", "XX", 3, "C64"]
            tensor["dtype"] = rnd.choice(kinds)
        case 4:
            places = [[0, 2**60], [-1, 3], [5], [0, 4], "ab", [end, end], [last, first]]
            tensor["data_offsets"] = rnd.choice(places)
        case 5:
            value = rnd.choice([np.nan, np.inf, -np.inf, 1e38, -1e38, 1e-45])
            body[first:last] = np.full((last - first) // 4, value, "<f4").tobytes()
        case 6:
            body[:] = np.full(end // 4, rnd.choice([np.nan, np.inf, 3e38, -3e38, 0]), "<f4").tobytes().ljust(end, b"\0")
        case 7:
            other = rnd.choice(list(header))
            header[name], header[other] = header[other], header[name]
        case 8:
            _other_type(rnd, header, name, body)
        case 9:
            header[rnd.choice(["../../x", "", "\0", "encoder" * 500])] = header.pop(name)
        case _:
            body[rnd.randrange(end)] ^= 1 << rnd.randrange(8)


def _other_type(rnd: Random, header: dict[str, Any], name: str, body: bytearray) -> None:
    """One tensor in another type that has as many numbers, whose bytes stand at the end."""
    tensor = header[name]
    count = int(np.prod(tensor["shape"], dtype=np.int64))
    kind, size = rnd.choice([("F16", 2), ("BF16", 2), ("F64", 8), ("I64", 8), ("BOOL", 1), ("C64", 8), ("F8_E5M2", 1)])
    if tensor["data_offsets"][1] == len(body):
        del body[tensor["data_offsets"][0] :]
        tensor.update(dtype=kind, data_offsets=[len(body), len(body) + count * size])
        body += bytes(rnd.choice([b"\0", b"\1"]) * (count * size))


def _safetensors(header: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + bytes(body)


def weights_bytes(rnd: Random, model: Path) -> None:
    """Bytes of the weight file, of its header as a rule."""
    path = model / "model.safetensors"
    data = path.read_bytes()
    size = 8 + int.from_bytes(data[:8], "little")
    header_alone = rnd.random() < 0.7
    path.write_bytes(bytes_mutant(rnd, data[:size]) + data[size:] if header_alone else bytes_mutant(rnd, data))


def files(rnd: Random, model: Path) -> None:
    """A file that is missing, empty, a folder, a link or a pipe; or a save that has not come to its end."""
    path = rnd.choice(sorted(path for path in model.rglob("*") if path.is_file()))
    if rnd.randrange(6):
        other_kind(rnd, path, "/proc/self/mem", "/")
        return
    path.unlink()
    (model / ".arrived").mkdir()
    (model / ".arrived" / path.name).write_bytes(rnd.randbytes(20))


WAYS: list[Callable[[Random, Path], None]] = [
    *(config, config, config, recipe, recipe, config_bytes, vocabulary, vocabulary, vocabulary_bytes),
    *(vocabulary_of_bad_intent, weights, weights, weights_bytes, files),
]  # fmt: skip

MODELS = Target("models", steps, prepare)
