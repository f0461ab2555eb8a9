"""Numbers as people write them, from training to other tables: targets of regression, numeric columns, vectors."""

from __future__ import annotations

from pathlib import Path

import pytest

import recurra
from recurra.cli import run
from recurra.errors import DataError

SETTINGS: dict[str, object] = {"model.width": 8}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def trained(file: str, task: str, **columns: str) -> tuple[recurra.Model, list[str]]:
    said: list[str] = []
    model = recurra.train(file, task=task, to=f"{file}-model", epochs=1, settings=SETTINGS,
                          listeners=[lambda event: said.append(getattr(event, "text", ""))], **columns)  # fmt: skip
    return model, said


def test_prices_are_learned(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{'very ' * (k % 3)}good wine {k}\t{k % 9 + 1}.{100 * k + 50:03}".replace("\n", "") for k in range(9)] * 5
    Path("x.tsv").write_text("\n".join(["text\tnumber", *(f"{row},5 €" for row in rows), ""]))
    model, said = trained("x.tsv", "regress")
    assert any("numbers have a decimal comma and a point between thousands, as in 1.050,5 €" in text for text in said)
    assert any("the sign € of column 'number' is left out" in text for text in said)
    assert any("numbers from 1050.5 to" in text for text in said)
    expected = model.predict("good wine 1").details.value
    assert 1000 < expected < 10000
    assert recurra.load("x.tsv-model").predict("good wine 1").details.value == expected
    measures = model.evaluate("x.tsv").measures
    rows_given = [("good wine 1", 2150.5), ("very good wine 4", "5.450,5")]
    assert model.evaluate(rows_given).count == 2
    assert measures["mae"].value < 10000
    Path("other.tsv").write_text("text\tnumber\ngood wine\t12.5\n")
    assert run(["evaluate", "x.tsv-model", "other.tsv"]) == 1
    assert "The numbers here have a decimal comma and a point between thousands" in capsys.readouterr().err


def test_numeric_columns_among_others() -> None:
    rows = [f"{'red' if k % 2 else 'blue'};{k % 7},{k % 10}5;{'yes' if k % 3 else 'no'}" for k in range(60)]
    Path("x.csv").write_text("\n".join(["colour;size;label", *rows, ""]))
    model, said = trained("x.csv", "classify", source_column="colour,size", target_column="label")
    assert any("column size: number, because its cells are numbers" in text for text in said)
    assert any("numbers have a decimal comma, as in 0,05" in text for text in said)
    with_text = model.predict({"colour": "red", "size": "1,15"})
    assert with_text.details == model.predict({"colour": "red", "size": 1.15}).details
    assert with_text.details == recurra.load("x.csv-model").predict(("red", "1,15")).details
    with pytest.raises(DataError, match=r"column 'size': expected a number, saw \"1\.15\""):
        model.predict(("red", "1.15"))


def test_vectors_with_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f'"{k % 5 + 1},{100 + k}",{k % 3}.5,{"ab"[k % 2]}' for k in range(40)]
    Path("x.csv").write_text("\n".join(["a,b,label", *rows, ""]))
    model, _ = trained("x.csv", "classify")
    assert (model.columns["decimal"], model.columns["thousands"]) == ("point", "comma")
    assert run(["predict", "x.csv-model", "x.csv"]) == 0
    labels = capsys.readouterr().out.splitlines()
    assert [model.predict({"a": 1100.0 + 1000 * (k % 5) + k, "b": k % 3 + 0.5}).text for k in range(40)] == labels
    assert model.predict({"a": "1,100", "b": 0.5}).text == labels[0]
    Path("two.csv").write_text('a,b,label\n"5,004",1.5,a\n"6,004",1.5,b\n')
    assert run(["evaluate", "x.csv-model", "two.csv"]) == 0


@pytest.mark.parametrize("column", ["text", "rent"])
def test_commas_between_columns_tell_commas_between_thousands(column: str) -> None:
    """As the target and as an input: a decimal comma is unlikely there, and stays open behind other separators."""
    rows = [f'flat {k};"{k % 7 + 1},{100 + k}";{"yes" if k % 3 else "no"}' for k in range(40)]
    Path("x.csv").write_text("\n".join(["text;rent;label", *rows, ""]).replace(";", ","))
    Path("y.csv").write_text("\n".join(["text;rent;label", *rows, ""]))
    options = {"text": ("regress", "rent"), "rent": ("classify", "label")}
    task, target = options[column]
    source = "text" if column == "text" else "text,rent"
    _, said = trained("x.csv", task, source_column=source, target_column=target)
    assert any("numbers have a decimal point and a comma between thousands, as in 1,100" in text for text in said)
    with pytest.raises(DataError, match="may have a decimal comma or a comma between thousands"):
        trained("y.csv", task, source_column=source, target_column=target)
