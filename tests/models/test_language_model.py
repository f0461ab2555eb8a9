"""The language model: whole == in pieces == step by step, and what cannot come never does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from recurra.baselines.units import following, histories, known, learned
from recurra.cells import CELLS
from recurra.decoding import DecodingOptions, decode
from recurra.errors import UsageError
from recurra.layers import Unrolled, locked_dropout
from recurra.models.continuing import Continuing
from recurra.models.language_model import LanguageModel, LanguageModelOptions, tensors_of
from recurra.models.mixture import NEVER, NO_SHARE, Mixture
from recurra.padded import Padded, pad, select_rows
from recurra.text.special import EOS, GO, PAD

VOCABULARY = 70


def network(cell: str = "lstm", **options: object) -> LanguageModel:
    torch.manual_seed(1)
    small = LanguageModelOptions(width=12, cell=cell, **options)  # type: ignore[arg-type]
    return LanguageModel(small, VOCABULARY, [PAD, EOS]).double().eval()


def mixed(model: LanguageModel, go_begins: bool | None) -> LanguageModel:
    """The same with n-grams beside it; None: as it is."""
    if go_begins is not None:
        dice, possible = np.random.default_rng(3), ~model.never.numpy()
        ngrams = learned([dice.integers(5, 15, 200), dice.integers(5, VOCABULARY, 300)], possible, 4)
        model.mixture = Mixture.of(ngrams, [-1.0, 0.5, -0.25], go_begins=go_begins)
    return model


def text(rows: int = 3, steps: int = 11) -> Padded:
    ids = torch.randint(4, VOCABULARY, (rows, steps), generator=torch.Generator().manual_seed(2))
    return Padded(ids, torch.full((rows,), steps))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("residual", [False, True])
def test_pieces_with_the_state_carried_give_the_whole(cell: str, residual: bool) -> None:
    model, whole = network(cell, residual=residual, layers=3), text()
    expected = model(whole)
    state, features = None, list[Tensor]()
    for piece in whole.values.split([4, 1, 6], dim=1):
        run = model(Padded(piece, torch.full((3,), piece.shape[1])), state)
        state = model.state_from(tensors_of(run.state))  # through what a checkpoint holds
        features.append(run.outputs.values)
    torch.testing.assert_close(torch.cat(features, 1), expected.outputs.values)
    torch.testing.assert_close(tensors_of(state), tensors_of(expected.state))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("go_begins", [None, False, True])
def test_what_comes_next_is_the_same_step_by_step_in_pieces_and_at_the_end(cell: str, go_begins: bool | None) -> None:
    model, whole = mixed(network(cell, layers=2), go_begins), text()
    whole.values[:, [0, 7]] = GO
    expected = model.following(whole)
    chances = expected.log_probs.exp()
    assert not chances[..., [PAD, EOS]].any()
    torch.testing.assert_close(chances.sum(-1), torch.ones_like(chances[..., 0]))

    state = model.start(3)
    for t in range(11):
        log_probs, state = model.step(whole.values[:, t], state)
        torch.testing.assert_close(log_probs, expected.log_probs[:, t])
    torch.testing.assert_close(state.before, expected.state.before)
    torch.testing.assert_close(log_probs, model.after(whole))

    begun, pieces = None, list[Tensor]()
    for piece in whole.values.split([4, 1, 6], dim=1):
        run = model.following(Padded(piece, torch.full((3,), piece.shape[1])), begun)
        begun = run.state
        pieces.append(run.log_probs)
    torch.testing.assert_close(torch.cat(pieces, 1), expected.log_probs)


def test_a_mixture_is_the_sum_that_it_says_it_is() -> None:
    """From the n-grams of the baseline and the network, each asked alone, and a share that is written down again."""
    plain, whole = network(), text(2, 9)
    model = mixed(network(), False)
    assert model.mixture is not None
    own = plain.following(whole).log_probs.exp().double()[:, :-1]
    _, before = histories([row.numpy() + 1 for row in whole.values], 3)
    table = model.mixture.opened().table
    every = following(table, known(table, before))
    ngrams = torch.from_numpy(every).double().view(2, 9, -1)[:, 1:]  # before the second unit, ...
    entropies = [-torch.special.xlogy(p, p).sum(-1, keepdim=True) for p in (own, ngrams)]
    share = (-1.0 + 0.5 * entropies[0] - 0.25 * entropies[1]).sigmoid()
    found = model.following(whole).log_probs.exp().double()[:, :-1]
    torch.testing.assert_close(found, (1 - share) * own + share * ngrams, atol=1e-6, rtol=1e-4)
    assert (found - own).abs().max() > 0.05


def test_a_mixture_without_gradients_is_the_one_with_them() -> None:
    """Which is torch's; also where a unit cannot come, or has a probability that is hardly one."""
    model = mixed(network(), False)
    assert model.mixture is not None
    dice = torch.Generator().manual_seed(4)
    scores = 4 * torch.randn(6, VOCABULARY, generator=dice)
    scores[0, :9], scores[1, 3], scores[2, 40] = NEVER, -1e4, 60.0
    before = torch.randint(4, VOCABULARY, (6, 3), generator=dice)
    before[3:] = torch.tensor([6, 7, 8])
    for weights in ([-1.0, 0.5, -0.25], [50.0, 0.0, 0.0], [-1e4, 1e3, -1e3], [1e4, -1e3, 1e3]):
        model.mixture.weights.copy_(torch.tensor(weights))
        model.mixture._opened = None  # pyright: ignore[reportPrivateUsage]
        own = scores.log_softmax(-1)
        expected = model.mixture(own.clone().requires_grad_(), before).detach()
        kept = own.clone()
        torch.testing.assert_close(model.mixture(own, before), expected, atol=1e-5, rtol=1e-5)
        assert torch.equal(own, kept)


