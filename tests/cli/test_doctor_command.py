"""`recurra doctor`: says what this machine has, and marks what is wrong."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

import pytest

from recurra.cli import machine, self_test
from recurra.cli.doctor import lines
from recurra.cli.machine import Finding

if TYPE_CHECKING:
    from conftest import CommandLine


class Usage(NamedTuple):
    free: float


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "steps_per_second", lambda layer, inputs: 1234.0)


def test_a_healthy_machine(recurra: CommandLine) -> None:
    result = recurra("doctor")
    assert (result.code, result.err) == (0, "")
    assert "!!" not in result.out
    for text in (
        "Python  ",
        "processor",
        "cores",
        "bfloat16",
        "GPU",
        "disk here",
        "implementations differ by",
        "1,234 steps/s",
    ):
        assert text in result.out
    assert f" {metadata.version('torch')}\n" in result.out


def test_every_package_that_is_needed_is_named() -> None:
    needed = machine.required_packages()
    assert {"torch", "numpy", "typer", "rich", "babel", "tomli-w"} <= set(needed)
    assert "pytest" not in needed


def test_what_other_systems_need_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [
        "torch>=2.6",
        "tzdata; sys_platform == 'win32'",
        'rich ; sys_platform == "linux"',
        "x; extra == 'test'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: wanted)
    for system, needed in (("linux", ["torch", "rich"]), ("win32", ["torch", "tzdata"]), ("darwin", ["torch"])):
        monkeypatch.setattr(machine.sys, "platform", system)
        assert machine.required_packages() == needed


def test_a_missing_package_is_marked_and_torch_is_left_alone(
    recurra: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name in ("torch", "tensorboard"):
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(metadata, "version", version)
    result = recurra("doctor")
    assert result.code == 1
    assert "!! torch " in result.out
    assert "-m pip install torch" in result.out
    assert "!! tensorboard" not in result.out
    assert "self-test" not in result.out


def test_a_full_disk_is_marked(recurra: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda folder: Usage(1e8))
    result = recurra("doctor")
    assert result.code == 1
    assert "!! disk here" in result.out
    assert "0.1 GB free" in result.out


def test_implementations_that_disagree_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert self_test.implementations().advice == ""
    monkeypatch.setattr(self_test, "TOLERANCE", -1.0)
    assert "computes wrongly" in self_test.implementations().advice


def test_the_report_stands_in_columns() -> None:
    findings = [Finding("a", "1"), Finding("long", "2\x1b", "Do this.")]
    assert list(lines(findings)) == ["   a     1", "!! long  2<U+001B>", "         Do this."]
