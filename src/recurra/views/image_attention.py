"""Looks at an image as HTML: the image once for each token that was written, lit where the model looked.

What a token did not look at is dimmed. The brightest cell is the one with the largest weight, which stands in the
title (shown when the pointer rests on the image).
"""

from __future__ import annotations

from html import escape

from recurra.tracing import AttentionMap, Picture
from recurra.views.picture import image_address, mask_address
from recurra.views.tokens import label

SIDE = 96  # pixels of the screen, of the longer side of an image


def looks_html(attention: AttentionMap, picture: Picture) -> str:
    """The map as a row of images."""
    scale = SIDE / max(picture.height, picture.width)
    size = f"width:{picture.width * scale:.0f}px;height:{picture.height * scale:.0f}px"
    image = image_address(picture)
    figures = "".join(
        _look(token, weights, picture, size)
        for token, weights in zip(attention.target_tokens, attention.weights, strict=True)
    )
    return (
        f'<div class="looks" style="--picture:url({image})">\n'
        f'<figure class="whole"><div class="look" style="{size}"></div><figcaption>the image</figcaption></figure>\n'
        f"{figures}</div>\n"
        '<p class="note">Below each image its token; the brighter, the more attention.</p>\n'
    )


def _look(token: str, weights: list[float], picture: Picture, size: str) -> str:
    largest = max(weights)
    at = weights.index(largest)
    title = f"{label(token)}: {largest:.0%} on row {at // picture.columns + 1}, column {at % picture.columns + 1}"
    dark = [1 - weight / largest if largest > 0 else 1.0 for weight in weights]
    rows = [dark[k : k + picture.columns] for k in range(0, len(dark), picture.columns)]
    return (
        f'<figure title="{escape(title)}"><div class="look" style="{size}">'
        f'<img src="{mask_address(rows)}" alt="{escape(title)}"></div>'
        f"<figcaption><bdi>{escape(label(token))}</bdi></figcaption></figure>\n"
    )
