"""A tagger with what it reads and writes: what it stores, says of itself, and which tags may follow one another."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import pytest
import torch

from recurra.data.gazetteers import Found, Gazetteer
from recurra.data.roles import Fine, fine_set
from recurra.data.schemes import Scheme
from recurra.errors import ModelError
from recurra.tasks.tag.names import describe, entries, gazetteer_in, name_ids, place_of, stored_gazetteers
from recurra.tasks.tag.network import (
    TagNetwork,
    allowed_after,
    allowed_between,
    classes_in,
    load_network,
    make_network,
    scheme_of,
    sketch_network,
)
from recurra.tasks.tag.recipe import TagRecipe
from recurra.tasks.tag.words import TokenReader

TAGS = ("B-X", "I-X", "O")
CITIES = Gazetteer("city", ("Bonn", "New York"))
MONTHS = Gazetteer("month", ("May",))


def recipe(**settings: object) -> TagRecipe:
    small = {"model.width": 4, "model.embedding": 5, "model.characters": 6, "model.surface": 3, "model.gazetteer": 7}
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return TagRecipe().with_settings({**small, "text.affixes": 2, **named})


def tagger(*, lists: tuple[Gazetteer, ...] = (), tags: tuple[str, ...] = TAGS, **settings: object) -> TagNetwork:
    made = recipe(**settings)
    reader = replace(TokenReader.build([["red", "green"]] * 3, made.text), gazetteers=lists)
    scheme = scheme_of(made, tags)
    classes = tuple(fine_set(tags, scheme)) if scheme and made.model.roles else ()
    return make_network(made, reader, tags, classes)


@pytest.mark.parametrize(
    ("settings", "lists", "words"),
    [
        ({}, (), "words (5), characters (6), shapes and affixes (3), a CRF, to 3 tags (spans in BIO)"),
        ({"model__crf": False}, (), "words (5), characters (6), shapes and affixes (3), to 3 tags (spans in BIO)"),
        ({"model__characters": 0, "text__affixes": 0}, (), "words (5), shapes (3), a CRF, to 3 tags (spans in BIO)"),
        ({"text__shapes": False, "text__affixes": 0}, (), "words (5), characters (6), a CRF, to 3 tags (spans in BIO)"),
        ({"data__scheme": "none"}, (), "words (5), characters (6), shapes and affixes (3), a CRF, to 3 tags"),
        (
            {"model__roles": True},
            (CITIES,),
            "words (5), characters (6), shapes and affixes (3), 1 gazetteer (7), a CRF, to 3 tags "
            "(spans in BIO, learned in BIOES)",
        ),
        (
            {},
            (CITIES, MONTHS),
            "words (5), characters (6), shapes and affixes (3), 2 gazetteers (7), a CRF, to 3 tags (spans in BIO)",
        ),
    ],
)
def test_what_a_tagger_says_of_itself(settings: dict[str, object], lists: tuple[Gazetteer, ...], words: str) -> None:
    made = tagger(lists=lists, **settings)
    assert made.describe() == f"bi-directional lstm of 1 layer, 4 wide, over {words}"
    assert made.sizes() == {"words": made.reader.words.size, "characters": made.reader.characters.size, "tags": 3}


@pytest.mark.parametrize("roles", [True, False])
@pytest.mark.parametrize("lists", [(), (CITIES, MONTHS)])
@pytest.mark.parametrize("surface", [True, False])
def test_a_stored_tagger_is_the_same_again(roles: bool, lists: tuple[Gazetteer, ...], surface: bool) -> None:
    made = tagger(lists=lists, model__roles=roles, text__shapes=surface, text__affixes=2 * surface)
    stored = made.vocabularies()
    assert sorted(stored) == sorted(
        ["characters", "tags", "words"] + ["classes"] * roles + ["gazetteers"] * bool(lists) + ["surface"] * surface
    )
    again = load_network(made.recipe, stored)
    assert (again.tags, again.classes, again.scheme) == (made.tags, made.classes, made.scheme)
    assert again.reader.gazetteers == lists
    assert again.recipe == made.recipe
    assert bool(again.classes) == roles
    one, other = made.model.state_dict(), again.model.state_dict()
    assert list(one) == list(other)
    assert all(torch.equal(one[name], other[name]) for name in one)  # drawn from the same seed
    sentences = [["Red", "Bonn", "May"], ["quiz"]]
    assert again.reader.encode(sentences) == made.reader.encode(sentences)


def test_what_an_earlier_model_has_not_stored_it_does_not_read() -> None:
    made = tagger(model__roles=False, text__affixes=0, text__shapes=False)
    again = load_network(recipe(model__roles=True), made.vocabularies())
    assert (again.recipe.text.shapes, again.recipe.text.affixes) == (False, 0)
    assert not again.recipe.model.roles
    assert again.reader.surface is None


def test_what_is_stored_can_be_read() -> None:
    """Names as they are written, not as numbers of their characters."""
    stored = tagger(tags=("B-Ä", "I-Ä", "O"), model__roles=True).vocabularies()
    assert '"I-Ä"' in stored["tags"]
    assert '"E I-Ä"' in stored["classes"]


def test_classes_are_stored_by_role_and_tag() -> None:
    made = tagger(model__roles=True)
    assert json.loads(made.vocabularies()["classes"]) == [
        f"{one.role or '-'} {one.tag}" for one in made.classes
    ] == ["B B-X", "S B-X", "E I-X", "I I-X", "- O"]  # fmt: skip
    assert classes_in(made.vocabularies()["classes"], TAGS) == made.classes == tuple(fine_set(TAGS, Scheme("BIO")))


@pytest.mark.parametrize(
    "stored",
    [
        ["B B-X", "S B-X", "E I-X", "I I-X"],  # a tag has no class
        ["B B-X", "E I-X", "- O", "- Q"],  # a class has no tag
        ["B B-X", "B B-X", "E I-X", "- O"],  # one class twice
        ["Q B-X", "E I-X", "- O"],  # no role
    ],
)
def test_classes_that_are_not_those_of_the_tags_are_refused(stored: list[str]) -> None:
    with pytest.raises(ModelError, match="the classes are not those of the tags"):
        classes_in(json.dumps(stored), TAGS)


def test_classes_of_tags_that_write_no_spans_are_refused() -> None:
    stored = tagger(model__roles=True).vocabularies()
    with pytest.raises(ModelError, match="there are classes of tags that write no spans"):
        load_network(recipe(data__scheme="none"), stored)


@pytest.mark.parametrize(
    ("scheme", "tags", "found"),
    [
        ("auto", ["O", "B-X", "I-X"], "BIO"),  # models from before the scheme was stored know BIO alone
        ("auto", ["B-X", "B-Y"], "BIO"),
        ("auto", ["O", "I-X"], None),
        ("auto", ["O", "B-X", "NN"], None),
        ("auto", ["O"], None),
        ("none", ["O", "B-X", "I-X"], None),
        ("BIOES b_X", ["NN"], "BIOES b_X"),
    ],
)
def test_the_scheme_of_a_stored_model(scheme: str, tags: list[str], found: str | None) -> None:
    named = scheme_of(recipe(data__scheme=scheme), tags)
    assert (None if named is None else str(named)) == found


@pytest.mark.parametrize("name", ["BIO", "IOB1", "BIOES", "IOE2"])
def test_which_tag_may_follow_which(name: str) -> None:
    """The last number is the beginning of a sentence, or its end."""
    scheme, tags = Scheme(name), ["B-X", "I-X", "E-X", "S-X", "I-Y", "O", "?"]
    table = allowed_after(tags, scheme)
    assert table.shape == (8, 8)
    assert table.dtype == torch.bool
    for (i, one), (j, other) in product(enumerate([*tags, None]), repeat=2):
        assert bool(table[i, j]) == scheme.may_follow(one, other)


def test_the_table_of_what_may_follow_has_what_comes_before_in_its_rows() -> None:
    table = allowed_between([1, 2], lambda one, other: (one or 9) < (other or 9))
    assert table.tolist() == [[False, True, True], [False, False, True], [False, False, False]]


def test_a_network_may_not_answer_what_may_not_be() -> None:
    """With a CRF, of tags and of classes."""
    for roles in (False, True):
        made = tagger(model__roles=roles)
        assert made.model.crf is not None
        assert len(made.classes) == (5 if roles else 0)
        assert made.model.output.out_features == (5 if roles else 3)
        if made.model.coding is not None:
            assert made.model.coding.tag_of.tolist() == [TAGS.index(one.tag) for one in made.classes]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"text__shapes": False, "text__affixes": 0},
        {"text__shapes": False},
        {"text__affixes": 0},
        {"model__layers": 2, "model__crf": False, "model__characters": 0},
    ],
)
def test_a_sketch_is_the_network_before_there_are_words_and_tags(settings: dict[str, object]) -> None:
    """The parts of a real one, without the sizes that only data say."""
    sketch, made = (list(one.parts()) for one in (sketch_network(recipe(**settings)), tagger(**settings).structure()))
    assert len(sketch) == len(made)
    opened = 0
    for drawn, real in zip(sketch, made, strict=True):
        assert (drawn.kind, drawn.name, drawn.cell, drawn.both) == (real.kind, real.name, real.cell, real.both)
        for size in ("inputs", "outputs", "parameters"):
            assert getattr(drawn, size) in (None, getattr(real, size))
            opened += getattr(drawn, size) is None
    assert opened > 0


@pytest.mark.parametrize(
    ("k", "found", "place"),
    [
        (2, Found(2, 5, True), 0),
        (3, Found(2, 5, True), 1),
        (4, Found(2, 5, True), 2),
        (2, Found(2, 3, True), 3),
        (2, Found(2, 5, False), 4),
        (3, Found(2, 5, False), 5),
        (4, Found(2, 5, False), 6),
        (2, Found(2, 3, False), 7),
    ],
)
def test_the_place_in_an_entry_is_its_role_and_whether_the_case_agrees(k: int, found: Found, place: int) -> None:
    assert place_of(k, found) == place


def test_the_numbers_of_names() -> None:
    """Each token has one for each list, in their order."""
    tokens = ["in", "New", "York", "may", "May"]
    assert name_ids(tokens, (CITIES, MONTHS)) == [0, 0, 1 + 0, 0, 1 + 2, 0, 0, 1 + 8 + 7, 0, 1 + 8 + 3]
    assert name_ids(tokens, (MONTHS,)) == [0, 0, 0, 1 + 7, 1 + 3]
    assert name_ids(tokens, ()) == name_ids([], (CITIES,)) == []


def test_lists_in_words() -> None:
    assert (entries(MONTHS), entries(CITIES)) == ("1 entry", "2 entries")
    assert entries(Gazetteer("x", tuple(map(str, range(1200))))) == "1,200 entries"
    assert (describe((MONTHS,)), describe((MONTHS, CITIES))) == ("1 gazetteer", "2 gazetteers")


def test_stored_lists() -> None:
    assert stored_gazetteers('{"city": ["Bonn", "New York"], "month": ["May"]}') == (CITIES, MONTHS)


@pytest.mark.parametrize("texts", [["New York", "Bonn"], ["Bonn", "Bonn"], ["Bonn", 3], ["Bonn", " May"], ["", "Bonn"]])
def test_stored_lists_that_are_damaged_are_refused(texts: list[object]) -> None:
    with pytest.raises(ModelError, match="gazetteer 'city' is no sorted list of entries"):
        gazetteer_in("city", texts)


def test_stored_lists_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.data.gazetteers.MOST_ENTRIES", 2)
    with pytest.raises(ModelError, match="these have 3 and 15"):
        stored_gazetteers('{"city": ["Bonn", "New York"], "month": ["May"]}')


@pytest.mark.parametrize("texts", [[], "Bonn", [None], None])
def test_stored_lists_without_entries_are_refused(texts: object) -> None:
    with pytest.raises(ModelError, match="gazetteer 'city': there are no entries"):
        gazetteer_in("city", texts)


def test_a_class_has_its_tag_and_role() -> None:
    assert classes_in('["- O", "S B-X", "E I-X"]', ["O", "B-X", "I-X"]) == (
        Fine("O", ""), Fine("B-X", "S"), Fine("I-X", "E"),
    )  # fmt: skip
