"""Help says everything, and the names in it are those of the rooms they come from."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, get_args

import pytest

from recurra import __version__
from recurra.cli import options
from recurra.cli.dispatch import COMMANDS
from recurra.cli.set_options import SHORT
from recurra.demos import DEMOS
from recurra.models.options import WIDTHS
from recurra.tasks import TASKS
from recurra.tasks.translate.recipe import Recipe
from recurra.text import ChosenUnits

if TYPE_CHECKING:
    from conftest import CommandLine

# What must be found in each command's help, whatever else there is.
WANTED = {
    "demo": "dates --to --time --data " + " ".join(DEMOS),
    "train": "DATA --task --model --units --valid --to --size --time --epochs --cell --attention "
    "--layers --bidirectional --no-bidirectional "
    "--source-units --target-units --seed --recipe --set --resume --source --target --input-format --source-column "
    "--target-column --watch",
    "predict": "MODEL FILE --beam --nbest --sample --temperature --top-k --top-p --output-format --attention --output "
    "--ensemble",
    "chat": "MODEL --beam --diversity --sample --temperature --top-k --top-p --seed --ensemble --set "
    "/again /forget /why",
    "evaluate": "MODEL DATA --json --beam --source --target --versus --to --examples",
    "units": "MODEL DATA --layer --state --unit --text --span --threshold --examples --to --save --beside --json",
    "nearest": "MODEL DATA INPUT --line --count --by --examples --seed --json",
    "states": "MODEL DATA --source --target --examples --seed --to --json",
    "compare": "DATA --task --models --cells --attention --layers --vary --seeds --time --epochs --test --measure --to "
    "--resume --set --recipe --json --valid",
    "inspect": "MODEL INPUT --line --target --versus --ensemble --set --to",
    "explain": "MODEL INPUT --line --method --target --instead --output --versus --set --to",
    "what-if": "MODEL INPUT --line --force --unit --attend --instead --decode --flip --output "
    "--wanted --threshold --ensemble --set --to",
    "draw": "MODEL --cell --task --set --unrolled --to",
    "gradients": "MODEL DATA --versus --examples --seed --to --json --source --target --threads",
    "curves": "RUN --over --to --json",
    "watch": "RUN --text --json --port",
    "check": "DATA --task --units --show --valid",
    "generate": "MODEL PROMPT --length --samples --temperature --top-k --top-p --seed --beam --output-format --output",
    "score": "MODEL FILE --output-format --output",
    "serve": "MODEL --host --port --token --token-file --languages --workers --threads --max-body --max-text "
    "--max-inside --max-inputs --max-tokens --max-beam --max-nbest --max-waiting --deadline --rate --grace "
    "--log-texts --no-log",
    "settings": "NAME --task --output-format",
    "doctor": "",
}


def test_the_overview_lists_every_command(recurra: CommandLine) -> None:
    for flag in ("--help", "-h"):
        result = recurra(flag)
        assert (result.code, result.err) == (0, "")
        assert all(f"  {name} " in result.out for name in COMMANDS)


def test_no_command_at_all_is_a_usage_error_with_the_overview(recurra: CommandLine) -> None:
    result = recurra()
    assert (result.code, result.out) == (2, "")
    assert "Usage: recurra COMMAND" in result.err


def test_version(recurra: CommandLine) -> None:
    assert recurra("--version") == (0, f"recurra {__version__}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(recurra: CommandLine, name: str) -> None:
    result = recurra(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: recurra {name} ")
    assert [word for word in WANTED[name].split() if word not in result.out] == []
    assert recurra(name, "-h") == result


def test_help_comes_before_complaints(recurra: CommandLine) -> None:
    assert recurra("train", "--layers", "many", "--help").code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    own = name.replace("-", "_")
    function = getattr(importlib.import_module(f"recurra.cli.{own}"), own)
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.name != "context":
            assert parameter.annotation.__metadata__[0].help, parameter.name


@pytest.mark.parametrize(
    ("literal", "known"),
    [
        (options.Size, WIDTHS),
        (options.UnitsName, get_args(ChosenUnits)),
    ],
)
def test_the_literal_names_are_the_known_ones(literal: object, known: object) -> None:
    assert set(get_args(literal)) == set(known)  # type: ignore[call-overload]


def test_the_defaults_that_help_names_are_the_recipes() -> None:
    model, training = Recipe().model, Recipe().training
    assert (model.size, model.cell, model.attention, model.layers) == ("medium", "lstm", "bilinear", 2)
    assert (model.bidirectional, training.seed, Recipe().decoding.beam) == (True, 1, 5)
    assert list(WIDTHS.values()) == [64, 128, 192, 256, 512]


def test_every_short_option_is_short_for_a_setting_that_there_is() -> None:
    settings = {
        f"{section}.{key}"
        for task in TASKS.values()
        for section, keys in task.recipe().sections().items()
        for key in keys
    }
    assert settings.issuperset(SHORT.values())
