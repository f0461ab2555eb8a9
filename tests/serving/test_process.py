"""`recurra serve` as a process: it ends, reloads and goes on as its users expect, whatever clients do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from storm import (
    CLASSIFY,
    ENVIRONMENT,
    TRANSLATE,
    Running,
    asked,
    ends_under_load,
    load_until,
    noise,
    request,
    run,
    status_of,
)

from recurra.cli import run as command_line

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]


def test_no_request_that_was_taken_is_lost_by_sigterm() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with Running(str(CLASSIFY), "--no-log", "--grace", "0.5") as running:
            found, code = run(ends_under_load(running, number=number))
        assert code == 0, running.said
        assert found[200] > 20
        assert set(found) == {200}


def test_a_request_that_is_computed_when_it_is_told_to_end_is_answered() -> None:
    body = {"inputs": ["red blue " * 200] * 50, "options": {"beam": 16}}

    async def ended(running: Running) -> tuple[list[int], int]:
        slow = asyncio.create_task(asked(running.port, request("POST /v1/predict", body)))
        await asyncio.sleep(0.3)
        return await asyncio.gather(slow, asyncio.to_thread(running.end))  # type: ignore[return-value]

    with Running(str(TRANSLATE), "--no-log", "--grace", "0") as running:
        statuses, code = run(ended(running))
    assert (statuses, code) == ([200], 0)


def test_models_are_loaded_again_without_a_lost_request(tmp_path: Path) -> None:
    link = tmp_path / "current"
    link.symlink_to(TRANSLATE)

    async def reloaded(running: Running) -> None:
        end = asyncio.Event()
        load = asyncio.create_task(load_until(running.port, 8, end))
        await asyncio.sleep(0.2)
        (tmp_path / "new").symlink_to(CLASSIFY)
        os.replace(tmp_path / "new", link)
        running.process.send_signal(signal.SIGHUP)
        await asyncio.sleep(1.5)
        end.set()
        found = await load
        assert set(found) == {200}

    with Running(str(link), "--no-log") as running:
        run(reloaded(running))
        assert task_of(running) == "classify"
        link.unlink()  # what cannot be loaded changes nothing
        running.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert task_of(running) == "classify"
        assert running.end() == 0
        said = "".join(running.said)
        assert "loaded again: current" in said
        assert "not loaded again" in said


def task_of(running: Running) -> str:
    """The task of the model that is served."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/v1/models") as found:
        return str(json.load(found)["models"][0]["task"])


def test_several_processes_share_a_port_and_one_that_dies_is_replaced() -> None:
    with Running(str(CLASSIFY), "--workers", "2", "--no-log") as running:
        children = children_of(running.process.pid)
        assert len(children) == 2
        os.kill(children[0], signal.SIGKILL)
        for _ in range(200):
            now = children_of(running.process.pid)
            if len(now) == 2 and now != children:
                break
            time.sleep(0.1)
        else:
            pytest.fail("no process took the place of the one that died")
        assert all(running.status("POST /v1/predict", {"inputs": ["red"]}) == 200 for _ in range(10))
        assert running.end() == 0
        assert not any(Path(f"/proc/{child}").exists() for child in now)


def children_of(process: int) -> list[int]:
    """The processes that it started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(one) for one in found.stdout.split()]


def test_noise_slow_clients_and_broken_connections_hold_up_nobody() -> None:
    async def beside(running: Running) -> None:
        slow = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(50)]
        for _, writer in slow:
            writer.write(
                b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Le"
            )
        for seed in range(3):
            found = await asyncio.to_thread(noise, running.port, seed, 40)
            assert not any(line.startswith("HTTP/1.1 5") for line in found), found
            assert await asked(running.port, times=5) == [200] * 5
        for _, writer in slow:
            writer.close()

    with Running(str(TRANSLATE), "--no-log") as running:
        run(beside(running))
        assert running.status("GET /readyz") == 200
        assert running.end() == 0
        assert not [line for line in running.said if "http://" not in line]  # nor is anything else said


def test_bytes_that_are_no_http_are_counted_and_said_as_requests_are() -> None:
    with Running(str(CLASSIFY)) as running:
        for sent in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GARBAGE\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
                connection.sendall(sent)
                assert status_of(connection.recv(65536)) == 400
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/metrics") as found:
            assert 'recurra_requests_total{path="other",status="400"} 2.0' in found.read().decode()
        assert running.end() == 0
    lines = [json.loads(line) for line in running.said if line.startswith("{")]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("", "", 400)] * 2
    assert "Invalid" not in "".join(running.said)


@pytest.mark.skipif(sys.platform != "linux", reason="systemd")
def test_who_asked_is_told_once_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for workers, address in (("1", str(tmp_path / "notify")), ("2", f"\0recurra-{os.getpid()}")):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(address)
            listening.settimeout(60)
            monkeypatch.setitem(ENVIRONMENT, "NOTIFY_SOCKET", address.replace("\0", "@"))
            with Running(str(CLASSIFY), "--workers", workers, "--no-log") as running:
                assert listening.recv(100) == b"READY=1"
                assert running.status("GET /readyz") == 200
                assert running.end() == 0


def test_nobody_who_listens_does_not_keep_it_from_serving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(ENVIRONMENT, "NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with Running(str(CLASSIFY), "--no-log") as running:
        assert running.status("GET /readyz") == 200
        assert running.end() == 0
        assert "could not be told" in "".join(running.said)


def test_more_than_it_can_answer_is_refused_and_the_rest_is_answered() -> None:
    async def overload(running: Running) -> list[int]:
        body = {"inputs": ["red blue " * 20] * 4, "options": {"beam": 8}}
        every = await asyncio.gather(*(asked(running.port, request("POST /v1/predict", body)) for _ in range(120)))
        return [status for statuses in every for status in statuses]

    with Running(str(TRANSLATE), "--no-log", "--max-waiting", "20") as running:
        statuses = run(overload(running))
        assert set(statuses) == {200, 429}
        assert len(statuses) == 120
        assert running.status("POST /v1/predict", {"inputs": ["red"]}) == 200
        assert running.end() == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([str(CLASSIFY), "--host", "0.0.0.0"], 2, "--token"),
        ([str(CLASSIFY), str(CLASSIFY)], 2, "twice"),
        ([str(CLASSIFY), "--token", "short"], 2, "16 characters"),
        ([str(CLASSIFY), "--host", "192.0.2.1", "--token", "x" * 20], 1, "cannot listen"),
    ],
)
def test_what_is_asked_for_and_cannot_be_is_said_in_a_line_before_anything_is_loaded(
    arguments: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("recurra.serving.running.run", lambda *given: pytest.fail("it is served"))
    assert command_line(["serve", *arguments, "--port", "0"]) == code
    found = capsys.readouterr().err
    assert said in found
    assert "Traceback" not in found


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere"], 1, "nowhere"),
        ([str(CLASSIFY), "--languages", "en-de"], 2, "--languages"),
        (["nowhere", "--workers", "2"], 1, "nowhere"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_line_and_ends(arguments: list[str], code: int, said: str) -> None:
    command = [sys.executable, "-m", "recurra", "serve", *arguments, "--port", "0"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == code, found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr
