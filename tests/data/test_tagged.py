"""Readers of tagged sentences: what they read, and what they say to what they cannot."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from recurra.data import TAGGED, DataSource, Examples, Tagged, open_examples
from recurra.data.examples import open_inputs
from recurra.data.tagged import TagReads, are_tokens
from recurra.errors import DataError, RecurraError, UsageError

WANTED = [Tagged(("in", "New", "York"), ("O", "B-P", "I-P"), 1, (1, 2, 3)), Tagged(("ok",), ("O",), 5, (5,))]
TAGS = TagReads(frozenset({"O", "B-P", "I-P"}))


def read(folder: Path, name: str, text: str, **options: str) -> list[Tagged]:
    return list(opened(folder, name, text, **options))


def opened(folder: Path, name: str, text: str, **options: str) -> Examples[Tagged]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_examples(DataSource(str(path), name=name, **options), TAGGED)


def inputs(folder: Path, name: str, text: str, **options: str) -> Examples[list[str]]:
    """What a model that knows TAGS is asked about."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_inputs(DataSource(str(path), name=name, **options), TAGGED, TAGS)


def test_columns(tmp_path: Path) -> None:
    assert read(tmp_path, "a.conll", "in\tO\nNew\tB-P\nYork\tI-P\n\nok\tO\n") == WANTED
    assert read(tmp_path, "a.txt", "in X O\nNew X B-P\nYork X I-P\n \nok X O") == WANTED
    found = read(
        tmp_path, "b.conll", "-DOCSTART- O\n\n\nO in\nB-P New\nI-P York\n", source_column="2", target_column="1"
    )
    assert found == [WANTED[0]._replace(line=4, lines=(4, 5, 6))]


def test_the_columns_that_are_there_decide(tmp_path: Path) -> None:
    rows = "{0}ok\tO\n\n{0}in\tO\n{1}New\tB-P\n{2}York\tI-P\n"
    two, three = rows.format("", "", ""), rows.format("1\t", "2\t", "3\t")
    unsaid = "".join(f"{line}\t_\t_\n" if line else "\n" for line in two.splitlines())  # a column that says nothing
    for name, text, said in (
        ("a.conllu", two, "2 columns, not the ten of CoNLL-U; words are read from column 1, tags from column 2"),
        ("b.conllu", three, "3 columns, not the ten of CoNLL-U; words are read from column 2, tags from column 3"),
        ("u.conllu", unsaid, "4 columns, not the ten of CoNLL-U; words are read from column 1, tags from column 2"),
        ("c.conll", three, "3 columns; the first numbers the tokens; words are read from column 2, tags from column 3"),
        ("d.txt", "word\ttag\n" + two, "line 1 is taken for a header; words are read from 'word', tags from 'tag'"),
        ("e.conllup", "# global.columns = ID FORM X:TAG\n" + three, "words are read from FORM, tags from X:TAG"),
    ):
        found = opened(tmp_path, name, text)
        assert [sentence[:2] for sentence in found] == [WANTED[1][:2], WANTED[0][:2]], name
        assert len(found.notes) == 1
        assert said in found.notes[0]
    ten = "1\tok\tok\tO" + "\t_" * 6 + "\n2\tno\tno\tO" + "\t_" * 6 + "\n"
    assert read(tmp_path, "f.conll", ten)[0].tokens == ("ok", "no")  # FORM and UPOS, as in CoNLL-X
    assert read(tmp_path, "g.conll", ten, source_column="form", target_column="upos")[0].tags == ("O", "O")


def test_spaces_inside_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, "a.conll", "10\u00a0000 O\nNew\u3000York B-P\n")[0].tokens == ("10\u00a0000", "New\u3000York")
    assert read(tmp_path, "a.conll", "New York\tB-P\nok\tO\n")[0].tokens == ("New York", "ok")


def test_comments(tmp_path: Path) -> None:
    text = "# newdoc\nin O\n# O\nNew B-P\n\n# id = 7 x\n#tag O\nok O\n\n#end document\n"
    found = opened(tmp_path, "a.conll", text)
    assert [sentence.tokens for sentence in found] == [("in", "#", "New"), ("#tag", "ok")]
    assert found.notes == ["a.conll: 3 lines with # at the beginning of a sentence taken for comments (1, 6, 10)"]


