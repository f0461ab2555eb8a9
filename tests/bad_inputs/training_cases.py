"""What cannot be trained, gone on with, opened or predicted: options, recipes, folders, models and texts."""

# ruff: noqa: E501

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_input import BadInput

import recurra
from recurra.cli.dispatch import dispatch
from recurra.errors import DataError, ModelError, RecurraError, RunError, UsageError
from recurra.training import locked

PAIRS = "".join(f"a{n}b\t{n}c\n" for n in range(20)).encode()
TINY = (
    "--set model.width=8 --layers 1 --set training.precision=float32"  # never more than a blink, if it trains after all
)

Damage = Callable[[Path], object]  # to a model folder


def typed(line: str) -> Callable[[Path], object]:
    """The command line, as the shell would hand it over."""
    return lambda _: dispatch(shlex.split(line), time.monotonic())


def train(
    name: str, options: str, *says: str, kind: type[RecurraError] = UsageError, **files: bytes | None
) -> BadInput:
    """`recurra train` with options that cannot be, on data without fault."""
    return BadInput(name, {"x.tsv": PAIRS, **files}, typed(f"train x.tsv --to m {TINY} {options}"), says, kind)


def recipe(name: str, data: bytes, *says: str) -> BadInput:
    """A recipe file that cannot be."""
    return BadInput(
        name, {"x.tsv": PAIRS, "r.toml": data}, typed("train x.tsv --to m --epochs 1 --recipe r.toml"), says, UsageError
    )


def target(name: str, to: str, *says: str, **files: bytes | None) -> BadInput:
    """A place where no model can be put."""
    return BadInput(name, {"x.tsv": PAIRS, **files}, typed(f"train x.tsv --epochs 1 {TINY} --to {to}"), says, RunError)


def with_model(
    name: str,
    act: Callable[[Path], object],
    *says: str,
    kind: type[RecurraError] = ModelError,
    damage: Damage | None = None,
) -> BadInput:
    """Something done with the tiny model in the folder `m`, damaged before."""
    return BadInput(name, {"x.tsv": PAIRS}, act, says, kind, damage or (lambda model: None))


def opened(name: str, damage: Damage, *says: str) -> BadInput:
    """A damaged model folder, which is opened."""
    return with_model(name, lambda _: recurra.load("m"), *says, damage=damage)


def resumed(name: str, options: str, *says: str, damage: Damage | None = None) -> BadInput:
    """The run of the tiny model, which is to go on."""
    return with_model(name, typed(f"train x.tsv --to m --resume {options}"), *says, kind=RunError, damage=damage)


def asked(name: str, *says: str, texts: Any = "a1b", **settings: Any) -> BadInput:
    """A prediction that the tiny model is asked for."""
    kind = UsageError if settings else DataError
    return with_model(name, lambda _: recurra.load("m").predict(texts, **settings), *says, kind=kind)


def lost(name: str) -> Damage:
    """Takes a file or a folder of the model away."""
    return lambda model: shutil.rmtree(model / name) if (model / name).is_dir() else (model / name).unlink()


def changed(name: str, change: Callable[[bytes], bytes]) -> Damage:
    """Changes the bytes of a file of the model."""
    return lambda model: (model / name).write_bytes(change((model / name).read_bytes()))


def config(**values: Any) -> Damage:
    """Changes keys of config.json; those of the network's recipe by model=..."""

    def damage(model: Path) -> None:
        content = json.loads((model / "config.json").read_text())
        content["recipe"]["model"].update(values.pop("model", {}))
        (model / "config.json").write_text(json.dumps({**content, **values}))

    return damage


def while_locked(folder: Path) -> object:
    """Goes on with a run while another one, here of the same process, has its folder."""
    with locked(folder / "m" / "run"):
        return typed("train x.tsv --to m --resume")(folder)


