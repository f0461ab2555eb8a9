"""Classes of tokens that are finer than tags: sums of their probabilities, and the best way that keeps their rules."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
import torch

from recurra.data.roles import fine_set, fine_tags, may_follow
from recurra.data.schemes import LETTERS, Scheme
from recurra.models.tagger import Coding, Tagger, TaggerOptions, best_tags
from recurra.padded import Padded
from recurra.tasks.tag.network import allowed_between

KINDS = ("X", "Y")


def tags_of(scheme: Scheme) -> list[str]:
    letters = [letter for letter in LETTERS[scheme.name] if letter != " "]
    return ["O", *(f"{letter}-{kind}" for kind in KINDS for letter in letters)]


def tagger(scheme: Scheme, *, crf: bool) -> tuple[Tagger, list[str]]:
    tags = tags_of(scheme)
    classes = fine_set(tags, scheme)
    tag_of = torch.tensor([tags.index(one.tag) for one in classes])
    allowed = allowed_between(classes, partial(may_follow, scheme))
    options = TaggerOptions(width=8, embedding=4, characters=0, crf=crf)
    model = Tagger(options, 9, 9, len(classes), allowed, tag_of=tag_of).double().eval()
    torch.manual_seed(3)
    for parameter in model.parameters():
        parameter.data.normal_()
    return model, tags


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("crf", [True, False])
def test_no_span_is_broken(name: str, crf: bool) -> None:
    scheme = Scheme(name)
    model, tags = tagger(scheme, crf=crf)
    lengths = torch.tensor([7, 1, 3, 5] * 20)
    emissions = Padded(3 * torch.randn(80, 7, model.output.out_features, dtype=torch.float64), lengths)
    for row, length in zip(model.best(emissions).tolist(), lengths.tolist(), strict=True):
        found = [tags[k] for k in row]
        assert not scheme.broken_at(found[:length])
        assert not any(row[length:])


@pytest.mark.parametrize("name", ["BIO", "IOB1", "IOE2"])
def test_the_probability_of_a_tag_is_that_of_all_taggings_with_it(name: str) -> None:
    scheme = Scheme(name)
    model, tags = tagger(scheme, crf=True)
    classes, crf = fine_set(tags, scheme), model.crf
    assert crf is not None
    assert model.coding is not None
    emissions = Padded(torch.randn(1, 3, len(classes), dtype=torch.float64), torch.tensor([3]))
    expected, total, best = torch.zeros(3, len(tags), dtype=torch.float64), 0.0, (0.0, [])
    for tagging in product(tags, repeat=3):
        if scheme.broken_at(tagging):
            continue
        way = torch.tensor([[classes.index(one) for one in fine_tags(tagging, scheme)]])
        chance = crf.score(emissions, way).exp().item()
        numbers = [tags.index(tag) for tag in tagging]
        expected[range(3), numbers] += chance
        total += chance
        best = max(best, (chance, numbers))
    torch.testing.assert_close(model.log_probs(emissions)[0].exp(), expected / total)
    torch.testing.assert_close(model.coding.probs(crf.marginals(emissions))[0], expected / total)
    assert model.best(emissions)[0].tolist() == best[1]


def test_without_rules_the_best_class_of_each_token_is_taken() -> None:
    coding = Coding(torch.tensor([0, 1, 1]), None)
    emissions = Padded(torch.tensor([[[1.0, 0.0, 2.0], [3.0, 2.0, 2.0]]]), torch.tensor([2]))
    assert best_tags(emissions, None, coding).tolist() == [[1, 0]]
    torch.testing.assert_close(coding.probs(torch.tensor([0.2, 0.3, 0.5])), torch.tensor([0.2, 0.8]))
    torch.testing.assert_close(coding.log_probs(torch.tensor([0.2, 0.3, 0.5]).log()).exp(), torch.tensor([0.2, 0.8]))


def test_classes_of_like_tags_are_stored_and_loaded() -> None:
    """The law of saved and loaded models stands in test_tag.py and over all tasks; here what is no list of classes."""
    from recurra.errors import ModelError
    from recurra.tasks.tag.network import classes_in

    assert classes_in('["S B-X", "- O"]', ["B-X", "O"]) == (("B-X", "S"), ("O", ""))
    for damaged in ('["S B-X"]', '["S B-X", "S B-X", "- O"]', '["- O", "S B-Z"]', '["Q B-X", "- O"]', "[1]", "["):
        with pytest.raises(ModelError):
            classes_in(damaged, ["B-X", "O"])


@pytest.mark.parametrize("crf", [False, True])
def test_the_tags_of_each_token_have_probabilities_that_add_up_to_1(crf: bool) -> None:
    torch.manual_seed(1)
    model = Tagger(TaggerOptions(width=8, embedding=5, characters=0, crf=crf), 20, 10, 3).eval()
    emissions = Padded(torch.randn(2, 4, 3), torch.tensor([4, 2]))
    found = model.log_probs(emissions).exp().sum(-1)
    torch.testing.assert_close(found[emissions.mask], torch.ones(6))


def test_what_follows_from_the_tags_is_not_stored_with_the_weights() -> None:
    model, _ = tagger(Scheme("BIO"), crf=True)
    assert model.coding is not None
    assert not [name for name in model.state_dict() if name.startswith("coding.")]
