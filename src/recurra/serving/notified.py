"""Whoever started the process and asked to be told (systemd, with Type=notify) is told that requests are answered."""

from __future__ import annotations

import os
import socket

from recurra.say import say

SOCKET = "NOTIFY_SOCKET"  # where it listens; a leading @ stands for the 0 of an abstract address


def notify_ready() -> None:
    """Tells it; nothing where nobody asked for it."""
    address = os.environ.get(SOCKET, "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
            one.sendto(b"READY=1", f"\0{address[1:]}" if address.startswith("@") else address)
    except OSError as error:
        say(f"recurra: whoever listens at {SOCKET} {address} could not be told that it serves: {error}")