def with_stranger(model: Path) -> None:
    """Lays a model of another vocabulary beside it: the same in all but one letter of its tokenizer."""
    shutil.copytree(model, model.with_name("other"))
    path = model.with_name("other") / "tokenizers" / "source.json"
    old = path.read_text()
    path.write_text(old.replace('"a"', '"ä"'))
    assert path.read_text() != old
    content = json.loads((model / "config.json").read_text())
    content["tokenizers"]["source"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (model.with_name("other") / "config.json").write_text(json.dumps(content))


SETTINGS = [
    train("unknown key", "--epochs 1 --set model.layer=3", "section [model]: unknown key 'layer'", "Did you mean 'layers'?"),
    train("unknown section", "--epochs 1 --set modle.width=8", "unknown section 'modle'", "Did you mean 'model'?"),
    train("key of another section", "--epochs 1 --set model.learning_rate=1", "section [model]: unknown key 'learning_rate'", "It belongs to section [training]."),
    train("no section", "--epochs 1 --set dropout=0.1", "the setting 'dropout' has no section", "Did you mean model.dropout?"),
    train("no section has it", "--epochs 1 --set depth=3", "the setting 'depth' has no section", "section.key=value"),
    train("no value", "--epochs 1 --set model.dropout", "--set: expected section.key=value, got 'model.dropout'", "--set model.layers=3"),
    train("text for a number", "--epochs 1 --set training.patience=two", "training.patience must be int, got 'two' (str)"),
    train("half a look", "--epochs 1 --set training.patience=2.5", "training.patience must be int, got 2.5 (float)"),
    train("number for a switch", "--epochs 1 --set model.residual=1", "model.residual must be bool, got 1 (int)"),
    train("NaN", "--epochs 1 --set training.learning_rate=nan", "training.learning_rate must be a finite number, got nan"),
    train("rate below zero", "--epochs 1 --set training.learning_rate=-1", "training.learning_rate must be between 0.0 and 10.0, got -1.0"),
    train("unknown cell", "--epochs 1 --cell lsmt", "--cell: unknown value 'lsmt'", "Did you mean 'lstm'?"),
    train("unknown attention by --set", "--epochs 1 --set model.attention=addtive", "model.attention: unknown value 'addtive'", "Did you mean 'additive'?"),
    train("odd width", "--epochs 1 --set model.width=7", "model.width must be even, since half of it reads in each direction, got 7"),
    train("all dropped", "--epochs 1 --set model.dropout=1", "model.dropout must be at least 0 and below 1, got 1"),
    train("nothing set aside", "--epochs 1 --set data.valid_share=0", "data.valid_share must be between 0 and 1, got 0.0"),
    train("nothing in a batch", "--epochs 1 --set batching.batch_tokens=0", "batch_tokens must be at least 1, got 0"),
    train("seed below zero", "--epochs 1 --seed=-1", "seed", "-1"),
    train("endless seed", f"--epochs 1 --seed {10**30}", "--seed must be a number of at most 64 bits, got one of 100"),
    train("activation of an LSTM", "--epochs 1 --set model.activation=relu", "model.activation is for Elman cells; lstm has its own"),
    train("copying without looking", "--epochs 1 --attention none --set model.copy=true", "model.copy needs attention, and --attention is none", "Leave model.copy out"),
    train("coverage without looking", "--epochs 1 --attention none --set decoding.coverage_penalty=1.0", "decoding.coverage_penalty needs attention"),
    train("given twice", "--epochs 1 --seed 1 --set training.seed=2", "training.seed is given twice: 1 by --seed, 2 by --set"),
    train("unknown option", "--epochs 1 --siez small", "unknown option '--siez'", "Did you mean --size?"),
    train("empty vocabulary of zero", "--epochs 1 --set text.source_vocabulary=0", "a vocabulary of 0 holds nothing"),
    train("nothing frequent enough", "--epochs 1 --set text.min_count=1000", "no source unit is seen 1,000 times", "Lower text.min_count.", kind=RunError),
    train("all too long", "--epochs 1 --set data.max_length=1", "all examples are longer", "Raise --set data.max_length.", kind=RunError),
    train("unknown units", "--epochs 1 --source-units chrs", "--source-units: unknown units 'chrs'", "Did you mean 'chars'?"),
    train("units for more columns than there are", "--epochs 1 --source-units chars,features", "--source-units: 2 units are given (chars,features), and a source has 1 column", "--source-column A,B"),
    train("no recipe file", "--epochs 1 --recipe none.toml", "none.toml: there is no such recipe file", "--recipe"),
    train("a folder as recipe", "--epochs 1 --recipe .", ".: the recipe cannot be read: Is a directory"),
    recipe("broken TOML", b"[model\nlayers = 2\n", "r.toml: not a TOML file: ", "line 1"),
    recipe("Latin-1 recipe", b'# caf\xe9\n', "r.toml: not a TOML file: it is not UTF-8"),
    recipe("unknown section in a recipe", b"[modle]\nlayers = 2\n", "r.toml: unknown key 'modle'", "Did you mean 'model'?"),
    recipe("unknown key in a recipe", b"[training]\nbeam = 2\n", "r.toml, section [training]: unknown key 'beam'", "It belongs to section [decoding]."),
    recipe("quoted number in a recipe", b'[model]\nlayers = "2"\n', "r.toml: model.layers must be int, got '2' (str)"),
]  # fmt: skip

BUDGETS = [
    *(
        train(f"{text!r} as time", f"--time={shlex.quote(text)}", f"{text!r} is not a time", "Write it as 90s, 5m, 1h30m or 2h.")
        for text in ("5", "5 minutes", "0s", "-5m", "", "1e3s", "5M")
    ),
    train("time and epochs", "--time 5m --epochs 2", "--time and --epochs exclude each other", "Give one of them."),
    train("no epoch", "--epochs 0", "--epochs: must be above 0, got 0"),
    train("epochs in words", "--epochs many", "--epochs: expected a number, got 'many'"),
    train("a billion epochs", "--epochs 1e9", "--epochs must be a number above 0 and at most 1,000,000"),
    BadInput("time and epochs in Python", {"x.tsv": PAIRS}, lambda _: recurra.train("x.tsv", time="5m", epochs=2), ("give either --time or --epochs",), UsageError),
    BadInput("epochs as text", {"x.tsv": PAIRS}, lambda _: recurra.train("x.tsv", epochs="3"), ("epochs: expected a number of epochs", "got str '3'"), UsageError),  # type: ignore[arg-type]
    BadInput("pairs without a name", {}, lambda _: recurra.train([("a", "b")], epochs=1), ("a list of examples has no name", 'Give to="folder".'), UsageError),
]  # fmt: skip

TARGETS = [
    target("a folder with files", "full", "full: this folder is not empty", "--to", **{"full": None, "full/a.txt": b"a"}),
    target("a file as target", "x.tsv", "x.tsv: this is a file, expected a folder", "--to"),
    target("a file above the target", "x.tsv/m", "x.tsv/m/run: a part of this path is a file, not a folder"),
    target("endless name", "x" * 300, "cannot be written (File name too long)"),
    with_model("a trained model there", typed("train x.tsv --to m --epochs 1"), "m: this folder already holds a model or an unfinished run", "--resume", "--to", kind=RunError),
    BadInput("misspelt data", {"x.tsv": PAIRS}, typed("train y.tsv --to m --epochs 1"), ("y.tsv: there is no such file", "Did you mean 'x.tsv'?")),
    BadInput("misspelt data, deep target", {"x.tsv": PAIRS}, typed("train y.tsv --to a/b/m --epochs 1"), ("y.tsv: there is no such file",)),
    BadInput("misspelt data, empty target", {"x.tsv": PAIRS, "m": None}, typed("train y.tsv --to m --epochs 1"), ("y.tsv: there is no such file",)),
    BadInput("misspelt validation data", {"x.tsv": PAIRS}, typed("train x.tsv --valid y.tsv --to m --epochs 1"), ("y.tsv: there is no such file",)),
    train("no run to go on with", "--resume", "m: there is no run to resume", "Leave out --resume to start one.", kind=RunError),
    resumed("other options", "--cell gru --seed 5", "--resume needs the options that the run was started with; these differ:",
            "training.seed  was 1, now 5", "model.cell     was 'lstm', now 'gru'", "--to"),
    with_model("a locked folder", while_locked, "m/run: another run is using this folder (process ", "Wait for it, stop it", kind=RunError),
    resumed("a run without its data", "", "m/run: data is missing, so the run cannot be resumed", "--to", damage=lost("run/data")),
    resumed("a run without a tokenizer", "", "m/run: vocabularies.json is missing", damage=lost("run/vocabularies.json")),
    resumed("a run with half of its data", "", "m/run: the run cannot be resumed: data/train/source.values is missing", "Copy the whole folder again, or train into another one", damage=lost("run/data/train/source.values")),
    resumed("a cut checkpoint", "", "m/run/checkpoint.safetensors: the checkpoint is damaged", "Copy it again", damage=changed("run/checkpoint.safetensors", lambda data: data[:500])),
    resumed("a newer checkpoint", "", "m/run/checkpoint.safetensors: the checkpoint has format 7, this version of recurra reads format 1", "--to",
            damage=changed("run/checkpoint.safetensors", lambda data: data.replace(b'\\"format\\": 1', b'\\"format\\": 7'))),
]  # fmt: skip

MODELS = [
    BadInput("missing model", {}, typed("predict m x.txt"), ("m: no such folder", "`recurra train`"), ModelError),
    with_model("misspelt model", lambda _: recurra.load("n/../mm"), "n/../mm: no such folder"),
    BadInput("a file as model", {"x.tsv": PAIRS}, lambda _: recurra.load("x.tsv"), ("x.tsv: this is a file, a model is a folder",), ModelError),
    BadInput("an empty folder as model", {"m": None}, lambda _: recurra.load("m"), ("m: not a model: the folder is empty",), ModelError),
    with_model("the folder above the model", lambda _: recurra.load("."), ".: not a model: no config.json", "Did you mean m?"),
    BadInput("no model at all", {}, lambda _: recurra.load([]), ("no model folder was given",), UsageError),
    opened("config.json is no JSON", changed("config.json", lambda data: data[:-20]), "m/config.json: not valid JSON", "copy the model folder again"),
    opened("a newer format", config(format=99, recurra="9.9"), "m/config.json: written by a newer recurra (9.9) in format 99", "pip install --upgrade recurra"),
    opened("no recipe", config(recipe="none"), "m/config.json: its recipe makes no network: unknown key", "copy the model folder again"),
    opened("a recipe with an unknown key", config(model={"colour": "red"}), "m/config.json: its recipe makes no network: section [model]: unknown key 'colour'"),
    opened("a network that no memory holds", config(model={"width": 10**9}), "m/config.json: its recipe makes no network"),
    opened("no weights", lost("model.safetensors"), "m: there is no model.safetensors", "--resume"),
    opened("truncated weights", changed("model.safetensors", lambda data: data[:-100]), "m/model.safetensors: the weight file is damaged", "Copy the model folder again"),
    opened("a flipped bit", changed("model.safetensors", lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]), "the checksum differs"),
    opened("a pickle as weights", changed("model.safetensors", lambda data: b"\x80\x04" + bytes(100)), "no safetensors file"),
    opened("swapped tokenizers", lambda model: shutil.copy(model / "tokenizers/source.json", model / "tokenizers/target.json"),
           "m/tokenizers/target.json: this is not the target vocabulary that the model was trained with"),
    opened("a lost tokenizer", lost("tokenizers/source.json"), "m/tokenizers/source.json: source.json is missing"),
    opened("weights of another shape", config(model={"width": 16}), "m: the weights do not fit", "encoder.embedding.weight: expected (", ", 16), found (", ", 8)"),
    with_model("an ensemble of strangers", lambda _: recurra.load(["m", "other"]), "the models of an ensemble must read the same and have the same tokenizers", "--seed", damage=with_stranger),
]  # fmt: skip

