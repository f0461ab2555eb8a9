"""A search that is looked at finds what the ordinary one finds, and notes what it considered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_step_models import Chain, allowed_words, replay, rows, same

from recurra.decoding import (
    DecodingOptions,
    Diverse,
    Ensemble,
    candidates,
    decode,
    decode_recorded,
    greedy,
    record_candidates,
)
from recurra.decoding.limits import length_limits
from recurra.decoding.proof import Proven, prove
from recurra.decoding.recorded import SearchRecord
from recurra.decoding.scoring import NONE
from recurra.errors import UsageError
from recurra.models import ModelOptions, build_seq2seq
from recurra.models.search import step_model
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO, PAD, UNK

DIALS = st.fixed_dictionaries({
    "length_penalty": st.sampled_from([0.0, 0.6, 1.0, 3.0]),
    "coverage_penalty": st.sampled_from([0.0, 0.3]),
    "min_length": st.sampled_from([0, 2]),
    "max_length": st.sampled_from([2, 3, 7, None]),
    "forbid_unknown": st.booleans(),
    "attention": st.booleans(),
})  # fmt: skip
WAYS = st.one_of(
    st.integers(1, 8).flatmap(
        lambda beam: st.fixed_dictionaries({"beam": st.just(beam), "nbest": st.sampled_from([1, beam // 2 or 1, beam])})
    ),
    st.fixed_dictionaries({
        "sample": st.just(True),
        "nbest": st.integers(1, 5),
        "temperature": st.sampled_from([0.5, 1.0, 2.0]),
        "top_k": st.sampled_from([0, 1, 3]),
        "top_p": st.sampled_from([1.0, 0.8]),
        "seed": st.integers(0, 9),
    }),
)  # fmt: skip
MODELS = st.builds(
    Chain,
    st.integers(1, 12),
    st.integers(0, 1000),
    levels=st.sampled_from([0, 0, 3]),
    ending=st.sampled_from([0.0, 2.0, -3.0, -torch.inf]),
    sharpness=st.sampled_from([2.0, 8.0]),
)


@settings(max_examples=150, deadline=None)
@given(MODELS, WAYS, DIALS, st.integers(1, 6), st.integers(0, 99), st.sampled_from(["alone", "ensemble", "diverse"]))
def test_it_is_the_ordinary_search_and_its_outputs_are_in_the_tree(model, way, dials, length, seed, company):
    if company == "ensemble":
        model = Ensemble([model, Chain(model.size - 4, seed)])
    if company == "diverse":
        model = Diverse(model, 0.5, 4)
    options = DecodingOptions(**way, **dials)
    source = pad(rows(length, seed=seed))
    recorded = decode_recorded(model, source, options)
    assert same(recorded.outputs, decode(model, source, options)[0])
    check_tree(recorded, options, source)


def check_tree(recorded: SearchRecord, options: DecodingOptions, source: Padded) -> None:
    """What holds of the tree of any search."""
    nodes, limit = recorded.tree.nodes, int(length_limits(source, options))
    assert (nodes[0].parent, nodes[0].token, nodes[0].step) == (-1, GO, 0)
    assert len({(node.parent, node.token) for node in nodes}) == len(nodes)
    children = {node.parent for node in nodes[1:]}
    for number, node in enumerate(nodes[1:], 1):
        assert node.parent < number
        assert node.step == nodes[node.parent].step + 1
        assert node.total == pytest.approx(nodes[node.parent].total + node.log_prob, rel=1e-6)
        assert nodes[node.parent].fate in ("kept", "cut")
        assert (node.fate in ("finished", "stump")) <= (node.token == EOS)
        assert (node.fate == "cut") <= (node.step == limit or number not in children)
        assert (node.fate == "too long") <= (node.step == limit + 1)
        assert node.token not in (PAD, GO)
        banned = node.token == UNK and options.forbid_unknown
        assert (node.fate == "forbidden") == (banned or (node.token == EOS and node.step <= options.min_length))
        assert (number in children) <= (node.fate in ("kept", "cut"))
    for one, leaf in zip(recorded.outputs, recorded.tree.leaves(recorded.outputs), strict=True):
        assert nodes[leaf].fate in (("finished", "stump") if one.finished else ("cut",))
        assert (nodes[leaf].total, nodes[leaf].score) == pytest.approx((one.log_prob, one.score), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(MODELS, st.integers(2, 8), DIALS, st.integers(1, 6), st.integers(0, 99))
def test_a_beam_considers_twice_as_many_and_keeps_the_best(model, beam, dials, length, seed):
    """All extensions of what is alive, written out and sorted."""
    options = DecodingOptions(beam=beam, **{**dials, "max_length": dials["max_length"] or 6})
    source = pad(rows(length, seed=seed))
    tree, limit = decode_recorded(model, source, options).tree, int(length_limits(source, options))
    last = max(node.step for node in tree.nodes)
    alive = [0]
    for step in range(1, last + 1):
        tokens = allowed_words(model, options) + ([EOS] if step > options.min_length else [])
        every = [one for place in alive for one in extended(model, source, tree, place, tokens) if one[0] > -np.inf]
        every.sort(key=lambda one: (-one[0], alive.index(one[1]), one[2]))
        allowed = [(k, node) for k, node in enumerate(tree.nodes) if node.step == step and node.fate != "forbidden"]
        considered = {(node.parent, node.token): k for k, node in allowed}
        assert list(considered) == [one[1:] for one in every[: 2 * beam]]
        unwelcome = [UNK] * options.forbid_unknown + [EOS] * (step <= options.min_length)
        least = every[2 * beam - 1][0] if len(every) >= 2 * beam else NONE
        others = [one for place in alive for one in extended(model, source, tree, place, unwelcome)]
        forbidden = {(node.parent, node.token) for node in tree.nodes if (node.step, node.fate) == (step, "forbidden")}
        assert forbidden == {(place, token) for total, place, token in others if total > least}
        going_on = [considered[place, token] for _, place, token in every[: 2 * beam] if token != EOS][:beam]
        fate = "too long" if step > limit else "open" if step == last else None
        assert all(tree.nodes[place].fate in ((fate,) if fate else ("kept", "cut")) for place in going_on)
        for rank, (_, place, token) in enumerate(every[: 2 * beam]):
            number = considered[place, token]
            if token == EOS:
                is_cut = step > limit and place in [better for _, better, _ in every[:rank]]
                assert (tree.nodes[number].fate == "pruned") == (rank >= beam or is_cut)
            elif step <= limit:
                assert (tree.nodes[number].fate == "pruned") == (number not in going_on)
        alive = going_on


def extended(model, source, tree, place, tokens):
    """The totals of a beginning with each of these tokens after it."""
    node, path = tree.nodes[place], []
    while node.parent >= 0:
        path, node = [node.token, *path], tree.nodes[node.parent]
    state, memory = model.start(source)
    for previous in [GO, *path]:
        scored = model.step(torch.tensor([previous]), state, memory)
        state = scored.state
    total = np.float32(tree.nodes[place].total)
    return [(total + scored.log_probs[0, token].numpy(), place, token) for token in tokens]


def test_why_a_beam_ends():
    source = pad(rows(3))
    ends = {
        decode_recorded(Chain(6, seed, ending=ending), source, DecodingOptions(beam=3, max_length=6)).tree.end
        for seed in range(9)
        for ending in (-2.0, 0.0, 3.0)
    }
    assert ends == {"beaten", "enough", "limit"}


def test_a_proof_is_said_and_the_beam_is_shown():
    model, options = Chain(6, 0, sharpness=40.0, ending=30.0), DecodingOptions(beam=4, max_length=8)
    sources = [pad([row]) for row in rows(*[1, 4, 2, 6, 3] * 6)]
    trees = [decode_recorded(model, source, options).tree for source in sources]
    limits = [length_limits(source, options) for source in sources]
    proofs = [prove(model, model.start(one), one, limit, options) for one, limit in zip(sources, limits, strict=True)]
    assert [tree.proven for tree in trees] == [bool(proof.outputs[0]) for proof in proofs]
    assert 20 < sum(tree.proven for tree in trees) < 30
    assert {
        (tree.method, sum(node.step == 1 and node.fate != "forbidden" for node in tree.nodes)) for tree in trees
    } == {("beam", 7)}
    assert not any(decode_recorded(model, one, replace(options, nbest=2)).tree.proven for one in sources)


def test_candidates_are_recorded_with_the_whole_beam_and_whether_they_were_needed():
    options, proofs = DecodingOptions(beam=4, max_length=8), []
    sources = [pad([row]) for row in rows(*[1, 4, 2, 6, 3] * 6)]
    for seed, margin in ((0, 0.0), (1, 2.0), (2, 50.0)):
        model = Chain(6, seed, sharpness=40.0, ending=30.0)
        for source in sources:
            record = record_candidates(model, source, options, margin)
            whole = decode_recorded(model, source, replace(options, nbest=4))
            assert same(record.outputs, whole.outputs)
            assert record.tree.nodes == whole.tree.nodes
            _, rest = candidates(model, source, options, margin)
            assert record.tree.proven == (not len(rest))
            assert not record_candidates(model, source, replace(options, nbest=2), margin).tree.proven
            proofs.append((margin, record.tree.proven))
    assert {*proofs} == {(0.0, True), (0.0, False), (2.0, True), (2.0, False), (50.0, True), (50.0, False)}


def test_where_a_beam_finds_another_output_than_the_proven_one_the_path_is_shown(monkeypatch):
    """Only rounding can do that, which differs with the number of rows: here a proof that holds for everything."""

    def trusting(model, start, source, limits, options):
        return Proven(greedy(model, source, options), limits.new_empty(0))

    monkeypatch.setattr("recurra.decoding.recorded.prove", trusting)
    methods = set()
    for seed in range(20):
        model, source = Chain(4, seed), pad(rows(3))
        recorded = decode_recorded(model, source, DecodingOptions(beam=4, max_length=6))
        assert same(recorded.outputs, greedy(model, source, DecodingOptions(max_length=6))[0])
        assert recorded.tree.leaves(recorded.outputs)
        methods.add((recorded.tree.method, recorded.tree.proven))
    assert methods == {("beam", True), ("greedy", False)}


def test_a_path_has_its_runners_up():
    model, source = Chain(9, 3, ending=-1.0), pad(rows(4))
    recorded = decode_recorded(model, source, DecodingOptions(beam=1, max_length=5), runners_up=3)
    path = recorded.outputs[0].tokens
    place = 0
    for step, token in enumerate(path):
        own = [(n.log_prob, n.token) for n in recorded.tree.nodes if n.parent == place]
        state, memory = model.start(source)
        for previous in [GO, *path[:step]]:
            log_probs, state, _ = model.step(torch.tensor([previous]), state, memory)
        every = [(float(log_probs[0, token]), token) for token in range(model.size) if token not in (PAD, GO)]
        best = sorted(every, key=lambda one: (-one[0], one[1]))[:3]
        assert set(best) <= set(own) <= {*best, (float(log_probs[0, token]), token)}
        place = next(k for k, n in enumerate(recorded.tree.nodes) if (n.parent, n.token) == (place, token))


def test_samples_have_the_chance_with_which_they_were_drawn():
    source = pad(rows(4))
    options = DecodingOptions(sample=True, nbest=6, max_length=4, temperature=0.5, top_k=2, min_length=1)
    recorded = decode_recorded(Chain(9, 3), source, options)
    for place in {node.parent for node in recorded.tree.nodes[1:]}:
        some = sorted((node for node in recorded.tree.nodes if node.parent == place), key=lambda node: -node.log_prob)
        free = [node for node in some if node.fate != "forbidden"]
        weights = np.exp(np.array([node.log_prob for node in free[:2]]) / 0.5)
        assert [node.chance for node in free[:2]] == pytest.approx(list(weights / weights.sum()), abs=1e-5)
        assert all(node.chance == 0 for node in [*free[2:], *(set(some) - set(free))])


NETWORKS = {
    "default": ModelOptions(width=24),
    "gru, additive, input feeding": ModelOptions(width=16, cell="gru", attention="additive", input_feeding=True),
    "no attention": ModelOptions(width=16, attention="none", layers=1),
    "copying": ModelOptions(width=16, copy=True),
}
REAL_WAYS = {
    "greedy": DecodingOptions(beam=1, max_length=12),
    "beam": DecodingOptions(nbest=4, max_length=12, forbid_unknown=False),
    "one of a beam": DecodingOptions(beam=8, max_length=12, attention=True),
    "sampling": DecodingOptions(sample=True, nbest=3, max_length=12, top_p=0.9),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("way", REAL_WAYS)
@torch.inference_mode()
def test_real_networks(name, way):
    torch.manual_seed(1)
    copied = torch.arange(30) % 12 if NETWORKS[name].copy else None
    network = build_seq2seq(NETWORKS[name], 30, 12, copied).eval()
    for parameter in network.parameters():
        parameter.data *= 2
    for model in (network, step_model([network])):
        for row in rows(7, 3, 12, 1):
            recorded = decode_recorded(model, pad([row]), REAL_WAYS[way])
            assert same(recorded.outputs, decode(model, pad([row]), REAL_WAYS[way])[0])
            check_tree(recorded, REAL_WAYS[way], pad([row]))
            for one in recorded.outputs:
                assert replay(model, row, one.tokens, one.finished, REAL_WAYS[way]).log_prob == pytest.approx(
                    one.log_prob, abs=1e-4
                )


def test_one_source_at_a_time():
    with pytest.raises(UsageError, match="a search is recorded for one source at a time, got 2"):
        decode_recorded(Chain(3, 0), pad(rows(2, 3)), DecodingOptions())
