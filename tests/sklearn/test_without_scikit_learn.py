"""Without scikit-learn recurra is whole, and recurra.sklearn says what is missing."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["sklearn"] = None
import recurra, recurra.api
try:
    import recurra.sklearn
except ImportError as error:
    print(error)
"""


def test_it_says_what_is_missing() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == 'recurra.sklearn needs scikit-learn: pip install "recurra[sklearn]"\n'
