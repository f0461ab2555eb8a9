"""python -m recurra.watching FOLDER: shows the run in a folder until standard input ends; prints the address.

It is started by `recurra train --watch` (beside.py). Signals are for the training: Ctrl-C goes to both processes, and
this one is to show what comes of it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from recurra.runs import EVERY
from recurra.watching.server import serve

LAST = 2 * EVERY + 0.5  # seconds in which pages that are open see the end


def main() -> None:
    """The process."""
    if hasattr(os, "nice"):
        os.nice(5)  # the training comes first
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)

    def until() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        time.sleep(LAST)

    def served() -> None:
        serve([Path(sys.argv[1])], None, tell, until)

    run = threading.Thread(target=served)  # in a thread of its own the server leaves signals alone
    run.start()
    run.join()


def tell(address: str) -> None:
    """Says the address to whoever has started this."""
    print(address, flush=True)


if __name__ == "__main__":
    main()
