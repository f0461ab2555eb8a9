"""What a run leaves when it is stopped, when there is nothing left to do, and when there was no time for it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_words import WORDS

import recurra
from recurra.cli import run
from recurra.cli.failures import resumed
from recurra.errors import DataError, Interrupted, RunError, UsageError
from recurra.training import Event, Note, Saved, StepDone

PAIRS = [(word, word[::-1]) for word in WORDS]
SETTINGS: dict[str, object] = {
    "model.width": 8,
    "model.layers": 1,
    "training.precision": "float32",
    "training.validations": 2,
    "training.threads": 1,
    "batching.batch_tokens": 120,
}
OPTIONS = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("recurra.training.planning.SHORT_TRIAL", 0.0)
    Path("pairs.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS))


def train(to: str = "m", **options: Any) -> recurra.Model:
    length = {} if "time" in options or options.get("resume") else {"epochs": 2}
    return recurra.train("pairs.tsv", task="translate", to=to, **{"settings": SETTINGS, **length, **options})


def weights(folder: str) -> bytes:
    return Path(folder, "model.safetensors").read_bytes()


def contents(folder: str) -> dict[str, bytes]:
    files = [path for path in Path(folder).rglob("*") if path.is_file() and path.name not in ("lock", "metrics.jsonl")]
    return {str(path): path.read_bytes() for path in files}


def stopping(number: int, step: int = 1) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == step:
            signal.raise_signal(number)

    return listen


def stopping_at_note(words: str) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, Note) and words in event.text:
            raise KeyboardInterrupt

    return listen


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_saves_the_run_at_the_next_step(name: str) -> None:
    train("whole")
    number = getattr(signal, name)
    with pytest.raises(Interrupted) as caught:
        train(listeners=[stopping(number, 2)])
    assert caught.value.exit_code == 128 + number
    said: list[Event] = []
    train(resume=True, listeners=[said.append])
    assert next(event.step for event in said if isinstance(event, StepDone)) == 3
    assert weights("m") == weights("whole")


def test_a_signal_is_not_forgotten_while_the_last_step_is_saved() -> None:
    saved: list[Event] = []

    def listen(event: Event) -> None:
        if isinstance(event, Saved) and event.step == 6:
            saved.append(event)
            if len(saved) == 1:  # within the loop; after it a signal acts as usual
                signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Interrupted):
        train(settings={**SETTINGS, "training.save_every": 0.0}, listeners=[listen])
    assert train(resume=True, settings={}).facts["trained"]["finished"]


def test_what_a_program_ignores_stays_ignored() -> None:
    """SIGHUP under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        train(listeners=[stopping(signal.SIGHUP)])
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("moment", ["pairs in", "outputs may have", "network:"])
def test_a_run_stopped_before_its_first_checkpoint_starts_again(moment: str) -> None:
    """Also where the options are left out: they are written down before anything else."""
    train("whole")
    with pytest.raises(KeyboardInterrupt):
        train(listeners=[stopping_at_note(moment)])
    said: list[Event] = []
    model = train(resume=True, settings={}, listeners=[said.append])
    assert any("it starts again from its beginning" in event.text for event in said if isinstance(event, Note))
    assert weights("m") == weights("whole")
    assert model.facts["trained"]["steps"] == recurra.load("whole").facts["trained"]["steps"]
    assert "source units: chars, because" in model.card
    for name in ("asked.toml", "recipe.toml", "decisions.json", "digests.json"):
        assert Path("m/run", name).read_bytes() == Path("whole/run", name).read_bytes()


def test_a_folder_that_someone_else_uses_is_neither_emptied_nor_resumed() -> None:
    """It may be called run, and have a folder data."""
    Path("m/run/data").mkdir(parents=True)
    Path("m/run/data/mine.csv").write_text("dear")
    with pytest.raises(RunError, match="not empty"):
        train()
    with pytest.raises(RunError, match="no run to resume"):
        train(resume=True)
    assert Path("m/run/data/mine.csv").read_text() == "dear"


