"""How much of a kind may be computed in the thread of the event loop is learned from what it took."""

import gc
import weakref

import pytest

import recurra.serving.short
from recurra.serving.short import KEPT, KINDS, SHORT, WORTH, Short


@pytest.mark.parametrize(
    ("inputs", "seconds", "then"),
    [
        (1, SHORT / 100, 50),  # half of what would take SHORT, were it as much for each
        (1, SHORT, 0),
        (64, SHORT, 32),
        (64, 64 * SHORT, 0),
        (1, 0.0, 8000),
    ],
)
def test_first_it_is_computed_beside(inputs: int, seconds: float, then: int) -> None:
    short = Short()
    assert short.inputs("kind", 1) == 0
    short.took_beside("kind", inputs, seconds)
    assert short.inputs("kind", 1) == then
    assert short.inputs("other", 1) == 0


@pytest.mark.parametrize(
    ("inputs", "seconds", "then"),
    [
        (5, SHORT / 2, 10),
        (4, SHORT / 2, 8),
        (3, SHORT / 2, 8),  # not fewer than before
        (5, 0.51 * SHORT, 8),
        (8, SHORT, 8),
        (8, 1.01 * SHORT, 4),
        (1, 1.01 * SHORT, 0),
    ],
)
def test_then_more_or_fewer(inputs: int, seconds: float, then: int) -> None:
    short = Short()
    short.took_beside("kind", 16, SHORT)
    assert short.inputs("kind", 1) == 8
    short.took("kind", inputs, seconds)
    assert short.inputs("kind", 1) == then


def test_a_few_are_not_computed_without_the_many_that_wait() -> None:
    short = Short()
    short.took_beside("few", 2 * (WORTH - 1), SHORT)
    short.took_beside("worth", 2 * WORTH, SHORT)
    found = {waiting: (short.inputs("few", waiting), short.inputs("worth", waiting)) for waiting in (1, 15, 16, 200)}
    assert found == {1: (15, 16), 15: (15, 16), 16: (0, 16), 200: (0, 16)}


@pytest.mark.parametrize(
    ("inputs", "seconds", "then"),
    [
        (40, SHORT, 40),
        (64, 1.6 * SHORT, 40),
        (64, 64 * SHORT / 15.5, 8),
        (7, SHORT, 8),
        (7, SHORT / 4, 8),
        (12, SHORT / 4, 12),  # as many as were seen
    ],
)
def test_what_was_computed_beside_because_much_waited_shows_more(inputs: int, seconds: float, then: int) -> None:
    short = Short()
    short.took_beside("kind", 16, SHORT)
    short.took_beside("kind", inputs, seconds)
    assert short.inputs("kind", 1) == then


def test_what_is_not_short_is_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(recurra.serving.short.time, "monotonic", lambda: clock[0])
    short = Short()
    short.took_beside("kind", 16, SHORT)
    short.took_too_long("kind")
    assert short.inputs("kind", 1) == 0
    for clock[0], then in ((KEPT, 0), (KEPT + 1, 32)):
        short.took_beside("kind", 64, SHORT)
        assert short.inputs("kind", 1) == then


def test_many_kinds_are_not_all_remembered_and_none_is_kept_alive() -> None:
    class Model:
        """One that has been replaced."""

    short, model = Short(), Model()
    kept = weakref.ref(model)
    short.took_beside((model, "predict"), 1, SHORT)
    del model
    gc.collect()
    assert kept() is None
    for k in range(KINDS):
        short.took_beside(k, 16, SHORT)
    assert short.inputs(KINDS - 1, 1) == 8
    assert short.inputs(0, 1) == 0
