"""The server of runs: what it sends and to whom, streams that go on over restarts, the process beside a training."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from made_runs import events, write_run

from recurra.errors import UsageError
from recurra.watching import beside
from recurra.watching.files import MODULES, front, page_files
from recurra.watching.server import listening

if TYPE_CHECKING:
    from conftest import Growing, Serving

Start = Callable[..., "Serving"]
Told = tuple[str, dict[str, Any]]  # an id and an event


def stream(address: str, last: str = "", after: str = "", wanted: int = 1, seconds: float = 20.0) -> list[Told]:
    """So many events of the stream, or those that come in the time."""
    found: list[Told] = []
    headers = {"Last-Event-ID": last} if last else {}
    end = time.monotonic() + seconds
    query = {"after": after} if after else {}
    with httpx.stream("GET", f"{address}events", headers=headers, params=query, timeout=seconds) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        id = ""
        try:
            for line in response.iter_lines():
                if line.startswith("id: "):
                    id = line[4:]
                if line.startswith("data: "):
                    found.append((id, json.loads(line[6:])))
                if len(found) >= wanted or time.monotonic() > end:
                    break
        except httpx.ReadTimeout:
            pass
    return found


def steps_of(told: list[Told]) -> list[int]:
    return [event["step"] for _, event in told if event["event"] == "StepDone"]


def test_the_page_and_its_files(serving: Start, growing: Growing) -> None:
    address = serving(growing.folder).address
    page = httpx.get(address)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in re.findall(r'"/page/([\w.]+)"', page.text):
        assert httpx.get(f"{address}page/{name}").status_code == 200
    assert httpx.get(f"{address}page/nothing.js").status_code == 404
    assert httpx.get(f"{address}page/..%2Fapp.py").status_code == 404


def test_all_modules_that_the_page_imports_are_there() -> None:
    for content, _ in page_files().values():
        for name in re.findall(rb'from "recurra/([\w.-]+)"', content):
            assert name.decode() in MODULES
            assert f"/page/{name.decode()}" in front()[0]


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "127.0.0.1.evil.example"])
def test_who_comes_by_another_name_is_refused(serving: Start, growing: Growing, host: str) -> None:
    address = serving(growing.folder).address
    for path in ("", "view", "events"):
        assert httpx.get(address + path, headers={"Host": host}).status_code == 400


def test_the_view_says_what_there_is_and_does_not_send_it_twice(serving: Start, growing: Growing) -> None:
    address = serving(growing.folder).address
    assert httpx.get(f"{address}view").json()["charts"] == ""
    growing.steps(1, 40)
    found = httpx.get(f"{address}view")
    (run,) = found.json()["runs"]
    assert (run["name"], run["doing"], run["share"]) == ("m", "training", 0.2)
    assert dict(run["now"])["training loss"] == "2.6"
    assert [one["step"] for one in run["answers"]] == [20, 40]
    assert run["samples"][1]["input"] == "two <U+202E>"
    assert found.json()["charts"].count("<figure>") == 4
    assert httpx.get(f"{address}view", headers={"If-None-Match": found.headers["etag"]}).status_code == 304
    growing.steps(41, 42)
    assert httpx.get(f"{address}view", headers={"If-None-Match": found.headers["etag"]}).status_code == 200


def test_events_come_as_they_happen(serving: Start, growing: Growing) -> None:
    address = serving(growing.folder).address
    (_, plan), (_, doing) = stream(address, wanted=2)
    assert (plan["event"], doing["doing"]) == ("PlanMade", "preparing")
    growing.steps(1, 3)
    told = stream(address, wanted=6)
    assert steps_of(told) == [1, 2, 3]


@pytest.mark.parametrize("how", ["last", "after"])
def test_a_stream_goes_on_where_another_one_was(serving: Start, growing: Growing, how: str) -> None:
    address = serving(growing.folder).address
    growing.steps(1, 9)
    told = stream(address, wanted=12)
    for k, (id, _) in enumerate(told[:-2]):
        again = stream(address, **{how: id}, wanted=11 - k)  # type: ignore[arg-type]
        assert [event for _, event in again] == [event for _, event in told[k + 1 :]]


def test_a_server_that_is_started_again_goes_on_by_the_last_event_id(serving: Start, growing: Growing) -> None:
    """Meanwhile the training is killed and resumed from an earlier step."""
    first = serving(growing.folder)
    growing.steps(1, 20)
    growing.steps(21, 25)
    growing.steps(26, 29)
    told = stream(first.address, wanted=34)
    assert steps_of(told) == [*range(1, 30)]
    port = first.port
    first.end()
    growing.steps(30, 35)
    second = serving(growing.folder, port=port)
    more = stream(second.address, last=told[-1][0], wanted=7)
    assert steps_of(more) == [*range(30, 36)]
    growing.cut(25)
    growing.steps(26, 27)
    last = stream(second.address, last=more[-1][0], wanted=5)
    assert last[0][1]["event"] == "Again"  # what it was told is not the beginning of what there is now


def test_a_stream_tells_of_a_cut_and_what_is_done_again(serving: Start, growing: Growing) -> None:
    address = serving(growing.folder).address
    growing.steps(1, 20)
    growing.steps(21, 30)
    found: list[dict[str, Any]] = []
    with httpx.stream("GET", f"{address}events", timeout=20) as response:
        for line in response.iter_lines():
            if not line.startswith("data: "):
                continue
            found.append(json.loads(line[6:]))
            if found[-1].get("doing") == "training":
                growing.cut(20)
                growing.steps(21, 22)
            if found[-1].get("step") == 22 and any(one["event"] == "Cut" for one in found):
                break
    at = [one["event"] for one in found].index("Cut")
    assert found[at] == {"run": "m", "event": "Cut", "step": 20}
    assert [one["step"] for one in found[at:] if one["event"] == "StepDone"] == [21, 22]


def test_text_that_no_encoding_has_is_sent_all_the_same(serving: Start, growing: Growing) -> None:
    with growing.file.open("a") as file:
        file.write('{"event": "Note", "text": "\\ud800"}\n')
    address = serving(growing.folder).address
    assert stream(address, wanted=2)[1][1]["text"] == "\ud800"
    assert httpx.get(f"{address}view").json()["runs"][0]["note"] == "<U+D800>"


def test_a_place_that_is_none_is_refused(serving: Start, growing: Growing) -> None:
    address = serving(growing.folder).address
    assert httpx.get(f"{address}events", headers={"Last-Event-ID": "a:b"}).status_code == 400


def test_several_runs_and_comparisons(serving: Start, tmp_path: Path) -> None:
    for name in ("gru-seed-1", "lstm-seed-1"):
        write_run(tmp_path / "c" / name, events(steps=20, validations=2))
    view = httpx.get(f"{serving(tmp_path / 'c').address}view").json()
    assert [run["name"] for run in view["runs"]] == ["gru-seed-1", "lstm-seed-1"]
    assert all(run["key"].startswith("<svg") for run in view["runs"])


def test_a_port_that_is_taken_is_refused_and_another_one_is_found() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken"):
            listening(port)
    with listening(None) as one, listening(None) as two:
        assert one.getsockname()[0] == two.getsockname()[0] == "127.0.0.1"
        assert one.getsockname()[1] != two.getsockname()[1]


def test_a_missing_package_is_said_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "NEEDED", ("starlette", "no_such_package"))
    with pytest.raises(UsageError) as error:
        beside.require()
    assert "needs no_such_package" in error.value.what
    assert 'pip install "recurra[serve]"' in (error.value.fix or "")


def test_the_process_beside_loads_no_torch(growing: Growing) -> None:
    code = "import sys, recurra.watching.server, recurra.watching.__main__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


PARENT = """
import sys, time
from pathlib import Path
from recurra.watching.beside import Beside
with Beside(Path(sys.argv[1])) as server:
    print(server.address(), server.process.pid, flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["end", "SIGKILL", "SIGINT"])
def test_the_process_beside_ends_with_the_training_however_that_ends(growing: Growing, how: str) -> None:
    command = [sys.executable, "-c", PARENT, str(growing.folder), "0.5" if how == "end" else "60"]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout is not None
    address, number = parent.stdout.readline().split()
    assert httpx.get(f"{address}view", timeout=20).json()["runs"][0]["name"] == "m"
    if how == "SIGKILL":
        parent.kill()
    if how == "SIGINT":
        os.killpg(parent.pid, signal.SIGINT)  # as Ctrl-C does: both get it
    parent.communicate(timeout=20)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            httpx.get(f"{address}view", timeout=20)
        except httpx.TransportError:
            break
        time.sleep(0.1)
    else:
        raise AssertionError(f"process {number} goes on")
