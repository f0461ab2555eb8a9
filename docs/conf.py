"""How Sphinx builds these pages. `make docs` turns every warning into an error."""

from __future__ import annotations

import recurra

project = "recurra"
author = "The recurra founders"
copyright = "2026, the recurra founders. Apache-2.0"
version = release = recurra.__version__

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"recurra {release}"
