"""Makes lecture.ipynb: runs the cells of lecture.py, keeps what they show.

python docs/lecture/build.py
"""

from __future__ import annotations

import re
from html import unescape

import nbformat
from cells import NOTEBOOK, cells
from nbclient import NotebookClient
from nbformat import NotebookNode

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
SECONDS = 600  # for one cell
NEW = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
SVG, PNG = "image/svg+xml", "image/png"


def notebook() -> NotebookNode:
    """The cells, not yet run; their names do not change from one time to the next."""
    made = [
        NEW[cell.kind](cell.text, id=f"cell-{number}")
        for number, cell in enumerate(cells())
    ]
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=made, metadata=about)


def describe(made: NotebookNode) -> None:
    """Gives images their words, for those who do not see them: myst-nb writes them."""
    text = ""
    for cell in made.cells:
        if cell.cell_type == "markdown":
            text = cell.source
            continue
        shown = [output.data for output in cell.outputs if "data" in output]
        words = [drawing_in_words(data[SVG]) for data in shown if SVG in data]
        words += [last_sentence(text) for data in shown if PNG in data]
        if words:
            alt = " ".join(dict.fromkeys(words))
            cell.metadata["mystnb"] = {"image": {"alt": alt}}


def drawing_in_words(svg: str) -> str:
    """What a drawing of recurra says of itself."""
    title, about = (
        re.search(f"<{tag}>(.*?)</{tag}>", svg, re.DOTALL) for tag in ("title", "desc")
    )
    assert title
    assert about
    return unescape(f"{title[1]}: {about[1]}")


def last_sentence(text: str) -> str:
    """Of the text above a picture, which says what it shows."""
    return re.split(r"(?<=[.?!])\s", " ".join(text.split()))[-1]


def main() -> None:
    """Runs them and writes the file."""
    made = notebook()
    client = NotebookClient(
        made, timeout=SECONDS, kernel_name="python3", record_timing=False
    )
    client.execute()
    made.metadata["language_info"] = {"name": "python"}  # whatever version ran it
    describe(made)
    nbformat.write(made, NOTEBOOK)


if __name__ == "__main__":
    main()
