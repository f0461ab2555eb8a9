"""Tagging, through the front door: spans are found by what stands before them and how they are spelt."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch

import recurra
from recurra.cli import run
from recurra.data.schemes import Scheme
from recurra.errors import DataError, UsageError
from recurra.models.tagger import Tagger, TaggerOptions
from recurra.tasks.tag.network import allowed_after
from recurra.tasks.tag.words import Encoded, Token, batch_of

SETTINGS = {
    "model.width": 32,
    "model.embedding": 16,
    "model.characters": 16,
    "model.dropout": 0.1,
    "training.learning_rate": 0.02,
    "training.validations": 4,
}


def sentences(count: int, seed: int) -> list[tuple[list[str], list[str]]]:
    """A word that ends in "ia" is a place, and so is the one after it if that is "city"."""
    dice = random.Random(seed)
    found: list[tuple[list[str], list[str]]] = []
    for _ in range(count):
        tokens, tags = list[str](), list[str]()
        for _ in range(dice.randint(1, 4)):
            stem = "".join(dice.choices("bcdfgaeo", k=4))
            place = dice.random() < 0.5
            more = dice.random() < 0.5
            tokens += [stem + ("ia" if place else "ik"), *(["city"] if more else [])]
            tags += ["B-PLACE" if place else "O", *(["I-PLACE" if place else "O"] if more else [])]
        found.append((tokens, tags))
    return found


def write(path: Path, rows: list[tuple[list[str], list[str]]]) -> str:
    path.write_text("\n\n".join("\n".join(map("\t".join, zip(*row, strict=True))) for row in rows) + "\n")
    return path.name


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)


def test_from_columns_to_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = write(tmp_path / "train.txt", sentences(500, 1)), write(tmp_path / "test.txt", sentences(100, 2))
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    assert run(["train", train, "--to", "m", "--epochs", "6", *settings]) == 0
    said = capsys.readouterr().err
    assert "task: tag, because it has a token a line" in said
    assert "500 sentences in train.txt" in said
    assert "a CRF, to 3 tags (spans in BIO)" in said
    assert "3 tags: O (" in said
    assert run(["evaluate", "m", test, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["label"], row["f1"]) for row in found["labels"]] == [("PLACE", 100)]
    measures = found["measures"]
    assert {name: measures[name]["value"] for name in measures} == dict.fromkeys(
        ("span_f1", "accuracy", "sentence_exact"), 100
    )
    Path("lines.conll").write_text("babaia O\ncity O\n\ncoocia O\n")
    assert run(["predict", "m", "lines.conll"]) == 0  # the tags that are there are not taken for words
    assert capsys.readouterr().out == "B-PLACE I-PLACE\nB-PLACE\n"
    Path("lines.txt").write_text("babaia city gogoik\n\ncoocia\n")
    assert run(["predict", "m", "lines.txt"]) == 0
    assert capsys.readouterr().out == "B-PLACE I-PLACE O\n\nB-PLACE\n"
    assert run(["predict", "m", "lines.txt", "--output-format", "jsonl"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["details"]["spans"] == [{"text": "babaia city", "begin": 0, "end": 2, "kind": "PLACE"}]
    assert all(0.5 < chance <= 1 for chance in first["details"]["probabilities"])

    Path("columns.txt").write_text("babaia O\ncity O\n\ncoocia O\n")  # recognised as in training
    Path("words.txt").write_text("babaia\ncity\n\ncoocia\n")
    for name in ("columns.txt", "words.txt"):
        assert run(["predict", "m", name]) == 0
        out, err = capsys.readouterr()
        assert out == "B-PLACE I-PLACE\nB-PLACE\n"
        assert f"{name} is read with a token a line (with a sentence a line: --input-format parallel)" in err
    Path("outside.conll").write_text("gogoik O\nbabaia O\n\ngogoik O\n")  # a test file without any span
    assert run(["evaluate", "m", "outside.conll", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["measures"]["span_f1"]["value"] == 0
    assert json.loads(out)["labels"][0]["predicted"] == 1
    assert "the right tags write no spans, so span F1 is 0, as in conlleval; predicted: 1 span" in err
    Path("bilou.conll").write_text("babaia B-PLACE\ncity L-PLACE\n\ncoocia U-PLACE\ngogoik 0\n")
    assert run(["evaluate", "m", "bilou.conll", "--json"]) == 0  # in another scheme than the model's, with a mistake
    out, err = capsys.readouterr()
    measures = {name: measure["value"] for name, measure in json.loads(out)["measures"].items()}
    assert measures == {"span_f1": 100, "accuracy": 100, "sentence_exact": 100}
    assert "bilou.conll writes spans in BILOU B-X 0, and they are rewritten in BIO, that of the model" in err

    model = recurra.load("m")
    assert model.predict([["babaia", "city"]])[0].details.tags == ["B-PLACE", "I-PLACE"]
    alone = model.predict("coocia")
    together = model.predict(["babaia city gogoik", "coocia"])[1]
    assert alone.details.probabilities == pytest.approx(together.details.probabilities)
    trace = model.trace("babaia city")
    assert trace.target_tokens == ["B-PLACE", "I-PLACE"]
    assert {layer.name for layer in trace.layers} == {"layers.0.forward", "layers.0.backward"}
    with pytest.raises(DataError, match="expected a text or a list of tokens"):
        model.predict([3])
    with pytest.raises(DataError, match="expected a text or a list of tokens"):
        model.predict(3)
    assert model.predict(("babaia", "city")).details.tags == ["B-PLACE", "I-PLACE"]
    together = recurra.load(["m", "m"]).predict("coocia")
    assert together.details.probabilities == pytest.approx(alone.details.probabilities)


def test_parts_of_speech_without_a_crf() -> None:
    rows = [(tokens, ["X" if tag == "O" else "P" for tag in tags]) for tokens, tags in sentences(300, 1)]
    settings = {**SETTINGS, "model.crf": False, "training.label_smoothing": 0.1}
    model = recurra.train(rows, task="tag", to="m", epochs=6, settings=settings)
    found = model.evaluate(rows)
    assert set(found.measures) == {"accuracy", "sentence_exact"}
    assert found.measures["accuracy"].value > 99
    assert {row["label"]: row["count"] for row in found.details["labels"]} == {
        tag: sum(tags.count(tag) for _, tags in rows) for tag in ("P", "X")
    }


@pytest.mark.parametrize("crf", [True, False])
def test_spans_are_learned_in_bioes_and_answered_as_the_data_write_them(crf: bool) -> None:
    settings = {**SETTINGS, "model.roles": True, "model.crf": crf}
    model = recurra.train(sentences(400, 1), task="tag", to="m", epochs=5, settings=settings)
    assert "(spans in BIO, learned in BIOES)" in model.networks[0].describe()
    assert model.networks[0].tags == ("B-PLACE", "I-PLACE", "O")
    again = recurra.load("m")
    assert again.evaluate(sentences(100, 2)).measures["span_f1"].value > 95
    found = again.predict("babaia city gogoik")
    assert found.text == "B-PLACE I-PLACE O" == model.predict("babaia city gogoik").text
    assert {label for label, _ in again.trace("babaia city").decisions[0].top} == {"B-PLACE", "I-PLACE", "O"}
    explained = again.explain("babaia city", target="B-PLACE I-PLACE").inputs[0].scores
    assert torch.as_tensor(explained).isfinite().all()


def test_broken_spans() -> None:
    rows = [(["a", "b"], ["O", "I-X"]), (["c"], ["B-X"])] * 30
    with pytest.raises(
        DataError, match=r"30 tags break BIO .*\n.*sentences\[0\]: token 2, 'b', has the tag I-X after O"
    ):
        recurra.train(rows, task="tag", to="m", epochs=1)
    assert not Path("m").exists()
    model = recurra.train(rows, task="tag", to="m", epochs=1, settings={**SETTINGS, "data.repair": True})
    assert model.networks[0].tags == ("B-X", "O")


def test_a_sentence_does_not_depend_on_its_neighbours() -> None:
    torch.manual_seed(1)
    allowed = allowed_after(["B-X", "I-X", "O"], Scheme("BIO"))
    model = Tagger(TaggerOptions(width=8, embedding=5, characters=6), 20, 10, 3, allowed, surface=9)
    model.double().eval()
    rows = [
        Encoded([4, 5, 6], [Token((4,), (1, 0)), Token((5, 6), (2, 3)), Token((7, 8, 9), (2, 8))]),
        Encoded([7], [Token((4, 4, 4, 4, 4), (0, 0))]),
    ]
    together = model(batch_of(rows))
    for k, row in enumerate(rows):
        torch.testing.assert_close(model(batch_of([row])).values[0], together.values[k, : len(row.words)])
    assert model.best(together)[1, 1:].tolist() == [0, 0]


def test_what_may_follow() -> None:
    tags = ["B-X", "B-Y", "I-X", "O"]
    allowed = allowed_after(tags, Scheme("BIO"))
    assert allowed[:, 2].tolist() == [True, False, True, False, False]
    assert allowed[:, [0, 1, 3, 4]].all()
    closed = allowed_after(["B-X", "E-X", "E-Y", "O", "S-X"], Scheme("BIOES"))
    assert closed[0].tolist() == [False, True, False, False, False, False]  # B-X does not end a sentence
    assert all(closed[k].tolist() == [True, False, False, True, True, True] for k in (1, 2, 3, 4, 5))


def test_tags_that_the_training_data_lack_count_as_wrong() -> None:
    rows = [(["a", "b"], ["B-X", "I-X"]), (["c"], ["O"])] * 30
    valid = [(["a", "b"], ["B-X", "I-X"]), (["a", "b"], ["B-Z", "I-Z"])]
    told: list[str] = []
    settings = {**SETTINGS, "training.patience": 0}
    for to, some in (("half", valid), ("none", valid[1:])):
        model = recurra.train(rows, valid=some, task="tag", to=to, epochs=5, settings=settings,
                              listeners=[lambda event: told.append(str(getattr(event, "text", "")))])  # fmt: skip
        said = [text for text in told if "has tags that the training data lack, which count as wrong" in text]
        assert said[-1].startswith(f"warning: 1 of {len(some)} sentence")
        assert "'B-Z' (once, first at" in said[-1]
        assert model.networks[0].tags == ("B-X", "I-X", "O")  # type: ignore[attr-defined]
        measured = model.evaluate(some)
        assert measured.measures["span_f1"].value == pytest.approx(50.0 if to == "half" else 0.0)
    validated = [json.loads(line) for line in Path("half/run/metrics.jsonl").read_text().splitlines()]
    scores = [row["value"] for row in validated if "value" in row]
    assert scores[-1] == pytest.approx(50.0)  # of two spans one can be found


def check(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What `recurra check` says of a file."""
    assert run(["check", str(path), *more]) == 0
    return capsys.readouterr().out


