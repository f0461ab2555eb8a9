"""How a server listens and what it allows: each has a flag of `recurra serve`, and a name in the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from recurra.errors import UsageError

PREFIX = "RECURRA_"  # --max-body is RECURRA_MAX_BODY
LOCAL = ("localhost", "127.0.0.1", "::1")  # names by which a server on this machine is called from it
MOST = 1_000_000  # characters that are read of a file of tokens, which may be a device that never ends
SHORTEST = 16  # characters of a token: fewer can be guessed


@dataclass(frozen=True)
class ServeOptions:
    """All that can be said of a server."""

    host: str = "127.0.0.1"  # address to listen at
    port: int = 8000  # 0: a free one
    token: str = field(default="", repr=False)  # who asks must know it; empty: everybody may ask
    token_file: str = ""  # a file with several, one in a line
    languages: str = ""  # of the translation models in their order: "en-de,de-en"; empty: their names say it
    workers: int = 1  # processes
    threads: int = 1  # jobs that a process computes at a time
    max_body: int = 1_000_000  # bytes of a request
    max_text: int = 20_000  # characters of an input
    max_inside: int = 1_000  # characters of an input that is looked into: a trace has all states of all steps
    max_inputs: int = 256  # of a request
    max_tokens: int = 2_000  # of an output
    max_beam: int = 32
    max_nbest: int = 32  # alternatives, samples
    max_waiting: int = 256  # requests that have not begun
    deadline: float = 60.0  # seconds that a request may take
    rate: float = 0.0  # requests a minute of one token, or where there is none of one address; 0: as many as they like
    grace: float = 1.0  # seconds between SIGTERM and the end of listening, in which clients see that it is not ready
    data: str = ""  # files of examples that requests may name ("MODEL=FILE" of one for one model), : between them
    log_texts: bool = False  # whether inputs stand in the log
    no_log: bool = False  # whether requests are not logged

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise UsageError(f"must be at least {least}, got {getattr(self, name):g}", where=flag(name))
        if not 0 <= self.port <= 65535:
            raise UsageError(f"must be from 0 to 65535, got {self.port}", where="--port")


LEAST: Mapping[str, float] = {
    "workers": 1, "threads": 1, "max_body": 1, "max_text": 1, "max_inside": 1, "max_inputs": 1, "max_tokens": 1,
    "max_beam": 1, "max_nbest": 1, "max_waiting": 1, "deadline": 0.001, "rate": 0, "grace": 0,
}  # fmt: skip


def flag(name: str) -> str:
    """The option of the command line."""
    return f"--{name.replace('_', '-')}"


def serve_options(given: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> ServeOptions:
    """The options given, else those of the environment, else the defaults.

    Raises:
        UsageError: a value in the environment that is no number, or one that is not allowed.
    """
    found: dict[str, object] = {}
    for one in fields(ServeOptions):
        value = given.get(one.name)
        text = environment.get(PREFIX + one.name.upper())
        if value is not None:
            found[one.name] = value
        elif text is not None:
            kind = {"str": str, "int": int, "float": float, "bool": bool}[str(one.type)]
            found[one.name] = parsed(text, kind, PREFIX + one.name.upper())
    return ServeOptions(**found)  # type: ignore[arg-type]


def parsed(text: str, kind: type, where: str) -> object:
    """A value of the environment."""
    if kind is bool:
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise UsageError(f"must be 1 or 0, got {text!r}", where=where)
        return text.lower() in ("1", "true", "yes")
    try:
        return kind(text)
    except ValueError:
        raise UsageError(f"must be a number, got {text!r}", where=where) from None


def tokens_of(options: ServeOptions) -> tuple[str, ...]:
    """All tokens; none if everybody may ask.

    Raises:
        UsageError: an address of other machines without a token, a short token, a file that cannot be read.
    """
    found = [options.token] if options.token else []
    if options.token_file:
        try:
            with open(options.token_file, encoding="utf-8") as file:
                text = file.read(MOST + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot be read: {error}", where=options.token_file) from None
        if len(text) > MOST:
            what = f"a file of tokens of more than {MOST:,} characters is not read"
            raise UsageError(what, where=options.token_file, fix="Give a file with a token on each line.")
        lines = text.splitlines()
        found += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not found:
            raise UsageError("the file has no token", where=options.token_file, fix="Write one token in a line.")
    for one in found:
        if len(one) < SHORTEST or not one.isascii() or not one.isprintable() or " " in one:
            what = f"a token must have at least {SHORTEST} characters of ASCII, without spaces"
            raise UsageError(what, fix="python -c 'import secrets; print(secrets.token_urlsafe())' makes one.")
    if not found and not is_local(options.host):
        fix = "Give --token TOKEN (or RECURRA_TOKEN), or listen at 127.0.0.1."
        raise UsageError(f"{options.host} can be reached from other machines, and everybody may ask", fix=fix)
    return tuple(dict.fromkeys(found))


def is_local(host: str) -> bool:
    """Whether an address is of this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def of_one_worker(options: ServeOptions) -> ServeOptions:
    """What each of several processes allows, so that all together allow as much as was said."""
    share = options.workers
    return replace(options, rate=options.rate / share, max_waiting=max(1, options.max_waiting // share))


def allowed_hosts(options: ServeOptions) -> Iterable[str]:
    """Names by which the server may be called where no token guards it: a page elsewhere must not reach it by a name
    that it made to mean this machine."""
    return (*LOCAL, options.host)
