"""Following a file that grows, is cut off and written again: each event once, in its order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recurra.errors import UsageError
from recurra.runs.follower import BEGINNING, Follower, Place, place_of
from recurra.training import Note, Saved, StepDone, Validated, metrics_file

Event = dict[str, Any]


def step(number: int, loss: float = 2.0) -> StepDone:
    return StepDone(number, 9, 0, loss, 0.01, 0.5, 10, 50, 0.001 * number + loss / 997)


def validated(number: int) -> Validated:
    return Validated(number, 0, 1.5, "wrong_tags", 20.0, True, 0.5)


def session(folder: Path, done: int | None, steps: range, loss: float = 2.0, save: int = 10, note: str = "on") -> None:
    """A session that says something, takes steps, and saves after every `save` of them."""
    with metrics_file(folder, done) as write:
        write(Note(note))
        if done is None:
            write(Saved(0, "x"))
        for number in steps:
            write(step(number, loss))
            if number % save == 0:
                write(Saved(number, "x"))


def read(follower: Follower) -> list[Event]:
    return [told.event for told in follower.read() if told.new]


def steps_of(events: list[Event]) -> list[int]:
    return [event["step"] for event in events if event["event"] == "StepDone"]


def test_what_is_new_is_told_once(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    assert read(follower) == []  # no run yet
    with metrics_file(tmp_path, None) as write:
        write(Note("zwölf 字"))
        assert read(follower) == [{"event": "Note", "text": "zwölf 字"}]
        assert read(follower) == []
        write(step(1))
        write(step(2))
        assert steps_of(read(follower)) == [1, 2]


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    line = json.dumps({"event": "Note", "text": "whole"}) + "\n"
    follower = Follower(tmp_path)
    for end in range(1, len(line)):
        file.write_text(line[:end], encoding="utf-8")
        assert read(follower) == []
    file.write_text(line, encoding="utf-8")
    assert read(follower) == [{"event": "Note", "text": "whole"}]


@pytest.mark.parametrize("line", ["", "x", "[]", "{}", '{"event": 3}', "[" * 100_000, '{"event": "Note"'])
def test_a_line_that_cannot_be_read_is_said_and_the_next_ones_are_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "metrics.jsonl").write_text(f'{{"event": "A"}}\n{line}\n{{"event": "B"}}\n', encoding="utf-8")
    assert read(Follower(tmp_path)) == [{"event": "A"}, {"event": "Unreadable", "line": 2}, {"event": "B"}]


def test_an_event_is_json_for_everybody(tmp_path: Path) -> None:
    nested = "[" * 9 + "]" * 9
    lines = ['{"event": "A", "x": [NaN, -Infinity, {"y": 1e999}, "\\ud800"]}', f'{{"event": "B", "x": {nested}}}']
    (tmp_path / "metrics.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    one, two = read(Follower(tmp_path))
    assert one["x"] == [None, None, {"y": None}, "\ud800"]
    assert two == {"event": "Unreadable", "line": 2}


@pytest.mark.parametrize("look", [True, False], ids=["between", "after"])
def test_a_resumed_run_tells_each_step_once_that_counts(tmp_path: Path, look: bool) -> None:
    follower = Follower(tmp_path)
    session(tmp_path, None, range(1, 26))
    assert steps_of(read(follower)) == [*range(1, 26)]
    with metrics_file(tmp_path, 20) as write:
        if look:  # the file is shorter than it was
            write(Note("on"))
            assert read(follower) == [{"event": "Cut", "step": 20}, {"event": "Note", "text": "on"}]
        for number in range(21, 41):  # the file is longer than it was
            write(step(number, 1.0))
    told = read(follower)
    if not look:
        assert told[0] == {"event": "Cut", "step": 20}
    assert steps_of(told) == [*range(21, 41)]
    assert {event["loss"] for event in told if event["event"] == "StepDone"} == {1.0}


def test_a_run_that_is_resumed_again_and_again(tmp_path: Path) -> None:
    follower, kept = Follower(tmp_path), dict[int, float]()
    for number, (done, end) in enumerate([(None, 13), (10, 17), (10, 22), (20, 20), (20, 29)]):
        session(tmp_path, done, range((done or 0) + 1, end + 1), loss=float(number), note=f"session {number}")
        for event in read(follower):
            if event["event"] == "Cut":
                kept = {step: loss for step, loss in kept.items() if step <= event["step"]}
            if event["event"] == "StepDone":
                assert event["step"] not in kept
                kept[event["step"]] = event["loss"]
    assert list(kept) == [*range(1, 30)]
    assert [kept[step] for step in (10, 11, 20, 21)] == [0.0, 2.0, 2.0, 4.0]
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines if "session" in line] == [
        "session 0", "session 1", "session 2", "session 3", "session 4",
    ]  # fmt: skip


def test_a_validation_before_the_first_step_is_made_again(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    with metrics_file(tmp_path, None) as write:
        write(Saved(0, "x"))
        write(validated(0))
        write(step(1))
    read(follower)
    with metrics_file(tmp_path, 0) as write:
        write(validated(0))
    assert [event["event"] for event in read(follower)] == ["Cut", "Validated"]
    assert (tmp_path / "metrics.jsonl").read_text().count("Validated") == 1


@pytest.mark.parametrize("number", [5, 40], ids=["shorter", "longer"])
def test_another_run_in_the_same_place_begins_again(tmp_path: Path, number: int) -> None:
    follower = Follower(tmp_path)
    session(tmp_path, None, range(1, 21))
    read(follower)
    (tmp_path / "metrics.jsonl").unlink()
    assert read(follower) == []
    session(tmp_path, None, range(1, number + 1), loss=7.0, note="other")
    told = read(follower)
    assert told[:2] == [{"event": "Again"}, {"event": "Note", "text": "other"}]
    assert steps_of(told) == [*range(1, number + 1)]


def test_another_follower_goes_on_where_one_was(tmp_path: Path) -> None:
    session(tmp_path, None, range(1, 31))
    told = list(Follower(tmp_path).read())
    for known in range(0, len(told), 7):
        after = [one for one in Follower(tmp_path, told[known].place).read() if one.new]
        assert [one.event for one in after] == [one.event for one in told[known + 1 :]]
        assert after[-1].place == told[-1].place
        assert place_of(str(told[known].place)) == told[known].place


def test_another_follower_whose_place_is_no_more_begins_again(tmp_path: Path) -> None:
    session(tmp_path, None, range(1, 26))
    *_, last = Follower(tmp_path).read()
    session(tmp_path, 20, range(21, 41), loss=1.0)
    told = read(Follower(tmp_path, last.place))
    assert told[0] == {"event": "Again"}
    assert steps_of(told) == [*range(1, 41)]


def test_another_follower_finds_the_checkpoints_behind_it(tmp_path: Path) -> None:
    session(tmp_path, None, range(1, 26))
    *_, last = Follower(tmp_path).read()
    follower = Follower(tmp_path, last.place)
    assert read(follower) == []
    session(tmp_path, 20, range(21, 23), loss=1.0)
    assert read(follower)[0] == {"event": "Cut", "step": 20}


@pytest.mark.parametrize("text", ["x", "-", "-1-ab", "1e3-ab", "9" * 30, "٣-ab"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no place"):
        place_of(text)


@pytest.mark.parametrize("place", [Place(7, "ab"), Place(10**9, "ab"), Place(5, "")])
def test_a_place_that_there_never_was_begins_again(tmp_path: Path, place: Place) -> None:
    session(tmp_path, None, range(1, 4))
    told = read(Follower(tmp_path, place))
    assert told[0] == {"event": "Again"}
    assert steps_of(told) == [1, 2, 3]


def test_the_beginning_is_a_place() -> None:
    assert place_of(str(BEGINNING)) == BEGINNING
