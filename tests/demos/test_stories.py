"""The demo's stories: the answers are right, by another reading of the sentences, and cannot be told from one word."""

from __future__ import annotations

import io
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from recurra.data import PAIRS, DataSource, open_examples
from recurra.demos.demo import Learned, Split
from recurra.demos.questions import BEGINNINGS, DEMO, KINDS, MAX_SENTENCES, NUMBERS, PLACES, kind_of, split
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.evaluation import Evaluation
from recurra.tracing import AttentionMap


@cache
def whole() -> Split:
    """All stories of the demo: made once, and only where a test looks at them, as it takes two seconds."""
    return split()


def answer(text: str) -> str:
    """What a reader would say, who goes back from the end of the story for everything that is asked."""
    story, question = text.split("\t")
    sentences = [sentence.split() for sentence in story.split(" .") if sentence]
    asked = question.split()
    if asked[0] == "Who":
        return bearer(sentences, asked[3]) or "nobody"
    if asked[:3] == ["Where", "is", "the"]:
        return place_of(sentences, asked[3])
    if asked[0] == "Where":
        return went(sentences, asked[2])
    if asked[0] == "Is":
        place = went(sentences, asked[1])
        return "yes" if place == asked[4] else "no"
    named = {sentence[sentence.index("the") + 1] for sentence in sentences}
    things = named - {*PLACES}
    return NUMBERS[sum(bearer(sentences, thing) == asked[4] for thing in things)]


def went(sentences: list[list[str]], person: str) -> str:
    return next(one[-1] for one in reversed(sentences) if one[0] == person and one[-1] in PLACES)


def bearer(sentences: list[list[str]], thing: str) -> str | None:
    last = next((one for one in reversed(sentences) if thing in one), None)
    if last is None or last[1] in ("dropped", "put"):
        return None
    return last[-1] if last[1] == "gave" else last[0]


def place_of(sentences: list[list[str]], thing: str) -> str:
    who = bearer(sentences, thing)
    if who is not None:
        return went(sentences, who)
    end = max(k for k, one in enumerate(sentences) if thing in one)
    return went(sentences[:end], sentences[end][0])


def test_the_answers_are_right() -> None:
    wrong = [(text, target) for text, target in [*whole().training[:3000], *whole().held_out] if answer(text) != target]
    assert wrong == []


def test_no_story_is_on_both_sides_and_the_draw_is_the_same() -> None:
    assert {text for text, _ in whole().training}.isdisjoint(text for text, _ in whole().held_out)
    assert split() == whole()
    assert max(text.count(" .") for text, _ in whole().training) == MAX_SENTENCES


def test_every_kind_is_asked_and_none_has_one_answer() -> None:
    counts = Counter(kind_of(text) for text, _ in whole().training)
    assert set(counts) == set(KINDS.values()) >= set(BEGINNINGS.values())
    assert min(counts.values()) > len(whole().training) / 10
    for kind in counts:
        answers = Counter(target for text, target in whole().training if kind_of(text) == kind)
        assert answers.most_common(1)[0][1] < 0.65 * counts[kind], kind


def test_the_last_word_on_somebody_is_not_always_the_last_place_of_the_story() -> None:
    asked = [(text, target) for text, target in whole().held_out if kind_of(text) == "where people are"]
    last = [next(word for word in reversed(text.split("\t")[0].split()) if word in PLACES) for text, _ in asked]
    assert sum(place == target for place, (_, target) in zip(last, asked, strict=True)) < 0.7 * len(asked)


def test_the_files_are_tables_with_named_columns(tmp_path: Path) -> None:
    DEMO.write(tmp_path, whole())
    source = DataSource(str(tmp_path / "test.tsv"), source_column="story,question", target_column="answer")
    assert [(one.source, one.target) for one in open_examples(source, PAIRS)] == list(whole().held_out)


def test_what_is_shown(tmp_path: Path) -> None:
    def predict(texts: list[str], **settings: Any) -> list[Answer[None]]:
        tokens = [*texts[0].split(), "<EOS>"]
        seen = AttentionMap(tokens, ["x"], [[1.0] + [0.0] * (len(tokens) - 1)])
        said = ["nobody" if text.split("\t")[1].startswith("Who") else answer(text) for text in texts]
        return [Answer(text, [Alternative(one, attention=seen)], None) for text, one in zip(texts, said, strict=True)]

    out = io.StringIO()
    model: Any = SimpleNamespace(predict=predict, path=tmp_path / "m", evaluate=lambda data: Evaluation(0, {}))
    DEMO.show(Learned({"questions": model}, whole().held_out, tmp_path, Console(file=out, highlight=False, width=100)))
    shown = out.getvalue()
    assert f"of {len(whole().held_out):,} held-out questions are answered right" in shown
    assert "where people are  100.0 %" in shown
    assert "who has what        0.0 %" in shown
    assert shown.count("█ from 75%") == len(KINDS)
    assert (tmp_path / "attention.html").read_text().count("<section>") == len(KINDS)
