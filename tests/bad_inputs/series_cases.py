"""Series that cannot be continued: tables, lists, settings, and inputs of a trained model."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_input import BadInput

import recurra
from recurra.data import SERIES, DataSource, open_examples
from recurra.errors import DataError, UsageError
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.task import Forecast

TINY = {"model.width": 4, "model.horizon": 2, "data.window": 5}
LONG = b"x\n" + b"".join(b"%d\n" % (n * n % 17) for n in range(40))


def one(name: str, data: bytes, *says: str, path: str = "x.csv", kind: Any = DataError, **options: str) -> BadInput:
    """One table, read."""
    return BadInput(name, {path: data}, lambda _: list(open_examples(DataSource(path, **options), SERIES)), says, kind)  # type: ignore[arg-type]


def given(name: str, values: Any, *says: str) -> BadInput:
    """Series given in Python."""
    return BadInput(name, {}, lambda _: list(open_examples(DataSource(rows=values), SERIES)), says)


def train(name: str, data: bytes, *says: str, kind: Any = DataError, **settings: object) -> BadInput:
    """A table without fault for the reader, and not for learning."""
    changed = {"model.width": 4, **{key.replace("__", "."): value for key, value in settings.items()}}

    def act(_: Path) -> object:
        return recurra.train("x.csv", task="forecast", to="m", epochs=1, settings=changed)

    return BadInput(name, {"x.csv": data}, act, says, kind)


TABLES = [
    one("an empty table of series", b"", "x.csv: expected a series, found none", "separated by commas or tabs"),
    one("only the names of the columns", b"date,x\n", "x.csv:1: expected steps below the header, found none", "separated by commas or tabs"),
    one("a word for a number in a series", b"x,y\n1,2\n3,four\n5,6\n7,8\n", "x.csv:3: column 'y': expected a number, saw \"four\"", "leave its place empty"),
    one("decimal commas and decimal points", b"day;x\n2024-01-01;1,5\n2024-01-02;2.5\n", "x.csv: some numbers have a decimal comma (1,5 at x.csv:2), others a decimal point (2.5 at x.csv:3)"),
    one("commas that may be either", b"day;x\n2024-01-01;1,500\n2024-01-02;2,500\n", "\"1,500\" (x.csv:2) may have a decimal comma or a comma between thousands", "--set data.decimal=comma"),
    one("a number too large to be computed with", b"x\n1\n50.047e300\n3\n", "x.csv:3: column 'x': a number beyond 1e+100 cannot be computed with", "power of ten"),
    one("decimal commas between commas", b"x\n1,5\n2,5\n", "x.csv:2: expected 1 column, saw 2: \"1, 5\"", "A decimal point is a full stop"),
    one("an infinite number in a series", b"x\n1\ninf\n3\n", "x.csv:3: column 'x': expected a number, saw \"inf\"", "must be finite"),
    one("a ragged table of series", b"x,y\n1,2\n3\n", "x.csv:3: expected 2 columns, saw 1: \"3\""),
    one("a column of words", b"date,city,x\n2024-01-01,Rome,3\n2024-01-02,Oslo,4\n", "x.csv:1: column 'city' holds text, such as \"Rome\"", "--source-column city"),
    one("nothing but times", b"time,date\n1,2024-01-01\n2,2024-01-02\n", "x.csv:1: there is no column of numbers"),
    one("one column, and it is called time", b"time\n2024-01-01\n2024-01-02\n", "x.csv:1: column 'time' holds text"),
    one("times that fall", b"date,x\n2024-01-02,1\n2024-01-01,2\n2024-01-03,3\n", "x.csv:3: the times of the series fall: 2024-01-01 comes after 2024-01-02", "--sort"),
    one("a time twice", b"date,x\n2024-01-01,1\n2024-01-01,2\n2024-01-02,3\n", "x.csv:3: the time 2024-01-01 of the series is at x.csv:2 already", "data.duplicates=first"),
    one("a day that there is not", b"date,x\n2024-02-28,1\n2024-02-29,2\n2024-02-30,3\n", "x.csv:4: column 'date': expected a time like \"2024-02-28\", saw \"2024-02-30\""),
    one("a column twice in a series", b"x,x\n1,2\n3,4\n", "x.csv:1: the header names the column 'x' twice"),
    one("a column to be forecast that is not there", b"date,load\n2024-01-01,3\n2024-01-02,4\n", "x.csv:1: there is no column 'laod'", "Did you mean 'load'?", target_column="laod"),
    one("a time to be forecast", b"date,load\n2024-01-01,3\n2024-01-02,4\n", "x.csv:1: the column 'date' is to be forecast, and holds no numbers", "load", target_column="date"),
    one("a column of series that is not there", b"site,load\na,3\na,4\n", "x.csv:1: there is no column 'sites'", "Did you mean 'site'?", source_column="sites"),
    one("a second file beside series", b"x\n1\n2\n", "series are in one file, but two were given", kind=UsageError, target_path="x.csv"),
    one("an unknown format of series", b"x\n1\n2\n", "unknown format 'cvs'", "Did you mean 'csv'?", kind=UsageError, format="cvs"),
    one("a packed series that is cut off", gzip.compress(LONG)[:-9], "x.csv.gz:", path="x.csv.gz"),
    one("a series that is not UTF-8", "größe\n1\n2\n".encode("latin-1"), "x.csv:1:3: expected UTF-8, saw byte 0xF6"),
    one("a spreadsheet for a series", b"PK\x03\x04abc", "x.csv: expected text, this is a zip archive or an office document"),
]  # fmt: skip

LISTS = [
    given("no series at all", [], "series: expected a series, found none"),
    given("a text for series", "x.csv", "expected a series of numbers, got 'x.csv'"),
    given("words for a series", [["a", "b"]], "series[0]: expected a series of numbers", "price"),
    given("steps of different sizes", [[[1, 2], [3]]], "series[0]: expected a series of numbers"),
    given("columns of different lengths", [{"a": [1, 2], "b": [3]}], "series[0]: expected a series of numbers"),
    given("an infinite number in a list", [[1.0, float("inf")]], "series[0]: a number is infinite"),
    given("series of other columns", [{"a": [1, 2]}, {"b": [1, 2]}], "series[1]: expected the columns of the first series (a), saw b"),
]  # fmt: skip

SETTINGS = [
    train("a gap in a series", b"x\n" + b"1\n2\n?\n4\n" * 9, "x.csv:2: the number of 'x' at step 3 of the series is missing, and 8 more", "--set data.missing=previous"),
    train("a gap with its time", b"date,x\n2024-01-01,1\n2024-01-02,\n2024-01-03,3\n", "the number of 'x' at step 2 (2024-01-02) of the series is missing"),
    train("an empty column", b"x,y\n" + b"1,\n2,\n" * 20, "x.csv:2: there is no number in the column 'y' of the series", "Remove it, or fill it", data__missing="mean"),
    train("a column that is empty in a series", b"series,x\n" + b"a,1\na,2\n" * 9 + b"b,\nb,\n" * 9, "x.csv:20: there is no number in the column 'x' of series 'b'", data__missing="previous"),
    train("an empty column that is only read", b"x,y\n" + b"1,\n2,\n" * 20, "x.csv:2: there is no number in the column 'y' of the series", data__targets="x"),
    train("a series that is too short", b"x\n1\n2\n3\n", "x.csv:2: the series has 3 steps; a forecast of 5 needs 6 at least", "model.horizon", model__horizon=5),
    train("some series that are too short", b"series,x\na,1\nb,1\nb,2\nb,3\n", "x.csv:2: series 'a' has 1 step; a forecast of 1 needs 2 at least"),
    train("a target that is no column", LONG, "data.targets: unknown column 'y'", kind=UsageError, data__targets="y"),
    train("quantiles without a median", LONG, "model.quantiles must be numbers between 0 and 1", "0.1 0.5 0.9", kind=UsageError, model__quantiles="0.1 0.9"),
    train("quantiles in disorder", LONG, "model.quantiles must be numbers", kind=UsageError, model__quantiles="0.9 0.5 0.1"),
    train("quantiles to one side", LONG, "symmetric around 0.5", kind=UsageError, model__quantiles="0.1 0.5 0.95"),
    train("a horizon of nothing", LONG, "model.horizon must be at least 1, got 0", kind=UsageError, model__horizon=0),
    train("a strategy that there is not", LONG, "model.strategy: unknown value 'recursiv'", "Did you mean 'recursive'?", kind=UsageError, model__strategy="recursiv"),
    train("an activation for an LSTM", LONG, "model.activation is for Elman cells", kind=UsageError, model__activation="relu"),
    train("a longest series", LONG, "data.max_length has no effect on series", "data.window", kind=UsageError, data__max_length=50),
    train("label smoothing of numbers", LONG, "training.label_smoothing is for outputs of symbols, not of numbers", kind=UsageError, training__label_smoothing=0.1),
    train("a baseline of no season", LONG, "model.baseline=season counts from the value a season before, and no season is given", "--season N", kind=UsageError, model__baseline="season"),
    train("a window without a whole season", LONG, "data.window: a window of 6 steps has no whole season of 12", kind=UsageError, model__baseline="season", data__season=12, data__window=6),
    train("a season that the series are too short for", b"x\n" + b"1\n2\n3\n4\n" * 5, "data.window: a window of 8 steps has no whole season of 12", kind=UsageError, model__baseline="season", data__season=12),
    train("a negative window", LONG, "data.window, data.season and data.second_season must be at least 0", kind=UsageError, data__window=-1),
    train("no windows in a batch", LONG, "batching.windows must be at least 1, got 0", kind=UsageError, batching__windows=0),
]  # fmt: skip


def asked(name: str, act: Callable[[recurra.Model], object], *says: str, kind: Any = DataError) -> BadInput:
    """A model that is asked for what it cannot do."""

    def ask(folder: Path) -> object:
        recipe = ForecastRecipe().with_settings(TINY)
        data = open_examples(DataSource(rows=[{"a": [*range(40)], "b": [*range(40)]}]), SERIES)
        network = Forecast().make(data, recipe, lambda event: None)
        return act(recurra.Model(Forecast(), [network], folder))

    return BadInput(name, {"y.csv": b"a\n1\n2\n3\n", "e.csv": b"a,b\n1,2\n3,4\n"}, ask, says, kind)


ASKED = [
    asked("a past with too few columns", lambda m: m.predict([1.0, 2.0]), "expected 2 columns of numbers (a, b), saw 1 (1)", "trained with"),
    asked("a past of nothing", lambda m: m.predict([{"a": [], "b": []}]), "input 1: the series has no steps"),
    asked("a gap in the past", lambda m: m.predict([{"a": [1, float("nan")], "b": [1, 2]}]), "input 1: the number of 'a' at step 2 of the series is missing", "data.missing"),
    asked("a past of gaps", lambda m: m.predict([{"a": [float("nan")] * 9, "b": [1.0] * 9}]), "the number of 'a' at step 1 of the series is missing, and 4 more"),
    asked("a text for a past", lambda m: m.predict("how far is it"), "expected a series of numbers, got 'how far is it'"),
    asked("a file with too few columns", lambda m: list(m.predict_iter(m.read("y.csv"))), "expected 2 columns of numbers (a, b), saw 1 (a)"),
    asked("a test that is too short", lambda m: m.evaluate("e.csv"), "e.csv:2: the series has 2 steps; to compare a forecast of 2, 3 are needed", "--set steps=N"),
    asked("a measure of other columns", lambda m: m.evaluate("e.csv", target_column="a"), "the model forecasts a, b, not a", kind=UsageError),
    asked("an odd number of samples", lambda m: m.predict([[1.0]], samples=3), "decoding.samples must be an even number, got 3", kind=UsageError),
]  # fmt: skip

BAD_SERIES = [*TABLES, *LISTS, *SETTINGS, *ASKED]
