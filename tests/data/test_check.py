"""The check counts what is in the pairs, and the layout shows what the model will read."""

from __future__ import annotations

import dataclasses
import json
import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.data import (
    PAIRS,
    DataSource,
    Example,
    Rows,
    SeenPairs,
    check_pairs,
    collate,
    lay_out,
    layout_lines,
    open_examples,
    report_lines,
    report_warnings,
)
from recurra.data.characters import CharacterCounter
from recurra.data.check import CHUNK, Report
from recurra.data.lengths import LengthCounter
from recurra.data.overlap import hash_pair
from recurra.text import EOS, GO, PAD, UNK, Tokenizer

GIVEN = [("ab", "x y"), ("abc", "x"), ("ab", "z"), ("ab", "x y"), ("b" * 9, "y z x")]


def checked(
    train: list[tuple[str, str]], valid: list[tuple[str, str]] | None = None, limit: int | None = None
) -> Report:
    tokenizers = (
        Tokenizer.build([source for source, _ in train], "chars"),
        Tokenizer.build([target for _, target in train], "words"),
    )
    return check_pairs(
        open_examples(DataSource(rows=train, name="train"), PAIRS),
        tokenizers,
        open_examples(DataSource(rows=valid, name="valid"), PAIRS) if valid else None,
        reasons=("of this", ""),
        max_source_length=limit,
    )


def test_repetitions() -> None:
    report = checked(GIVEN)
    assert (report.pairs, report.duplicates, report.ambiguous) == (5, 1, 1)
    lines = report_lines(report)
    assert lines[0] == "train: 5 pairs"
    assert "  1 pair (20.0%) repeats an earlier one" in lines
    assert "  1 source with more than one target: each of them is right, and a source counts once" in lines


def test_units_and_lengths() -> None:
    report = checked(GIVEN, limit=3)
    assert (report.source.units, report.source.reason, report.source.vocabulary) == ("graphemes", "of this", 7)
    assert (report.target.units, report.target.reason, report.target.vocabulary) == ("words", "", 7)
    assert (report.source.lengths.median, report.source.lengths.longest) == (2, 9)
    assert (report.source.lengths.longest_line, report.source.lengths.too_long) == (5, 1)
    assert report.target.lengths.longest == 3
    assert report.target.lengths.too_long == 0
    assert "1 longer than 3 will be left out of training" in report_warnings(report)
    lines = report_lines(report)
    assert lines[lines.index("source: graphemes, a vocabulary of 7, normalization NFC") + 1] == "  because of this"
    assert lines[lines.index("target: words, a vocabulary of 7, normalization NFC") + 1].startswith("  length in words")


def test_what_valid_shares_with_train_and_what_it_has_alone() -> None:
    report = checked(GIVEN, [("ab", "x y"), ("abc", "q x"), ("a?!?", "z"), ("new", "x")])
    valid = report.valid
    assert valid is not None
    assert (valid.pairs, valid.repeated, valid.known_sources) == (4, 1, 1)
    assert (valid.source.tokens, valid.source.unknown) == (12, 6)
    assert valid.source.most_frequent[0] == ("?", 2)
    assert valid.target.most_frequent == (("q", 1),)
    warnings = report_warnings(report)
    assert any("1 pair (25.0%) of these is in the training data too" in warning for warning in warnings)
    assert any("source: 6 of 12 units (50.00%) are unknown: ? (2)" in warning for warning in warnings)


def test_nothing_to_warn_of() -> None:
    clean = [(letter * 3, letter) for letter in "abcdefgh"]
    report = checked(clean, [("abc", "a")])
    assert report_warnings(report) == []
    assert "  source: every one of the 3 units is in the vocabulary" in report_lines(report)


