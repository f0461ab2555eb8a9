"""What is said of tags before a tagger learns them: how many, which, and where."""

from __future__ import annotations

from collections import Counter

import pytest

from recurra.data import TAGGED, DataSource, Examples, Tagged, open_examples
from recurra.data.gazetteers import Gazetteer
from recurra.data.schemes import Scheme, neighbours_of
from recurra.errors import DataError
from recurra.tasks.tag.names import coverage
from recurra.tasks.tag.recipe import TagDataOptions
from recurra.tasks.tag.sentences import decide, in_scheme, say_tags

BIO = Scheme("BIO")
WHOLE = {"BIO": "B-X I-X O B-X", "BIOES": "B-X I-X E-X O S-X"}


def sentences(*tags: str) -> Examples[Tagged]:
    """A sentence of each text of tags."""
    rows = [([f"word{k}" for k, _ in enumerate(one.split())], one.split()) for one in tags]
    return open_examples(DataSource(rows=rows), TAGGED)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (["O B-X I-X O"], []),
        (["NN VB NN"], []),
        (["_ B-X I-X _"], ["warning: there is no tag O in it: '_' is taken for it"]),
        (
            ["NN VB NN"] * 9 + ["NN B-X"],
            ["warning: 1 tag of it begins with B- or I-, but most tags do not, so it is"],
        ),
        (
            ["NN VB NN"] * 9 + ["NN B-X VB B-X"],
            ["warning: 2 tags of it begin with B- or I-, but most tags do not, so they"],
        ),
    ],
)
def test_how_tags_write_spans(tags: list[str], said: list[str]) -> None:
    notes: list[str] = []
    decide("it", neighbours_of(one.split() for one in tags), TagDataOptions(), notes.append)
    assert [note[: len(wanted)] for note, wanted in zip(notes, said, strict=True)] == said


def test_tags_that_are_there() -> None:
    notes: list[str] = []
    say_tags(Counter({"O": 1900, "B-X": 40}), notes.append)
    assert notes == ["2 tags: O (1,900), B-X (40)"]
    say_tags(Counter({"a b": 2}), notes.append)
    assert notes[1:] == [
        "1 tag: a b (2)",
        "warning: tags such as 'a b' have spaces, and predict writes spaces between tags: "
        "write _ in their place, or use --output-format jsonl",
    ]


@pytest.mark.parametrize(
    ("count", "end"), [(100, "T99 (401)"), (101, "T99 (401) and 1 rarer one"), (140, "T99 (401) and 40 rarer ones")]
)
def test_of_many_tags_the_commonest_are_named(count: int, end: str) -> None:
    notes: list[str] = []
    say_tags(Counter({f"T{k}": 500 - k for k in reversed(range(count))}), notes.append)
    (note,) = notes
    assert note.startswith(f"{count} tags: T0 (500), T1 (499), ")
    assert note.endswith(f", {end}")


@pytest.mark.parametrize(
    ("scheme", "tags", "what", "where"),
    [
        ("BIO", ["O I-X O"], "1 tag breaks BIO", "sentences[9]: token 2, 'word1', has the tag I-X after O"),
        (
            "BIO",
            ["I-X O", "O I-X"],
            "2 tags break BIO",
            "sentences[9]: token 1, 'word0', has the tag I-X after the begin",
        ),
        ("BIOES", ["O B-X"], "1 tag breaks BIOES", "sentences[9]: the sentence ends after the tag B-X"),
    ],
)
def test_broken_spans_are_named_with_their_places(scheme: str, tags: list[str], what: str, where: str) -> None:
    notes: list[str] = []
    broken = sentences(*[WHOLE[scheme]] * 9, *tags)
    with pytest.raises(DataError) as caught:
        list(in_scheme(broken, Scheme(scheme), notes.append, repair=False))
    assert caught.value.what.startswith(what)
    assert where in caught.value.what
    assert list(in_scheme(broken, Scheme(scheme), notes.append, repair=False, strict=False)) == list(broken)
    assert where in notes[0]
    repaired = list(in_scheme(broken, Scheme(scheme), notes.append, repair=True))
    assert what in notes[1]
    assert not any(Scheme(scheme).broken_at(sentence.tags) for sentence in repaired)


@pytest.mark.parametrize(("count", "more"), [(5, 0), (6, 1), (30, 25)])
def test_of_many_broken_spans_the_first_five_are_shown(count: int, more: int) -> None:
    with pytest.raises(DataError) as caught:
        in_scheme(sentences(*[WHOLE["BIO"]] * 90, *["O I-X"] * count), BIO, print, repair=False)
    lines = caught.value.what.splitlines()
    assert len([line for line in lines if "has the tag" in line]) == 5
    assert lines[6:] == [f"  ... and {more} more"] * bool(more)


def test_how_many_words_a_list_of_names_covers() -> None:
    lists = (Gazetteer("city", ("Bonn", "New York")), Gazetteer("month", ("May",)))
    texts = ["to Bonn or New York", "in Bonn"]
    assert list(coverage((text.split() for text in texts), lists)) == [
        "gazetteer city: 2 entries, covering 4 of 7 training words",
        "warning: gazetteer month: 1 entry, covering 0 of 7 training words",
    ]
