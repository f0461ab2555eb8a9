"""`recurra serve`: models behind HTTP, and a page where they are played with."""

from __future__ import annotations

import os
import socket
import sys
from typing import Annotated

import typer

from recurra.cli.options import option
from recurra.cli.serve_demo import demo_folder, shown_in_browser
from recurra.errors import RunError, UsageError
from recurra.say import say

FD = "RECURRA_LISTENING_FD"  # of a process that a supervisor has started: the socket that all of them share

Folders = Annotated[list[str] | None, typer.Argument(metavar="MODEL...", help="Model folders.", show_default=False)]
Host = Annotated[str | None, option("--host", "The address to listen at; 127.0.0.1 if it is not given.", "ADDRESS")]
Port = Annotated[int | None, option("--port", "The port; 8000 if it is not given, 0 takes a free one.", "N", 0)]
Token = Annotated[str | None, option("--token", "Who asks must send it; without it only this machine may.", "TEXT")]
TokenFile = Annotated[str | None, option("--token-file", "A file with several tokens, one in a line.", "FILE")]
Languages = Annotated[str | None, option("--languages", "Of translation models, in their order: en-de,de-en.", "PAIRS")]
Workers = Annotated[int | None, option("--workers", "Processes; 1.", "N", 1)]
Threads = Annotated[int | None, option("--threads", "Jobs that a process computes at a time; 1.", "N", 1)]
MaxBody = Annotated[int | None, option("--max-body", "Bytes of a request at most; 1000000.", "N", 1)]
MaxText = Annotated[int | None, option("--max-text", "Characters of an input at most; 20000.", "N", 1)]
MaxInside = Annotated[int | None, option("--max-inside", "Characters of an input that is looked into; 1000.", "N", 1)]
MaxInputs = Annotated[int | None, option("--max-inputs", "Inputs of a request at most; 256.", "N", 1)]
MaxTokens = Annotated[int | None, option("--max-tokens", "Units of an output that may be asked for; 2000.", "N", 1)]
MaxBeam = Annotated[int | None, option("--max-beam", "The widest beam that may be asked for; 32.", "N", 1)]
MaxNbest = Annotated[int | None, option("--max-nbest", "Alternatives that may be asked for; 32.", "N", 1)]
MaxWaiting = Annotated[
    int | None, option("--max-waiting", "Requests that may wait before others are refused; 256.", "N", 1)
]
Deadline = Annotated[float | None, option("--deadline", "Seconds that a request may take; 60.", "SECONDS", 0.001)]
Rate = Annotated[float | None, option("--rate", "Requests a minute of one client; 0, the default: any number.", "N", 0)]
Grace = Annotated[
    float | None,
    option("--grace", "Seconds from SIGTERM to the end of listening; 1.", "SECONDS", 0),
]
Data = Annotated[
    list[str] | None,
    option("--data", "Examples that requests and the page may name; MODEL=FILE of those for one model.", "FILE"),
]
LogTexts = Annotated[bool, typer.Option("--log-texts", help="Write inputs into the log, too.", show_default=False)]
NoLog = Annotated[bool, typer.Option("--no-log", help="Write no line for each request.", show_default=False)]
DemoModel = Annotated[
    bool,
    typer.Option("--demo", help="Train a small model in a minute, serve it and open its page.", show_default=False),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="With --demo: open no page.", show_default=False)]


def serve(
    models: Folders = None,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    token_file: TokenFile = None,
    languages: Languages = None,
    workers: Workers = None,
    threads: Threads = None,
    max_body: MaxBody = None,
    max_text: MaxText = None,
    max_inside: MaxInside = None,
    max_inputs: MaxInputs = None,
    max_tokens: MaxTokens = None,
    max_beam: MaxBeam = None,
    max_nbest: MaxNbest = None,
    max_waiting: MaxWaiting = None,
    deadline: Deadline = None,
    rate: Rate = None,
    grace: Grace = None,
    data: Data = None,
    log_texts: LogTexts = False,
    no_log: NoLog = False,
    demo: DemoModel = False,
    no_browser: NoBrowser = False,
) -> int:
    """Answer requests over HTTP with one or more models, and show a page where they are played with.

    Each option can also stand in the environment: --max-body as RECURRA_MAX_BODY. docs/serve.md has the addresses.
    """
    given = {name: value for name, value in locals().items() if value is not None and value is not False}
    if not models and not demo:
        raise UsageError("no model is given", fix="Give model folders, or --demo for a small model to play with.")
    if no_browser and not demo:
        raise UsageError("--no-browser has no effect without --demo", fix="Leave it out.")
    given |= {"data": os.pathsep.join(data)} if data else {}
    check_packages()
    from recurra.serving.data import files_of
    from recurra.serving.models import Models
    from recurra.serving.notified import notify_ready
    from recurra.serving.options import of_one_worker, serve_options, tokens_of

    options = serve_options(given)
    tokens_of(options)  # what cannot be right is said before anything is loaded
    chosen = Models([*(models or []), *([demo_folder()] if demo else [])])
    files_of(options, chosen.names)
    inherited = os.environ.get(FD)
    if inherited is not None:
        from recurra.serving.running import run

        listening = socket.socket(fileno=int(inherited))
        return run(chosen, of_one_worker(options), listening, notify_ready)
    from recurra.serving.running import address_of, bound, run

    try:
        listening = bound(options)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise RunError(f"cannot listen: {error.strerror or error}", where=where, fix="Give another --port.") from None
    where = address_of(listening)

    def started() -> None:
        say(f"recurra: serving {', '.join(chosen.served)} at {where}")
        notify_ready()
        if demo and not no_browser:
            shown_in_browser(where)

    if options.workers == 1:
        return run(chosen, options, listening, started)
    from recurra.serving.workers import Supervisor, command_of_worker

    listening.listen(2048)
    say(f"recurra: {options.workers} processes serve at {where}")
    environment = {**os.environ, FD: str(listening.fileno())}
    return Supervisor(command_of_worker(), options.workers, environment, [listening.fileno()]).run()


def check_packages() -> None:
    """Refuses to go on without what the extra brings.

    Raises:
        UsageError: something of it is missing.
    """
    try:
        import fastapi
        import prometheus_client
        import python_multipart
        import uvicorn
    except ImportError as error:
        what = f"recurra serve needs {error.name}"
        raise UsageError(what, fix=f'"{sys.executable}" -m pip install "recurra[serve]"') from None
    del fastapi, prometheus_client, python_multipart, uvicorn