def test_characters() -> None:
    train = [
        ("caf\u00e9", "x"),
        ("cafe\u0301", "x\u200b"),
        ("cafÃ©", "y\ufffd"),
        (" a", "b\u202e"),
        ("فا\u200c", "\x00z"),
    ]
    report = checked(train)
    source, target = report.source.characters, report.target.characters
    assert source.alphabet == len(set("".join(text for text, _ in train)))
    assert (source.composed, source.decomposed, source.mixed) == (2, 1, True)
    assert (source.garbled, source.padded) == (1, 1)
    assert [one.character for one in source.suspicious] == ["\u200c"]
    assert {one.character for one in target.suspicious} == {"\u200b", "\ufffd", "\u202e", "\x00"}
    shown = "\n".join(report_lines(report))
    assert "U+200B ZERO WIDTH SPACE (1)" in shown
    assert "U+202E RIGHT-TO-LEFT OVERRIDE (1)" in shown
    assert "2 texts with composed letters (NFC), 1 with decomposed (NFD): all are normalized to NFC" in shown
    assert all(character.isprintable() or character == "\n" for character in shown), "nothing invisible is printed"
    warnings = "\n".join(report_warnings(report))
    assert "what looks like UTF-8 that was read in another encoding" in warnings
    assert "U+200C" not in warnings, "a joiner is how Persian is spelled"


def test_mixed_spellings_without_normalization_are_a_warning() -> None:
    train = [("caf\u00e9", "x"), ("cafe\u0301", "y")]
    tokenizers = (Tokenizer.build(["cafe"], "chars", normalization="none"), Tokenizer.build(["x y"], "words"))
    report = check_pairs(open_examples(DataSource(rows=train), PAIRS), tokenizers)
    assert any("set text.normalization to NFC" in warning for warning in report_warnings(report))


def test_the_report_is_plain_data() -> None:
    report = checked(GIVEN, [("ab", "x y")])
    again = json.loads(json.dumps(dataclasses.asdict(report)))
    assert again["source"]["lengths"]["longest"] == 9
    assert again["valid"]["repeated"] == 1


def test_chunks_add_up() -> None:
    """More pairs than are encoded at once give the counts of a plain loop."""
    chance = random.Random(1)
    train = [("ab" * chance.randint(1, 9), str(chance.randint(0, 3000))) for _ in range(CHUNK + 500)]
    report = checked(train)
    assert report.pairs == len(train)
    assert report.duplicates == len(train) - len(set(train))
    targets = Counter(source for source, _ in set(train))
    assert report.ambiguous == sum(count > 1 for count in targets.values())
    longest = max(len(source) for source, _ in train)
    assert report.source.lengths.longest == longest
    assert report.source.lengths.longest_line == [len(source) for source, _ in train].index(longest) + 1


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 300), min_size=1), min_size=1, max_size=4), st.integers(0, 300))
def test_percentiles(chunks: list[list[int]], limit: int) -> None:
    counter = LengthCounter(limit)
    for chunk in chunks:
        counter.add(chunk, range(len(chunk)))
    every = sorted(length for chunk in chunks for length in chunk)
    report = counter.report()
    for percent, found in ((50, report.median), (90, report.p90), (95, report.p95), (99, report.p99)):
        assert found == every[math.ceil(percent * len(every) / 100) - 1]
    assert report.longest == every[-1]
    assert report.too_long == sum(length > limit for length in every)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(), max_size=5), max_size=3))
def test_characters_are_counted(chunks: list[list[str]]) -> None:
    counter = CharacterCounter()
    for chunk in chunks:
        counter.add(chunk)
    expected = Counter("".join(text for chunk in chunks for text in chunk))
    report = counter.report()
    assert report.alphabet == len(expected)
    assert report.rare == sum(count <= 2 for count in expected.values())
    assert all(expected[one.character] == one.count for one in [*report.first_rare, *report.suspicious])


