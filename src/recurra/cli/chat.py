"""`recurra chat`: a dialogue with a model, in the terminal or through a pipe."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from recurra.cli import options as given
from recurra.cli.answers import one_line
from recurra.cli.conversation import Conversation
from recurra.cli.loading import load_model, say_caveats
from recurra.cli.predict import check_dials
from recurra.cli.set_options import decoding_settings
from recurra.errors import DataError, ModelError
from recurra.say import harmless, say

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.answer import Alternative

PROMPT = "> "


def chat(
    model: given.ModelFolder,
    ensemble: given.Ensemble = None,
    beam: given.Beam = None,
    diversity: given.Diversity = None,
    sample: given.Sample = False,
    temperature: given.Temperature = None,
    top_k: given.TopK = None,
    top_p: given.TopP = None,
    seed: given.SamplingSeed = None,
    settings: given.DecodingSettings = None,
) -> None:
    """Chat with a model that was trained on dialogues.

    The model replies to each line, with the last turns as context. Ctrl-D ends. /again asks for another reply, /forget
    starts a new dialogue, /why shows the attention of the last reply.

    In a pipe: one line out for each line in; a blank line starts a new dialogue.
    """
    dials = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    check_dials(sample, beam, dials)
    short = {"beam": beam, "diversity": diversity, "sample": sample or None, **dials}
    chosen = decoding_settings(short, settings or [])

    loaded = load_model(model, ensemble)
    say_caveats(loaded)
    check_task(loaded, model)
    loaded.options(None, chosen)  # what cannot be is refused before anything is said
    if in_terminal():
        talk(Conversation(loaded, {**chosen, "attention": True}))
    else:
        through_pipe(Conversation(loaded, chosen))


def check_task(loaded: Model, name: str) -> None:
    """Refuses a model of another task.

    Raises:
        ModelError: with the command that fits it.
    """
    if loaded.task.name != "chat":
        raise ModelError(
            f"expected a model for the task chat, this one is for the task {loaded.task.name}",
            where=name,
            fix=f"Use recurra predict {shlex.quote(name)}, or train one: recurra train DIALOGUES --task chat.",
        )


def in_terminal() -> bool:
    """Whether a user types and reads."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def through_pipe(conversation: Conversation) -> None:
    """One line out for each line in, blank for blank; at the end, what was not known, and which replies were cut."""
    from recurra.tasks.unknown import Unknown
    from recurra.text.counted import counted, is_or_are

    unknown, replies, cut = Unknown(), 0, 0
    for line in map(str, conversation.model.read("-")):
        if line.strip():
            reply = conversation.answer(line.strip())
            replies, cut = replies + 1, cut + (not reply.finished)
            print(one_line(reply.text), flush=True)
            unknown.add(conversation.unknown)
        else:
            conversation.forget()
            print(flush=True)
    if report := unknown.report():
        say(f"recurra: {report}")
    if cut:
        number = f"{cut:,} of {counted(replies, 'reply')} {is_or_are(cut)}"
        say(f"recurra: {number} cut off at the maximum length (--set max_length=N)")


def talk(conversation: Conversation) -> None:
    """Replies to lines, and obeys commands."""
    say("Type a line and press Enter; Ctrl-D ends.")
    for command, (what, _) in COMMANDS.items():
        say(f"  {command:8} {what}")
    reported: set[str] = set()
    for line in typed():
        if line.startswith("/"):
            obey(conversation, line)
        elif line:
            reply(conversation, line, reported)


def typed() -> Iterator[str]:
    """The lines that are typed, with line editing where Python has it."""
    with suppress(ImportError):
        importlib.import_module("readline")  # input() finds it
    while True:
        try:
            yield input(PROMPT).strip()
        except EOFError:
            print()
            return
        except UnicodeDecodeError:
            say("  this line is not UTF-8")


def obey(conversation: Conversation, command: str) -> None:
    """Carries out a command."""
    if command in COMMANDS:
        COMMANDS[command][1](conversation)
    else:
        say(f"  unknown command {command}; there are {', '.join(COMMANDS)}")


def reply(conversation: Conversation, line: str, reported: set[str]) -> None:
    """The reply to a line; units that the model does not know are named the first time that they occur."""
    try:
        show(conversation.answer(line))
    except DataError as error:
        say(f"  {error.what}")
        return
    new = [unit for unit in dict.fromkeys(conversation.unknown) if unit not in reported]
    reported.update(new)
    if new:
        say(f"  not known to the model: {', '.join(map(repr, new))}")


def again(conversation: Conversation) -> None:
    """Gives another reply."""
    other = conversation.again()
    if other is not None:
        show(other)
    else:
        say("  there is no other reply" if conversation.replies else "  there is no reply yet")


def why(conversation: Conversation) -> None:
    """Shows the attention of the last reply."""
    attention = conversation.replies[-1].attention if conversation.replies else None
    if attention is None:
        say("  this model has no attention" if conversation.replies else "  there is no reply yet")
        return
    from rich.console import Console

    from recurra.views import AttentionView

    Console(highlight=False).print(AttentionView(attention))


def show(said: Alternative) -> None:
    """Prints a reply."""
    print(f"  {harmless(said.text)}" if said.text else "  (nothing)", flush=True)
    if not said.finished:
        say("  (cut off at the maximum length: --set max_length=N)")


COMMANDS: dict[str, tuple[str, Callable[[Conversation], None]]] = {
    "/again": ("another reply", again),
    "/forget": ("start a new dialogue", Conversation.forget),
    "/why": ("show the attention of the last reply", why),
}
