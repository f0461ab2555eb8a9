"""How large the weights of an untrained network are: outputs nearly even, inputs of about 1."""

from __future__ import annotations

import pytest
import torch

from recurra.data import ImageShape
from recurra.models import build_captioner, build_seq2seq
from recurra.models.options import CaptionerOptions, ModelOptions
from recurra.models.output import CopyOutput, VocabularyOutput


@pytest.mark.parametrize("kind", [VocabularyOutput, CopyOutput])
@pytest.mark.parametrize("size", [16, 256])
def test_scores_of_an_untrained_network_are_of_about_1(kind: type[VocabularyOutput], size: int) -> None:
    torch.manual_seed(1)
    output = kind(size, 500, None)
    scores = torch.randn(200, size) @ output.weight.T
    assert float(scores.std()) == pytest.approx(1.0, abs=0.1)
    assert not output.bias.any()


def test_an_untrained_decoder_expects_nothing() -> None:
    torch.manual_seed(1)
    model = build_seq2seq(ModelOptions(width=64), 30, 40)
    assert float(model.decoder.output.weight.detach().std()) == pytest.approx(64**-0.5, rel=0.1)


def test_places_of_an_image_begin_small_beside_what_stands_there() -> None:
    torch.manual_seed(1)
    model = build_captioner(CaptionerOptions(width=64), 40, ImageShape(16, 16, 3))
    (places,) = [value for name, value in model.named_parameters() if name.endswith("places")]
    assert float(places.detach().std()) == pytest.approx(0.1, rel=0.1)


def test_what_is_generated_is_what_is_not_copied() -> None:
    """p(w) = g p_vocab(w) + (1 - g) sum of the weights on w; where nothing is copied, all of it is generated."""
    torch.manual_seed(1)
    output = CopyOutput(4, 6, None)
    features, weights, ids = torch.randn(3, 4), torch.rand(3, 2), torch.tensor([[1, 2], [2, 2], [5, 0]])
    weights = weights / weights.sum(1, keepdim=True)
    generated = output.generated(features).exp()
    copied = torch.zeros(3, 6).scatter_add_(1, ids, weights * (1 - generated.sum(1, keepdim=True)))
    torch.testing.assert_close(output(features, weights, ids).exp(), generated + copied)
    torch.testing.assert_close((generated + copied).sum(1), torch.ones(3))
    torch.testing.assert_close(generated.sum(1), output.gate(features).sigmoid()[:, 0])