def test_columns_that_are_named(tmp_path: Path) -> None:
    text = "tok\tpos\tner\n# doc\tx\ty\nin\tIN\tO\n#\tNN\tB-P\n\n#x\tNN\tO\n"
    found = read(tmp_path, "a.txt", text, source_column="tok", target_column="pos")
    assert [sentence[:2] for sentence in found] == [(("in", "#"), ("IN", "NN")), (("#x",), ("NN",))]
    with pytest.raises(UsageError, match=r"columns without a header are numbers from 1, got 'ne'"):
        read(tmp_path, "a.txt", text, target_column="ne")
    header = "word ner\nin O\nYork B-P\n"
    with pytest.raises(UsageError, match=r"unknown column 'ne'\s+Did you mean 'ner'"):
        read(tmp_path, "a.txt", header, target_column="ne")
    assert read(tmp_path, "a.txt", "Word B-X\nof O\n")[0].tokens == ("Word", "of")  # no header
    with pytest.raises(DataError, match=r"a.conllup:2: expected 2 columns, saw 3"):
        read(tmp_path, "a.conllup", "# global.columns = FORM UPOS\n1\tin\tADP\n")


def test_a_file_without_empty_lines(tmp_path: Path) -> None:
    found = opened(tmp_path, "a.conll", "in O\nNew B-P\n" * 150)
    assert len(list(found)) == 1
    assert "there is no empty line, so all 300 tokens are one sentence" in found.notes[0]


def test_words_alone_are_what_a_model_is_asked_about(tmp_path: Path) -> None:
    words, columns = "in\nNew\nYork\n\nok\n", "in X O\nNew X B-P\nYork X I-P\n\nok X O\n"
    wanted = [["in", "New", "York"], ["ok"]]
    for name in ("a.conll", "a.conllu", "a.txt", "a.iob", "a"):
        for text in (words, columns, "# newdoc\n" + columns, "-DOCSTART- -X- O\n\n" + columns):
            assert list(inputs(tmp_path, name, text)) == wanted, (name, text)
    assert list(inputs(tmp_path, "a.conll", words, source_column="3", target_column="4")) == wanted
    assert list(inputs(tmp_path, "a.jsonl", '{"words": ["ok"]}\n{"words": ["no"], "labels": ["?"]}\n')) == [
        ["ok"],
        ["no"],
    ]
    with pytest.raises(DataError, match=r"a.txt:2: expected 2 columns, saw 3"):
        list(inputs(tmp_path, "a.txt", "in O\nNew York B-P\nYork I-P\n\nok O\n"))
    found = inputs(tmp_path, "a.txt", columns)
    assert list(found) == wanted
    assert "a.txt is read with a token a line" in found.notes[0]


def test_sentences_a_line_are_what_a_model_is_asked_about(tmp_path: Path) -> None:
    for text in ("in New York\n\nok\n", "good morning\nNew York\n\nhello world\n", "in\nNew\n", "in\n\nNew\n\nYork\n"):
        assert list(inputs(tmp_path, "a.txt", text)) == [line.split() for line in text.splitlines()]
    found = inputs(tmp_path, "a.txt", "in Z\nNew Y-X\n\nok Z\nno Z\n\n" * 9)  # tags that the model does not know
    assert next(iter(found)) == ["in", "Z"]
    assert (
        "a.txt looks like columns, but is read with a sentence a line (with a token a line: --input" in found.notes[0]
    )
    assert list(inputs(tmp_path, "a.txt", "in\nNew\n\nok\n", format="parallel")) == [["in"], ["New"], [], ["ok"]]


