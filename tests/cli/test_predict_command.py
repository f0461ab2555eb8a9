"""`recurra predict`: lines in, lines out, and the ways of writing them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recurra.cli import predict as room
from recurra.cli.answers import one_line, writer
from recurra.tasks import TASKS
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.unknown import Unknown

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel


def lines(path: Path, *texts: str) -> str:
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return str(path)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = False) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode())))
    monkeypatch.setattr(stdin, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys, "stdin", stdin)


def test_a_line_for_each_line(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file = lines(tmp_path / "in.txt", "abc", "", "dé", "")
    assert recurra("predict", "m", file) == (0, "cba\n\néd\n\n", "")
    assert model.asked == [["m"], {}]


def test_standard_input_is_the_default(recurra: CommandLine, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    for args in (["predict", "m"], ["predict", "m", "-"]):
        type_in(monkeypatch, "abc\nde\n")
        assert recurra(*args) == (0, "cba\ned\n", "")


def test_an_answer_at_once_in_a_terminal(
    recurra: CommandLine, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "abc\nQ\n", terminal=True)
    result = recurra("predict", "m")
    assert result.out == "cba\nQ\n"
    assert "Ctrl-D ends" in result.err
    assert result.err.count("not known to the model: 'Q'") == 1
    assert "of 2 texts" not in result.err
    assert model.asked == [["m"], {}, {}]  # each line by itself


def test_written_lines_go_out_before_more_is_read() -> None:
    flushed: list[str] = []

    class Out(io.StringIO):
        def flush(self) -> None:
            flushed.append(self.getvalue())

    out = Out()
    for line in room.flushing(iter(["a", "b"]), out):
        out.write(line)
    assert flushed == ["a", "ab"]


def test_options_are_passed_on(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file = lines(tmp_path / "in.txt", "abc")
    sampling = ["--sample", "--temperature", "0.7", "--top-k", "5", "--top-p", "0.9", "--seed", "3", "--nbest", "2"]
    assert recurra("predict", "m", file, *sampling, "--ensemble", "n", "--ensemble", "o").code == 0
    assert recurra("predict", "m", file, "--beam", "7", "--set", "length_penalty=1").code == 0
    assert model.asked == [
        ["m", "n", "o"],
        {"sample": True, "temperature": 0.7, "top_k": 5, "top_p": 0.9, "seed": 3, "nbest": 2},
        ["m"],
        {"beam": 7, "length_penalty": 1},
    ]


def test_nbest_text_keeps_its_stride(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file = lines(tmp_path / "in.txt", "ab", "", "c")  # the model has at most two outputs
    result = recurra("predict", "m", file, "--nbest", "3")
    assert result.out == "-0.5000\tba\n-1.5000\tba!\n\n" + "\n\n\n" + "-0.5000\tc\n-1.5000\tc!\n\n"


def test_jsonl(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file = lines(tmp_path / "in.txt", "éQ", "")
    result = recurra("predict", "m", file, "--output-format", "jsonl", "--nbest", "2")
    first, second = map(json.loads, result.out.splitlines())
    assert first == {
        "source": "éQ",
        "text": "Qé",
        "score": -0.5,
        "alternatives": [
            {"text": "Qé", "score": -0.5, "log_prob": -1.0, "finished": True},
            {"text": "Qé!", "score": -1.5, "log_prob": -2.0, "finished": True},
        ],
        "unknown": ["Q"],
        "attention": None,
        "details": None,
    }
    assert (second["source"], second["text"]) == ("", "")
    assert "é" in result.out  # as it is, not escaped


def test_the_page_of_attention(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file, page = lines(tmp_path / "in.txt", "abc", "<b>"), tmp_path / "page.html"
    result = recurra("predict", "m", file, "--attention", str(page), "--output-format", "jsonl")
    assert result.code == 0
    assert model.asked[-1] == {"attention": True}
    html = page.read_text(encoding="utf-8")
    assert html.rstrip().endswith("</html>")
    assert "<b>" not in html.partition("</style>")[2].replace("<b><", "")  # the user's, unescaped
    attention = json.loads(result.out.splitlines()[0])["attention"]
    assert attention["source_tokens"] == ["a", "b", "c", "<EOS>"]


def test_the_page_has_an_end(
    recurra: CommandLine, model: FakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAPS", 2)
    file, page = lines(tmp_path / "in.txt", "ab1", "ab2", "ab3"), tmp_path / "page.html"
    result = recurra("predict", "m", file, "--attention", str(page))
    assert len(result.out.splitlines()) == 3
    assert "shows the first 2 of 3 inputs" in result.err
    assert "ab2" in page.read_text()
    assert "ab3" not in page.read_text()


def test_output_to_a_file(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file, out = lines(tmp_path / "in.txt", "abc"), tmp_path / "out.txt"
    assert recurra("predict", "m", file, "--output", str(out)) == (0, "", "")
    assert out.read_text() == "cba\n"


def test_no_model_is_opened_for_an_output_that_cannot_be_written(
    recurra: CommandLine, model: FakeModel, tmp_path: Path
) -> None:
    file = lines(tmp_path / "in.txt", "abc")
    assert recurra("predict", "m", file, "--output", str(tmp_path / "no" / "out.txt")).code == 1
    assert recurra("predict", "m", file, "--attention", str(tmp_path / "no" / "page.html")).code == 1
    assert model.asked == []


def test_a_failure_on_the_way_leaves_no_output(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.txt"
    file.write_bytes(b"abc\n\xff\n")
    result = recurra("predict", "m", str(file), "--output", str(out))
    assert result.code == 1
    assert "in.txt:2" in result.err
    assert list(tmp_path.iterdir()) == [file]


def test_many_unknown_characters_are_reported(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    result = recurra("predict", "m", lines(tmp_path / "in.txt", "abQ", "c", "QQ"))
    assert result.out == "Qba\nc\nQQ\n"
    assert "2 of 3 inputs (66.7%) contain characters or words that the model does not know" in result.err
    assert "'Q'" in result.err


def test_unknown_characters_are_counted_and_the_first_are_named() -> None:
    unknown = Unknown()
    unknown.add([])
    assert unknown.report() is None
    unknown.add(["\u0301"])
    assert "1 of 2 inputs (50.0%)" in (unknown.report() or "")
    assert (unknown.report() or "").endswith("'◌\u0301'")
    unknown.add(list("ABCDEFGHIJKL"))
    assert (unknown.report() or "").endswith("and 3 others")


def test_a_line_end_in_an_output_starts_no_new_line() -> None:
    prediction = Answer("x", [Alternative("a\nb", -1.0, -1.0)], None)
    assert list(writer("text", 1)(prediction)) == ["a\\nb"]
    assert list(writer("text", 2)(prediction)) == ["-1.0000\ta\\nb", ""]
    assert one_line("a\r\nb") == "a\\r\\nb"
    (line,) = writer("jsonl", 1)(prediction)
    assert json.loads(line)["text"] == "a\nb"


def test_an_endless_input_is_answered_as_it_comes(
    model: FakeModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "abc"

    answers = room.answers(model, endless(), {}, interactive=False)  # type: ignore[arg-type]
    assert [next(answers).text for _ in range(3)] == ["cba"] * 3


def test_an_option_that_the_task_does_not_have_is_named(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    model.task = TASKS["classify"]
    model.recipe = model.task.recipe()
    result = recurra("predict", "model", lines(tmp_path / "x.txt", "abc"), "--beam", "3")
    assert result.code == 2
    assert "--beam has no effect on a model for the task classify" in result.err
    assert "It has --nbest, --attention." in result.err
    model.task = TASKS["tag"]
    model.recipe = model.task.recipe()
    result = recurra("evaluate", "model", lines(tmp_path / "x.tsv", "a\tb"), "--beam", "3")
    assert "--beam has no effect on a model for the task tag" in result.err
    assert "It answers without options." in result.err
