"""Makes lecture.ipynb: runs the cells of lecture.py, keeps what they show.

python docs/lecture/build.py
"""

from __future__ import annotations

import nbformat
from cells import NOTEBOOK, cells
from nbclient import NotebookClient

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
SECONDS = 600  # for one cell
NEW = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}


def notebook() -> nbformat.NotebookNode:
    """The cells, not yet run; their names do not change from one time to the next."""
    made = [
        NEW[cell.kind](cell.text, id=f"cell-{number}")
        for number, cell in enumerate(cells())
    ]
    return nbformat.v4.new_notebook(
        cells=made, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )


def main() -> None:
    """Runs them and writes the file."""
    made = notebook()
    NotebookClient(
        made, timeout=SECONDS, kernel_name="python3", record_timing=False
    ).execute()
    made.metadata["language_info"] = {
        "name": "python"
    }  # not the version that happened to run it
    nbformat.write(made, NOTEBOOK)


if __name__ == "__main__":
    main()
