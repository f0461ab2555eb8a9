"""Forms in which people keep dialogues: read where they can be, refused with a command where they cannot."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from recurra.data import DIALOGUES, DataSource, open_examples, open_inputs
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task

SAID = [("user", "Hello"), ("assistant", "Hi"), ("user", "Bye")]
TURNS = ["Hello", "Hi", "Bye"]
OBJECTS: dict[str, Any] = {
    "turns": {"turns": TURNS},
    "dialog": {"id": 1, "dialog": TURNS},
    "openai": {"messages": [{"role": "system", "content": "Be kind."}, *[{"role": r, "content": t} for r, t in SAID]]},
    "sharegpt": {"conversations": [{"from": r, "value": t} for r, t in SAID]},
    "utterances": {"utterances": [{"speaker": r, "text": t} for r, t in SAID]},
}


@pytest.mark.parametrize("form", OBJECTS)
@pytest.mark.parametrize("rows", [True, False])
def test_objects_with_turns(form: str, rows: bool, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(OBJECTS[form]) + "\n")
    source = DataSource(rows=[OBJECTS[form]]) if rows else DataSource(str(path))
    assert choose_task(source).task.name == "chat"
    found = [(*exchange.context, exchange.reply) for exchange in open_examples(source, DIALOGUES)]
    assert found == [("Hello", "Hi"), ("Hello", "Hi", "Bye")]
    if not rows:
        assert list(open_inputs(source, DIALOGUES, None)) == ["Hello\tHi\tBye"]


def test_messages_that_nobody_says_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(2 * (json.dumps(OBJECTS["openai"]) + "\n"))
    examples = open_examples(DataSource(str(path)), DIALOGUES)
    assert len(list(examples)) == 4
    assert examples.notes == [f"{path}: 2 messages of the system or of tools are left out"]
    path.write_text('{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null}]}\n')
    with pytest.raises(DataError, match="expected a turn as a string, saw null"):
        list(open_examples(DataSource(str(path)), DIALOGUES))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("talk.csv", 'question,answer\n"Hello, you",Hi\nBye,Bye\n'),
        ("talk.csv", 'Hello; you,Hi\nBye,Bye\n"Hello; you",Hey\n'),
        ("talk.tsv", "Hello, you\tHi\nBye\tBye\n"),
        ("talk.jsonl", '{"prompt": "Hello, you", "response": "Hi"}\n{"prompt": "Bye", "response": "Bye"}\n'),
    ],
)
def test_pairs_are_dialogues_of_two_turns(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = [(*exchange.context, exchange.reply) for exchange in open_examples(DataSource(str(path)), DIALOGUES)]
    assert [(first.replace(";", ","), second) for first, second in found[:2]] == [("Hello, you", "Hi"), ("Bye", "Bye")]


def test_a_table_with_a_turn_in_each_row_is_refused_with_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text("dialog_id,speaker,text\n1,A,Hello\n1,B,Hi\n2,A,Bye\n2,B,Bye\n")
    with pytest.raises(DataError, match=r"talk\.csv:1: expected a turn and its reply in each row, saw a turn in each"):
        list(open_examples(DataSource(str(path)), DIALOGUES))
    path.write_text("speaker,question,answer\nA,Hello,Hi\n")
    assert len(list(open_examples(DataSource(str(path)), DIALOGUES))) == 1


def test_what_is_replied_to_is_read_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text("id,answer,question\n1,Hi,Hello\n")
    assert list(open_inputs(DataSource(str(path)), DIALOGUES, None)) == ["Hello"]


SUBTITLES = "1\n00:00:01,000 --> 00:00:03,500\nHello\n\n2\n00:00:04,000 --> 00:00:05,500\nHi\n"
SCRIPT = "L1 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ Hello\nL2 +++$+++ u2 +++$+++ m0 +++$+++ BEN +++$+++ Hi\n"
EXPORT = "12/31/20, 10:15 - Ann: Hello\n12/31/20, 10:16 - Ben: Hi\n"
BRACKETS = "[31.12.20, 10:15:01] Ann: Hello\n[31.12.20, 10:16:22] Ben: Hi\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SUBTITLES, "subtitles with times"),
        (SCRIPT, "a film script"),
        (EXPORT, "an exported chat"),
        (BRACKETS, "an exported chat"),
        ("[10:01] <ann> Hello\n[10:02] <bob> Hi\n", "a log of a chat with names"),
        ("<ann> Hello\n<bob> Hi\n", "a log of a chat with names"),
        ("conversations:\n- - Hello\n  - Hi\n- - Bye\n  - Bye\n", "lists of YAML"),
        ('[\n  {\n    "turns": [\n      "a"\n    ]\n  }\n]\n', "JSON over several lines"),
        ('"Hello","Hi"\n"Bye","Bye"\n', "CSV"),
        ("- Hello\n- Hi\n\n- Bye\n- Bye\n", "dashes before the turns"),
        ("Hello __eou__ Hi __eou__\nBye __eou__ Bye __eou__\n", "dialogues with __eou__"),
        ('<s>\n<utt uid="0">Hello</utt>\n<utt uid="1">Hi</utt>\n</s>\n', "XML or HTML"),
        ("<?xml version='1.0'?>\n<aiml>\n<category><pattern>HELLO</pattern></category>\n</aiml>\n", "XML or HTML"),
        ('[[turn]]\nq = "Hello"\na = "Hi"\n[[turn]]\nq = "Bye"\na = "Bye"\n', "names and values, as in TOML"),
    ],
)
def test_other_forms_are_refused_with_a_command(text: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=f"expected a turn on each line, saw {what}") as caught:
        list(open_examples(DataSource(str(path)), DIALOGUES))
    command = str(caught.value.fix).partition(": ")[2]
    if command.startswith(("sed", "grep")):
        path.write_text(subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout)
        assert [exchange.reply for exchange in open_examples(DataSource(str(path)), DIALOGUES)] in (
            ["Hi"], ["Hi", "Bye"], [],
        )  # fmt: skip


def test_names_before_the_turns_are_said(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Ann: Hello\nBen: Hi\n\nAnn: Bye\nBen: Bye\n\n" * 3)
    examples = open_examples(DataSource(str(path)), DIALOGUES)
    assert len(list(examples)) == 6
    assert [note for note in examples.notes if "begin with names (Ann, Ben)" in note]
    path.write_text("ANN\nHello\n\nBEN K.\nHi\n\nANN:\nBye\n\nBEN K.\nBye\n\n" * 5)
    examples = open_examples(DataSource(str(path)), DIALOGUES)
    list(examples)
    [note] = [note for note in examples.notes if "have names above them (ANN, ANN:, BEN K.)" in note]
    command = note.partition("to take them off: ")[2]
    kept = subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
    assert kept.split() == ["Hello", "Hi", "Bye", "Bye"] * 5
    path.write_text("HELLO\nHI\nBYE\nBYE\n\n" * 5)
    examples = open_examples(DataSource(str(path)), DIALOGUES)
    assert len(list(examples)) == 15
    assert not examples.notes
    path.write_text("Note: this\nis it\n\nand so\non\n")
    examples = open_examples(DataSource(str(path)), DIALOGUES)
    assert len(list(examples)) == 2
    assert not examples.notes