def test_rows_of_its_state_can_be_chosen_and_repeated() -> None:
    model, whole = mixed(network(), True), text()
    chosen = torch.tensor([2, 0, 2])
    expected, _ = model.step(whole.values[chosen, 5], model.read(Padded(whole.values[chosen, :5], torch.full((3,), 5))))
    state = select_rows(model.read(Padded(whole.values[:, :5], torch.full((3,), 5))), chosen)
    torch.testing.assert_close(model.step(whole.values[chosen, 5], state)[0], expected)


def test_single_units_can_be_mixed_in_too_and_n_grams_may_have_no_share() -> None:
    model, whole = network(), text(2, 5)
    alone = model.following(whole).log_probs
    ngrams = learned([np.arange(5, 15)], ~model.never.numpy(), 1)
    model.mixture = Mixture.of(ngrams, [0.0, 0.0, 0.0], go_begins=True)
    found = model.following(whole)
    torch.testing.assert_close(found.log_probs.exp(), (alone.exp() + torch.from_numpy(ngrams.base)) / 2)
    assert found.state.before.shape == (2, 0)
    model.mixture = Mixture.of(ngrams, NO_SHARE, go_begins=True)
    assert torch.equal(model.following(whole).log_probs, alone)


def test_rows_of_a_mixture_are_the_same_alone_and_whatever_their_padding_is() -> None:
    model = mixed(network(), True)
    rows = [torch.tensor([GO, 6, 7, 8]), torch.tensor([9])]
    together = model.following(pad(rows, value=33))
    alone = model.following(pad(rows[1:]))
    torch.testing.assert_close(together.log_probs[1, :1], alone.log_probs[0])
    torch.testing.assert_close(together.state.before[1:], alone.state.before)
    torch.testing.assert_close(model.after(pad(rows, value=33)), torch.cat([model.after(pad([row])) for row in rows]))


def test_recurrent_weights_are_dropped_in_training_alone() -> None:
    model, whole = network(recurrent_dropout=0.5, dropout=0.0, input_dropout=0.0), text()
    plain = network(dropout=0.0, input_dropout=0.0)
    torch.testing.assert_close(model(whole).outputs.values, plain(whole).outputs.values)
    model.train()
    first, second = (model(whole).outputs.values for _ in range(2))
    assert not torch.equal(first, second)
    torch.testing.assert_close(first[:, 0], plain(whole).outputs.values[:, 0])  # no state yet, so nothing to be dropped
    with pytest.raises(UsageError, match=r"recurrent_dropout has no effect: mingru has no recurrent weights"):
        LanguageModelOptions(cell="mingru", recurrent_dropout=0.1)
    with pytest.raises(UsageError, match="at least 0 and below 1"):
        LanguageModelOptions(recurrent_dropout=1.0)


def test_a_row_gives_the_same_alone_and_whatever_its_padding_is() -> None:
    model = network()
    rows = [torch.tensor([5, 6, 7, 8]), torch.tensor([9])]
    together = model(pad(rows, value=33))
    alone = model(pad(rows[1:]))
    torch.testing.assert_close(together.outputs.values[1, :1], alone.outputs.values[0])
    torch.testing.assert_close([part[1:] for part in tensors_of(together.state)], list(tensors_of(alone.state)))


def test_what_no_text_has_gets_no_probability_and_the_rest_all_of_it() -> None:
    model = network()
    chances = model.scores(model(text()).outputs.values).softmax(-1)
    assert not chances[..., [PAD, EOS]].any()
    torch.testing.assert_close(chances.sum(-1), torch.ones_like(chances[..., 0]))


