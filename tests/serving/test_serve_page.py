"""docs/serve.md, the Dockerfile and the unit of systemd say what `recurra serve` knows; the bodies on the page work."""

from __future__ import annotations

import ast
import inspect
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from recurra.cli.serve import serve
from recurra.serving.options import PREFIX, ServeOptions, flag

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serve.md").read_text("utf-8")
UNIT = (ROOT / "packaging" / "recurra.service").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DEFAULTS = {one.name: one.default for one in fields(ServeOptions)}
BODIES = re.findall(r"^\| `(/[\w/-]+)` \| `(\{.*\})` \|$", PAGE, re.MULTILINE)


def test_the_table_of_limits_is_that_of_the_options() -> None:
    rows = re.findall(r"^\| `(--[\w-]+)` \| (\d+) \|", PAGE, re.MULTILINE)
    wanted = {flag(name): DEFAULTS[name] for name in DEFAULTS if name.startswith("max_")}
    wanted |= {flag(name): DEFAULTS[name] for name in ("deadline", "rate")}
    assert {name: float(default) for name, default in rows} == wanted


@pytest.mark.parametrize("text", [PAGE, UNIT, DOCKERFILE], ids=["page", "unit", "Dockerfile"])
def test_every_option_and_variable_is_one(text: str) -> None:
    flags = {flag(name) for name in inspect.signature(serve).parameters}
    others = {"--read-only", "--tmpfs", "--rm", "--no-cache-dir", "--no-compile", "--disable-pip-version-check"}
    others |= {"--extra-index-url", "--yes", "--from", "--system", "--uid", "--no-create-home", "--home-dir"}
    others |= {
        "--interval",
        "--timeout",
        "--start-period",
        "--no-install-recommends",
        "--strip-unneeded",
        "--build-arg",
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text)) - others <= flags
    names = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text))
    assert names <= {PREFIX + name.upper() for name in DEFAULTS}
    assert names


@pytest.mark.parametrize(("path", "body"), BODIES, ids=[path for path, _ in BODIES])
async def test_the_bodies_on_the_page_are_answered(path: str, body: str, asking) -> None:
    sent = json.loads(body)
    if path.startswith("/v1"):
        sent = {"model": "en-de", **sent}
    response = await asking().post(path, sent)
    assert response.status_code == 200, response.text


async def test_every_address_has_a_line_and_every_post_a_body(asking) -> None:
    paths = (await asking().get("/openapi.json")).json()["paths"]
    named = set(re.findall(r"`(GET|POST) (/[\w/-]+)`", PAGE))
    assert named == {(method.upper(), path) for path, found in paths.items() for method in found}
    assert {path for path, _ in BODIES} == {path for method, path in named if method == "POST"}


def test_examples_in_python_can_be_read() -> None:
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert ast.parse(code).body


def test_the_container_ends_by_sigterm_and_needs_no_curl() -> None:
    assert 'ENTRYPOINT ["recurra", "serve"]' in DOCKERFILE  # no shell between, which would keep the signal
    [check] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    command = json.loads(check)
    assert command[0] == "python"
    assert "/readyz" in command[2]
    assert ast.parse(command[2]).body
    assert re.search(r"^USER \d+$", DOCKERFILE, re.MULTILINE)


def test_what_the_image_is_built_from_is_not_left_out() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == kept
    assert all((ROOT / name).exists() for name in kept)
    assert "-c /build/constraints.txt" in DOCKERFILE


def test_the_unit_gives_the_server_no_rights() -> None:
    settings = dict(line.split("=", 1) for line in UNIT.splitlines() if re.match(r"\w+=", line))
    for name in ("DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert settings[name] == "yes"
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    assert settings["Type"] == "notify"  # SIGHUP before it serves would end it
    assert settings["NotifyAccess"] == "all"  # of several processes each tells
    assert settings["SuccessExitStatus"] == "143"
    assert float(settings["TimeoutStopSec"]) > ServeOptions().deadline + ServeOptions().grace
