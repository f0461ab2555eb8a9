"""The part of `recurra doctor` that needs no torch, which may be missing: system, processor, packages, disks."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from recurra import __version__
from recurra.cores import idle_cores, usable_cores

MIN_DISK = 1e9  # bytes; a run writes its encoded data, a checkpoint and the model
CPU_FLAGS = {"AVX2": "avx2", "AVX-512": "avx512f", "AMX": "amx_tile", "bfloat16 AMX": "amx_bf16"}


class Finding(NamedTuple):
    """One line of the report; advice only where something is wrong."""

    name: str
    value: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Everything, in the order in which it is shown."""
    yield Finding("recurra", __version__)
    yield Finding("Python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}")
    yield Finding("system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield from processor()
    yield from packages()
    yield from disks()


def processor() -> Iterator[Finding]:
    """The processor, its cores and what it can compute with."""
    text = (
        Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace") if os.path.exists("/proc/cpuinfo") else ""
    )
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = set(" ".join(re.findall(r"^(?:flags|Features)\s*:\s*(.+)$", text, re.MULTILINE)).split())
    yield Finding("processor", name[1] if name else platform.processor() or "unknown")
    yield Finding("cores", f"{usable_cores()} usable of {os.cpu_count()}, {idle_cores()} for answering now")
    if flags:
        has = [f"{name} {'yes' if flag in flags else 'no'}" for name, flag in CPU_FLAGS.items()]
        yield Finding("instructions", ", ".join(has))
    yield Finding(
        "bfloat16",
        "may be faster: training measures it" if "amx_bf16" in flags else "slower without AMX: float32 is used",
    )
    if sys.platform != "win32":  # which has no sysconf
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        yield Finding("memory", f"{pages * size / 1e9:.1f} GB")


def packages() -> Iterator[Finding]:
    """The packages that recurra needs, with their versions."""
    for name in required_packages():
        try:
            yield Finding(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "is missing", f"Install it: {sys.executable} -m pip install {name}")
    try:
        yield Finding("tensorboard", metadata.version("tensorboard"))
    except metadata.PackageNotFoundError:
        yield Finding("tensorboard", "not installed; runs are written to metrics.jsonl only")


def required_packages() -> list[str]:
    """The names in recurra's own metadata; without those of extras and of other systems."""
    try:
        wanted = metadata.requires("recurra") or []
    except metadata.PackageNotFoundError:
        return ["torch"]
    for_others = re.compile(rf"extra ==|sys_platform == ['\"](?!{sys.platform}['\"])")
    return [re.split(r"[\s<>=!~;\[(]", one)[0] for one in wanted if not for_others.search(one)]


def disks() -> Iterator[Finding]:
    """Room where models and temporary files go."""
    for name, folder in (("disk here", os.getcwd()), ("disk for temporary files", tempfile.gettempdir())):
        free = shutil.disk_usage(folder).free
        advice = f"A run may need more than {MIN_DISK / 1e9:.0f} GB." if free < MIN_DISK else ""
        yield Finding(name, f"{free / 1e9:.1f} GB free in {folder}", advice)
