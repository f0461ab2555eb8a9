"""`python -m recurra`: the command line, where the script is not on the path."""

from __future__ import annotations

from recurra.cli.dispatch import main

if __name__ == "__main__":
    main()