def test_sizes_follow() -> None:
    options = LanguageModelOptions(size="base", layers=1)
    assert (options.hidden, options.embedding(70), options.embedding(8000)) == (256, 64, 256)
    shared, own = (LanguageModel(LanguageModelOptions(width=12, tie_embeddings=tie), 70, []) for tie in (True, False))
    count = [sum(parameter.numel() for parameter in model.parameters()) for model in (shared, own)]
    assert count[1] - count[0] == 70 * 12
    for table in (shared.embedding.weight, own.embedding.weight, own.output):
        assert float(table.detach().std()) == pytest.approx(12**-0.5, rel=0.1)  # scores of about 1
    assert shared.output is shared.embedding.weight
    with pytest.raises(UsageError, match=r"model\.layers must be between 1 and 20, got 0"):
        LanguageModelOptions(layers=0)
    with pytest.raises(UsageError, match="for Elman cells"):
        LanguageModelOptions(activation="relu")


def test_between_its_layers_the_same_values_are_dropped_at_all_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    model = network(layers=2, dropout=0.5).train()
    seen: list[Tensor] = []
    layer = model.layers.each[1]
    within = layer.within

    def watched(given: Padded, state: object, *, trace: bool) -> Unrolled:
        seen.append(given.values)
        return within(given, state, trace=trace)

    monkeypatch.setattr(layer, "within", watched)
    model(text())
    dropped = seen[0] == 0
    assert dropped.any()
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))


def test_locked_dropout_chooses_once_for_all_steps_of_a_row() -> None:
    torch.manual_seed(1)
    dropped = locked_dropout(torch.ones(50, 7, 40), 0.25, training=True)
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert float((dropped == 0).float().mean()) == pytest.approx(0.25, abs=0.03)
    assert not torch.equal(dropped[0], dropped[1])
    assert torch.equal(locked_dropout(torch.ones(2, 3, 4), 0.25, training=False), torch.ones(2, 3, 4))


def test_the_whole_network_drops_the_same_values_at_all_steps() -> None:
    """With an input that never changes and no recurrence, the outputs change only through dropout."""
    model = network("elman", dropout=0.5, input_dropout=0.5)
    for name, parameter in model.named_parameters():
        if "weight_hidden" in name:
            torch.nn.init.zeros_(parameter)
    model.train()
    features = model(Padded(torch.full((4, 6), 9), torch.full((4,), 6))).outputs.values
    torch.testing.assert_close(features, features[:, :1].expand_as(features))
    assert float((features == 0).double().mean()) > 0.2


def test_greedy_continuation_takes_the_most_probable_unit_after_the_text() -> None:
    model = network()
    prompts = [torch.tensor([GO, 5, 6, 7]), torch.tensor([GO])]
    search = Continuing(model, endless=True)
    found = decode(search, pad(prompts), DecodingOptions(beam=1, max_length=9, forbid_unknown=False))
    for prompt, (best,) in zip(prompts, found, strict=True):
        ids = prompt.tolist()
        for token in best.tokens:
            scores = model.scores(model(pad([torch.tensor(ids)])).outputs.values[0, -1])
            expected = int(scores.argmax())
            assert (GO if token == search.line_end else token) == expected
            ids.append(expected)
        assert len(best.tokens) == 9
        assert not best.finished


def test_a_running_text_can_begin_new_lines() -> None:
    model = network()
    with torch.no_grad():
        model.bias[GO] = 50.0  # nothing but line ends
    search = Continuing(model, endless=True)
    (best,) = decode(search, pad([torch.tensor([GO, 5])]), DecodingOptions(beam=1, max_length=4))[0]
    assert best.tokens == [search.line_end] * 4


@pytest.mark.parametrize("endless", [False, True])
def test_a_step_of_a_continuation_says_what_the_model_does_and_of_running_text_the_line_end_too(endless: bool) -> None:
    model = network()
    search, ids = Continuing(model, endless=endless), torch.tensor([GO, 5, 6])
    start = search.start(pad([ids]))
    scored = search.step(torch.tensor([GO]), start.state, start.memory)
    expected = model.scores(model(pad([ids])).outputs.values[0, -1]).log_softmax(-1).float()
    assert scored.log_probs.shape == (1, VOCABULARY + endless)
    torch.testing.assert_close(scored.log_probs[0, :VOCABULARY], expected)
    if endless:
        assert scored.log_probs[0, search.line_end] == scored.log_probs[0, GO]


@pytest.mark.parametrize(
    ("vocabulary", "width", "size"),
    [(70, 512, 64), (17_000, 2000, 1040), (17_000, 512, 512), (65_536, 4096, 2048), (70, 12, 12)],
)
def test_the_vectors_of_units_grow_with_the_root_of_the_vocabulary(vocabulary: int, width: int, size: int) -> None:
    assert LanguageModelOptions(width=width).embedding(vocabulary) == size
