"""What comes next in a text, how it continues and how surprising it is, beside sums over the network by itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from toy_tasks import network

from recurra.data.plain import Passage
from recurra.errors import DataError, UsageError
from recurra.padded import pad
from recurra.tasks.language_model import predictor as module
from recurra.tasks.language_model.predictor import BLOCK, EASIER, LanguagePredictor, blocks, checked, line_scores
from recurra.tasks.language_model.recipe import GenerationOptions, NextOptions
from recurra.tasks.language_model.scoring import Cost
from recurra.text.special import EOS, GO, PAD, UNK

LINES = ["red", "blue rose", "a rose", "red roses"]


def made(form: str = "lines", seed: int = 1) -> Any:
    return network("language-model", seed, {"data.form": form, "text.units": "chars"}, rows=LINES * 9)


def cost(text: str, nats: list[float], ends: bool = True) -> Cost:
    return Cost(Passage(text, 1, ends), nats)


def after(networks: list[Any], ids: list[int]) -> torch.Tensor:
    """The mean probabilities [V] of what comes after ids."""
    with torch.no_grad():
        every = [one.model.after(pad([torch.tensor(ids)])).exp()[0] for one in networks]
    return torch.stack(every).mean(0)


def test_bits_of_a_line_are_over_its_characters_and_its_end() -> None:
    found = line_scores([cost("abc", [1.0, 2.0]), cost("ab", [0.5], False), cost("", [3.0])], contiguous=True)
    share = found.measures["bits_per_character"]
    assert share.counted == pytest.approx([3 / math.log(2), 0.5 / math.log(2), 3 / math.log(2)])
    assert share.total == [4.0, 2.0, 1.0]
    assert (share.higher_is_better, share.scale) == (False, 1.0)
    assert (found.lengths, found.unit, found.contiguous) == ([3, 2, 0], "characters", True)
    assert line_scores([], contiguous=False).contiguous is False


def test_running_text_is_resampled_in_stretches() -> None:
    costs = [cost("x", [1.0] * count) for count in (400, 500, 99, 1, 999, 1, 2500, 3)]
    found = [[len(one.nats) for one in part] for part in blocks(costs)]
    assert found == [[400, 500, 99], [1, 999], [1], [2500, 3]]
    assert sum(map(len, blocks(costs))) == len(costs)
    assert BLOCK == 1000


@pytest.mark.parametrize("form", ["lines", "running"])
def test_the_most_probable_units_come_first_and_what_is_no_text_never(form: str) -> None:
    networks = [made(form), made(form, 2)]
    found: Any = LanguagePredictor(networks)
    texts = ["red", "", "a ro", "z"]
    end = EOS if form == "lines" else GO
    for text, answer in zip(texts, found.predict(texts, NextOptions(nbest=50)), strict=True):
        chances = after(networks, networks[0].encode(text))
        hidden = {PAD, UNK, GO, EOS} - {end}
        order = sorted((k for k in range(len(chances)) if k not in hidden), key=lambda k: -float(chances[k]))
        assert [one.text for one in answer.alternatives] == [networks[0].shown(k) for k in order]
        for k, one in zip(order, answer.alternatives, strict=True):
            assert one.log_prob == pytest.approx(math.log(float(chances[k])), abs=1e-4)
        assert answer.unknown == (["z"] if text == "z" else [])
        assert answer.source == text
    [few] = found.predict(["red"], NextOptions(nbest=2))
    assert len(few.alternatives) == 2


@pytest.mark.parametrize("form", ["lines", "running"])
def test_a_continuation_has_the_mean_of_its_log_probabilities(form: str) -> None:
    one = made(form)
    found: Any = LanguagePredictor([one])
    options = GenerationOptions(beam=1, length=6)
    for text, answer in zip(["red", "bl"], found.generate(["red", "bl"], options), strict=True):
        best = answer.alternatives[0]
        assert best.text.startswith(text)
        ids, total = one.encode(text), 0.0
        written = one.encode(best.text)[len(ids) :]
        if best.finished:
            written = [*written, one.line_end]
        for id in written:
            total += math.log(float(after([one], ids)[id]))
            ids = [*ids, id]
        assert best.log_prob == pytest.approx(total, abs=1e-3)
        assert best.score == pytest.approx(total / len(written), abs=1e-3)
        assert len(written) <= 6 or best.finished
    assert found.units("red", "red rose") == (3, 8)
    assert found.generation == one.recipe.generation
    assert found.endless is (form == "running")


@pytest.mark.parametrize("form", ["lines", "running"])
def test_surprisals_are_bits_of_each_character_and_the_end(form: str) -> None:
    one = made(form)
    found: Any = LanguagePredictor([one])
    texts = ["red", "a rose"]
    ids = [GO]
    for text, scored in zip(texts, found.surprisal(texts), strict=True):
        ids = ids if form == "running" else [GO]
        expected = []
        for unit in [*one.tokenizer.encode(text), one.line_end]:
            expected.append(-math.log2(float(after([one], ids)[unit])))
            ids = [*ids, unit]
        assert scored.bits == pytest.approx(expected, abs=1e-3)
        assert scored.tokens == [*text, "<EOS>" if form == "lines" else "\n"]
        assert (scored.text, list(scored.unknown)) == (text, [])


@pytest.mark.parametrize("form", ["lines", "running"])
def test_an_evaluation_counts_all_units_and_says_which_are_unknown(form: str) -> None:
    one = made(form)
    found: Any = LanguagePredictor([one])
    passages = [Passage("red", 3), Passage("zz rose", 4)]
    bits = [scored.bits for scored in found.surprisal(["red", "zz rose"])]
    evaluation = found.evaluate(passages, NextOptions())
    assert evaluation.count == 2
    total = sum(map(sum, bits))
    assert evaluation.measures["bits_per_character"].value == pytest.approx(total / 12, rel=1e-4)
    assert evaluation.measures["perplexity"].value == pytest.approx(2 ** (total / 12), rel=1e-3)
    assert evaluation.notes == [f"2 of 12 units (16.67%) are unknown to the model: {EASIER}"]
    assert evaluation.details == {"counted": "lines"}
    assert [case.loss for case in evaluation.cases] == pytest.approx(
        [sum(part) * math.log(2) / len(part) for part in bits], rel=1e-4
    )
    assert [(case.line, case.unknown) for case in evaluation.cases] == [(3, ()), (4, ("z", "z"))]
    assert evaluation.examples.contiguous is (form == "running")
    assert found.evaluate(passages[:1], NextOptions()).notes == []
    [note] = found.evaluate([Passage("z", 1)], NextOptions()).notes
    assert note.startswith("1 of 2 units (50.00%) is unknown")


@pytest.mark.parametrize("form", ["lines", "running"])
def test_what_is_asked_about_a_text(form: str) -> None:
    one = made(form)
    found: Any = LanguagePredictor([one])
    end = one.shown(one.line_end)
    asked = found.ask("red", NextOptions())
    best = [next(iter(found.predict([text], NextOptions(nbest=1)))).text for text in ("red", "red ro")]
    assert (asked.source, asked.prediction, asked.known, asked.target) == ("red", best[0], 3, None)
    assert asked.outputs == ["r", "e", "d", best[0]]
    assert asked.source_tokens == ["<GO>", "r", "e", "d"]
    given = found.ask("red", NextOptions(), " ro")
    assert (given.prediction, given.known, given.target) == (best[0], 6, " ro")
    assert given.outputs == [*"red ro", best[1]]
    assert asked.number_of(end) == one.line_end
    assert asked.number_of("r") == one.tokenizer.encode("r")[0]
    with pytest.raises(UsageError):
        asked.number_of("re")
    continued = found.ask_continuation("red", GenerationOptions(beam=1, length=3))
    [answer] = found.generate(["red"], GenerationOptions(beam=1, length=3))
    assert continued.prediction == answer.text
    assert (continued.known, continued.begins, continued.finished) == (3, 3, answer.alternatives[0].finished)
    written = answer.text[3:]
    last = end if answer.alternatives[0].finished else next(iter(found.predict([answer.text], NextOptions()))).text
    assert continued.outputs == ["r", "e", "d", *written, last]


def test_lines_of_running_text_are_read_with_their_ends() -> None:
    one = made("running")
    found: Any = LanguagePredictor([one])
    asked = found.ask("red\na", NextOptions())
    assert asked.source_tokens == ["<GO>", "r", "e", "d", "\n", "a"]
    assert asked.outputs[:5] == ["r", "e", "d", "\n", "a"]


def test_what_is_no_text_and_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError) as caught:
        checked(3, 7)
    error = caught.value
    assert (error.what, error.where, error.fix) == ("expected a text, got 3", "text 7", 'Give "a text".')
    with pytest.raises(DataError, match="and 22 more characters"):
        checked(["x" * 58], 1)
    found: Any = LanguagePredictor([made()])
    monkeypatch.setattr(module, "LONGEST", replace(module.LONGEST, most=4))
    monkeypatch.setattr(module, "WINDOW", 2)
    assert len(list(found.predict(["red"] * 5, NextOptions()))) == 5
    with pytest.raises(DataError) as caught:
        list(found.predict(["red", "red", "re", "rose"], NextOptions()))
    error = caught.value
    assert error.what == "the text has 5 units, more than the 4 that are read"
    assert (error.where, error.fix) == ("text 4", "Give the last part of it alone.")
    with pytest.raises(DataError, match="text 1"):
        found.ask("rose", NextOptions())


@pytest.mark.parametrize("form", ["lines", "running"])
def test_vectors_are_the_last_outputs_of_the_first_network(form: str) -> None:
    networks = [made(form), made(form, 2)]
    found: Any = LanguagePredictor(networks)
    assert found.represented == "what the top layer puts out after the last unit"
    texts = ["red", " ", "a rose"]
    for text, vector in zip(texts, found.vectors(texts), strict=True):
        if not text.strip():
            assert vector is None
            continue
        with torch.no_grad():
            run = networks[0].model(pad([torch.tensor(networks[0].encode(text))]))
        torch.testing.assert_close(torch.as_tensor(vector), run.outputs.values[0, -1], atol=1e-5, rtol=1e-4)


def test_continuations_that_begin_with_given_units() -> None:
    for form in ("lines", "running"):
        one = made(form)
        told = one.tokenizer.encode("ro")
        found: Any = LanguagePredictor([one]).beginning(told)
        [answer] = found.generate(["red"], GenerationOptions(beam=1, length=5))
        assert answer.text.startswith("redro")
    found = LanguagePredictor([one]).beginning([GO, *told])
    [answer] = found.generate(["red"], GenerationOptions(beam=1, length=5))
    assert answer.text.startswith("red\nro")
