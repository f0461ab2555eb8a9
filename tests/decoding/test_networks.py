"""Decoding with real networks: the batch does not matter, and both doors of the network agree on an output's worth."""

from __future__ import annotations

import pytest
import torch
from toy_step_models import rows

from recurra.decoding import DecodingOptions, decode
from recurra.models import ModelOptions, build_seq2seq
from recurra.padded import pad
from recurra.text.special import EOS, GO

NETWORKS = {
    "default": ModelOptions(width=24),
    "gru, additive, input feeding": ModelOptions(width=16, cell="gru", attention="additive", input_feeding=True),
    "no attention": ModelOptions(width=16, attention="none", layers=1),
}
WAYS = {
    "greedy": DecodingOptions(beam=1, max_length=12),
    "beam": DecodingOptions(nbest=4, max_length=12, forbid_unknown=False),
    "sampling": DecodingOptions(sample=True, nbest=3, max_length=12, top_p=0.9),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("way", WAYS)
@torch.inference_mode()
def test_alone_in_a_batch_and_teacher_forced(name, way):
    torch.manual_seed(1)
    network = build_seq2seq(NETWORKS[name], 30, 12).eval()
    for parameter in network.parameters():
        parameter.data *= 2  # scores that differ from token to token
    sources = rows(7, 3, 12, 1, 5)
    options = WAYS[way]
    together = decode(network, pad(sources), options)
    assert len({tuple(found[0].tokens) for found in together}) > 1
    for row, found in zip(sources, together, strict=True):
        alone = decode(network, pad([row]), options)[0]
        assert [(one.tokens, one.finished) for one in alone] == [(one.tokens, one.finished) for one in found]
        for one in found:
            target = torch.tensor([*one.tokens, EOS] if one.finished else one.tokens)
            read = torch.cat([torch.tensor([GO]), target[:-1]])
            log_probs = network(pad([row]), pad([read])).log_softmax(1)
            assert float(log_probs.gather(1, target[:, None]).sum()) == pytest.approx(one.log_prob, abs=1e-4)
