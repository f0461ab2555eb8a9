"""The estimators are what scikit-learn calls so: its own checks, and what these cannot check because it is text."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import recurra
from recurra.errors import RecurraError, UsageError
from recurra.sklearn import RecurraClassifier, RecurraForecaster, RecurraRegressor, RecurraTagger, RecurraTranslator

QUICK: dict[str, Any] = {"width": 16, "settings": {"training.validations": 1}}
CLASSIFIER = RecurraClassifier(epochs=5, learning_rate=0.03, **QUICK)
REGRESSOR = RecurraRegressor(epochs=8, learning_rate=0.03, **QUICK)
TEXTS = [f"it was {word} {again}" for word in ("good", "bad") for again in ("again", "as ever", "for us", "today")] * 8
LABELS = ["good" in text for text in TEXTS]


@parametrize_with_checks([CLASSIFIER, REGRESSOR])
def test_scikit_learns_own_checks(estimator: BaseEstimator, check: Any) -> None:
    check(estimator)


# Of what reads tokens, texts or series scikit-learn has no data to fit; these checks need none.
WITHOUT_DATA = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
]


@pytest.mark.parametrize("kind", [RecurraTagger, RecurraTranslator, RecurraForecaster])
@pytest.mark.parametrize("check", WITHOUT_DATA, ids=lambda check: check.__name__)
def test_the_checks_that_need_no_data(kind: type[Any], check: Any) -> None:
    check(kind.__name__, kind())


@pytest.fixture(scope="module", name="texts")
def fitted_to_texts() -> RecurraClassifier:
    return RecurraClassifier(epochs=15, random_state=1, learning_rate=0.02, **QUICK).fit(TEXTS, LABELS)


def test_texts_and_labels_of_their_own_type(texts: RecurraClassifier) -> None:
    assert texts.classes_.tolist() == [False, True]
    found = texts.predict(["it was good for all", "it was bad for all"])
    assert found.dtype == bool
    assert found.tolist() == [True, False]
    chances = texts.predict_proba(np.array(TEXTS, dtype=object))
    np.testing.assert_allclose(chances.sum(1), 1)
    assert texts.score(TEXTS, LABELS) >= 7 / 8  # one of the eight texts validates, and is not learned
    assert texts.model_.predict("it was good today").text == "True"
    with pytest.raises(ValueError, match="fitted to texts, and these are arrays of numbers"):
        texts.predict([[1.0, 2.0]])
    with pytest.raises(ValueError, match="give a list of texts"):
        texts.predict("it was good")


def test_an_empty_text_has_the_commonest_label() -> None:
    found = RecurraClassifier(epochs=1, random_state=1, **QUICK).fit([*TEXTS, "bad", "bad"], [*LABELS, False, False])
    assert found.predict_proba([""])[0].tolist() == pytest.approx([34 / 66, 32 / 66])
    assert not found.predict([""])[0]


def test_whole_numbers_come_back_as_such() -> None:
    labels = np.array([7 if label else -3 for label in LABELS])
    found = RecurraClassifier(epochs=1, random_state=1, **QUICK).fit(TEXTS, labels).predict(TEXTS)
    assert found.dtype == labels.dtype
    assert set(found.tolist()) <= {7, -3}


def test_series_of_one_length_and_of_several() -> None:
    rises = [np.linspace(0, 1, 5 + k % 3)[:, None] for k in range(30)]
    series = [sign * one for one in rises for sign in (1, -1)]
    labels = ["up", "down"] * 30
    found = RecurraClassifier(epochs=10, random_state=1, learning_rate=0.02, **QUICK).fit(series, labels)
    assert found.score(series, labels) > 0.9
    block = np.stack([sign * np.linspace(0, 1, 5)[:, None] for sign in (1, -1)] * 30)
    found = RecurraClassifier(epochs=10, random_state=1, learning_rate=0.02, **QUICK).fit(block, labels)
    assert found.score(block, labels) > 0.9


def test_one_seed_one_model_and_a_pickle_of_it(texts: RecurraClassifier) -> None:
    again = clone(texts).fit(TEXTS, LABELS)
    expected = texts.predict_proba(TEXTS)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(texts)).predict_proba(TEXTS), expected)
    other = clone(texts).set_params(random_state=2).fit(TEXTS, LABELS)
    assert (other.predict_proba(TEXTS) != expected).any()


def test_in_a_pipeline_a_grid_search_and_a_cross_validation() -> None:
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    alone = {**QUICK["settings"], "model.wide": "off"}  # a linear model beside it learns at any rate
    classifier = RecurraClassifier(epochs=40, random_state=1, **{**QUICK, "settings": alone})
    whole = Pipeline([("lower", lower), ("model", classifier)])
    search = GridSearchCV(whole, {"model__learning_rate": [1e-6, 0.03]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_params_ == {"model__learning_rate": 0.03}
    assert search.score(["It was GOOD today", "It was BAD today"], [True, False]) == 1
    X = np.random.default_rng(1).normal(size=(200, 3))
    scaled = make_pipeline(StandardScaler(), clone(CLASSIFIER).set_params(random_state=1))
    assert cross_val_score(scaled, 1000 * X, X[:, 0] > 0, cv=2).mean() > 0.9


def test_parameters_are_settings_of_the_recipe() -> None:
    found = RecurraClassifier(
        epochs=1, width=8, cell="lstm", layers=2, settings={"model.kind": "rnn", "model.dropout": 0.4}, random_state=3
    )
    recipe: Any = found.fit(TEXTS, LABELS).model_.recipe
    assert (recipe.model.width, recipe.model.cell, recipe.model.layers) == (8, "lstm", 2)
    assert recipe.model.dropout == 0.4
    with pytest.raises(UsageError, match=r"model\.width is given twice"):
        RecurraClassifier(width=8, settings={"model.width": 8}).fit(TEXTS, LABELS)


def test_a_regressor_of_numbers_and_of_texts() -> None:
    X = np.random.default_rng(1).normal(size=(200, 2))
    y = 1000 + 10 * X[:, 0]
    found = clone(REGRESSOR).set_params(random_state=1, epochs=15).fit(X, y)
    assert found.score(X, y) > 0.9
    assert found.model_.score(list(X), y) == pytest.approx(found.score(X, y), abs=1e-3)
    lengths = [float(len(text)) for text in TEXTS]
    found = RecurraRegressor(epochs=20, random_state=1, learning_rate=0.02, **QUICK).fit(TEXTS, lengths)
    assert found.score(TEXTS, lengths) > 0.5
    assert found.predict([""])[0] == pytest.approx(np.mean(lengths))


def test_a_tagger() -> None:
    sentences = [["to", place, "now"] for place in ("rome", "lima", "oslo", "cairo")] * 8
    tags = [["O", "B-PLACE", "O"]] * len(sentences)
    found = RecurraTagger(epochs=12, random_state=1, learning_rate=0.02, **QUICK)
    with pytest.raises(NotFittedError):
        found.predict(sentences)
    assert found.fit(sentences, tags) is found
    assert found.classes_ == ["B-PLACE", "O"]
    assert found.predict(["to rome now"]) == found.predict([["to", "rome", "now"]]) == [["O", "B-PLACE", "O"]]
    assert found.score(sentences, tags) == 1
    assert found.score([" ".join(one) for one in sentences], [" ".join(one) for one in tags]) == 1
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        found.fit(sentences, tags[1:])


def test_a_tagger_with_lists_of_names() -> None:
    sentences = [["to", place] for place in ("rome", "lima", "oslo", "cairo")] * 4
    found = RecurraTagger(gazetteers={"city": ["Rome", "Lima"]}, epochs=1, random_state=1, **QUICK)
    assert found.get_params()["gazetteers"] == {"city": ["Rome", "Lima"]}
    found.fit(sentences, [["O", "B-PLACE"]] * len(sentences))
    assert "1 gazetteer (32)" in found.model_.networks[0].describe()


@pytest.mark.parametrize("kind", [RecurraClassifier, RecurraRegressor, RecurraTagger, RecurraTranslator])
def test_pretrained_word_vectors(kind: Any, tmp_path: Path) -> None:
    """Each of them reads words by the vectors that it was given."""
    words = [a + b for a in "abcd" for b in "efgh"]
    file = tmp_path / "vectors.vec"
    file.write_text("".join(f"{word} {k} {-k} 0.5\n" for k, word in enumerate(words)))
    texts = [f"{one} {other}" for one in words for other in words[:4]]
    targets = {
        RecurraClassifier: [text[0] < "c" for text in texts],
        RecurraRegressor: [float(len(text.strip("a"))) for text in texts],
        RecurraTagger: ["O B-X"] * len(texts),
        RecurraTranslator: [text[::-1] for text in texts],
    }
    found = kind(vectors=file, epochs=1, random_state=1, **QUICK)
    assert found.get_params()["vectors"] == file
    assert clone(found).vectors == file
    found.fit(texts, targets[kind])
    names = [name for name, _ in found.model_.networks[0].model.named_buffers()]
    assert any(name.endswith(".given") for name in names), names
    found = kind(vectors=tmp_path / "none.vec", epochs=1, **QUICK)
    with pytest.raises(RecurraError, match=r"none\.vec"):
        found.fit(texts, targets[kind])


def test_a_translator() -> None:
    words = [a + b for a in "abcd" for b in "efgh"] * 4
    found = RecurraTranslator(epochs=25, random_state=1, learning_rate=0.02, **QUICK)
    with pytest.raises(NotFittedError):
        found.predict(words)
    found.fit(words, [word.upper() for word in words])
    texts = found.predict(["ae", "dh"])
    assert isinstance(texts, np.ndarray)
    assert texts.shape == (2,)
    assert found.score(words, [word.upper() for word in words]) == np.mean(
        found.predict(words) == [word.upper() for word in words]
    )
    found = RecurraTranslator(epochs=1, random_state=1, **QUICK).fit(np.array([[w, w] for w in words]), words)
    assert found.predict([("ae", "be")]).shape == (1,)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        found.fit(words, words[1:])


def test_a_forecaster() -> None:
    wave = np.sin(np.arange(200) / 3)
    found = RecurraForecaster(horizon=4, epochs=10, random_state=1, learning_rate=0.02, **QUICK)
    with pytest.raises(NotFittedError):
        found.predict(wave)
    found.fit(wave)
    assert found.predict().shape == (4,)
    np.testing.assert_array_equal(found.predict(), found.predict(wave))
    assert found.predict([wave, wave[:150]]).shape == (2, 4)
    assert found.score(wave) == found.model_.score([wave])
    both = np.stack([wave, 2 * wave], 1)
    named = {"a": wave.tolist(), "b": (2 * wave).tolist()}
    several = RecurraForecaster(horizon=3, season=19, epochs=1, random_state=1, **QUICK)
    assert several.fit(both).predict().shape == (3, 2)
    assert several.model_.recipe.to_mapping()["data"]["season"] == 19
    assert several.fit(named).predict([named]).shape == (1, 3, 2)
    np.testing.assert_array_equal(several.predict(pandas.DataFrame(named)), several.predict(named))
    assert several.model_.predict(named).details.columns[1].name == "b"


def test_a_forecaster_of_a_table_with_times() -> None:
    days = pandas.date_range("2024-01-01", periods=60)
    one = pandas.DataFrame({"ds": days, "y": np.sin(np.arange(60) / 3)})
    found = RecurraForecaster(horizon=4, epochs=1, random_state=1, **QUICK).fit(one)
    assert found.predict().shape == found.predict(one[-30:]).shape == (4,)
    assert [answer.details.times[0] for answer in found.model_.predict_iter(one)] == ["2024-03-01"]
    table = pandas.concat([one.assign(unique_id=name) for name in (1, 2)])
    found.fit(table)
    assert found.predict().shape == found.predict(table).shape == (2, 4)
    assert found.predict(table[table.unique_id == 1]).shape == (1, 4)
    assert found.score(table) < 1


def test_the_model_inside_can_be_saved(texts: RecurraClassifier, tmp_path: Any) -> None:
    texts.model_.save(tmp_path / "m")
    again = recurra.load(tmp_path / "m")
    assert again.predict(TEXTS[:3]).texts == texts.model_.predict(TEXTS[:3]).texts


@pytest.mark.parametrize("texts", [pandas.DataFrame({"review": ["red dog"] * 4}), np.array([["red dog"]] * 4)])
def test_a_table_of_texts_is_refused_with_what_to_give(texts: Any) -> None:
    with pytest.raises(ValueError, match=r"a table of texts: give its column, X\['name'\]"):
        RecurraClassifier(epochs=1).fit(texts, ["x", "y"] * 2)
