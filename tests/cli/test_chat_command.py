"""`recurra chat`: what is said is remembered, commands do what they say, a pipe has a line for each line."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from recurra.cli import chat as room
from recurra.cli.conversation import KEPT, Conversation
from recurra.data import PLAIN, DataSource, Examples, open_inputs
from recurra.errors import DataError
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.chat.recipe import ChatDecodingOptions
from recurra.tracing import AttentionMap

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel


@dataclass
class FakeChat:
    """Replies with the first letters of all turns; other candidates have a mark at the end. 'Q' is unknown to it."""

    task: Any = field(default_factory=lambda: SimpleNamespace(name="chat"))
    asked: list[tuple[list[str], dict[str, Any]]] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    attends: bool = True
    caveats: list[str] = field(default_factory=list)

    def read(self, path: str, **columns: Any) -> Examples[str]:
        return open_inputs(DataSource(path), PLAIN, None)

    def options(self, options: None, settings: dict[str, Any]) -> ChatDecodingOptions:
        return ChatDecodingOptions(**settings)

    def predict(self, inputs: tuple[str, ...], **settings: Any) -> Answer[None]:
        turns = [*inputs]
        self.asked.append((turns, settings))
        if any(len(turn) > 50 for turn in turns):
            raise DataError("the text is too long", where="text 1")
        options = ChatDecodingOptions(**settings)
        text = "".join(turn[:1] for turn in turns)
        seen = AttentionMap([*turns, "<EOS>"], [text], [[1.0] + [0.0] * len(turns)]) if self.attends else None
        marks = [options.seed // 2 * "*"] if options.sample else ["", "?", "!"][: options.nbest]
        alternatives = [Alternative(text + mark, -1.0, -1.0, True, seen) for mark in marks]
        unknown = [turn for turn in turns if turn[:1] == "Q" and turn != "Q"]
        return Answer("\t".join(turns), alternatives, None, unknown)


@pytest.fixture
def chatty(monkeypatch: pytest.MonkeyPatch) -> FakeChat:
    fake = FakeChat()

    def load(paths: list[str]) -> FakeChat:
        fake.loaded = paths
        return fake

    monkeypatch.setattr("recurra.api.load", load)
    return fake


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str, terminal: bool) -> None:
    text = "".join(f"{line}\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode()))))
    monkeypatch.setattr(room, "in_terminal", lambda: terminal)


def replies(out: str) -> list[str]:
    return [line.removeprefix(room.PROMPT).strip() for line in out.replace(room.PROMPT, "").splitlines()]


def test_it_remembers(recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "abc", "de", terminal=True)
    result = recurra("chat", "m")
    assert (result.code, replies(result.out)) == (0, ["a", "aad", ""])
    assert [turns for turns, _ in chatty.asked] == [["abc"], ["abc", "a", "de"]]
    assert "Ctrl-D ends" in result.err
    assert all(command in result.err for command in room.COMMANDS)


def test_a_line_for_each_line_of_a_pipe(
    recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "abc", "de", "", "/again", terminal=False)
    assert recurra("chat", "m") == (0, "a\naad\n\n/\n", "")  # the blank line forgets, and a command is no command
    assert [turns for turns, _ in chatty.asked] == [["abc"], ["abc", "a", "de"], ["/again"]]


def test_another_reply(recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "/again", "abc", "/again", "/again", "/again", "de", terminal=True)
    result = recurra("chat", "m", "--beam", "3")
    assert replies(result.out) == ["a", "a?", "a!", "aad", ""]
    assert "there is no reply yet" in result.err
    assert "there is no other reply" in result.err
    assert chatty.asked[-1][0] == ["abc", "a!", "de"]  # the last reply stays, and is what the model has said


def test_samples_differ_from_turn_to_turn(
    recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "abc", "/forget", "abc", "/again", "/again", terminal=True)
    result = recurra("chat", "m", "--sample", "--temperature", "0.5", "--seed", "3")
    assert replies(result.out) == ["a*", "a**", "a***", "a****", ""]  # a sample that was given before is passed over
    assert [settings["seed"] for _, settings in chatty.asked] == [3, 4, 5, 6, 7, 8]
    assert all(settings["temperature"] == 0.5 for _, settings in chatty.asked)


def test_why_shows_where_the_last_reply_looked(
    recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "/why", "abc", "/why", "/forget", "/why", terminal=True)
    result = recurra("chat", "m")
    assert "abc <EOS>" in result.out
    assert "█ from 75%" in result.out
    assert result.err.count("there is no reply yet") == 2
    chatty.attends = False
    type_in(monkeypatch, "abc", "/why", terminal=True)
    assert "this model has no attention" in recurra("chat", "m").err


def test_what_is_unknown_is_said_once(recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "Q1", "Q2", "abc", terminal=True)
    err = recurra("chat", "m").err
    assert [err.count(f"not known to the model: {unit!r}") for unit in ("Q1", "Q2")] == [1, 1]


def test_mistakes_at_the_terminal_do_not_end_it(
    recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "/why?", "x" * 51, "", "abc", terminal=True)
    result = recurra("chat", "m")
    assert "unknown command /why?; there are /again, /forget, /why" in result.err
    assert "the text is too long" in result.err
    assert chatty.asked[-1][0] == ["abc"]  # what was too long has not been said


def test_a_pipe_ends_at_a_mistake(recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "abc", "x" * 51, terminal=False)
    result = recurra("chat", "m")
    assert (result.code, result.out) == (1, "a\n")
    assert "the text is too long" in result.err


def test_replies_cannot_act_on_the_terminal(
    recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "\x1b[2J", terminal=True)
    assert "\x1b" not in recurra("chat", "m").out


def test_options_are_passed_on(recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "abc", terminal=False)
    options = ["--beam", "7", "--diversity", "0.5", "--set", "anti_lm=0.2", "--ensemble", "n"]
    assert recurra("chat", "m", *options).code == 0
    assert chatty.loaded == ["m", "n"]
    assert chatty.asked == [(["abc"], {"beam": 7, "diversity": 0.5, "anti_lm": 0.2, "nbest": 1})]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--temperature", "0.5"], "--temperature has no effect without --sample"),
        (["--sample", "--beam", "2"], "--sample and --beam exclude each other"),
        (["--diversity", "-1"], "--diversity: must be at least 0"),
        (["--set", "anti_lm=1"], "anti_lm must be at least 0 and below 1"),
    ],
)
def test_options_that_cannot_be(
    options: list[str], says: str, recurra: CommandLine, chatty: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "abc", terminal=False)
    result = recurra("chat", "m", *options)
    assert (result.code, result.out) == (2, "")
    assert says in result.err


def test_a_model_that_does_not_chat(recurra: CommandLine, model: FakeModel) -> None:
    result = recurra("chat", "my model")
    assert (result.code, result.out) == (1, "")
    assert "my model: expected a model for the task chat, this one is for the task translate" in result.err
    assert "recurra predict 'my model'" in result.err


def test_no_more_is_kept_than_any_model_reads(chatty: FakeChat) -> None:
    conversation = Conversation(chatty, {})  # type: ignore[arg-type]
    for k in range(KEPT):
        conversation.answer(chr(97 + k))
    assert len(chatty.asked[-1][0]) == KEPT
    assert chatty.asked[-1][0][-1] == chr(96 + KEPT)
