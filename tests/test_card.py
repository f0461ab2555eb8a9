"""The card says what is known, stays well-formed whatever the names hold, and its snippets can be run."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import replace

import pytest
import yaml

from recurra.api.asked import typed_command
from recurra.bundle import CardFacts, card_text
from recurra.metrics import Measure

FACTS = CardFacts(
    name="dates",
    task="Writes a target text for a source text.",
    command="recurra train pairs.tsv --to dates",
    data={"training pairs": 4500, "file": "pairs.tsv"},
    sizes={"parameters": 3_200_000, "seconds": 41.5},
    measures={
        "sequence_error_rate": Measure(2.5, 1.25, 3.755, "wrong outputs"),
        "bleu": Measure(90.0, 89.0, 91.0, "BLEU", "tok:13a"),
    },
    measured_on="450 pairs",
)
AWKWARD = ["it's", "-n", "a\\tb", '$HOME `id` "x"', "a | b", "''", "*"]


def blocks(text: str, language: str) -> list[str]:
    return [
        code
        for _, found, code in re.findall(r"^(`{3,})(\w+)\n(.*?)\n\1$", text, re.MULTILINE | re.DOTALL)
        if found == language
    ]


def test_all_facts_are_on_the_card() -> None:
    text = card_text(FACTS)
    head, _, text = text.partition("\n---\n\n")
    assert yaml.safe_load(head)["library_name"] == "recurra"
    assert text.startswith("# dates\n\nWrites a target text for a source text. Made by recurra with\n\n```sh\n")
    for line in (
        "recurra train pairs.tsv --to dates",
        "| training pairs | 4,500 |",
        "| file | pairs.tsv |",
        "| parameters | 3,200,000 |",
        "| seconds | 41.5 |",
        "On 450 pairs:",
        "| sequence_error_rate | 2.50 | 1.25 to 3.75 | wrong outputs |",
        "| bleu | 90.00 | 89.00 to 91.00 | BLEU; tok:13a |",
        "recurra predict dates FILE",
        "`FILE` holds inputs as the training data have them, without the answers.",
        "model = recurra.load('dates')",
    ):
        assert line in text.splitlines(), line


def test_what_is_not_known_leaves_no_gap() -> None:
    settled = card_text(replace(FACTS, settled={"text.units": "chars", "data.window": 1200}))
    assert "## Decided by looking at the data\n\nSettings that were left open:\n\n| | |" in settled
    assert "| text.units | chars |\n| data.window | 1,200 |" in settled
    text = card_text(CardFacts("x", "Does.", "", {}, {}))
    assert re.findall("^#.*", text, re.MULTILINE) == ["# x", "## Use"]
    assert "from Python" in text
    assert "On :" not in card_text(replace(FACTS, measured_on=""))


@pytest.mark.parametrize("awkward", AWKWARD)
def test_the_snippets_name_the_folder(awkward: str) -> None:
    text = card_text(replace(FACTS, name=awkward))
    assert shlex.split(blocks(text, "sh")[1])[-3:] == ["predict", awkward, "FILE"]
    strings = [node.value for node in ast.walk(ast.parse(blocks(text, "python")[0])) if isinstance(node, ast.Constant)]
    assert awkward in strings


def test_names_do_not_break_out_of_tables_and_fences() -> None:
    text = card_text(replace(FACTS, command="echo ```` x", data={"a|b\nc": "d|e"}))
    assert "| a\\|b c | d\\|e |" in text
    assert "`````sh\necho ```` x\n`````" in text


@pytest.mark.parametrize(
    ("argv", "typed"),
    [
        (["/opt/x/bin/recurra", "train", "my pairs.tsv"], "recurra train 'my pairs.tsv'"),
        (["/opt/x/recurra/__main__.py", "train", "a.tsv"], "python -m recurra train a.tsv"),
        (["/opt/x/recurra/cli/__main__.py", "train", "a.tsv"], "python -m recurra.cli train a.tsv"),
        (
            ["recurra", "train", "/home/ada/x.tsv", "--to=/home/ada/m", "--valid", "/"],
            "recurra train x.tsv --to=m --valid .",
        ),
        (["recurra", "train", "../x.tsv", "--set", "a=/b/c"], "recurra train ../x.tsv --set a=/b/c"),
        (["-c"], ""),
        (["/usr/lib/ipykernel_launcher.py", "-f", "k.json"], ""),
        ([""], ""),
    ],
)
def test_the_command_can_be_typed_again(argv: list[str], typed: str) -> None:
    assert typed_command(argv) == typed
