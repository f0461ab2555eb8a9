"""The colours of drawings, for light and dark surroundings.

Each colour is a custom property of CSS that a page may set (--recurra-hidden: teal), else the one here. Alone, as a
file or an image, a drawing follows the reader's light or dark; within a page it follows the page's color-scheme.
Programs that know no style sheets (those that make slides, for example) find the light colours in the attributes.
"""

from __future__ import annotations

# Role -> on light, on dark.
COLOURS: dict[str, tuple[str, str]] = {
    "ink": ("#1f2937", "#e5e7eb"),  # words and boxes
    "quiet": ("#5b6472", "#a3acba"),  # sizes and what is said beside
    "paper": ("#ffffff", "#16191f"),  # what lies behind
    "panel": ("#f5f6f8", "#21252d"),  # the ground of a cell, an encoder, a decoder
    "edge": ("#cfd4dc", "#434a56"),  # around a panel
    "input": ("#0b7a5b", "#5fd3ac"),  # x
    "hidden": ("#1d5fc2", "#86b6ff"),  # h
    "cell": ("#b4500b", "#ffb066"),  # c
    "gate": ("#a12a6d", "#f29ac8"),  # gates, attention
}
SYMBOLS = "'STIX Two Text','Latin Modern Roman','Cambria','Georgia','DejaVu Serif',serif"
WORDS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif"
NUMBERS = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"


def style_sheet() -> str:
    """Where the browser knows light and dark, the colours by role; where it does not, the attributes hold."""
    rules = [":root.recurra-drawing{color-scheme:light dark}", ".recurra-drawing{max-width:100%;height:auto}"]
    for role, (light, dark) in COLOURS.items():
        value = f"var(--recurra-{role},light-dark({light},{dark}))"
        rules.append(f".recurra-drawing .fill-{role}{{fill:{value}}}.recurra-drawing .line-{role}{{stroke:{value}}}")
    return "@supports (color:light-dark(#000,#fff)){" + "\n".join(rules) + "}"


def painted(fill: str = "", line: str = "", width: float = 0) -> str:
    """The attributes of a shape in the colours of these roles; none is left out."""
    classes = [f"fill-{fill}"] * bool(fill) + [f"line-{line}"] * bool(line)
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    attributes += f' fill="{COLOURS[fill][0] if fill else "none"}"'
    if line:
        attributes += f' stroke="{COLOURS[line][0]}" stroke-width="{width:g}"'
    return attributes
