"""Validation of networks that write: the loss of each token, errors beside the likest target, the limits of predict."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from rapidfuzz.distance import Levenshtein

from recurra.data import Batch, EncodedPairs, Example, collate
from recurra.data.batching import pad_sources
from recurra.decoding import DecodingOptions, greedy, log_likelihoods
from recurra.models.search import search_model
from recurra.padded import pad
from recurra.tasks.seq2seq.learner import (
    MAX_NATS,
    Seq2SeqLearner,
    greedily,
    on_device,
    real_targets,
    sampled_inputs,
    validation_batches,
)
from recurra.tasks.seq2seq.network import TextNetwork, build_tokenizers, make_text_network
from recurra.tasks.translate.recipe import Recipe
from recurra.text.special import EOS, GO

PAIRS = [("ab", "xyz"), ("b", "y"), ("ab", "zzzzzz"), ("ca", "xx"), ("ab", "yx"), ("acb", "xzy")]
EXAMPLES = [Example(source, target, line) for line, (source, target) in enumerate(PAIRS, 1)]
LIMIT: dict[str, object] = {"decoding.max_ratio": 1.0, "decoding.max_extra": 2}


def made(**settings: object) -> TextNetwork[Recipe]:
    """With fresh weights, larger than usual, so that outputs differ."""
    chars = {"text.source_units": "chars", "text.target_units": "chars", "model.width": 16, "model.layers": 1}
    recipe = Recipe().with_settings({**chars, **LIMIT, **settings})
    network = make_text_network(recipe, *build_tokenizers(EXAMPLES, recipe))
    with torch.no_grad():
        for parameter in network.model.parameters():
            parameter.mul_(3)
    network.model.eval()
    return network


def learner(network: TextNetwork[Recipe], folder: Path) -> Seq2SeqLearner:
    pairs = EncodedPairs.write(folder, EXAMPLES, network.source, network.target)
    recipe, every = network.recipe, np.arange(len(pairs))
    return Seq2SeqLearner(network.model, pairs, pairs, every, recipe.batching, 1, decoding=recipe.decoding)


def test_the_validation_loss_is_the_mean_over_all_tokens(tmp_path: Path) -> None:
    network = made()
    total, tokens = 0.0, 0
    for source, target, _ in EXAMPLES:
        ids = network.target.encode(target)
        rows = pad_sources([network.source.encode(source)]), pad([torch.tensor([GO, *ids, EOS])])
        total -= log_likelihoods(search_model(network.model), *rows)[0]
        tokens += len(ids) + 1
    found = learner(network, tmp_path / "pairs").validate(100)
    assert found.loss == pytest.approx(total / tokens, abs=1e-5)


def test_each_source_counts_once_beside_the_target_that_is_most_like_its_output(tmp_path: Path) -> None:
    network = made()
    errors, units = 0, 0
    for source in dict.fromkeys(source for source, _ in PAIRS):
        options = DecodingOptions(beam=1, forbid_unknown=False, max_ratio=1.0, max_extra=2)
        ((best,),) = greedy(search_model(network.model), pad_sources([network.source.encode(source)]), options)
        targets = [network.target.encode(target) for one, target in PAIRS if one == source]
        wrong, length = min((Levenshtein.distance(best.tokens, one), -len(one)) for one in targets)
        errors, units = errors + wrong, units - length
    tested = learner(network, tmp_path / "pairs")
    assert tested.validation_examples() == 4
    assert tested.validate(4).value == pytest.approx(100 * errors / units)


def test_validation_takes_whole_sources(tmp_path: Path) -> None:
    """Half of them, and each with all of its targets."""
    tested = learner(made(), tmp_path / "pairs")
    assert [rows.tolist() for rows in tested.asked] == [[0, 2, 4], [1], [3], [5]]
    assert math.isfinite(tested.validate(2).value)


@pytest.mark.parametrize("most", [1, 3])
def test_validation_decodes_within_the_limits_of_predict(tmp_path: Path, most: int) -> None:
    """An error rate that no longer output than the limit can have."""
    unlimited = learner(made(), tmp_path / "pairs").validate(4).value
    settings = {"decoding.max_length": most}
    limited = Recipe().with_settings(settings).decoding
    network = made()
    pairs = EncodedPairs.open(tmp_path / "pairs")
    options = network.recipe.batching
    tested = Seq2SeqLearner(network.model, pairs, pairs, np.arange(6), options, 1, decoding=limited)
    assert (tested.greedy.max_length, tested.greedy.max_ratio, tested.greedy.max_extra) == (most, None, None)
    assert tested.validate(4).value <= max(unlimited, 100.0 * 4 * max(most, 3) / 9)


def batch_of(network: TextNetwork[Recipe], folder: Path) -> Batch:
    return collate(EncodedPairs.write(folder, EXAMPLES, network.source, network.target), np.arange(len(EXAMPLES)))


def test_what_the_network_says_takes_the_place_of_a_share_of_the_inputs(tmp_path: Path) -> None:
    """But for the beginning; and what it says is learned from, it does not learn to say."""
    network = made()
    batch = batch_of(network, tmp_path / "pairs")
    with torch.no_grad():
        scores = network.model(batch.source, batch.target_input)
    said = torch.zeros_like(batch.target_input.values)
    said[batch.target_input.mask] = scores.argmax(-1)
    right, mask = batch.target_input.values, batch.target_input.mask
    none = sampled_inputs(network.model, batch, 0.0)
    assert none.values.equal(right)
    every = sampled_inputs(network.model, batch, 1.0)
    assert every.lengths.equal(batch.target_input.lengths)
    assert every.values[:, 0].tolist() == [GO] * len(EXAMPLES)
    assert every.values[:, 1:][mask[:, 1:]].equal(said[:, :-1][mask[:, 1:]])
    assert every.values[~mask].equal(right[~mask])
    assert not every.values.equal(right)
    torch.manual_seed(1)
    shares = [
        float((sampled_inputs(network.model, batch, 0.25).values != right)[:, 1:][mask[:, 1:]].float().mean())
        for _ in range(400)
    ]
    changed = float((every.values != right)[:, 1:][mask[:, 1:]].float().mean())
    assert np.mean(shares) == pytest.approx(0.25 * changed, rel=0.15)


def test_only_what_is_no_padding_is_to_be_predicted_and_counted(tmp_path: Path) -> None:
    network = made()
    batch = batch_of(network, tmp_path / "pairs")
    wanted = [id for _, target in PAIRS for id in [*network.target.encode(target), EOS]]
    assert real_targets(batch).tolist() == wanted
    tested = learner(network, tmp_path / "again")
    assert tested.tokens(np.array([0, 2])) == 3 + 6 + 2
    assert tested.loss(np.arange(6), smoothing=0.0, sampling=0.0).tokens == len(wanted)


def test_inputs_are_sampled_and_batches_changed_where_that_is_asked_for(tmp_path: Path) -> None:
    network = made(**{"model.dropout": 0.0})
    pairs = EncodedPairs.write(tmp_path / "pairs", EXAMPLES, network.source, network.target)
    batch = collate(pairs, np.arange(6))
    tested = learner(network, tmp_path / "again")

    def loss_from(inputs: torch.Tensor) -> float:
        scores = network.model(batch.source, batch.target_input.with_values(inputs))
        return float(torch.nn.functional.cross_entropy(scores, real_targets(batch), reduction="sum").detach())

    with torch.no_grad():
        plain = float(tested.loss(np.arange(6), smoothing=0.0, sampling=0.0).total)
        sampled = float(tested.loss(np.arange(6), smoothing=0.0, sampling=1.0).total)
    assert plain == pytest.approx(loss_from(batch.target_input.values), rel=1e-4)
    assert sampled == pytest.approx(loss_from(sampled_inputs(network.model, batch, 1.0).values), rel=1e-4)
    assert sampled != pytest.approx(plain, rel=1e-4)
    recipe, every = network.recipe, np.arange(6)
    half = Seq2SeqLearner(
        *(network.model, pairs, pairs, every, recipe.batching, 1),
        decoding=recipe.decoding,
        change=lambda one: collate(pairs, one.index[:3]),
    )
    assert half.loss(np.arange(6), smoothing=0.0, sampling=0.0).tokens == 4 + 2 + 7


def test_texts_with_many_right_continuations_are_measured_by_perplexity(tmp_path: Path) -> None:
    network = made()
    pairs = EncodedPairs.write(tmp_path / "pairs", EXAMPLES, network.source, network.target)
    recipe, every = network.recipe, np.arange(6)
    tested = Seq2SeqLearner(
        network.model, pairs, pairs, every, recipe.batching, 1, decoding=recipe.decoding, measure="perplexity"
    )
    found = tested.validate(4)
    assert found.value == pytest.approx(math.exp(found.loss))
    assert found.loss == pytest.approx(learner(network, tmp_path / "again").validate(4).loss)
    with torch.no_grad():
        for parameter in network.model.parameters():
            parameter.mul_(1000)
    found = tested.validate(4)
    assert found.loss > MAX_NATS
    assert found.value == math.exp(700)


def test_validation_is_greedy_within_the_limits() -> None:
    asked = DecodingOptions(beam=7, nbest=3, min_length=2, max_ratio=1.5, max_extra=4, length_penalty=0.3)
    assert greedily(asked) == DecodingOptions(beam=1, forbid_unknown=False, min_length=2, max_ratio=1.5, max_extra=4)
    assert greedily(DecodingOptions(max_length=9)) == DecodingOptions(beam=1, forbid_unknown=False, max_length=9)


def test_validation_batches_have_each_of_the_chosen_pairs_once(tmp_path: Path) -> None:
    network = made()
    rows = [Example("a" * (1 + k * 37 % 90), "x" * (1 + k * 53 % 90), k) for k in range(300)]
    pairs = EncodedPairs.write(tmp_path / "pairs", rows, network.source, network.target)
    chosen = np.arange(0, 300, 2)
    found = validation_batches(pairs, chosen)
    assert sorted(np.concatenate(found).tolist()) == chosen.tolist()
    assert len(found) > 1
    for batch in found:
        width = int(pairs.source_lengths[batch].max()) + 1 + int(pairs.target_lengths[batch].max()) + 1
        assert len(batch) * width <= 8192


def test_a_batch_is_moved_whole_to_another_device(tmp_path: Path) -> None:
    batch = batch_of(made(), tmp_path / "pairs")
    assert on_device(batch, torch.device("cpu")) is batch
    moved = on_device(batch, torch.device("meta"))
    assert {one.values.device.type for one in moved[:3]} == {"meta"}
    assert moved.index is batch.index
