"""How networks that write texts are made from examples: tokenizers, what is copied, what is said, what is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from recurra.columns.word_vectors import GivenVectors
from recurra.data import Example
from recurra.errors import ModelError, RunError, UsageError
from recurra.models import AlignedPairs
from recurra.tasks.seq2seq import network as module
from recurra.tasks.seq2seq.network import (
    ALIGNED,
    USUAL,
    build_target,
    build_tokenizers,
    check_same_vocabularies,
    decided_notes,
    described_pairs,
    learn_source_words,
    load_text_network,
    make_text_network,
    read_like,
    say_pieces,
    sources_of,
)
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.translate.task import choose_units, decided_units, with_source_words, with_units
from recurra.text import ColumnTokenizer
from recurra.text.columns import SEPARATOR_ID
from recurra.text.names import vocabulary_limit
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Event, Note

EXAMPLES = [Example("red cat", "tac der", 1), Example("blue", "eulb", 2), Example("red", "der", 3)]
COLUMNS = [Example(f"{one.source}\tN;PL", one.target, one.line) for one in EXAMPLES]
SMALL: dict[str, object] = {
    "model.width": 8,
    "model.layers": 1,
    "text.source_units": "words",
    "text.target_units": "words",
}


def recipe(**settings: object) -> Recipe:
    return Recipe().with_settings({**SMALL, **{name.replace("_", ".", 1): value for name, value in settings.items()}})


def made(examples: list[Example] | None = None, **settings: object) -> Any:
    chosen = recipe(**settings)
    return make_text_network(chosen, *build_tokenizers(examples or EXAMPLES, chosen))


def tokens(tokenizer: Any) -> list[str]:
    return sorted(tokenizer.token(id) for id in range(len(SPECIAL_TOKENS), tokenizer.size))


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_each_side_has_a_tokenizer_of_its_own() -> None:
    source, target = build_tokenizers(EXAMPLES, recipe())
    assert (tokens(source), tokens(target)) == (["blue", "cat", "red"], ["der", "eulb", "tac"])
    source, target = build_tokenizers(
        EXAMPLES, recipe(text_source_vocabulary=len(SPECIAL_TOKENS) + 1, text_min_count=2)
    )
    assert (tokens(source), tokens(target)) == (["red"], ["der"])
    assert list(sources_of(EXAMPLES)) == ["red cat", "blue", "red"]
    for examples, side in (
        (EXAMPLES[:2], "no source unit"),
        ([*EXAMPLES[:2], Example("red", "x", 3)], "no target unit"),
    ):
        with pytest.raises(RunError, match=f"{side} is seen 2 times: the vocabulary would be empty"):
            build_tokenizers(examples, recipe(text_min_count=2))


def test_where_sources_can_be_copied_their_units_can_be_written() -> None:
    source, target = build_tokenizers(EXAMPLES, recipe(model_copy=True))
    assert tokens(target) == ["blue", "cat", "der", "eulb", "red", "tac"]
    assert tokens(source) == ["blue", "cat", "red"]
    assert tokens(build_target(EXAMPLES, recipe(model_copy=True))) == tokens(target)
    both = recipe(model_copy=True, text_source_units="chars,features", text_target_units="chars")
    _, target = build_tokenizers(COLUMNS, both)
    assert "PL" not in tokens(target)
    assert "u" in tokens(target)


def test_what_is_copied_is_read_as_it_is_written() -> None:
    """The normal form and the kind of characters."""
    decomposed = [Example("e\u0301", "e\u0301te", 1)] * 3
    for copy, form in ((False, "NFC"), (True, "NFD")):
        chosen = recipe(model_copy=copy, text_source_units="chars", text_target_units="chars")
        target = build_target(decomposed, chosen)
        units, found = read_like(target, chosen)
        assert target.normalization == "NFD"
        assert found == form
        assert units == ([target.units] if copy else ["chars"])
    chosen = recipe(model_copy=True, text_source_units="chars,features", text_target_units="chars")
    target = build_target(COLUMNS, chosen)
    assert read_like(target, chosen)[0] == [target.units, "features"]
    assert read_like(target, recipe(text_normalization="NFD"))[1] == "NFD"


def test_what_was_decided_is_said_by_side() -> None:
    class Noted:
        notes = ("one", "two")

    noted: Any = Noted()
    assert decided_notes((noted, noted)) == ["source: one", "source: two", "target: one", "target: two"]


def test_pieces_of_another_program_are_said() -> None:
    said: list[Event] = []
    plain, cut = ["known words"] * 9, ["un@@ known wor@@ ds"] * 9
    say_pieces(plain, plain, said.append)
    assert said == []
    say_pieces(cut, cut, said.append)
    assert [text.startswith("warning: ") for text in texts(said)] == [True, True]
    assert ("sources" in texts(said)[0], "targets" in texts(said)[1]) == (True, True)
    said.clear()
    say_pieces(plain * module.SAMPLE + cut * 9, plain, said.append)  # only the first are looked at
    assert said == []


def test_the_seed_decides_the_weights() -> None:
    one, same, other = made(), made(), made(training_seed=7)
    for name, values in one.model.state_dict().items():
        assert values.equal(same.model.state_dict()[name])
    assert any(not values.equal(other.model.state_dict()[name]) for name, values in one.model.state_dict().items())


def test_networks_say_what_they_are() -> None:
    found = made()
    assert found.describe() == "bi-directional lstm encoder and decoder of 1 layer, 8 wide, bilinear attention"
    assert found.sizes() == {"source vocabulary": found.source.size, "target vocabulary": found.target.size}
    none = made(model_attention="none", model_bidirectional=False, model_layers=2)
    assert none.describe() == "lstm encoder and decoder of 2 layers, 8 wide, no attention"
    assert set(found.vocabularies()) == {"source", "target"}


def test_what_is_stored_is_loaded() -> None:
    for examples, settings in (
        (EXAMPLES, {}),
        (COLUMNS, {"text_source_units": "chars,features"}),
        (EXAMPLES, {"model_copy": True}),
    ):
        found = made(examples, **settings)
        again = load_text_network(found.recipe, found.vocabularies())
        assert again.vocabularies() == found.vocabularies()
        shapes = {name: values.shape for name, values in again.model.state_dict().items()}
        assert shapes == {name: values.shape for name, values in found.model.state_dict().items()}
    for text in ("{}", "[]", json.dumps({"facts": {"kind": "x"}, "arrays": 3})):
        with pytest.raises(ModelError, match="the n-gram model of aligned pairs is none"):
            described_pairs(text)


def test_networks_that_answer_together_have_one_vocabulary() -> None:
    """Whether n-grams of aligned pairs stand beside them or not."""
    one, same = made(), made(training_seed=2)
    check_same_vocabularies([one, same])
    with pytest.raises(ModelError, match="read the same and have the same tokenizers"):
        check_same_vocabularies([one, made(EXAMPLES[:2])])
    with_pairs = made()
    with_pairs.model.pairs = torch.nn.Identity()
    with_pairs.model.pairs.to_json = lambda: "x"
    assert with_pairs.vocabularies()[ALIGNED] == "x"
    check_same_vocabularies([one, with_pairs])
    assert AlignedPairs.prefix == "pairs"


def test_units_are_chosen_side_by_side_and_column_by_column() -> None:
    def chosen(examples: list[Example], **settings: object) -> tuple[str, str, list[str]]:
        said: list[Event] = []
        found = choose_units(examples, Recipe().with_settings(settings), said.append).text
        return found.source_units, found.target_units, texts(said)

    source, target, said = chosen(EXAMPLES * 9)
    [own], [other] = decided_units(EXAMPLES * 9, Recipe())
    assert (source, target) == (own.units, other.units)
    assert said == [
        f"source units: {own.units}, because {own.reason}",
        f"target units: {other.units}, because {other.reason}",
    ]
    source, target, said = chosen(COLUMNS * 9, **{"text.target_units": "words"})
    assert (source, target) == ("chars,features", "words")
    assert [note.split(":")[0] for note in said] == ["source units in column 1", "source units in column 2"]
    assert chosen(EXAMPLES, **{"text.source_units": "words", "text.target_units": "chars"}) == ("words", "chars", [])
    both = with_units(Recipe(), decided_units(COLUMNS * 9, Recipe().with_settings({"text.source_units": "words"})))
    assert both.text.source_units == "words,words"


def test_vectors_are_of_source_words() -> None:
    said: list[Event] = []
    assert with_source_words(Recipe(), said.append).text.source_units == "words"
    assert texts(said) == ["source units: words, because vectors are of words"]
    said.clear()
    assert with_source_words(recipe(text_source_units="words, words"), said.append).text.source_units == "words"
    assert said == []
    with pytest.raises(UsageError, match=r"vectors are of words, and text\.source_units is chars"):
        with_source_words(recipe(text_source_units="words,chars"), said.append)


def test_words_of_sources_that_have_vectors(tmp_path: Path) -> None:
    """What stands between columns is an entry of its own that is trained and has no vector."""
    path = tmp_path / "vectors.txt"
    path.write_text("3 2\nred 1.0 2.0\nblue 3.0 -1.0\nunseen 5.0 5.0\n")
    rows = [("red cat", "x"), ("blue", "y")] * 3
    one_column = [Example(source, target, 1) for source, target in rows]
    two_columns = [Example(f"{source}\tblue red", target, 1) for source, target in rows]
    found = {}
    for number, examples in ((1, one_column), (2, two_columns)):
        chosen = recipe(text_source_units=",".join(["words"] * number))
        target = build_target(examples, chosen)
        found[number] = learn_source_words(examples, chosen, target, GivenVectors(str(path), chosen.vectors), print)
    (words, table), (columns, moved) = found[1], found[2]
    assert not isinstance(words, ColumnTokenizer)
    assert isinstance(columns, ColumnTokenizer)
    assert table.shape.words == words.size == len(table.vectors)
    assert moved.shape == table.shape._replace(trained=table.shape.trained + 1, words=table.shape.words + 1)
    assert columns.size == words.size + 1
    assert not moved.vectors[SEPARATOR_ID].any()
    rest = np.delete(moved.vectors, SEPARATOR_ID, axis=0)
    assert np.array_equal(rest, table.vectors)
    for word in ("red", "blue", "unseen"):
        [one], [other] = words.encode(word), columns.encode(f"{word}\t")[:1]
        assert np.array_equal(table.vectors[one], moved.vectors[other])
        assert table.vectors[one].any()
    chosen = recipe(text_min_count=3)
    rare = [one._replace(target=f"t{k}") for k, one in enumerate(one_column)]
    target, given = build_target(rare, chosen), GivenVectors(str(path), chosen.vectors)
    with pytest.raises(RunError, match="no target unit is seen 3 times"):
        learn_source_words(rare, chosen, target, given, print)


def test_vocabularies_have_usual_limits() -> None:
    many = [Example(" ".join(f"w{10 * k + j}" for j in range(10)), " ".join(f"t{10 * k + j}" for j in range(10)), k)
            for k in range(USUAL // 10 + 20)]  # fmt: skip
    source, target = build_tokenizers(many, recipe())
    assert source.size == target.size == vocabulary_limit(None, "words", USUAL) == USUAL
    assert build_tokenizers(many, recipe(text_source_vocabulary=50))[0].size == 50
    assert build_tokenizers(many, recipe(text_target_vocabulary=50))[1].size == 50
