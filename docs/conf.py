"""How Sphinx builds these pages. `make docs` turns every warning into an error."""

from __future__ import annotations

from docutils.nodes import Element, SkipNode
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

import recurra
from recurra.cli.settings import markdown_lines, rows_of
from recurra.tasks import TASKS

project = "recurra"
author = "The recurra founders"
copyright = "2026, the recurra founders. Apache-2.0"
version = release = recurra.__version__

extensions = ["myst_nb"]  # Markdown as by myst_parser, and notebooks
nb_execution_mode = "off"  # a notebook is shown as it is stored: `make lecture` runs it
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["formulas.css", "notebook.css"]
html_math_renderer = "mathml"
html_title = f"recurra {release}"


def setup(app: Sphinx) -> None:
    """Formulas become MathML while the pages are built: they need no script, and no network to fetch one from."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline_formula, None), block_renderers=(formula, None))
    app.connect("source-read", add_settings)


def add_settings(app: Sphinx, page: str, source: list[str]) -> None:
    """The page of the settings ends with all of them, so that it is never out of date."""
    if page == "settings":
        rows = rows_of({name: task.recipe for name, task in TASKS.items()})
        source[0] += "\n".join(markdown_lines(rows, len(TASKS)))


def inline_formula(writer: HTML5Translator, node: Element) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def formula(writer: HTML5Translator, node: Element) -> None:
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode
