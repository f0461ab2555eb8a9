"""Sentences on their way to a tagger: how their tags write spans, what does not fit, and how they become numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from recurra.data import TAGGED, DataSource, Examples, Tagged, open_examples
from recurra.data.gazetteers import Gazetteer
from recurra.data.roles import fine_set, fine_tags
from recurra.data.schemes import LETTERS, ROLES, Mark, Scheme, neighbours_of
from recurra.errors import DataError, UsageError
from recurra.tasks import TASKS
from recurra.tasks.tag.network import TagNetwork, make_network
from recurra.tasks.tag.recipe import TagDataOptions, TagRecipe
from recurra.tasks.tag.sentences import (
    STRAY,
    broken_in_words,
    decide,
    encoded_rows,
    in_scheme,
    number_of_unknown,
    say_unseen,
    times,
    unknown_tag,
)
from recurra.tasks.tag.words import TokenReader

NO_O = "warning: there is no tag O in it: {!r} is taken for it"
SPEECH = ["NN VB NN"] * 9


def sentences(*tags: str) -> Examples[Tagged]:
    """A sentence of each text of tags."""
    rows = [([f"word{k}" for k, _ in enumerate(one.split())], one.split()) for one in tags]
    return open_examples(DataSource(rows=rows), TAGGED)


@pytest.mark.parametrize(
    ("tags", "options", "scheme", "said"),
    [
        (["O B-X I-X O"], {}, "BIO", []),
        (["O B-X I-X O"], {"scheme": "none"}, None, []),
        (["O I-X O I-X B-X"], {}, "IOB1", []),
        (["O I-X O I-X B-X"], {"repair": True}, "BIO", []),  # it is BIO that is to be repaired
        (["O B-X I-X O"], {"scheme": "BIOES"}, "BIOES", []),  # as the user says
        (["o b-X i-X o"], {}, "BIO b-X o", []),
        (["O b-X i-X O"], {}, "BIO b-X", []),
        (["O X-B X-I O"], {"scheme": "BIO X-B"}, "BIO X-B", []),
        (["O B-X I-X O"], {"scheme": "BIO B_X"}, "BIO B_X", []),  # the user has said how they are written
        (["_ B-X I-X _"], {}, "BIO B-X _", [NO_O.format("_")]),
        (["_ B-X I-X _"], {"scheme": "BIOES"}, "BIOES B-X _", [NO_O.format("_")]),
        (["_ B-X I-X _"], {"scheme": "BIO B-X Z"}, "BIO B-X Z", [NO_O.format("Z")]),
        (SPEECH, {}, None, []),
        ([*SPEECH, "B-X"], {"scheme": "BIO"}, "BIO", []),  # most tags do not write spans, but the user says so
        (
            [*SPEECH, "NN B-X"],
            {},
            None,
            [
                "warning: 1 tag of it begins with B- or I-, but most tags do not, so it is not read as spans "
                "(--set data.scheme=BIO reads them so)"
            ],
        ),
        (
            [*SPEECH, "NN B-X", "B-X VB"],
            {},
            None,
            [
                "warning: 2 tags of it begin with B- or I-, but most tags do not, so they are not read as spans "
                "(--set data.scheme=BIO reads them so)"
            ],
        ),
    ],
)
def test_how_the_tags_write_spans(
    tags: list[str], options: dict[str, Any], scheme: str | None, said: list[str]
) -> None:
    notes: list[str] = []
    found = decide("it", neighbours_of(one.split() for one in tags), TagDataOptions(**options), notes.append)
    assert (None if found is None else str(found)) == scheme
    assert notes == said


@pytest.mark.parametrize(
    ("tags", "scheme", "error", "said"),
    [
        (
            "NN VB",
            "BIO",
            DataError,
            ("no tag writes spans in BIO", "it", "Leave data.scheme out, or check that it is the column of the tags."),
        ),
        (
            "NN VB",
            "BIO B_X",
            DataError,
            (
                "no tag writes spans in BIO B_X",
                "it",
                "Leave data.scheme out, or check that it is the column of the tags.",
            ),
        ),
        (
            "O X-B X-I O",
            "BIO",
            UsageError,
            (
                "the tags of it are written as in BIO X-B",
                "data.scheme",
                "Say so: --set 'data.scheme=BIO X-B'",
            ),
        ),
        (
            "o b_X i_X o",
            "BIOES",
            UsageError,
            (
                "the tags of it are written as in BIOES b_X o",
                "data.scheme",
                "Say so: --set 'data.scheme=BIOES b_X o'",
            ),
        ),
    ],
)
def test_a_scheme_that_the_tags_do_not_have_is_refused(
    tags: str, scheme: str, error: type[DataError], said: tuple[str, str, str]
) -> None:
    with pytest.raises(error) as refusal:
        decide("it", neighbours_of([tags.split()]), TagDataOptions(scheme=scheme), print)
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == said


REWRITTEN = "sentences writes spans in {}, and they are rewritten in BIO, that of the model"
STRAYS = "warning: tags of sentences that do not fit BIO count as outside all spans:\n"
MEANT = "\n  Are they meant to be O, or are some lines no tokens, such as a header? Correct the data."
RULE = "BIO (I-X goes on with B-X or I-X)"


@pytest.mark.parametrize(
    ("tags", "scheme", "repair", "found", "said"),
    [
        (["O B-X I-X"], "BIO", False, ["O B-X I-X"], []),
        (["O I-X", "B-X E-X"], None, False, ["O I-X", "B-X E-X"], []),  # no spans, so nothing that breaks them
        (["O B-X E-X S-X"], "BIO", False, ["O B-X I-X B-X"], [REWRITTEN.format("BIOES")]),
        (["O I-X I-X B-X"], "BIO", False, ["O B-X I-X B-X"], [REWRITTEN.format("IOB1")]),
        (
            ["O I-X I-X B-X"],  # to repair is to read it as BIO
            "BIO",
            True,
            ["O B-X I-X B-X"],
            [f"sentences: 1 tag breaks {RULE}, and their spans were repaired (data.repair)"],
        ),
        (
            ["O I-X B-X", "I-X"],
            "BIO",
            True,
            ["O B-X B-X", "B-X"],
            [f"sentences: 2 tags break {RULE}, and their spans were repaired (data.repair)"],
        ),
        (["O B-X ? ?"], "BIO", False, ["O B-X ? ?"], [f"{STRAYS}  '?', 2 times: sentences[0], sentences[0]{MEANT}"]),
        (["A B"], "BIO", False, ["A B"], [f"{STRAYS}  'A', once: sentences[0]\n  'B', once: sentences[0]{MEANT}"]),
    ],
)
def test_sentences_come_into_the_scheme(
    tags: list[str], scheme: str | None, repair: bool, found: list[str], said: list[str]
) -> None:
    notes: list[str] = []
    own = None if scheme is None else Scheme(scheme)
    given = sentences(*tags)
    neighbours = neighbours_of(one.tags for one in given)
    for known in (None, neighbours):
        notes.clear()
        result = list(in_scheme(given, own, notes.append, repair=repair, neighbours=known))
        assert [" ".join(one.tags) for one in result] == found
        assert [one.tokens for one in result] == [one.tokens for one in given]
        assert notes == said


@pytest.mark.parametrize(("count", "more"), [(1, ""), (5, ""), (6, "\n  ... and 1 more"), (7, "\n  ... and 2 more")])
def test_spans_that_are_broken_are_refused_or_read_as_conlleval_does(count: int, more: str) -> None:
    given, notes = sentences(*["O I-X"] * count, *["B-X I-X"] * 60), list[str]()
    tags = "1 tag breaks" if count == 1 else f"{count} tags break"
    places = [f"\n  sentences[{k}]: token 2, 'word1', has the tag I-X after O" for k in range(min(count, 5))]
    what = f"{tags} {RULE}:{''.join(places)}{more}"
    assert list(in_scheme(given, Scheme("BIO"), notes.append, repair=False, strict=False)) == list(given)
    assert notes == [f"warning: sentences: {what}\n  They are read as conlleval reads them."]
    with pytest.raises(DataError) as refusal:
        in_scheme(given, Scheme("BIO"), print, repair=False)
    assert (refusal.value.what, refusal.value.where) == (what, "sentences")
    assert refusal.value.fix == (
        "Correct them, or have them repaired: --set data.repair=true (or, if these are no spans, data.scheme=none)"
    )


@pytest.mark.parametrize(
    ("k", "words"),
    [
        (0, "it:12: token 1, 'a', has the tag B-X after the beginning"),
        (1, "it:13: token 2, 'b', has the tag I-X after B-X"),
        (2, "it:15: token 3, 'c', has the tag I-Y after I-X"),
        (3, "it:15: the sentence ends after the tag I-Y"),
    ],
)
def test_the_place_of_a_broken_span(k: int, words: str) -> None:
    sentence = Tagged(("a", "b", "c"), ("B-X", "I-X", "I-Y"), 12, (12, 13, 15))
    assert broken_in_words("it:{}".format, sentence, k) == words


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        ({"?": 1}, ["'?', once: sentences[0]"]),
        ({"?": 2, "!": 3}, ["'!', 3 times: {2}, {2}, {2}", "'?', 2 times: {1}, {1}"]),
        ({"?": 5}, ["'?', 5 times: {1}, {1}, {1}, {1}, {1}"]),
        ({"?": 6}, ["'?', 6 times: {1}, {1}, {1}, {1}, {1}, ..."]),
        (dict.fromkeys("abcde", 1), [f"'{name}', once: {{{k}}}" for k, name in enumerate("abcde", 1)]),
        (
            dict.fromkeys("abcdef", 1),
            [*(f"'{name}', once: {{{k}}}" for k, name in enumerate("abcde", 1)), "... and 1 other"],
        ),
        (
            dict.fromkeys("abcdefg", 1),
            [*(f"'{name}', once: {{{k}}}" for k, name in enumerate("abcde", 1)), "... and 2 others"],
        ),
    ],
)
def test_tags_that_are_none_of_the_scheme_are_listed(counts: dict[str, int], lines: list[str]) -> None:
    """Each with its first places: a sentence of each of them."""
    notes: list[str] = []
    given = sentences(*(" ".join([tag] * count) for tag, count in counts.items()), *["B-X I-X O"] * 30)
    assert list(in_scheme(given, Scheme("BIO"), notes.append, repair=False)) == list(given)
    places = [f"sentences[{k - 1}]" for k in range(9)]
    listed = "".join(f"\n  {line.format(*places)}" for line in lines)
    assert notes == [f"{STRAYS.rstrip()}{listed}{MEANT}"]


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (["A B", "B"], []),
        (
            ["A C", "B"],
            "1 of 2 sentences in sentences has tags that the training data lack, which count as wrong: "
            "'C' (once, first at sentences[0])",
        ),
        (
            ["A", "C C", "D C"],
            "2 of 3 sentences in sentences have tags that the training data lack, which count as wrong: "
            "'C' (3 times, first at sentences[1]), 'D' (once, first at sentences[2])",
        ),
        (
            ["C D E F G H"],
            "1 of 1 sentence in sentences has tags that the training data lack, which count as wrong: "
            + ", ".join(f"{tag!r} (once, first at sentences[0])" for tag in "CDEFG")
            + " and 1 other",
        ),
    ],
)
def test_tags_that_the_training_data_lack_are_said(tags: list[str], said: str | list[str]) -> None:
    notes: list[str] = []
    say_unseen(sentences(*tags), iter("AB"), notes.append)
    assert notes == ([f"warning: {said}"] if said else [])


def test_how_often() -> None:
    assert [times(count) for count in (1, 2, 1200)] == ["once", "2 times", "1,200 times"]


@pytest.mark.parametrize("name", LETTERS)
def test_unknown_tags_have_numbers_from_which_their_spans_are_told(name: str) -> None:
    """Sentences of all tags of three kinds: what the network does not know keeps its spans, and is no tag of it."""
    scheme = Scheme(name)
    roles = [role for role, letter in zip(ROLES, LETTERS[name].ljust(len(ROLES)), strict=True) if letter.strip()]
    kinds = ["X", "Y", "Z"]
    every = [scheme.tag(Mark(role, kind)) for role, kind in product(roles, kinds)]
    for tags in [*product(every, repeat=2), ("?", *every, "?", "!"), tuple(reversed(every))]:
        numbers: dict[str, int] = {}
        of_kind: dict[str, int] = {}
        read: list[str] = []
        for tag in tags:
            number = number_of_unknown(tag, scheme, of_kind)
            assert number < 0
            assert numbers.setdefault(tag, number) == number  # the same each time
            read.append(unknown_tag(number, scheme))
        marked = [tag for tag in numbers if scheme.mark(tag)]
        assert len({numbers[tag] for tag in marked}) == len(marked)  # no two of them are one
        assert not {*read} & {*every}
        spans, found = scheme.spans(tags), scheme.spans(read)
        assert [span[:2] for span in found] == [span[:2] for span in spans]
        renamed: dict[str, str] = {}
        assert all(
            renamed.setdefault(one.kind, other.kind) == other.kind for one, other in zip(spans, found, strict=True)
        )
        assert len(set(renamed.values())) == len(renamed)  # another kind stays another one


def test_the_numbers_of_unknown_tags() -> None:
    """Written down by hand: the role, and so many more for each further kind."""
    scheme, kinds = Scheme("BIOES"), dict[str, int]()
    assert STRAY == 4
    tags = ["B-X", "I-X", "E-X", "S-X", "S-Y", "B-Y", "?", "B-X"]
    assert [number_of_unknown(tag, scheme, kinds) for tag in tags] == [-1, -2, -3, -4, -9, -6, -15, -1]
    assert kinds == {"X": 0, "Y": 1, "": 2}
    assert [unknown_tag(number, scheme) for number in (-1, -4, -9, -15)] == ["B-\x000", "S-\x000", "S-\x001", "\x002"]
    apart: dict[str, int] = {}
    assert [number_of_unknown(tag, None, apart) for tag in ("B-X", "NN")] == [-5, -5]
    assert unknown_tag(-5, None) == unknown_tag(-5, scheme) == "\x000"
    assert unknown_tag(-1, None) == "\x000"  # without spans there are no roles


def tagger(tags: Sequence[str], scheme: str = "auto", *, roles: bool = True, lists: bool = False) -> TagNetwork:
    """A small network that knows the words "red" and "dark green"."""
    settings = {"model.embedding": 4, "model.width": 4, "model.characters": 4, "data.scheme": scheme}
    recipe: Any = TASKS["tag"].recipe().with_settings({**settings, "text.affixes": 2})
    assert isinstance(recipe, TagRecipe)
    reader = TokenReader.build([["red", "dark", "green"]] * 3, recipe.text)
    if lists:
        reader = replace(reader, gazetteers=(Gazetteer("a", ("dark green",)), Gazetteer("b", ("green", "red"))))
    own = None if scheme == "none" else Scheme(scheme)
    classes = tuple(fine_set(tags, own)) if own and roles else ()
    return make_network(recipe, reader, tuple(tags), classes)


@pytest.mark.parametrize(("scheme", "roles"), [("BIO", True), ("BIO", False), ("none", True)])
@pytest.mark.parametrize("lists", [False, True])
def test_sentences_become_numbers(scheme: str, roles: bool, lists: bool) -> None:
    tags = ("B-X", "I-X", "O")
    network = tagger(tags, scheme, roles=roles, lists=lists)
    reader = network.reader
    given = [
        Tagged(("red", "dark", "green", "Quiz"), ("O", "B-X", "I-X", "B-Y"), 3),
        Tagged(("green",), ("B-X",), 5),
        Tagged(("dark", "dark", "dark"), ("B-Z", "I-Z", "B-Y"), 8),
    ]  # fmt: skip
    rows = list(encoded_rows(iter(given), network))
    assert [row.line for row in rows] == [3, 5, 8]
    for one, row in zip(given, rows, strict=True):
        values = row.values
        assert values["words"] == [ids[0] for ids in reader.words.encode_batch([word.lower() for word in one.tokens])]
        spelt = [reader.characters.encode(word) for word in one.tokens]
        assert values["characters"] == [id for ids in spelt for id in ids]
        assert values["sizes"] == [len(word) for word in one.tokens]
        assert reader.surface is not None
        assert values["surfaces"] == [id for word in one.tokens for id in reader.surface.ids(word)]
        known = [values["tags"][k] for k, tag in enumerate(one.tags) if tag in tags]
        assert [network.tags[number] for number in known] == [tag for tag in one.tags if tag in tags]
        assert all(values["tags"][k] < 0 for k, tag in enumerate(one.tags) if tag not in tags)
        if scheme == "BIO" and roles:
            pairs = fine_tags(one.tags, Scheme("BIO"))
            assert [network.classes[k] if k >= 0 else None for k in values["classes"]] == [
                pair if pair.tag in tags else None for pair in pairs
            ]
        else:
            assert values["classes"] == []
        assert len(values["names"]) == (2 * len(one.tokens) if lists else 0)
    unknown = rows[2].values["tags"]
    assert unknown == ([-1, -2, -6] if scheme == "BIO" else [-5, -5, -5])
    if lists:  # "dark green" is an entry of the first list, "red" and "green" are each one of the second
        first = rows[0].values["names"]
        assert [number > 0 for number in first] == [False, True, True, False, True, True, False, False]