def test_a_stray_tag_is_listed_and_switches_nothing_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = sentences(60, 3)
    strays = [*rows, (["gogoik", "babaia"], ["0", "B-PLACE"]), (["gogoik", "gagaik"], ["o", "0"])]
    for name in ("a.txt", "a.conll", "a.iob"):
        path = tmp_path / name
        write(path, strays)
        lines = path.read_text().split("\n")
        places = [f"{path}:{number}" for number, line in enumerate(lines, 1) if line.endswith("\t0")]
        said = check(path, capsys)
        assert "task: tag" in said
        assert f"warning: tags of {path} that do not fit BIO count as outside all spans:" in said
        assert f"  '0', 2 times: {places[0]}, {places[1]}\n" in said
        assert "(spans in BIO)" in said
    model = recurra.train(tmp_path / "a.conll", to="m", epochs=1, settings=SETTINGS)
    assert model.recipe.data.scheme == "BIO"  # type: ignore[attr-defined]
    assert "span_f1" in model.evaluate(tmp_path / "a.conll").measures
    assert recurra.load("m").networks[0].scheme == Scheme("BIO")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["IOB1", "IOE2", "BIOES", "BILOU X-B", "BMEWO B_X"])
def test_a_model_in_another_scheme(name: str) -> None:
    scheme = Scheme.parse(name)
    rows = [(tokens, list(Scheme("BIO").rewritten(tags, scheme))) for tokens, tags in sentences(300, 1)]
    model = recurra.train(rows, task="tag", to="m", epochs=5, settings=SETTINGS)
    assert model.recipe.data.scheme == name  # type: ignore[attr-defined]
    found = model.evaluate(rows)
    assert found.measures["span_f1"].value > 95
    assert [row["label"] for row in found.details["labels"]] == ["PLACE"]
    spans = model.predict("babaia city gogoik coocia").details.to_mapping()["spans"]
    assert spans == [
        {"text": "babaia city", "begin": 0, "end": 2, "kind": "PLACE"},
        {"text": "coocia", "begin": 3, "end": 4, "kind": "PLACE"},
    ]
    in_bio = model.evaluate(sentences(40, 5))
    assert in_bio.measures["accuracy"].value > 95
    assert "sentences writes spans in BIO, and they are rewritten in" in in_bio.notes[0]


