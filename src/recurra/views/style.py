"""The style sheet of pages and notebook fragments: small, and everything under the class `recurra`.

Light and dark need no rules of their own: colours are the surroundings' own, or halfway between the two. A fragment
takes them from its notebook, whose theme need not be the system's.
"""

from __future__ import annotations

# The tree of a search: for fragments, and for the page to look inside.
TREE = """.recurra .tree { display: block; font: 13px ui-monospace, monospace; }
.recurra .tree text { fill: currentColor; dominant-baseline: central; }
.recurra .tree .p { font-size: 10px; opacity: .7; text-anchor: end; }
.recurra .tree rect { fill: rgb(var(--ink)); stroke: currentColor; stroke-opacity: .45; }
.recurra .tree path { fill: none; stroke: currentColor; stroke-opacity: .35; }
.recurra .tree .gone rect, .recurra .tree path.gone { stroke-dasharray: 2 3; }
.recurra .tree .gone text { opacity: .6; }
.recurra .tree .answer rect, .recurra .tree path.answer { stroke: rgb(var(--ink)); stroke-opacity: 1;
  stroke-width: 2.5; }
.recurra .tree .answer text { font-weight: 600; }
.recurra .tree .badge { font: 600 11px system-ui, sans-serif; }
"""
# Two outputs beside each other, likewise.
CONTRAST = """.recurra .contrast .odds { display: inline-block; position: relative; width: 10rem; max-width: 30vw;
  height: .8em; margin-inline-end: .8em; border-inline: 1px solid var(--line); }
.recurra .contrast .nats { display: inline-block; min-width: 3.5em; }
.recurra .contrast .odds svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: rgb(234 120 30); }
.recurra .contrast .for svg { fill: rgb(var(--ink)); }
.recurra .contrast tbody tr:not(.differ) { opacity: .7; }
.recurra .contrast .decides th, .recurra .contrast .decides td, .recurra .contrast tfoot { font-weight: 600; }
"""
FRAGMENTS = """
.recurra { --ink: 59 130 246; --line: rgb(128 128 128 / .35); font: 15px/1.5 system-ui, sans-serif;
  --paper: var(--jp-layout-color0, var(--vscode-editor-background, var(--colab-primary-surface-color, Canvas))); }
.recurra-page { color-scheme: light dark; background: Canvas; color: CanvasText; margin: 0 auto; max-width: 75rem;
  padding: 1rem; }
.recurra h1 { font-size: 1.4rem; }
.recurra section { margin: 0 0 2rem; }
.recurra .texts { margin: 0 0 .4rem; overflow-wrap: anywhere; }
.recurra .arrow, .recurra caption, .recurra .note { opacity: .65; }
.recurra .hidden { font: .75em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px;
  padding: 0 .15em; opacity: .75; }
.recurra table { border-collapse: collapse; margin: 0 0 1rem; }
.recurra caption { text-align: start; font-size: .8rem; padding: .2rem 0; white-space: nowrap;
  contain: inline-size; }
.recurra .scroll { max-width: 100%; max-height: 85vh; overflow: auto; }
.recurra .map { border-collapse: separate; border-spacing: 1px; }
.recurra .map thead, .recurra .map tbody th { background: var(--paper); }
.recurra .map th { font-weight: 500; position: sticky; white-space: nowrap; padding: 0 .2rem; }
.recurra .map thead { position: sticky; top: 0; z-index: 2; }
.recurra .map thead th { vertical-align: bottom; text-align: center; }
.recurra .map thead td { position: sticky; left: 0; background: var(--paper); z-index: 3; }
.recurra .map tbody th { left: 0; text-align: end; z-index: 1; }
.recurra .map .long { writing-mode: vertical-rl; line-height: 1.2; padding: .2rem 0; margin: 0 auto; }
.recurra .map tbody td { background: rgb(var(--ink) / calc(var(--w, 0) + .04)); color: transparent; font-size: .5rem;
  min-width: 1.1rem; height: 1.3rem; padding: 0; text-align: center; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
.recurra .signed .against { --ink: 217 119 6; }
.recurra .counts tbody td { color: inherit; font-size: .75rem; padding: 0 .25rem; }
.recurra .units tbody td { height: auto; }
.recurra .units img { display: block; width: 100%; min-height: 3rem; max-height: 16rem; image-rendering: pixelated; }
.recurra .map tbody tr:hover th { color: rgb(var(--ink)); }
.recurra .map tbody td:hover { outline: 2px solid rgb(var(--ink)); color: inherit; }
.recurra .list th, .recurra .list td { text-align: start; vertical-align: top; padding: .25rem 1.2rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.recurra .list th, .recurra .list .definition { overflow-wrap: normal; }
.recurra .list .definition code { overflow-wrap: anywhere; }
@media (max-width: 32rem) { .recurra .list th, .recurra .list td { padding-inline-end: .5rem; } }
.recurra .list .number { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
.recurra .looks { display: flex; flex-wrap: wrap; gap: .5rem; }
.recurra .looks figure { margin: 0; text-align: center; font-size: .85rem; }
.recurra .look { background: var(--picture) 0 0 / 100% 100% #fff; image-rendering: pixelated; }
.recurra .look img { display: block; width: 100%; height: 100%; image-rendering: pixelated; }
@media (forced-colors: active) { .recurra .map tbody td { color: CanvasText; } }
"""
STYLE = FRAGMENTS + TREE + CONTRAST


def fragment(body: str) -> str:
    """A piece of a notebook's page, with the style sheet."""
    return f'<div class="recurra">\n<style>{STYLE}</style>\n{body}</div>\n'