def test_seen_pairs() -> None:
    seen = SeenPairs.of([Example("a", "b", 1), Example("a", "c", 2), Example("a", "b", 3), Example("ab", "", 4)])
    assert (seen.total, seen.duplicates, seen.ambiguous) == (4, 1, 1)
    assert seen.has_pair(Example("a", "c", 9))
    assert not seen.has_pair(Example("a", "d", 9))
    assert not seen.has_pair(Example("c", "a", 9))
    assert not seen.has_pair(Example("", "ab", 9)), "where the source ends counts"
    assert seen.has_source(Example("a", "d", 9))
    assert not seen.has_source(Example("b", "b", 9))


def test_hashes_are_the_same_in_every_process() -> None:
    assert hash_pair(Example("a", "b", 1)) == (3405396810240292928, 3170473902837006303)


def test_layout() -> None:
    source = Tokenizer.build(["ab"], "chars")
    target = Tokenizer.build(["x y"], "words")
    first, second = lay_out([Example("ab?", "x", 1), Example("b", "y x y", 7)], source, target)
    a, b, x, y = source.id("a"), source.id("b"), target.id("x"), target.id("y")
    assert first.source.tokens == ("a", "b", "?", "<EOS>")
    assert first.source.ids == (a, b, UNK, EOS)
    assert first.target_input.ids == (GO, x, PAD, PAD)
    assert first.target_output.ids == (x, EOS, PAD, PAD)
    assert (first.source.length, first.target_input.length, first.target_output.length) == (4, 2, 2)
    assert second.source.tokens == ("b", "<EOS>", "<PAD>", "<PAD>")
    assert second.target_input.ids == (GO, y, x, y)
    assert second.target_output.ids == (y, x, y, EOS)


def test_layout_agrees_with_the_batches() -> None:
    examples = [Example("ab", "x", 1), Example("b", "y x y", 2)]
    source, target = Tokenizer.build(["ab"], "chars"), Tokenizer.build(["x y"], "words")

    def rows(tokenizer: Tokenizer, texts: list[str]) -> Rows:
        ids = tokenizer.encode_batch(texts)
        ends = np.cumsum([0, *map(len, ids)])
        return Rows(np.array([id for row in ids for id in row], dtype=np.int32), ends)

    class Pairs:
        sources = rows(source, ["ab", "b"])
        targets = rows(target, ["x", "y x y"])

    batch = collate(Pairs, np.arange(2))  # type: ignore[arg-type]
    laid_out = lay_out(examples, source, target)
    for side in ("source", "target_input", "target_output"):
        assert getattr(batch, side).values.tolist() == [list(getattr(pair, side).ids) for pair in laid_out]
        assert getattr(batch, side).lengths.tolist() == [getattr(pair, side).length for pair in laid_out]


def test_layout_lines_stand_under_each_other() -> None:
    source = Tokenizer.build(["東京 a"], "chars")
    lines = layout_lines(lay_out([Example("東a 京\u200b", "a", 3)], source, source), width=100)
    assert lines[0] == 'line 3: "東a 京<U+200B>" -> "a"'
    tokens, ids = lines[2], lines[3]
    assert tokens.split() == ["東", "a", "␣", "京", "<U+200B>", "<EOS>"]
    assert len(ids.split()) == 6
    wide = "".join(f"{character} " if character in "東京" else character for character in tokens)  # two columns each
    starts = [place for place in range(4, len(ids)) if ids[place] != " " and ids[place - 1] == " "]
    assert [wide[place] for place in starts] == ["東", "a", "␣", "京", "<", "<"]


@pytest.mark.parametrize("width", [20, 40])
def test_layout_lines_keep_the_width(width: int) -> None:
    source = Tokenizer.build(["abc"], "chars")
    lines = layout_lines(lay_out([Example("abc" * 30, "c", 1)], source, source), width)
    rows = [line for line in lines[1:] if not line.startswith("  target") and not line.startswith("  source")]
    assert all(len(row) <= width for row in rows)
    assert " ".join(rows[::2]).split() == ["a", "b", "c"] * 30 + ["<EOS>", "<GO>", "c", "c", "<EOS>"]
