"""Command lines that cannot be right: what is said, what code it gives, and that nothing was begun."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import recurra as package

if TYPE_CHECKING:
    from conftest import CommandLine

# A command line, and what its message must have.
WRONG = [
    ("trian pairs.tsv", "unknown command 'trian'\n  Did you mean 'train'?"),
    ("help", "unknown command 'help'"),
    ("--hepl", "unknown option '--hepl'\n  Did you mean '--help'?"),
    ("-v", "unknown option '-v'"),
    ("train", "DATA is missing"),
    ("train a b", "unexpected argument 'b'\n  recurra train --help"),
    ("train a --epoch 3", "unknown option '--epoch'\n  Did you mean --epochs?"),
    ("train a -epochs 3", "unknown option '-epochs'\n  Did you mean --epochs?"),
    ("train a --no-bidirectinal", "Did you mean --no-bidirectional?"),
    ("train a --nonsense-altogether=7", "unknown option '--nonsense-altogether'\n  recurra train --help"),
    ("train a --epochs", "--epochs: needs a value"),
    ("train a --resume=yes", "--resume: takes no value"),
    ("train a --time 5m --epochs 3", "--time and --epochs exclude each other"),
    ("train a --time 5", "--time: '5' is not a time\n  Write it as 90s, 5m"),
    ("train a --time soon", "--time: 'soon' is not a time"),
    ("train a --epochs x", "--epochs: expected a number, got 'x'"),
    ("train a --epochs 0", "--epochs: must be above 0, got 0"),
    ("train a --epochs -1", "--epochs: must be above 0, got -1"),
    ("train a --epochs inf", "--epochs: expected a number, got 'inf'"),
    ("train a --cell lsmt", "--cell: unknown value 'lsmt'\n  Did you mean 'lstm'?"),
    ("train a --cell transformer", "Known: elman, gru, lstm"),
    ("train a --cell=", "--cell: unknown value ''"),
    ("train a --attention scaled_dot", "Did you mean 'scaled-dot'?"),
    ("train a --size huge", "Known: tiny, small, medium, base, large."),
    ("train a --source-units char", "Did you mean 'chars'?"),
    ("train a --input-format xml", "Known: auto, tsv, csv, jsonl, parallel."),
    ("train a --format csv", "there is no --format any more\n  Use --input-format."),
    ("evaluate m a --format csv", "there is no --format any more\n  Use --input-format."),
    ("predict m --format jsonl", "there is no --format any more\n  Use --"),
    ("score m --format=jsonl", "there is no --format any more\n  Use --output-format."),
    ("train a --layers 0", "--layers: must be at least 1, got 0"),
    ("train a --layers 1.5", "--layers: expected a whole number, got '1.5'"),
    ("train a --seed -1", "--seed: must be at least 0, got -1"),
    ("train a --source b", "DATA and --source/--target exclude each other"),
    ("train a --target b", "DATA and --source/--target exclude each other"),
    ("train --source a", "--source is given without --target"),
    ("train --target b", "--target is given without --source"),
    ("train a --valid-target c", "--valid-target is given without --valid"),
    ("train --source a --target b --valid c", "--valid SOURCES --valid-target TARGETS"),
    ("train a --valid b --valid-target c", "must be in the form of the training files"),
    (
        "train a --task classify --attention dot",
        "--attention has no effect on classify\n  It has --model, --size",
    ),
    (
        "train a --task tag --units chars",
        "--units has no effect on tag\n  It has --size, --cell, --layers, --seed, --members, --threads.",
    ),
    ("train a --task tag --layers 50", "error: --layers must be between 1 and 20, got 50"),
    ("train a --model cnn", "--model has no effect on translate\n  It has --size, --cell, --attention"),
    ("train a --task classify --model ccn", "--model: unknown value 'ccn'\n  Did you mean 'cnn'?"),
    ("train a --task classify --model cnn --cell gru", "--cell has no effect where --model is cnn"),
    ("train a --task classify --set model.attention=dot", "section [model]: unknown key 'attention'"),
    ("train a --set layers", "--set: expected section.key=value, got 'layers'"),
    ("train a --set =3", "--set: expected section.key=value, got '=3'"),
    ("train a --cell gru --set model.cell=lstm", "model.cell is given twice: gru by --cell, lstm by --set"),
    ("train a --set layers=3", "the setting 'layers' has no section"),
    ("train a --set model.layer=3", "unknown key 'layer'"),
    ("train a --set modle.layers=3", "unknown section 'modle'\n  Did you mean 'model'?"),
    ("train a --set model.layers=many", "model.layers must be int, got 'many'"),
    ("train a --recipe nowhere.toml", "nowhere.toml: there is no such recipe file"),
    ("predict", "MODEL is missing"),
    ("predict m f g", "unexpected argument 'g'"),
    ("predict m --beam 0", "--beam: must be at least 1, got 0"),
    ("predict m --top_k 3", "unknown option '--top_k'\n  Did you mean --top-k?"),
    ("predict m --output-format json", "Did you mean 'jsonl'?"),
    ("score m --output-format chart", "--output-format: unknown value 'chart'"),
    ("generate m --output-format chart", "--output-format: unknown value 'chart'"),
    ("predict m --temperature 2", "--temperature has no effect without --sample"),
    ("predict m --top-k 5", "--top-k has no effect without --sample"),
    ("predict m --seed 5", "--seed has no effect without --sample"),
    ("predict m --sample --beam 3", "--sample and --beam exclude each other"),
    ("predict m --attention input.txt", "--attention: expected a name that ends in .html, got 'input.txt'"),
    ("predict m --set training.seed=3", "training.seed cannot be set for a trained model"),
    ("predict m --beam 3 --set beam=4", "beam is given twice: 3 and 4"),
    ("evaluate m", "DATA is missing"),
    ("evaluate m p --jsn", "unknown option '--jsn'\n  Did you mean --json?"),
    ("compare", "DATA is missing"),
    ("compare a --cells lstm", "there is only one network to train\n  Give several values"),
    ("compare a --cells lstm,lsmt", "--cells: unknown value 'lsmt'\n  Did you mean 'lstm'?"),
    ("compare a --cells lstm,,gru", "--cells: expected values separated by commas, got 'lstm,,gru'"),
    ("compare a --cells lstm,lstm", "--cells has the value lstm twice"),
    ("compare a --layers 1,two", "--layers must be int, got 'two'"),
    ("compare a --layers 0,1", "--layers must be between 1 and 20, got 0"),
    ("compare a --models rnn,cnn", "--models has no effect on translate\n  It has --cells, --attention, --layers."),
    ("compare a --task tag --attention dot,none", "--attention has no effect on tag\n  It has --cells, --layers."),
    ("compare a --vary bridge", "--vary: expected section.key=value, got 'bridge'"),
    ("compare a --vary model.bridg=last,mean", "unknown key 'bridg'\n  Did you mean 'bridge'?"),
    ("compare a --cells gru,lstm --vary model.cell=elman", "--vary: model.cell is varied twice"),
    (
        "compare a --cells elman,gru,lstm --time 10s",
        "--time: 1.1 s for each of the 9 runs is too little: each needs 10 s\n  Give --time 90s",
    ),
    ("compare a --time 5m --epochs 1", "--time and --epochs exclude each other"),
    ("compare a --seeds 0", "--seeds: must be at least 1, got 0"),
    ("compare a --measure bleu", "--measure: unknown measure 'bleu'\n  Known: exact_match, token_error_rate."),
    ("compare a --test-target b", "--test-target is given without --test"),
    ("compare a --test b --test-target c", "test files must be in the form of the training files"),
    ("check", "DATA is missing"),
    ("check a --task classify --source-units chars", "--source-units has no effect on classify\n  It has --model"),
    ("check a --task tga", "unknown task 'tga'\n  Did you mean 'tag'?"),
    ("check a --show 0", "--show: must be at least 1, got 0"),
    ("demo date", "DEMO: unknown demo 'date'\n  Did you mean 'dates'?"),
    ("demo --time 5s", "--time: the demo needs at least 15s, got 5s"),
    ("doctor now", "unexpected argument 'now'"),
]


@pytest.mark.parametrize(("line", "message"), WRONG, ids=[line for line, _ in WRONG])
def test_a_wrong_command_line(recurra: CommandLine, tmp_path: Path, line: str, message: str) -> None:
    result = recurra(*line.split())
    assert result.err.startswith("recurra: error: ")
    assert message in result.err
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err
    assert list(tmp_path.iterdir()) == []


# Right command lines about things that are not there: a failed run, not a usage error.
FAILING = [
    ("check nowhere.tsv", "nowhere.tsv: there is no such file"),
    ("predict nowhere", "nowhere: no such folder"),
    ("compare nowhere.tsv", "nowhere.tsv: there is no such file"),
    ("compare nowhere.tsv --resume", "nowhere-comparison: there is no comparison to resume\n  Leave out --resume"),
    ("evaluate nowhere pairs.tsv", "nowhere: no such folder"),
    ("predict m --output nowhere/out.txt", "the folder does not exist\n  Make it: mkdir -p "),
    ("predict m --output .", "this is a folder, expected a file to write"),
]


@pytest.mark.parametrize(("line", "message"), FAILING, ids=[line for line, _ in FAILING])
def test_a_failing_command_line(recurra: CommandLine, tmp_path: Path, line: str, message: str) -> None:
    result = recurra(*line.split())
    assert result.err.startswith("recurra: error: ")
    assert message in result.err
    assert (result.code, result.out) == (1, "")
    assert list(tmp_path.iterdir()) == []


def test_an_argument_that_would_act_on_the_terminal_is_shown_harmlessly(recurra: CommandLine) -> None:
    result = recurra("\x1b[31mtrain\u202e")
    assert "\x1b" not in result.err
    assert "\u202e" not in result.err
    assert "<U+202E>" in result.err or "\\u202e" in result.err


def test_no_message_names_an_option_that_there_is_not() -> None:
    sources = Path(package.__file__).parent.rglob("*.py")
    named = re.compile(r"(?<![\w-])--format\b")
    assert [path.name for path in sources if named.search(path.read_text("utf-8"))] == ["command.py"]
