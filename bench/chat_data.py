"""The public data of bench/figures_chat.py as tables that recurra reads: one TSV for each part.

babi       question TAB story TAB question TAB answer; lower case, punctuation marks are words of their own
scan       command TAB actions
rnnlg      kind of act TAB slots TAB sentence, delexicalised
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from figure_data import DATA

QUOTED = re.compile(r"(\w+)=('[^']*'|[^;)]*)")
SPOKEN = {"yes", "no", "none", "dont_care", "dontcare", "?", ""}  # values that are said in words of all kinds

Rows = Iterable[tuple[str, ...]]


def write(path: Path, rows: Rows) -> Path:
    """The rows as a table with tabs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def babi_tasks() -> dict[str, str]:
    """ "qa1" -> the beginning of its files' names, in the order of the tasks."""
    names = (path.name.removesuffix("_train.txt") for path in (DATA / "qa_chat/babi_en_1k").glob("*_train.txt"))
    return {name.split("_")[0]: name for name in sorted(names, key=lambda name: int(name[2:].split("_")[0]))}


def babi(task: str, part: str) -> Iterator[tuple[str, ...]]:
    """Each question with the story so far; before the story as well, so that both directions know what is asked."""
    story: list[str] = []
    for line in (DATA / f"qa_chat/babi_en_1k/{babi_tasks()[task]}_{part}.txt").read_text(encoding="utf-8").splitlines():
        number, text = line.split(" ", 1)
        if number == "1":
            story = []
        if "\t" in text:
            question, answer, _ = text.split("\t")
            yield spaced(question), " ".join(story), spaced(question), answer.lower()
        else:
            story.append(spaced(text))


def spaced(text: str) -> str:
    """Punctuation marks as words of their own, and all in lower case: the questions write names in both ways."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))


def scan(part: str) -> Iterator[tuple[str, str]]:
    """Commands and actions."""
    with gzip.open(DATA / f"qa_chat/scan_simple/tasks_{part}_simple.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            command, actions = line.removeprefix("IN: ").rstrip("\n").split(" OUT: ")
            yield command, actions


def rnnlg(part: str) -> Iterator[tuple[str, str, str]]:
    """Kind of act, slots as features, and the sentence with names of slots for their values."""
    for act, sentence, _ in rnnlg_rows(part):
        kind, slots = parsed_act(act)
        features = [f"{slot}={mark(slot, value)}" for slot, value in slots]
        yield kind, ";".join(features) or "nothing", delexicalised(sentence, slots)


def rnnlg_rows(part: str) -> list[list[str]]:
    """The act, a sentence, and what a system without a network says; a notice stands before the JSON."""
    text = (DATA / f"qa_chat/rnnlg_restaurant/{part}.json").read_text(encoding="utf-8")
    return json.loads(text[text.index("\n[") :])


def rnnlg_acts(part: str) -> list[str]:
    """The acts with their values."""
    return [act for act, _, _ in rnnlg_rows(part)]


def parsed_act(act: str) -> tuple[str, list[tuple[str, str]]]:
    """ "inform(name='piperade';food=basque)" -> "inform", [("name", "piperade"), ("food", "basque")]."""
    kind, rest = act.split("(", 1)
    slots = [(slot, value.strip("'")) for slot, value in QUOTED.findall(rest)]
    bare = [(slot, "") for slot in rest.rstrip(")").split(";") if slot and "=" not in slot]
    return kind, sorted(slots + bare)


def mark(slot: str, value: str) -> str:
    """What stands for a value; values that are no names stand for themselves."""
    return value or "?" if value in SPOKEN else f"SLOT_{slot.upper()}"


def delexicalised(sentence: str, slots: list[tuple[str, str]]) -> str:
    """The sentence with a slot's mark where its value stands, longest values first."""
    for slot, value in sorted(slots, key=lambda one: -len(one[1])):
        if value not in SPOKEN:
            sentence = re.sub(rf"(?<!\S){re.escape(value)}(?!\S)", mark(slot, value), sentence)
    return sentence


def lexicalised(sentence: str, act: str) -> str:
    """The sentence with the act's values where its marks stand."""
    for slot, value in parsed_act(act)[1]:
        if value not in SPOKEN:
            sentence = sentence.replace(f"SLOT_{slot.upper()}", value, 1)
    return sentence