def test_universal_dependencies(tmp_path: Path) -> None:
    rest = "\t_" * 4
    text = (
        f"# text = don't go\n1-2\tdon't\t_\t_\t_\t_{rest}\n"
        f"1\tdo\tdo\tAUX\tVB\t_{rest}\n2\tn't\tnot\tPART\tRB\t_{rest}\n"
        f"2.1\tx\tx\tVERB\tV\t_{rest}\n3\tgo\tgo\tVERB\tVB\t_{rest}\n\n"
    )
    assert read(tmp_path, "a.conllu", text) == [Tagged(("do", "n't", "go"), ("AUX", "PART", "VERB"), 3, (3, 4, 6))]
    assert read(tmp_path, "a.conllu", text, target_column="xpos")[0].tags == ("VB", "RB", "VB")


def test_parallel_files_and_json(tmp_path: Path) -> None:
    (tmp_path / "tags").write_text("O B-P I-P \nO\n")
    found = read(tmp_path, "tokens", "in New York \nok\n", target_path=str(tmp_path / "tags"))
    assert [sentence[:2] for sentence in found] == [sentence[:2] for sentence in WANTED]
    for name in ("a.jsonl", "a.json"):
        assert read(tmp_path, name, '{"tokens": ["ok"], "tags": ["O"]}\n') == [Tagged(("ok",), ("O",), 1)]
    assert list(open_examples(DataSource(rows=[(["ok"], ["O"])]), TAGGED)) == [Tagged(("ok",), ("O",), 1)]


