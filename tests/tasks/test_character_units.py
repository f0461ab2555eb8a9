"""What a character is, through whole tasks: said, stored, on the card; and what a reader sees."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.api import data_source
from recurra.cli import run
from recurra.data import Example
from recurra.errors import RunError
from recurra.tasks import TASKS
from recurra.tasks.checking import check_examples
from recurra.tasks.seq2seq.network import build_tokenizers
from recurra.tasks.source_record import recorded_decisions, write_decisions
from recurra.text import UNK
from recurra.training import Note

DICE = random.Random(1)
SYLLABLES = [chr(0xAC00 + DICE.randrange(11172)) for _ in range(400)]
WORDS = sorted({"".join(DICE.choices(SYLLABLES, k=3)) for _ in range(150)})
ROWS: dict[str, list[Any]] = {
    "translate": [(word, word[::-1]) for word in WORDS],
    "classify": [(word, "even" if ord(word[0]) % 2 else "odd") for word in WORDS],
    "regress": [(word, str(float(ord(word[0]) % 7))) for word in WORDS],
    "language-model": WORDS,
    "tag": [(word.split(), ["A" if ord(word[0]) % 2 else "B"]) for word in WORDS],
    "chat": [[word, word[::-1], word, word] for word in WORDS],
}
UNITS = {
    "chat": {"text.source_units": "chars"},
    "translate": {"text.source_units": "chars", "text.target_units": "chars"},
}
HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 6000)))
PAIRS = [(f"w{k}", HAN[k : k + 6]) for k in range(0, 6000, 6)]


def trained(task: str, folder: Path, rows: list[Any], **more: object) -> tuple[recurra.Model, list[str]]:
    notes: list[str] = []
    units = UNITS.get(task, {} if task == "tag" else {"text.units": "chars"})
    width = {"translate": "model.width", "chat": "model.width"}.get(task)
    settings = {**units, **({width: 8, "model.layers": 1} if width else {"model.layers": 1}), **more}
    model = recurra.train(
        rows, task=task, to=folder, epochs=0.1, settings=settings, progress=False,
        listeners=[lambda event: notes.append(event.text) if isinstance(event, Note) else None],
    )  # fmt: skip
    return model, notes


@pytest.mark.slow
@pytest.mark.parametrize("task", ROWS)
def test_the_choice_is_said_stored_and_on_the_card(task: str, tmp_path: Path) -> None:
    model, notes = trained(task, tmp_path / "m", ROWS[task])
    said = [note for note in notes if "decomposed code points, because" in note]
    assert said
    card = (tmp_path / "m" / "README.md").read_text(encoding="utf-8")
    assert "## Decided by looking at the data" in card
    assert all(f"- {note}" in card for note in said)
    again = recurra.load(tmp_path / "m")
    inputs = [" ".join(WORDS[0]), WORDS[1], "qq"] if task == "tag" else [WORDS[0], WORDS[1], "qq"]
    answers = again.predict(inputs)
    assert [one.text for one in answers] == [one.text for one in model.predict(inputs)]
    assert all(unicodedata.is_normalized("NFC", one.text) for one in answers)
    assert answers[2].unknown


@pytest.mark.slow
def test_maps_measures_and_surprisals_go_by_what_a_reader_sees(tmp_path: Path) -> None:
    model, _ = trained("translate", tmp_path / "t", ROWS["translate"])
    attention = model.predict([WORDS[0]], attention=True)[0].attention
    assert attention is not None
    assert attention.source_tokens == [*WORDS[0], "<EOS>"]
    assert all(sum(row) == pytest.approx(1, abs=1e-4) for row in attention.weights)
    trace = model.trace(WORDS[0])
    assert trace.source_tokens == [*WORDS[0], "<EOS>"]
    assert [len(layer.tokens) > 4 for layer in trace.layers if layer.name.startswith("encoder")] == [True, True]
    assert "of characters per 100" in model.evaluate(ROWS["translate"][:9]).measures["token_error_rate"].definition

    classifier, _ = trained("classify", tmp_path / "c", ROWS["classify"])
    weights = classifier.predict([WORDS[0]], attention=True)[0].attention
    assert weights is not None
    assert weights.source_tokens == list(WORDS[0])

    language, _ = trained("language-model", tmp_path / "l", WORDS)
    scored = language.surprisal(WORDS[0])
    assert scored.tokens == [*WORDS[0], "<EOS>"]
    assert scored.total == pytest.approx(sum(scored.bits))


def test_sides_decide_for_themselves_and_copying_makes_them_alike() -> None:
    pairs = [Example(word, "abc", k) for k, word in enumerate(WORDS, 1)]
    recipe = TASKS["translate"].recipe().with_settings({"text.source_units": "chars", "text.target_units": "chars"})
    source, target = build_tokenizers(pairs, recipe)
    assert (source.units, target.units) == ("decomposed", "graphemes")
    source, target = build_tokenizers(pairs, recipe.with_settings({"model.copy": True}))
    assert source.units == target.units == "decomposed"
    assert UNK not in target.encode(WORDS[0])


def test_targets_are_spelled_as_in_training_and_sources_read_as_one() -> None:
    pairs = [Example("e\u0301", "a\u0308b", 1), Example("é", "o\u0308", 2)]
    recipe = TASKS["translate"].recipe().with_settings({"text.source_units": "chars", "text.target_units": "chars"})
    source, target = build_tokenizers(pairs, recipe)
    assert source.encode("é") == source.encode("e\u0301") != [UNK]
    assert target.decode(target.encode("äb")) == "a\u0308b"


def lacking(task: str, rows: list[Any], tmp_path: Path, valid: list[Any] | None = None, **more: object) -> list[str]:
    """What a check says of what vocabularies lack."""
    notes: list[str] = []
    recipe = TASKS[task].recipe().with_settings(more)
    check_examples(
        TASKS[task], data_source(rows), None if valid is None else data_source(valid), recipe, tmp_path,
        lambda event: notes.append(event.text) if isinstance(event, Note) else None,
    )  # fmt: skip
    return [note for note in notes if "not in the vocabulary" in note]


class TestLimits:
    def test_all_characters_of_a_script_are_taken_in(self, tmp_path: Path) -> None:
        found = lacking("translate", PAIRS, tmp_path, PAIRS)
        assert found == []

    def test_what_is_cut_is_said_with_shares_and_a_remedy(self, tmp_path: Path) -> None:
        cut = lacking("translate", PAIRS, tmp_path, PAIRS, **{"text.target_vocabulary": 3004})
        assert cut[0].startswith("warning: target: 3,000 of 6,000 units (50.00%), in 500 of 1,000 pairs (50.0%)")
        assert "can never be written" in cut[0]
        assert "--set text.target_vocabulary=6004" in cut[0]
        assert cut[1].startswith("target: of the validation data 3,000 of 6,000 units")
        assert lacking("translate", PAIRS, tmp_path, PAIRS, **{"text.target_vocabulary": 6004}) == []

    @pytest.mark.parametrize(
        ("task", "rows", "settings", "part"),
        [
            ("language-model", [HAN[k : k + 6] for k in range(0, 600, 6)],
             {"text.units": "chars", "text.vocabulary": 304}, "text: "),
            ("classify", [(HAN[k : k + 6], "ab"[k // 6 % 2]) for k in range(0, 600, 6)],
             {"text.units": "chars", "text.vocabulary": 304}, "input: "),
            ("tag", [([f"w{k}"], ["AB"[k % 2]]) for k in range(99)], {"text.vocabulary": 50}, "words: "),
            ("chat", [[f"w{k} a", f"v{k} b", "c"] for k in range(99)],
             {"text.source_units": "words", "text.target_vocabulary": 50}, "replies: "),
        ],
    )  # fmt: skip
    def test_in_every_task(
        self, task: str, rows: list[Any], settings: dict[str, object], part: str, tmp_path: Path
    ) -> None:
        found = lacking(task, rows, tmp_path, **settings)
        assert found
        assert found[0].startswith(f"warning: {part}")
        assert "validation data" in found[-1]

    @pytest.mark.parametrize(
        ("task", "rows", "settings"),
        [
            ("translate", [(f"w{k} w{k // 3}", "a") for k in range(90)], {"text.source_units": "words"}),
            ("language-model", [f"w{k} w{k // 3}" for k in range(90)], {"text.units": "words"}),
            ("classify", [(f"w{k} w{k // 3}", "ab"[k % 2]) for k in range(90)], {"text.units": "words"}),
            ("tag", [([f"w{k}", f"w{k // 3}"], ["A", "B"]) for k in range(90)], {}),
        ],
    )
    def test_who_does_what_is_advised_loses_nothing(
        self, task: str, rows: list[Any], settings: dict[str, object], tmp_path: Path
    ) -> None:
        """Whether units are missing for being rare, or for want of room, or both."""
        size = "text.source_vocabulary" if task == "translate" else "text.vocabulary"
        said = {**settings, "text.min_count": 3, size: 20}
        advised = list[str]()
        for turn in range(4):
            notes = [note for note in lacking(task, rows, tmp_path / str(turn), **said) if "validation" not in note]
            if not notes:
                break
            found = re.search(r"--set (\S+)=(\d+) takes in", notes[0])
            assert found, notes
            advised.append(found[1])
            said[found[1]] = int(found[2])
        else:
            raise AssertionError(advised)
        assert {*advised} == {size, "text.min_count"}

    def test_check_and_evaluate_of_pairs_say_it(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "pairs.tsv"
        file.write_text("".join(f"{one}\t{other}\n" for one, other in PAIRS), encoding="utf-8")
        assert run(["check", str(file), "--task", "translate", "--set", "text.target_vocabulary=3004"]) == 0
        assert "3,000 of 6,000 units (50.00%)" in capsys.readouterr().out


@pytest.mark.slow
def test_every_evaluation_reports_what_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strange = {"classify": [("ЖЖ", "odd"), (WORDS[0], "even")], "regress": [("ЖЖ", "1.0"), (WORDS[0], "2.0")]}
    for task, rows in strange.items():
        model, _ = trained(task, tmp_path / task, ROWS[task])
        assert any("1 of 2 inputs (50.0%)" in note and "'Ж'" in note for note in model.evaluate(rows).notes)
    trained("language-model", tmp_path / "lm", WORDS)
    text = tmp_path / "text.txt"
    text.write_text("ЖЖ\n", encoding="utf-8")
    assert run(["score", str(tmp_path / "lm"), str(text)]) == 0
    assert "'Ж'; to predict <UNK> is easier" in capsys.readouterr().err


def test_records_of_what_was_decided(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    assert recorded_decisions(path) == []
    write_decisions(path, ["a: b"])
    assert recorded_decisions(path) == ["a: b"]
    for damaged in ("{}", "[1]", "[", json.dumps({"a": 1})):
        path.write_text(damaged)
        with pytest.raises(RunError, match="decided"):
            recorded_decisions(path)