def test_a_model_learns_in_the_scheme_that_is_asked_for() -> None:
    rows = sentences(100, 1)
    model = recurra.train(rows, task="tag", to="m", epochs=1, settings={**SETTINGS, "data.scheme": "BIOES"})
    assert model.networks[0].tags == ("B-PLACE", "E-PLACE", "O", "S-PLACE")  # type: ignore[attr-defined]
    plain = recurra.train(rows, task="tag", to="n", epochs=1, settings={**SETTINGS, "data.scheme": "none"})
    assert set(plain.evaluate(rows).measures) == {"accuracy", "sentence_exact"}
    with pytest.raises(DataError, match="no tag writes spans in BIOES"):
        recurra.train([(["a"], ["N"]), (["b"], ["V"])] * 9, task="tag", to="o", settings={"data.scheme": "BIOES"})
    other = [(tokens, [tag.replace("-", "_") for tag in tags]) for tokens, tags in rows]
    with pytest.raises(
        UsageError, match=r'are written as in BIOES B_X\s+Say so: settings=\{"data.scheme": "BIOES B_X"\}'
    ):
        recurra.train(other, task="tag", to="o", settings={"data.scheme": "BIOES"})
    with pytest.raises(UsageError, match="unknown scheme 'BOI'"):
        recurra.train(rows, task="tag", to="o", settings={"data.scheme": "BOI"})


