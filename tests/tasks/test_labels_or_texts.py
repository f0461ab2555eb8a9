"""Labels that are none: swapped columns, a first row taken for a header; and validation on the training data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recurra.data import LABELLED, DataSource, open_examples, open_inputs
from recurra.data.labelled import Reads
from recurra.errors import DataError
from recurra.tasks import TASKS
from recurra.tasks.checking import check_examples
from recurra.tasks.choosing import choose_task
from recurra.training import Event, Note

TEXTS = [
    f"the {noun} is {word}"
    for noun in ("lamp", "cup", "shoe", "bag", "hat", "box")
    for word in ("good", "bad", "new", "old", "red")
]


def swapped(header: str = "", name: str = "table.csv", separator: str = ",") -> Callable[[Path], DataSource]:
    def write(folder: Path) -> DataSource:
        rows = [f"{number % 2}{separator}{text}" for number, text in enumerate(TEXTS)]
        path = folder / name
        path.write_text("\n".join([header] * bool(header) + rows) + "\n")
        return DataSource(str(path))

    return write


def said(source: DataSource, folder: Path, task: str = "classify") -> list[str]:
    notes: list[str] = []

    def emit(event: Event) -> None:
        assert isinstance(event, Note)
        notes.append(event.text)

    check_examples(TASKS[task], source, None, TASKS[task].recipe(), folder / "copies", emit)
    return notes


@pytest.mark.parametrize(
    ("write", "command"),
    [
        (swapped(), "--source-column 2 --target-column 1"),
        (swapped("mood,opinion"), "--source-column opinion --target-column mood"),
        (swapped("my sentiment,the review"), "--source-column 'the review' --target-column 'my sentiment'"),
        (swapped("", "table.tsv", "\t"), "--source-column 2 --target-column 1"),
    ],
)
def test_swapped_columns_are_refused_with_the_command(
    tmp_path: Path, write: Callable[[Path], DataSource], command: str
) -> None:
    source = write(tmp_path)
    assert choose_task(source).reason.startswith("its first column has only 2 different texts in ")
    with pytest.raises(DataError, match="saw 30 different ones in 30 examples") as caught:
        said(source, tmp_path)
    assert str(caught.value.fix).startswith("Are text and label swapped?")
    assert str(caught.value.fix).endswith(f" For a table: {command}")


def test_swapped_files_are_refused_with_what_each_option_is_for(tmp_path: Path) -> None:
    texts, labels = tmp_path / "texts", tmp_path / "labels"
    texts.write_text("".join(f"{text}\n" for text in TEXTS))
    labels.write_text("".join(f"{'ab'[k % 2]}\n" for k in range(len(TEXTS))))
    with pytest.raises(DataError, match="Of two files, the texts are given as --source, the labels as --target"):
        said(DataSource(str(labels), str(texts)), tmp_path)


def test_swapped_texts_and_numbers_are_told_from_numbers_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("".join(f"{k / 7:.2f}\t{text}\n" for k, text in enumerate(TEXTS)))
    with pytest.raises(DataError, match="numbers in place of the texts") as caught:
        said(DataSource(str(path)), tmp_path, "regress")
    assert str(caught.value.fix).endswith(" For a table: --source-column 2 --target-column 1")
    path.write_text("".join(f"{text}\tabout {k}\n" for k, text in enumerate(TEXTS)))
    with pytest.raises(DataError, match="targets that are not numbers: 30"):
        said(DataSource(str(path)), tmp_path, "regress")


def test_images_in_the_second_column_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("".join(f"{text}\timg/{k}.png\n" for k, text in enumerate(TEXTS)))
    note = choose_task(DataSource(str(path))).note
    assert "its second column names images: if the first describes them, --source-column 2 --target-column 1" in note


def test_texts_and_amounts_are_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("".join(f"{text}\tanswer {text}\n" for text in TEXTS))
    with pytest.raises(DataError, match="If they are texts to be written: --task translate"):
        said(DataSource(str(path)), tmp_path)
    path.write_text("".join(f"{text}\t{number / 4}\n" for number, text in enumerate(TEXTS)))
    with pytest.raises(DataError, match="If they are amounts: --task regress"):
        said(DataSource(str(path)), tmp_path)


def test_the_first_row_of_a_csv_without_header_is_an_example(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("so good,yes\nso bad,no\nas good,yes\n")
    examples = open_examples(DataSource(str(path)), LABELLED)
    assert [example.label for example in examples] == ["yes", "no", "yes"]
    assert examples.notes == [f"{path}: no header, so the columns are numbered from 1"]
    # What was trained on such a table reads others in the same way, unless their first row has a name that is known.
    asked = tmp_path / "asked.csv"
    for header, expected in (("", ["so new", "so old"]), ("Text,Label\n", ["so new", "so old"])):
        asked.write_text(f"{header}so new,?\nso old,?\n")
        source = DataSource(str(asked)).completed(examples.columns)
        assert list(open_inputs(source, LABELLED, Reads("text"))) == expected


def test_a_header_is_one_where_nothing_speaks_against_it(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("review,verdict\nso good,yes\nso bad,no\n")
    examples = open_examples(DataSource(str(path)), LABELLED)
    assert [example.label for example in examples] == ["yes", "no"]
    assert examples.columns == {"source_column": "review", "target_column": "verdict"}


def test_validation_on_the_training_data_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("so good\tyes\nso bad\tno\n" * 30)
    warning = "the training examples are used for validation as well; evaluate the model on others"
    assert any(warning in note for note in said(DataSource(str(path)), tmp_path))
