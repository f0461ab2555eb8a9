"""What an editor knows of recurra's functions: pyright looks at this file, nothing runs it.

A mistake that it must notice has a comment that would be an error itself if there were nothing to ignore.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from pathlib import Path
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import recurra
from recurra.sklearn import RecurraClassifier, RecurraRegressor, RecurraTagger
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.scored_text import ScoredText
from recurra.tasks.search import ShownSearch
from recurra.tasks.what_if import ShownWhatIf
from recurra.tracing import Array


def one_input_has_an_answer(model: recurra.Model) -> None:
    assert_type(model.predict("3 May 1998"), AnyAnswer)
    assert_type(model.predict(("hello", "who are you?")), AnyAnswer)
    assert_type(model.predict({"text": "fine", "stars": 3}), AnyAnswer)
    assert_type(model.predict(Path("digit.png")), AnyAnswer)
    assert_type(model.generate("Once"), AnyAnswer)
    assert_type(model.surprisal("Once"), ScoredText)


def several_inputs_have_a_list(model: recurra.Model) -> None:
    assert_type(model.predict(["3 May 1998", "4 June 2001"]), recurra.Answers[AnyAnswer])
    assert_type(model.predict([Path("1.png"), Path("2.png")]), recurra.Answers[AnyAnswer])
    assert_type(model.predict(model.read("test.tsv")), recurra.Answers[AnyAnswer])
    assert_type(model.predict(iter(["3 May 1998"])), recurra.Answers[AnyAnswer])
    assert_type(model.generate(["Once", "Twice"]), recurra.Answers[AnyAnswer])
    assert_type(model.surprisal(("Once", "Twice")), list[ScoredText])


def what_is_measured_and_looked_at_has_a_type(model: recurra.Model) -> None:
    assert_type(model.evaluate("test.tsv"), recurra.Evaluation)
    assert_type(model.score(["3 May 1998"], ["1998-05-03"]), float)
    assert_type(model.vectors("3 May 1998"), Array)
    assert_type(model.search("3 May 1998", beam=5, length=9), ShownSearch)
    assert_type(model.what_if("3 May 1998", recurra.Force(0, "2"), seed=1), ShownWhatIf)
    assert_type(model.trace("3 May 1998").decisions[0].top, list[tuple[str, float]])
    assert_type(model.explain("3 May 1998").inputs[0].scores, Array)
    assert_type(recurra.train("pairs.tsv", time="1m"), recurra.Model)


def estimators_have_what_their_documentation_names() -> None:
    classifier = RecurraClassifier(epochs=3).fit(["fine", "poor"], ["good", "bad"])
    assert_type(classifier, RecurraClassifier)
    assert_type(classifier.model_, recurra.Model)
    assert_type(classifier.class_prior_, list[float])
    assert_type(classifier.predict_proba(["fine"]), NDArray[np.float64])
    assert_type(RecurraRegressor().fit(["fine"], [1.5]).mean_, float)
    assert_type(RecurraTagger().fit(["a film"], ["O O"]).classes_, list[str])


def unknown_names_are_noticed(model: recurra.Model) -> None:
    model.predict("3 May 1998", baem=5)  # pyright: ignore[reportCallIssue]
    model.search("3 May 1998", baem=5)  # pyright: ignore[reportCallIssue]
    model.stream("3 May 1998", baem=5)  # pyright: ignore[reportCallIssue]
    model.what_if("3 May 1998", baem=5)  # pyright: ignore[reportCallIssue]
    recurra.train("pairs.tsv", tiem="1m")  # pyright: ignore[reportCallIssue]
    recurra.laod("model")  # pyright: ignore[reportAttributeAccessIssue]