def test_what_is_repaired_in_training_is_repaired_in_evaluation() -> None:
    rows = [(["a", "b"], ["O", "I-X"]), (["c"], ["B-X"])] * 30
    model = recurra.train(rows, task="tag", to="m", epochs=1, settings={**SETTINGS, "data.repair": True})
    iob1 = [(["a", "b", "c"], ["O", "I-X", "B-X"])] * 3
    found = model.evaluate(iob1)
    assert (
        "3 tags break BIO (I-X goes on with B-X or I-X), and their spans were repaired (data.repair)" in found.notes[0]
    )
    assert "tags that the training data lack" not in " ".join(found.notes)
    model = recurra.train([*rows[1::2], (["d"], ["O"])], task="tag", to="n", epochs=1, settings=SETTINGS)
    found = model.evaluate([(["a", "b"], ["B-X", "B-X"]), (["a", "b"], ["O", "I-X"])])
    assert "1 tag breaks BIO" in found.notes[0]
    assert "They are read as conlleval reads them." in found.notes[0]


def test_parts_of_speech_in_columns_are_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(tokens, ["X" if tag == "O" else "P" for tag in tags]) for tokens, tags in sentences(40, 1)]
    write(tmp_path / "a.txt", rows)
    said = check(tmp_path / "a.txt", capsys)
    assert "empty lines between sentences, and only 2 different tags in its last column" in said
    (tmp_path / "b.tsv").write_text("".join(f"word{k % 9}\t{'ab'[k % 2]}\n" + "\n" * (k == 150) for k in range(300)))
    assert "task: tag" not in check(tmp_path / "b.tsv", capsys)  # labels, and one empty line