BAD = {
    "too few columns": ("a.conll", "in\tO\nNew\n", {}, ("a.conll:2: expected 2 columns, saw 1", "with a tab between")),
    "one column": ("a.conll", "in\nNew\n", {}, ("a.conll: expected a column of words and one of tags", "tab between")),
    "an empty tag": ("a.conll", "in\t\n", {}, ('a.conll:1: an empty token or tag: "in⇥"',)),
    "no such column": ("a.conll", "in\tO\n", {"target_column": "4"}, ("a.conll:1: expected 4 columns, saw 2",)),
    "a column by name": ("a.conll", "in\tO\n", {"target_column": "pos"}, ("numbers from 1, got 'pos'",)),
    "a misspelt column": ("a.conllu", "", {"target_column": "upso"}, ("unknown column of CoNLL-U 'upso'", "'upos'")),
    "no JSON": (
        "a.jsonl",
        "in O\n",
        {},
        (
            "a.jsonl:1:1: expected a JSON object, saw",
            'for example: {"tokens"',
        ),
    ),
    "no tags": (
        "a.jsonl",
        '{"tokens": ["in"]}\n',
        {},
        ("a.jsonl:1: there is no list under 'tags'; the keys are 'tokens'",),
    ),
    "an unknown format": ("a.txt", "in O\n", {"format": "conl"}, ("unknown format 'conl'", "Did you mean 'conll'?")),
    "parallel, one file": (
        "a.txt",
        "in O\n",
        {"format": "parallel"},
        ("the format parallel has two files", "--target FILE"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file, text, options, said = BAD[name]
    Path(file).write_text(text, encoding="utf-8")
    with pytest.raises((DataError, UsageError)) as caught:
        list(open_examples(DataSource(file, **options), TAGGED))
    for part in said:
        assert part in str(caught.value)


def test_tags_that_are_too_few(tmp_path: Path) -> None:
    (tmp_path / "tags").write_text("O O\nO\n")
    with pytest.raises(DataError, match=r"tokens:1: every token needs a tag: 3 tokens, 2 tags"):
        read(tmp_path, "tokens", "in New York\nok\n", target_path=str(tmp_path / "tags"))
    (tmp_path / "tags").write_text("O\n")
    with pytest.raises(DataError, match=r"expected the same number of lines, saw 2 in .*tokens and 1 in .*tags"):
        read(tmp_path, "tokens", "in\nok\n", target_path=str(tmp_path / "tags"))
    (tmp_path / "tags").write_bytes(b"O\n\xff\nO O\n")
    with pytest.raises(DataError, match=r"^.*tags:2:\d+: expected UTF-8"):  # and nothing else
        read(tmp_path, "tokens", "in\nok\nNew York\n", target_path=str(tmp_path / "tags"))


@pytest.mark.parametrize("sentence", ["ok", 3, (["a"],), (["a"], ["O", "O"]), ([], []), (["a"], [3]), ("ab", "OO")])
def test_bad_lists(sentence: object) -> None:
    with pytest.raises(RecurraError, match="sentences\\[0\\]"):
        list(open_examples(DataSource(rows=[sentence]), TAGGED))


ROW = '{{"id": "0", "{}": ["in", "York"], "{}": ["O", "B-P"]}}\n'


@pytest.mark.parametrize("keys", [("tokens", "tags"), ("tokens", "ner_tags"), ("words", "labels"), ("sent", "tags")])
def test_names_of_lists(keys: tuple[str, str], tmp_path: Path) -> None:
    wanted = [Tagged(("in", "York"), ("O", "B-P"), 1)]
    assert read(tmp_path, "a.jsonl", ROW.format(*keys)) == wanted
    assert list(open_examples(DataSource(rows=[json.loads(ROW.format(*keys))]), TAGGED)) == wanted


def test_lists_that_are_not_told_apart(tmp_path: Path) -> None:
    text = '{"tokens": ["in"], "pos_tags": ["IN"], "ner_tags": ["O"]}\n'
    with pytest.raises(
        UsageError, match=r"'pos_tags', 'ner_tags' may all be tags of 'tokens'\s+Name one: --target-column"
    ):
        read(tmp_path, "a.jsonl", text)
    assert read(tmp_path, "a.jsonl", text, target_column="ner_tags")[0].tags == ("O",)


def test_numbers_need_names(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"a.jsonl:1: the tags under 'ner_tags' are whole numbers, and their names are not"
    ):
        read(tmp_path, "a.jsonl", '{"tokens": ["in", "York"], "ner_tags": [0, 1]}\n')
    with pytest.raises(DataError, match="whole numbers"):
        list(open_examples(DataSource(rows=[(["in", "York"], [0, 1])]), TAGGED))


CONLLU = {
    "an empty line is missing": (
        "1\tin\t_\tADP{0}\n2\tok\t_\tADJ{0}\n1\tno\t_\tADJ{0}\n",
        ("a.conllu:3: the numbers of tokens begin again at 1", "Put an empty line between sentences."),
    ),
    "... before a word of several tokens": (
        "1\tin\t_\tADP{0}\n2\tok\t_\tADJ{0}\n1-2\tdu\t_\t_{0}\n1\tde\t_\tADP{0}\n2\tle\t_\tDET{0}\n",
        ("a.conllu:3: the numbers of tokens begin again at 1",),
    ),
    "numbers that fall": (
        "1\tin\t_\tADP{0}\n3\tok\t_\tADJ{0}\n2\tno\t_\tADJ{0}\n",
        ("a.conllu:3: the token with the number 2 comes after that with 3",),
    ),
    "numbers from 0": (
        "0\tin\t_\tADP{0}\n1\tok\t_\tADJ{0}\n",
        ("a.conllu:1: the numbers of tokens begin at 1, saw 0",),
    ),
    "no number": ("x\tin\t_\tADP{0}\n", ('a.conllu:1: expected the number of a token in its sentence, saw "x⇥in',)),
    "no word": ("1\t\t_\tADP{0}\n", ("a.conllu:1: an empty FORM or UPOS",)),
    "no tag": ("1\tin\t_\t{0}\n", ("a.conllu:1: an empty FORM or UPOS",)),
    "nothing said of the tag": ("1\tin\t_\t_{0}\n", ("a.conllu:1: UPOS is _, so the token has no tag",)),
    "words taken out": ("1\t_\t_\tADP{0}\n", ("a.conllu: every FORM is _, so there are no words",)),
}


@pytest.mark.parametrize("name", CONLLU)
def test_bad_universal_dependencies(name: str, tmp_path: Path) -> None:
    text, said = CONLLU[name]
    with pytest.raises(DataError) as caught:
        read(tmp_path, "a.conllu", text.format("\t_" * 6))
    for part in said:
        assert part in str(caught.value)


def test_a_model_may_be_asked_about_words_of_which_nothing_was_said(tmp_path: Path) -> None:
    assert list(inputs(tmp_path, "a.conllu", "1\tin\t_\t_" + "\t_" * 6 + "\n")) == [["in"]]


@pytest.mark.parametrize(
    "row",
    [
        '{"tokens": "in York", "tags": "O B-LOC"}',
        '{"id": "7", "sentence": "in York", "tags": "O B-LOC"}',
        '{"text": " in  York ", "labels": "O\\tB-LOC", "source": "news"}',
    ],
)
def test_tokens_and_tags_as_texts(row: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a.jsonl", row + "\n")
    assert (found.tokens, found.tags) == (("in", "York"), ("O", "B-LOC"))
    asked = list(inputs(tmp_path, "b.jsonl", row + "\n"))
    assert asked == [["in", "York"]]


def test_texts_with_too_few_tags_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every token needs a tag: 2 tokens, 1 tag"):
        read(tmp_path, "a.jsonl", '{"tokens": "in York", "tags": "O O"}\n{"tokens": "in York", "tags": "O"}\n')


SPANS = [("Thousands marched through London", "O O O B-geo"), ("Iran said Friday", "B-gpe O B-tim")]


def token_rows(name: str, *, always: bool) -> list[dict[str, str]]:
    """A token a row, with the name of the sentence at its first token, or at each."""
    return [
        {name: f"Sentence: {n}" if always or not k else "", "Word": word, "POS": "N", "Tag": tag}
        for n, (words, tags) in enumerate(SPANS * 3, 1)
        for k, (word, tag) in enumerate(zip(words.split(), tags.split(), strict=True))
    ]


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("name", ["Sentence #", "sentence_id"])
def test_a_table_with_a_token_a_row(tmp_path: Path, name: str, always: bool) -> None:
    rows = token_rows(name, always=always)
    path = tmp_path / "ner.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    wanted = [(tuple(words.split()), tuple(tags.split())) for words, tags in SPANS * 3]
    for source in (
        DataSource(str(path)),
        DataSource(rows=rows),
        DataSource(rows=pd.DataFrame(rows).to_dict("records")),
    ):
        assert are_tokens(source)
        data = open_examples(source, TAGGED)
        assert [(one.tokens, one.tags) for one in data] == wanted
        assert any(f"and a sentence begins where {name.lower()!r} says so" in note for note in data.notes)
    assert next(iter(open_examples(DataSource(str(path), target_column="POS"), TAGGED))).tags == ("N",) * 4
    asked = open_inputs(DataSource(str(path)), TAGGED, TagReads(frozenset({"O"})))
    assert [tuple(tokens) for tokens in asked] == [tokens for tokens, _ in wanted]


def test_a_table_with_empty_rows_between_sentences(tmp_path: Path) -> None:
    path = tmp_path / "ner.csv"
    path.write_text('word,tag\n"1,000",B-n\npeople,O\n\nParis,B-geo\n')
    first, second = open_examples(DataSource(str(path)), TAGGED)
    assert first.tokens == ("1,000", "people")
    assert second.tags == ("B-geo",)


def test_conll_2012(tmp_path: Path) -> None:
    rows = ["Mr. NNP (TOP* - - - A (PERSON* *", "Smith NNP * - - - A *) -", "saw VBD * see 01 1 A * (V*)",
            "Paris NNP *) - - - A (GPE) -"]  # fmt: skip
    lines = [f"bc/x 0 {k} {row}" for k, row in enumerate(rows)]
    path = tmp_path / "x.conll"
    path.write_text("#begin document (bc/x); part 000\n" + "\n".join(lines) + " more columns\n\n#end document\n")
    (sentence,) = open_examples(DataSource(str(path)), TAGGED)
    assert sentence.tokens == ("Mr.", "Smith", "saw", "Paris")
    assert sentence.tags == ("B-PERSON", "I-PERSON", "O", "B-GPE")
    (sentence,) = open_examples(DataSource(str(path), source_column="4", target_column="pos"), TAGGED)
    assert sentence.tags == ("NNP", "NNP", "VBD", "NNP")
