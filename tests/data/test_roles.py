"""The roles behind tags: a bijection with the tags of every scheme, and rules that allow just what the tags allow."""

from __future__ import annotations

import random
from itertools import pairwise, product

import pytest

from recurra.data.roles import Fine, fine_set, fine_tags, may_follow
from recurra.data.schemes import LETTERS, Scheme, Span

BIOES = Scheme("BIOES")


def sentence(dice: random.Random) -> list[Span]:
    """Spans of two kinds, some of them side by side."""
    spans, k = list[Span](), 0
    while k < 9:
        length = dice.randint(1, 3)
        if dice.random() < 0.6:
            spans.append(Span(k, k + length, dice.choice("XY")))
        k += length
    return spans


def written(spans: list[Span], scheme: Scheme) -> tuple[str, ...]:
    tags = ["O"] * 12
    for span in spans:
        for k in range(span.begin, span.end):
            role = "S" if span.end - span.begin == 1 else "B" if k == span.begin else "E" if k == span.end - 1 else "I"
            tags[k] = f"{role}-{span.kind}"
    return BIOES.rewritten(tags, scheme)


@pytest.mark.parametrize("name", LETTERS)
def test_roles_are_those_of_bioes(name: str) -> None:
    dice, scheme = random.Random(1), Scheme(name)
    for _ in range(200):
        spans = sentence(dice)
        tags, bioes = written(spans, scheme), written(spans, BIOES)
        fine = fine_tags(tags, scheme)
        assert tuple(one.tag for one in fine) == tags
        assert [one.role for one in fine] == [tag[:1].replace("O", "") for tag in bioes]
        assert all(may_follow(scheme, *pair) for pair in pairwise([None, *fine, None]))


@pytest.mark.parametrize("name", LETTERS)
def test_what_may_follow_is_what_can_be_written(name: str) -> None:
    """Of all sequences of pairs just those are allowed that tags without a mistake have."""
    dice, scheme = random.Random(2), Scheme(name)
    sentences = [written(sentence(dice), scheme) for _ in range(400)]
    pairs = fine_set({tag for tags in sentences for tag in tags}, scheme)
    assert set(pairs) == {one for tags in sentences for one in fine_tags(tags, scheme)}
    right = 0
    for one in product(pairs, repeat=3):
        allowed = all(may_follow(scheme, *pair) for pair in pairwise([None, *one, None]))
        tags = [fine.tag for fine in one]
        assert allowed == (not scheme.broken_at(tags) and fine_tags(tags, scheme) == list(one)), one
        right += allowed
    assert right > 20


def test_a_kind_that_was_never_longer_than_a_token_is_never_longer() -> None:
    assert fine_set(["O", "B-X", "B-Y", "I-Y"], Scheme("BIO")) == [
        ("B-X", "S"),
        ("B-Y", "B"),
        ("B-Y", "S"),
        ("I-Y", "E"),
        ("I-Y", "I"),
        ("O", ""),
    ]


def test_a_tag_that_fits_no_scheme_is_outside() -> None:
    assert fine_tags(["B-X", "?", "I-X"], Scheme("IOB1")) == [Fine("B-X", "S"), Fine("?", ""), Fine("I-X", "S")]
