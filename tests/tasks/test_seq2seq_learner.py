"""Validation of networks that write: the loss of each token, errors beside the likest target, the limits of predict."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from rapidfuzz.distance import Levenshtein

from recurra.data import EncodedPairs, Example
from recurra.data.batching import pad_sources
from recurra.decoding import DecodingOptions, greedy, log_likelihoods
from recurra.models.search import search_model
from recurra.padded import pad
from recurra.tasks.seq2seq.learner import Seq2SeqLearner
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
