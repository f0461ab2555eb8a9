"""`recurra doctor`: the installation and the machine, and what is missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from recurra.say import harmless

if TYPE_CHECKING:
    from recurra.cli.machine import Finding


def doctor() -> int:
    """Check the installation and the machine: versions, processor, memory, disk, and a short test.

    Lines that begin with !! need attention; then the exit code is 1. The test compares the fused LSTM with its
    reference implementation.
    """
    from recurra.cli import machine

    findings = list(machine.examine())
    if not any(finding.name in machine.required_packages() and finding.advice for finding in findings):
        from recurra.cli import self_test

        findings += self_test.examine()
    print("\n".join(lines(findings)))
    return 1 if any(finding.advice for finding in findings) else 0


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The report, values below each other, what needs attention marked."""
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "!!" if finding.advice else "  "
        yield f"{mark} {finding.name:{width}}  {harmless(finding.value)}"
        if finding.advice:
            yield f"   {'':{width}}  {finding.advice}"
