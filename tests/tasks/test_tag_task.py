"""A tagger from its data: how these are known, what is said of them, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recurra.data import DataSource, Preview, open_examples
from recurra.data.beginning import first_lines
from recurra.data.gazetteers import Gazetteer
from recurra.errors import ModelError, RunError
from recurra.tasks import TASKS
from recurra.tasks.tag.network import TagNetwork
from recurra.tasks.tag.task import Tag, has_tokens

TASK: Any = TASKS["tag"]
SMALL = {"model.width": 4, "model.embedding": 4, "model.characters": 4, "model.surface": 4}
TOKENS = "it has a token a row, and a column that says to which sentence it belongs"
LISTS = "its rows have lists of tokens and of their tags"
LINES = "it has a token a line, empty lines between sentences, and {} in its last column"
SPANS, SPEECH = "tags of spans (B-X, I-X, O)", "parts of speech"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(["red", "blue"], ["O", "B-X"])], "its rows are tokens and their tags"),
        ([{"tokens": ["red"], "tags": ["O"]}], LISTS),
        ([{"tokens": ["red"], "tags": ["O"]}, {}], LISTS),  # an empty one says nothing
        ([{"tokens": ["red"], "tags": ["O"]}, {"text": "a", "label": "b"}], None),
        ([{"sentence": 1, "word": "red", "tag": "O"}, {"sentence": 1, "word": "blue", "tag": "O"}], TOKENS),
        ([("red", "blue")], None),
        ([(["red"], ["O", "B-X"])], None),
        ([{"text": "a", "label": "b"}], None),
        ([], None),
    ],
)
def test_rows_of_tokens_are_known(rows: list[Any], reason: str | None) -> None:
    assert TASK.detect(Preview(DataSource(rows=rows))) == reason


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.conll", "", "its name ends in .conll"),
        ("x.conllu", "anything", "its name ends in .conllu"),
        ("x.csv", "sentence,word,tag\n1,red,O\n1,blue,B-X\n", TOKENS),
        ("x.csv", "text,label\na,b\n", None),
        ("x.tsv", "sentence\tword\ttag\n1\tred\tO\n", None),  # of other endings that is not sure
        ("x.jsonl", '{"tokens": ["red"], "tags": ["O"]}\n', LISTS),
        ("x.jsonl", '{"text": "red"}\n', None),
        ("x.txt", "red O\nblue B-X\n\ndark O\n", True),
        ("x.txt", "red blue\ndark light\n", None),
    ],
)
def test_files_of_tokens_are_known(name: str, text: str, reason: str | bool | None, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = TASK.detect(Preview(DataSource(str(path)), first_lines(path)))
    if reason is True:
        begins, ends = LINES.split("{}")
        assert found is not None
        assert found.startswith(begins)
        assert found.endswith(ends)
    else:
        assert found == reason


def test_what_cannot_be_read_as_a_table_is_no_table_of_tokens(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"sentence,word\xff,tag\n1,red,O\n")
    assert has_tokens(Preview(DataSource(str(path)), first_lines(path))) is False


def made(rows: list[Any], notes: list[str], task: Any = TASK, **settings: object) -> TagNetwork:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    train = open_examples(DataSource(rows=rows), TASK.kind)
    recipe = task.recipe().with_settings({**SMALL, "data.scheme": "BIO", **named})
    return task.make(train, recipe, lambda event: notes.append(getattr(event, "text", "")))


ROWS = [(["red", "blue"], ["B-X", "I-X"]), (["dark", "May"], ["O", "O"])]


def test_a_fresh_tagger_knows_the_tags_in_order() -> None:
    notes: list[str] = []
    found = made(ROWS, notes)
    assert (found.tags, found.classes, notes) == (("B-X", "I-X", "O"), (), [])
    assert found.reader.words.unknown_tokens("red blue dark may quiz") == ["quiz"]
    fine = made(ROWS, notes, model__roles=True)
    assert len(fine.classes) == 5
    assert made(ROWS, notes, model__roles=True, data__scheme="none").classes == ()
    assert not made([(["a", "b"], ["O", "NN"])], notes, model__roles=True).classes  # no tag that roles tell more of
    assert notes == []


def test_what_a_fresh_tagger_reads_is_said() -> None:
    notes: list[str] = []
    task = TASK.with_gazetteers((Gazetteer("month", ("May",)), Gazetteer("city", ("Bonn",))))
    assert TASK.gazetteers == ()
    assert isinstance(task, Tag)
    found = made([*ROWS, (["x" * 41], ["O"])], notes, task)
    assert [one.name for one in found.reader.gazetteers] == ["month", "city"]
    assert notes == [
        "gazetteer month: 1 entry, covering 1 of 5 training words",
        "warning: gazetteer city: 1 entry, covering 0 of 5 training words",
        f'1 token is longer than 40 characters, of which the first 40 are read: "{"x" * 41}"',
    ]


def test_a_single_tag_is_nothing_to_learn() -> None:
    with pytest.raises(RunError) as refusal:
        made([(["red", "blue"], ["O", "O"])], [])
    assert refusal.value.what == "there is only one tag, 'O': there is nothing to learn"
    assert refusal.value.fix == "Is it the right column? Name the column of the tags with --target-column."


def split(rows: list[Any], valid: list[Any] | None, **settings: object) -> tuple[Any, list[str]]:
    notes: list[str] = []
    named = {name.replace("__", "."): value for name, value in settings.items()}
    train, others = (
        None if some is None else open_examples(DataSource(rows=some), TASK.kind) for some in (rows, valid)
    )
    recipe = TASK.recipe().with_settings({**SMALL, **named})
    return TASK.split(train, others, recipe, lambda event: notes.append(getattr(event, "text", ""))), notes


def test_validation_sentences_that_are_given_come_into_the_scheme_of_the_training_data() -> None:
    parts, notes = split(ROWS, [(["red"], ["S-X"]), (["a", "b"], ["B-X", "E-X"]), (["c"], ["S-Q"])])
    assert parts.decided == {"data.scheme": "BIO"}
    assert [one.tags for one in parts.train] == [("B-X", "I-X"), ("O", "O")]
    assert [one.tags for one in parts.valid] == [("B-X",), ("B-X", "I-X"), ("B-Q",)]
    assert notes[0] == "3 tags: O (2), B-X (1), I-X (1)"
    assert any("they are rewritten in BIO, that of the model" in note for note in notes)
    assert any("tags that the training data lack, which count as wrong: 'B-Q' (once, first at " in one for one in notes)


def test_of_a_split_by_hash_every_tag_is_learned() -> None:
    rows = [([f"w{k}", f"v{k}"], ["O", f"B-K{k}"]) for k in range(40)]
    parts, notes = split(rows, None, data__valid_share=0.5)
    train, valid = ([tag for one in side for tag in one.tags] for side in (parts.train, parts.valid))
    assert not {*valid} - {*train}
    assert len({one.line for one in parts.train} | {one.line for one in parts.valid}) == 40
    assert any("tags of the sentences set aside are in no others" in note for note in notes)
    spoken, _ = split([(["a", "b"], ["NN", "VB"])] * 4, None)
    assert spoken.decided == {"data.scheme": "none"}


def test_taggers_that_answer_together_have_the_same_vocabularies_and_all_a_crf_or_none() -> None:
    one, same, other = made(ROWS, []), made(ROWS, [], training__seed=5), made(ROWS, [], model__crf=False)
    assert len(TASK.predictor([one, same]).networks) == 2
    assert len(TASK.predictor([other, other]).networks) == 2
    with pytest.raises(ModelError) as refusal:
        TASK.predictor([one, other])
    assert refusal.value.what == "the models of an ensemble must all have a CRF, or all have none"
    assert refusal.value.fix == "Train them with the same model.crf."
    for unlike in (
        made([*ROWS, (["new"], ["B-Y"])], []),
        made(ROWS, [], text__affixes=2),
        made(ROWS, [], data__scheme="none"),
        made([*ROWS, (["new"], ["O"])], []),
    ):
        with pytest.raises(ModelError, match="the same vocabularies and tags"):
            TASK.predictor([one, unlike])
