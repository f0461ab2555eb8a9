"""Pages and fragments: well-formed, self-contained, safe against any text, and readable without seeing them."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator

import pytest
from attention_maps import SOURCES, diagonal
from documents import EVIL, Document
from numpy import array

from recurra.tracing import AttentionMap, LayerTrace, Trace
from recurra.views import (
    Shown,
    attention_html,
    evaluation_html,
    page,
    prediction_html,
    predictions_html,
    trace_html,
)

EVALUATION = {
    "count": 1234,
    "measures": {
        "sequence_error_rate": {"value": 2.9, "low": 1.94, "high": 4.1, "definition": "share of <outputs>"},
        "bleu": {"value": 33.216, "low": 32.0, "high": 34.4, "definition": "corpus BLEU", "signature": "nrefs:1|a<b"},
        "perplexity": {"value": None, "low": 1.2, "high": None, "definition": "exp of the mean"},
    },
}
TRACE = Trace(
    EVIL,
    "x",
    ["a", EVIL],
    ["x"],
    AttentionMap(["a", EVIL], ["x"], [[0.25, 0.75]]),
    [
        LayerTrace(
            "encoder<0>",
            ["a", EVIL],
            {"forget<": array([[0.0, 1.0], [0.5, 0.2]])},
            {"cell": array([[-2.0, 1.0], [0.0, 2.0]])},
        )
    ],
)
FRAGMENTS = {
    "attention": attention_html(diagonal(["a", EVIL], [EVIL])),
    "prediction": prediction_html(EVIL, EVIL),
    "predictions": predictions_html([(EVIL, "b"), ("a", EVIL)]),
    "evaluation": evaluation_html(EVALUATION),
    "trace": trace_html(TRACE),
    "page": "".join(page([Shown(EVIL, "b", diagonal(["a"], [EVIL])), Shown("", "")], EVIL)),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_html_is_balanced_and_loads_and_runs_nothing(name: str) -> None:
    document = Document(FRAGMENTS[name])
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "div",
        "p",
        "h1",
        "span",
        "b",
        "bdi",
    }
    tables = {
        "ul",
        "li",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "br",
        "details",
        "summary",
        "img",
    }
    assert {tag for tag, _ in document.tags} <= allowed | tables
    for _, attributes in document.tags:
        assert not [key for key in attributes if key.startswith("on") or key == "href"]
        assert str(attributes.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")
    assert "://" not in FRAGMENTS[name]
    assert "@import" not in FRAGMENTS[name]
    assert "url(" not in FRAGMENTS[name]


@pytest.mark.parametrize("name", ["attention", "prediction", "predictions", "trace", "page"])
def test_text_is_shown_and_never_read_as_html(name: str) -> None:
    document = Document(FRAGMENTS[name])
    assert '<script>alert("1")</script>&amp;' in document.text
    assert "\u202e" not in FRAGMENTS[name]
    assert "U+202E" in document.text


def test_texts_and_tokens_are_isolated_from_each_other() -> None:
    html = prediction_html("الاثنين", "x", diagonal(["ا", "<EOS>"], ["b"]))
    assert "<bdi>الاثنين</bdi>" in html
    assert '<th scope="col"><bdi>ا</bdi></th>' in html
    assert 'title="b ← \u2068ا\u2069: 1.0000"' in html


def test_a_map_is_a_table_with_headers_a_caption_and_every_weight() -> None:
    attention = AttentionMap(["a", " ", "c"], ["x", "y"], [[0.12345, 0.8, 0.00001], [0.0, 0.0, 1.0]])
    document = Document(attention_html(attention))
    assert len(document.all("caption")) == 1
    assert [th["scope"] for th in document.all("th")] == ["col"] * 3 + ["row"] * 2
    titles = [td["title"] for td in document.all("td") if "title" in td]
    assert titles[0] == "x ← a: 0.1235"
    assert titles[1] == "x ← \u2068␣\u2069: 0.8000"
    assert [re.sub(".*: ", "", str(title)) for title in titles[2:]] == ["0.0000", "0.0000", "0.0000", "1.0000"]
    assert [td["style"] for td in document.all("td") if "style" in td][1:3] == ["--w:0.8", "--w:1e-05"]


@pytest.mark.parametrize("script", SOURCES)
def test_any_script_gives_a_cell_for_each_weight(script: str) -> None:
    source = SOURCES[script]
    document = Document(attention_html(diagonal(source, source)))
    assert len([td for td in document.all("td") if "title" in td]) == len(source) ** 2


def test_words_are_written_downwards_and_characters_are_not() -> None:
    words = attention_html(diagonal(["a", "longer", "sentence", "of", "words"], ["x"]))
    letters = attention_html(diagonal([*"a sentence", "<EOS>"], ["x"]))
    assert words.count('class="long"') == 4  # all but "a"
    assert letters.count('class="long"') == 1


def test_no_tokens_no_map() -> None:
    assert "No tokens" in attention_html(AttentionMap(["a"], [], []))
    assert "<table" not in prediction_html("a", "")


def test_a_page_is_whole_and_comes_in_pieces() -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Shown]:
        while True:
            drawn.append(1)
            yield Shown("a", "b", diagonal(["a"], ["b"]))

    pieces = page(endless(), "Many")
    head, first = next(pieces), next(pieces)
    assert head.startswith("<!DOCTYPE html>")
    assert "<title>Many</title>" in head
    assert "<bdi>a</bdi>" in first
    assert len(drawn) == 1
    assert "".join(page([], "None")).endswith("</html>\n")


def test_an_evaluation_shows_values_intervals_and_definitions() -> None:
    text = Document(evaluation_html(EVALUATION)).text
    for seen in (
        "1,234 pairs",
        "2.90 %",
        "1.94 to 4.10",
        "33.22",
        "nrefs:1|a<b",
        "share of <outputs>",
        "∞",
        "1.20 to ∞",
    ):
        assert seen in text


def pixels(address: str) -> list[list[tuple[int, ...]]]:
    """The RGBA pixels of a PNG that is made as ours: one IDAT, no filter."""
    data = b64decode(address.removeprefix("data:image/png;base64,"))
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    start = data.index(b"IDAT")
    size = int.from_bytes(data[start - 4 : start], "big")
    body = data[start + 4 : start + 4 + size]
    assert zlib.crc32(b"IDAT" + body) == int.from_bytes(data[start + 4 + size : start + 8 + size], "big")
    raw = zlib.decompress(body)
    assert len(raw) == height * (4 * width + 1)
    lines = [raw[k * (4 * width + 1) + 1 : (k + 1) * (4 * width + 1)] for k in range(height)]
    return [[tuple(line[4 * x : 4 * x + 4]) for x in range(width)] for line in lines]


def test_gates_and_states_of_a_trace_are_pictures_with_time_across() -> None:
    document = Document(trace_html(TRACE))
    forget, cell = document.all("img")
    assert forget["alt"] == "forget<: 2 steps, 2 units, from 0.000 to 1.000"
    assert cell["alt"] == "cell: 2 steps, 2 units, from -2.000 to 2.000"
    assert [[pixel[3] for pixel in line] for line in pixels(str(forget["src"]))] == [[0, 128], [255, 51]]
    shown = pixels(str(cell["src"]))
    assert [[pixel[3] for pixel in line] for line in shown] == [[255, 0], [128, 255]]
    assert shown[0][0][:3] != shown[1][0][:3]  # below zero, above zero
    assert len(document.all("details")) == 1