TEXTS = [
    asked("a text without end", "text 2: the text has 6,000 units, more than the 5,000 that are decoded", "Split it", texts=["a1b", "ab" * 3000]),
    asked("a number as text to predict", "text 1: expected a text, got int 3", texts=[3]),
    asked("an empty cell as text", "text 2: expected a text, got float nan", texts=["a", float("nan")]),
    with_model("a number to trace", lambda _: recurra.load("m").trace(3), "text 1: expected a text, got int 3", kind=DataError),
    with_model("a text too long to trace", lambda _: recurra.load("m").trace("ab" * 3000), "6,000 units", kind=DataError),
    asked("no beam", "beam must be at least 1, got 0", beam=0),
    asked("beam as text", "decoding.beam must be int, got '5' (str)", beam="5"),
    asked("more outputs than beam", "nbest = 9 is more than beam = 5", "Use beam = 9 or wider", nbest=9),
    asked("misspelt dial", "section [decoding]: unknown key 'beams'", "Did you mean 'beam'?", beams=3),
    asked("cold as ice", "temperature must be more than 0, got 0", sample=True, temperature=0.0),
    with_model("a dial without sampling", typed("predict m x.tsv --top-k 5"), "--top-k has no effect without --sample", kind=UsageError),
    with_model("the network changed at prediction", typed("predict m x.tsv --set model.layers=3"), "model.layers cannot be set for a trained model", kind=UsageError),
    with_model("texts that are not there", typed("predict m y.txt --output out.txt"), "y.txt: there is no such file", kind=DataError),
    with_model("pairs that are not there", typed("evaluate m y.tsv"), "y.tsv: there is no such file", "'x.tsv'", kind=DataError),
]  # fmt: skip

TRAINING = [*SETTINGS, *BUDGETS, *TARGETS, *MODELS, *TEXTS]
