"""The nats of each unit, beside those of the network step by step; and texts as units and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network

from recurra.baselines import Allowance
from recurra.data import Passage, Ragged
from recurra.padded import Padded, pad
from recurra.tasks.language_model import baseline as baseline_module
from recurra.tasks.language_model import scoring
from recurra.tasks.language_model.baseline import LanguageBaseline, beginning, numbered
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.language_model.scoring import costs, encoded, mean_cost, nats_of, nats_of_lines
from recurra.text.special import EOS, GO

LINES = ["red", "blue rose", "a rose", "red roses", "e"]


def made(form: str = "lines", seed: int = 1) -> Any:
    return network("language-model", seed, {"data.form": form, "text.units": "chars"}, rows=LINES * 9)


def passages(*texts: str) -> list[Passage]:
    return [Passage(text, number) for number, text in enumerate(texts, 1)]


def chances(networks: list[Any], ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return torch.stack([one.model.after(pad([torch.tensor(ids)])).exp()[0] for one in networks]).mean(0)


def step_by_step(networks: list[Any], units: list[int], before: list[int]) -> list[float]:
    ids, found = [*before], []
    for unit in units:
        found.append(-math.log(float(chances(networks, ids)[unit])))
        ids.append(unit)
    return found


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("form", ["lines", "running"])
def test_each_unit_costs_what_it_costs_after_all_before_it(
    form: str, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an ensemble under its mean probability; whatever is read at once."""
    networks = [made(form, seed) for seed in range(1, members + 1)]
    given = [*passages("red", "a rose", ""), Passage("blu", 4, ends=False), Passage("e", 4)]
    for window, at_once in ((1000, 1000), (2, 3)):
        monkeypatch.setattr(scoring, "WINDOW", window)
        monkeypatch.setattr(scoring, "AT_ONCE", at_once)
        before = [GO]
        for one, cost in zip(given, costs(networks, given, "line {}".format), strict=True):
            units = [*networks[0].tokenizer.encode(one.text), *([networks[0].line_end] if one.ends else [])]
            if form == "lines":
                before = [GO]
            assert cost.passage is one
            assert cost.nats == pytest.approx(step_by_step(networks, units, before), abs=1e-4)
            before = [*before, *units]


def test_units_have_the_end_of_their_line() -> None:
    for form, end in (("lines", EOS), ("running", GO)):
        one = made(form)
        ids = one.tokenizer.encode
        assert encoded(one, [Passage("red", 1), Passage("a", 2, ends=False), Passage("", 3)]) == [
            [*ids("red"), end],
            ids("a"),
            [end],
        ]
        assert (one.line_end, one.running) == (end, form == "running")


def test_rows_of_any_lengths_have_their_own_nats() -> None:
    one = made()
    rows = [one.tokenizer.encode(text) for text in ("blue rose", "e", "red", "e", "a rose")]
    found = nats_of_lines([one.model], Ragged.of(rows))
    for row, nats in zip(rows, found, strict=True):
        assert nats == pytest.approx(step_by_step([one], row, [GO]), abs=1e-4)


def test_the_mean_of_probabilities() -> None:
    nats = [torch.tensor([[0.5, 2.0]]), torch.tensor([[1.5, 2.0]]), torch.tensor([[3.0, 2.0]])]
    expected = -torch.stack([(-one).exp() for one in nats]).mean(0).log()
    torch.testing.assert_close(mean_cost(nats), expected)
    assert mean_cost(nats[:1]) is nats[0]


def test_states_are_handed_on() -> None:
    one = made("running")
    ids = one.tokenizer.encode("a red rose")
    whole = Padded(torch.tensor([[GO, *ids[:-1]]]), torch.tensor([len(ids)]))
    found, _ = nats_of([one.model], whole, torch.tensor([ids]), None)
    first, states = nats_of([one.model], Padded(whole.values[:, :4], torch.tensor([4])), torch.tensor([ids[:4]]), None)
    second, _ = nats_of(
        [one.model], Padded(whole.values[:, 4:], torch.tensor([len(ids) - 4])), torch.tensor([ids[4:]]), states
    )
    torch.testing.assert_close(torch.cat([first, second], 1), found)


def test_texts_as_units_and_back() -> None:
    lines, running = made(), made("running")
    ids, others = lines.tokenizer.encode, running.tokenizer.encode
    assert lines.encode("red") == [GO, *ids("red")]
    assert running.encode("red\na") == [GO, *others("red"), GO, *others("a")]
    assert running.text([*others("red"), GO, GO, *others("a")]) == "red\n\na"
    assert lines.text(ids("red")) == "red"
    assert (lines.shown(EOS), running.shown(GO)) == ("<EOS>", "\n")
    assert lines.shown(ids("r")[0]) == "r"
    options = lines.recipe.model
    assert lines.describe() == f"{options.cell} of 1 layer, 8 wide, over the grapheme clusters of lines"
    assert running.describe().endswith(" of running text")
    assert lines.sizes() == {"vocabulary": lines.tokenizer.size}
    assert lines.model.never.nonzero().ravel().tolist() == [0, GO]
    assert running.model.never.nonzero().ravel().tolist() == [0, EOS]


def test_the_baseline_counts_the_same_units() -> None:
    """Numbers from 1; of running text so much as there is time for, of lines those that are spread over all."""
    one = made()
    assert [row.tolist() for row in numbered(one, passages("red", ""))] == [
        [id + 1 for id in [*one.tokenizer.encode("red"), EOS]],
        [EOS + 1],
    ]

    class Short(Allowance):
        size = 9  # type: ignore[assignment]

    short = Short()
    found = beginning(passages("red", "blue", "rose", "a"), short)
    assert [part.text for part in found] == ["red", "blue"]  # nine characters with their ends
    assert (short.of, short.examples) == (4, 2)
    assert [part.text for part in beginning(passages("redrose", "a", "b"), Short())] == ["redrose", "a"]


@pytest.mark.parametrize("form", ["lines", "running"])
def test_the_measures_of_the_baseline(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made(form)
    train = passages(*LINES * 9)
    baseline = LanguageBaseline().fit(train, one, Allowance())
    assert baseline is not None
    rows = numbered(one, train)
    texts = rows if form == "lines" else np.array_split(np.concatenate(rows), baseline_module.PIECES)
    assert baseline.longest == type(baseline).fit(texts, ~one.model.never.numpy()).longest
    other = passages("a red rose", "blue")
    found: Any = LanguageBaseline().measures(baseline, LanguagePredictor([one]), other, None)
    units = numbered(one, other)
    nats = baseline.nats(units if form == "lines" else [np.concatenate(units)])
    total, count = sum(map(np.sum, nats)), sum(map(len, units))
    assert found["perplexity"].value == pytest.approx(math.exp(total / count), rel=1e-6)
    assert found["bits_per_character"].value == pytest.approx(total / math.log(2) / count, rel=1e-6)
    assert LanguageBaseline().fit([Passage("", 1, ends=False)], one, Allowance()) is None