def test_nothing_left_to_do_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "pairs.tsv", "--task", "translate", "--to", "m", "--epochs", "2", *OPTIONS]
    assert run(command) == 0
    before = contents("m")
    assert run([*command, "--resume"]) == 0
    assert "nothing left to do" in capsys.readouterr().err
    assert contents("m") == before


def test_a_longer_training_says_until_its_end_that_it_has_none() -> None:
    train()
    with pytest.raises(Interrupted):
        train(epochs=100, resume=True, listeners=[stopping(signal.SIGINT, 160)])
    assert recurra.load("m").facts["trained"] == {"finished": False}
    assert any("has not finished" in note for note in recurra.load("m").evaluate(PAIRS[:4]).notes)
    again = train(resume=True)  # no length is given: the one that was asked for last
    assert (again.facts["trained"]["finished"], again.facts["trained"]["steps"] > 160) == (True, True)
    assert not any("has not finished" in note for note in again.evaluate(PAIRS[:4]).notes)


def test_no_time_is_said_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["train", "pairs.tsv", "--task", "translate", "--to", "m", "--time", "0.01s", *OPTIONS])
    said = capsys.readouterr().err
    assert code == 0
    assert re.search(
        r"warning: \d+ s passed before the first step, .* there is time for 1 step, .* longer --time", said
    )
    assert "out of time at step 1 after" in said
    assert "The time was up after 1 step: this model has hardly begun to learn. Train it further with:" in said
    assert said.rstrip().endswith("--time 5m --resume")
    assert "--time 0.01s" not in said.splitlines()[-1]
    model = recurra.load("m")
    assert model.facts["trained"]["ended by"] == "out of time"
    assert "The time was up after 1 step".lower() in model.card.lower()
    assert any("the time was up after 1 step" in note for note in model.evaluate(PAIRS[:4]).notes)


def test_metrics_stay_lines_of_json_after_a_kill() -> None:
    with pytest.raises(Interrupted):
        train(listeners=[stopping(signal.SIGINT)])
    path = Path("m/run/metrics.jsonl")
    path.write_text(path.read_text() + '{"event": "Step')
    train(resume=True)
    assert all(json.loads(line)["event"] for line in path.read_text().splitlines())


def test_a_disk_without_room_for_the_run_is_refused_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Event] = []
    monkeypatch.setattr("recurra.files.shutil.disk_usage", lambda _: SimpleNamespace(free=5000))
    with pytest.raises(RunError, match=r"there is no room: about [\d.]+ kB are to be written, 5.0 kB are free"):
        train(listeners=[lambda event: steps.append(event) if isinstance(event, StepDone) else None])
    assert not steps
    assert not Path("m").exists()


def test_room_for_all_members_is_needed_before_the_first_step_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Event] = []
    free = SimpleNamespace(free=0)
    monkeypatch.setattr("recurra.files.shutil.disk_usage", lambda _: free)

    def needed(members: int) -> float:
        with pytest.raises(RunError, match=r"about ([\d.]+) kB are to be written") as caught:
            train(
                members=members, listeners=[lambda event: steps.append(event) if isinstance(event, StepDone) else None]
            )
        return float(re.findall(r"about ([\d.]+) kB", str(caught.value))[0])

    one, three = needed(1), needed(3)
    free.free = int(1000 * one) + 1000  # enough for one
    assert needed(3) == three > 1.9 * one
    assert not steps
    assert not Path("m").exists()
    free.free = int(1000 * three) + 1000
    assert len(train(members=3).members) == 3


def test_a_terminal_that_is_closed_ends_the_run_only_when_it_is_saved() -> None:
    command = ["-m", "recurra.cli", "train", "pairs.tsv", "--task", "translate", "--to", "m", "--epochs", "3000"]
    child, terminal = pty.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, *command, *OPTIONS])
    shown = b""
    while b" loss " not in shown:
        shown += os.read(terminal, 4096)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 128 + signal.SIGHUP
    last = [json.loads(line) for line in Path("m/run/metrics.jsonl").read_text().splitlines()][-1]
    assert (last["event"], last["reason"], last["signal"]) == ("Finished", "interrupted", signal.SIGHUP)


def test_a_program_that_is_stopped_early_ends_as_signals_end_programs() -> None:
    """While it is being loaded, when nothing has begun."""
    command = [sys.executable, "-m", "recurra.cli", "train", "pairs.tsv"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.3)
    child.send_signal(signal.SIGTERM)
    said = child.communicate()[1]
    assert child.returncode in (143, -signal.SIGTERM)
    assert "Traceback" not in said


def answers(folder: str) -> list[str]:
    return [one.text for one in recurra.load(folder).predict([source for source, _ in PAIRS[:4]])]


def test_force_replaces_a_model_by_one_of_another_task() -> None:
    train()
    texts = [(source, "ab"[k % 2]) for k, (source, _) in enumerate(PAIRS)]
    recurra.train(texts, task="classify", to="m", force=True, epochs=1, settings={"model.width": 8})
    recurra.train(texts, task="classify", to="new", epochs=1, settings={"model.width": 8})
    names = [{str(path.relative_to(folder)) for path in Path(folder).rglob("*")} for folder in ("m", "new")]
    assert names[0] == names[1]
    assert weights("m") == weights("new")


def test_a_model_that_is_to_be_replaced_answers_until_the_new_one_has_weights() -> None:
    train()
    before, said = answers("m"), list[list[str]]()

    def listen(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 1:
            said.append(answers("m"))

    train(force=True, settings={**SETTINGS, "training.seed": 9}, listeners=[listen])
    assert said == [before]
    train("whole", settings={**SETTINGS, "training.seed": 9})
    assert weights("m") == weights("whole")


@pytest.mark.parametrize("moment", ["pairs in", "network:"])
def test_a_new_run_that_is_stopped_before_its_checkpoint_leaves_the_old_folder(moment: str) -> None:
    train()
    before = contents("m")
    with pytest.raises(KeyboardInterrupt):
        train(force=True, listeners=[stopping_at_note(moment)])
    assert contents("m") == before


def test_new_data_that_are_refused_leave_the_old_folder() -> None:
    train()
    before = contents("m")
    Path("bad.tsv").write_text("a\tb\nc\n")
    with pytest.raises(DataError, match="expected 2 columns"):
        recurra.train("bad.tsv", task="translate", to="m", force=True, epochs=1)
    assert contents("m") == before


def test_a_new_run_that_is_stopped_later_is_resumed_while_the_old_model_answers() -> None:
    train()
    before = answers("m")
    with pytest.raises(Interrupted):
        train(force=True, settings={**SETTINGS, "training.seed": 9}, listeners=[stopping(signal.SIGINT)])
    assert answers("m") == before
    train(resume=True, settings={})
    train("whole", settings={**SETTINGS, "training.seed": 9})
    assert weights("m") == weights("whole")
    assert {path.name for path in Path("m").iterdir()} == {path.name for path in Path("whole").iterdir()}


@pytest.mark.parametrize("name", ["m/config.json", "m/mine.txt", "m/run/mine.txt"])
def test_force_replaces_nothing_but_a_model(name: str) -> None:
    if name == "m/run/mine.txt":
        train()
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("{}")
    before = contents("m")
    with pytest.raises(RunError, match=r"not empty|not a model that recurra can open|not a training run of recurra"):
        train(force=True)
    assert contents("m") == before


def test_the_command_that_resumes_a_forced_run_does_not_start_it_anew() -> None:
    assert resumed("train", ["x.tsv", "--force", "--to", "m"]) == "recurra train x.tsv --to m --resume"
    with pytest.raises(UsageError, match="exclude each other"):
        train(force=True, resume=True)


def test_the_card_quotes_no_example_and_its_snippet_works() -> None:
    model = train()
    assert not any(len(word) > 4 and word in model.card for pair in PAIRS for word in pair)
    Path("FILE").write_text("".join(f"{source}\n" for source, _ in PAIRS[:3]))
    snippet = model.card.partition("```python\n")[2].partition("```")[0]
    lines: list[str] = []
    exec(snippet, {"print": lines.append})
    assert lines == [one.text for one in model.predict([source for source, _ in PAIRS[:3]])]
