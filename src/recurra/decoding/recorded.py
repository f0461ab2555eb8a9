"""A search that is recorded: its outputs, and the tree of all that it considered on the way to them.

The search is the ordinary one. Its steps (`beam_steps`, `roll_steps`) are noted on their way to `read_back`, so the
outputs are those of `decode`, to the last bit. One source is searched, and there is a Python object for each beginning,
which would be too slow for many sources. Outputs that something else proposes (proposed.py) are added to it.

A node is a beginning of an output. Its children are the tokens that were considered after it: of a beam the `2 * beam`
best extensions of all beginnings that were alive, of greedy search and of samples the most probable few. Samples that
begin alike share their nodes.

Where greedy search proves its output to be the best (proof.py), no beam is run. Here it is, in order to be shown.

K slots, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.beam import BeamStep, Ending, beam_steps
from recurra.decoding.greedy import most_probable
from recurra.decoding.history import read_back
from recurra.decoding.hypothesis import Hypothesis, is_stump
from recurra.decoding.limits import length_limits
from recurra.decoding.options import DecodingOptions
from recurra.decoding.proof import prove
from recurra.decoding.proposed import Outputs, along, propose
from recurra.decoding.ranking import best
from recurra.decoding.rollout import Choose, RollStep, roll_steps
from recurra.decoding.rules import Rules
from recurra.decoding.sampling import chances, drawing
from recurra.decoding.scoring import NONE, Scorer
from recurra.decoding.step_model import Start, StepModel
from recurra.errors import UsageError
from recurra.lists import floats, integers
from recurra.padded import Padded
from recurra.search_names import End, Fate, Method
from recurra.text.special import EOS, GO, PAD

RUNNERS_UP = 5  # tokens that are shown at a step of greedy search or of a sample


class Node(NamedTuple):
    """A beginning of an output."""

    parent: int  # its number; -1 of the root
    step: int  # tokens in it: 0 of the root, an <EOS> counts
    token: int  # the last one; <GO> of the root
    log_prob: float  # of that token after those before it
    total: float  # the sum of all
    fate: Fate
    score: float | None = None  # with length and coverage penalty, where it was an output that could be returned
    chance: float | None = None  # of a sample: the probability with which it was drawn


@dataclass(frozen=True)
class Tree:
    """All that was considered, parents before their children.

    Args:
        method: how it was searched.
        width: beginnings kept at every step, or the number of samples.
        proven: greedy search has proven its output to be the best, and no beam was needed.
        end: why a beam search ended.
    """

    method: Method
    width: int
    nodes: list[Node]
    proven: bool = False
    end: End | None = None

    def leaves(self, outputs: list[Hypothesis]) -> list[int]:
        """The numbers of the nodes at which outputs end.

        Raises:
            KeyError: one that is not in the tree.
        """
        places = {(node.parent, node.token): number for number, node in enumerate(self.nodes)}
        found: list[int] = []
        for one in outputs:
            place = 0
            for token in [*one.tokens, EOS] if one.finished else one.tokens:
                place = places[place, token]
            found.append(place)
        return found


class SearchRecord(NamedTuple):
    """The outputs of one source and how they were found."""

    outputs: list[Hypothesis]  # best first, as `decode` returns them
    found: list[Hypothesis]  # the same, before anything was reranked
    tree: Tree
    notes: tuple[str, ...] = ()  # what a reader has to know of this search


@torch.inference_mode()
def decode_recorded(
    model: StepModel, source: Padded, options: DecodingOptions, runners_up: int = RUNNERS_UP
) -> SearchRecord:
    """What `decode` finds for one source, with all that it considered.

    Args:
        source: one row.
        runners_up: of greedy search and samples: how many of the most probable tokens are noted at every step.

    Raises:
        UsageError: another number of sources.
    """
    if len(source.lengths) != 1:
        raise UsageError(f"a search is recorded for one source at a time, got {len(source.lengths)}")
    if options.sample:
        return _rolled(model, source, options, runners_up, drawing(source, options))
    if options.beam == 1:
        return _rolled(model, source, options, runners_up, most_probable)
    return _beam(model, source, options, runners_up)


@torch.inference_mode()
def record_candidates(model: StepModel, source: Padded, options: DecodingOptions, margin: float) -> SearchRecord:
    """What a beam holds of one source, with all that it considered: `candidates`, the proven ones with all others."""
    start, limits = model.start(source), length_limits(source, options)
    proven = options.nbest == 1 and bool(prove(model, start, source, limits, options, margin).outputs[0])
    watch = BeamWatch(options, limits)
    found = _watched(watch, model, start, source, limits, replace(options, nbest=options.beam))
    return SearchRecord(found, found, watch.tree(proven=proven))


@torch.inference_mode()
def record_proposals(
    recorded: SearchRecord, model: StepModel, source: Padded, outputs: Outputs, options: DecodingOptions
) -> SearchRecord:
    """The same search, with outputs beside its own that something else proposes; what leads to them is kept too."""
    [possible] = propose(model, source, [outputs], options, [recorded.outputs])
    if not possible:
        return recorded
    watch = PathWatch(options, len(possible), 0, growing_from(recorded.tree))
    choose = along(source, [[one.tokens for one in possible]])
    steps = roll_steps(model, source, options, len(possible), choose)
    found = read_back(watch.over(steps), source.lengths)[0]
    tree = replace(recorded.tree, nodes=watch.tree(found).nodes)
    return recorded._replace(outputs=[*recorded.outputs, *found], found=[*recorded.found, *found], tree=tree)


def _beam(model: StepModel, source: Padded, options: DecodingOptions, runners_up: int) -> SearchRecord:
    start, limits = model.start(source), length_limits(source, options)
    proven = prove(model, start, source, limits, options).outputs[0] if options.nbest == 1 else []
    watch = BeamWatch(options, limits)
    found = _watched(watch, model, start, source, limits, options)
    if not proven:
        return SearchRecord(found, found, watch.tree(proven=False))
    if [one.tokens for one in proven] != [one.tokens for one in found]:  # a tie but for the rounding of wider products
        return _rolled(model, source, options, runners_up, most_probable)
    return SearchRecord(proven, proven, watch.tree(proven=True))


def _watched(
    watch: BeamWatch, model: StepModel, start: Start, source: Padded, limits: Tensor, options: DecodingOptions
) -> list[Hypothesis]:
    """What the beam finds for one source while a watch looks on."""
    steps = beam_steps(model, start, source, limits.new_zeros(1), limits, options)
    return read_back(watch.over(steps), source.lengths)[0]


def _rolled(
    model: StepModel, source: Padded, options: DecodingOptions, runners_up: int, choose: Choose
) -> SearchRecord:
    width = options.nbest if options.sample else 1
    watch = PathWatch(options, width, runners_up)
    found = read_back(watch.over(roll_steps(model, source, options, width, choose)), source.lengths)[0]
    return SearchRecord(found, found, watch.tree(found))


@dataclass
class Growing:
    """A tree while it grows."""

    nodes: list[Node] = field(default_factory=lambda: [Node(-1, 0, GO, 0.0, 0.0, "kept")])
    places: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])

    def add(
        self,
        parent: int,
        token: int,
        log_prob: float,
        total: float,
        fate: Fate,
        score: float | None = None,
        chance: float | None = None,
    ) -> int:
        """A child. What is there already, since another sample considered it too, is only changed to more than that."""
        place = self.places.setdefault((parent, token), len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(Node(parent, self.nodes[parent].step + 1, token, log_prob, total, fate, score, chance))
        elif fate != "pruned":
            self.change(place, fate, score)
        return place

    def change(self, place: int, fate: Fate, score: float | None) -> None:
        """Another fate."""
        self.nodes[place] = self.nodes[place]._replace(fate=fate, score=score)

    def name_stumps(self) -> None:
        """Finished outputs that are stumps beside those that were cut."""
        cut = [node for node in self.nodes if node.fate == "cut"]
        if not cut:
            return
        most, limit = max(node.total for node in cut), max(node.step for node in cut)
        for place, node in enumerate(self.nodes):
            if node.fate == "finished" and is_stump(node.step - 1, node.total, limit, most):
                self.change(place, "stump", node.score)


def growing_from(tree: Tree) -> Growing:
    """A tree that goes on growing."""
    places = {(node.parent, node.token): number for number, node in enumerate(tree.nodes)}
    return Growing(list(tree.nodes), places)


class BeamWatch:
    """Notes the steps of a beam search of one source.

    Args:
        limits: [1] the most tokens of its output.
    """

    def __init__(self, options: DecodingOptions, limits: Tensor) -> None:
        self.options = options
        self.rules = Rules(options, torch.device("cpu"))
        self.scorer = Scorer(limits, options)
        self.growing = Growing()
        self.alive = [0]  # the node of each slot
        self.end: End | None = None

    def over(self, steps: Iterator[BeamStep]) -> Iterator[BeamStep]:
        """The same steps, noted."""
        for number, step in enumerate(steps):
            self._note(step, number)
            yield step

    def tree(self, *, proven: bool) -> Tree:
        """What was noted."""
        return Tree("beam", self.options.beam, self.growing.nodes, proven, self.end)

    def _note(self, step: BeamStep, number: int) -> None:
        own = step.log_probs.float().view(step.live.tokens.shape[1], -1)  # [K, V]
        totals, parents, tokens = (part[0] for part in step.extensions)
        scores = _numbers(step.ends.scores[0])
        kept: list[int] = []
        ended: set[int] = set()
        rows = zip(_ids(parents), _ids(tokens), _numbers(own[parents, tokens]), _numbers(totals), strict=True)
        for rank, (slot, token, gain, total) in enumerate(rows):
            if total == NONE:
                break  # and so are all that follow
            fate = self._fate(step, rank, token, len(kept))
            score = scores[rank] if fate == "finished" else None
            place = self.growing.add(self.alive[slot], token, gain, total, fate, score)
            if fate == "finished":
                ended.add(slot)
            if fate in ("open", "kept"):
                kept.append(place)
        self._note_forbidden(step.live.log_probs[0], own, number, float(totals[-1]))
        if step.outcome is not None:
            self._note_end(step, number, ended)
        self.alive = kept

    def _fate(self, step: BeamStep, rank: int, token: int, kept: int) -> Fate:
        """What becomes of an extension: by its rank, and by how many better ones are kept."""
        if token == EOS:
            return "finished" if rank < self.options.beam and step.ends.scores[0, rank] > NONE else "pruned"
        if bool(step.ending.at_limit):
            return "too long"
        if kept == self.options.beam:
            return "pruned"
        return "kept" if step.outcome is None else "open"

    def _note_forbidden(self, before: Tensor, own: Tensor, number: int, least: float) -> None:
        """What the options forbid and would else have been among the extensions."""
        tokens = self.rules.unwelcome(number)
        for slot, place in enumerate(self.alive):
            gains = own[slot, tokens]
            for token, gain, total in zip(tokens, _numbers(gains), _numbers(gains + before[slot]), strict=True):
                if total > least:
                    self.growing.add(place, token, gain, total, "forbidden")

    def _note_end(self, step: BeamStep, number: int, ended: set[int]) -> None:
        self.end = _end(step.ending)
        scores = _numbers(self.scorer.score(step.live.log_probs, number, step.live.coverage)[0])
        possible = bool((step.survivors.log_probs > NONE).any())
        for slot, place in enumerate(self.alive):
            if slot not in ended and (bool(step.ending.at_limit) or not possible):
                self.growing.change(place, "cut", scores[slot])
        self.growing.name_stumps()


def _end(ending: Ending) -> End:
    return "beaten" if bool(ending.beaten) else "enough" if bool(ending.enough) else "limit"


class PathWatch:
    """Notes the steps of greedy search, of the samples of one source, or of outputs that are given."""

    def __init__(self, options: DecodingOptions, width: int, runners_up: int, growing: Growing | None = None) -> None:
        self.options = options
        self.runners_up = runners_up
        self.growing = growing or Growing()
        self.places = [0] * width  # the node of each path

    def over(self, steps: Iterator[RollStep]) -> Iterator[RollStep]:
        """The same steps, noted."""
        for step in steps:
            drawn = chances(step.allowed, self.options)[0] if self.options.sample else None
            for path, is_open in enumerate(_ids(step.before.open[0])):
                if is_open:
                    self._note(step, path, None if drawn is None else drawn[path])
            yield step

    def tree(self, found: list[Hypothesis]) -> Tree:
        """What was noted, with the scores of what was found."""
        tree = Tree("sampling" if self.options.sample else "greedy", len(self.places), self.growing.nodes)
        for one, leaf in zip(found, tree.leaves(found), strict=True):
            self.growing.change(leaf, tree.nodes[leaf].fate, one.score)
        return tree

    def _note(self, step: RollStep, path: int, drawn: Tensor | None) -> None:
        place, chosen = self.places[path], int(step.choice.tokens[0, path])
        own = step.log_probs[0, path].clone()
        own[[PAD, GO]] = NONE  # never written, so never considered
        first = _ids(best(own[None], min(self.runners_up, len(own))).places[0])
        shown = first if chosen in first else [*first, chosen]
        gains, allowed = _numbers(own[shown]), _numbers(step.allowed[0, path, shown])
        totals = _numbers(step.before.log_probs[0, path] + own[shown])
        shares = [None] * len(shown) if drawn is None else _numbers(drawn[shown])
        for token, gain, total, free, share in zip(shown, gains, totals, allowed, shares, strict=True):
            fate: Fate = "pruned" if free != NONE else "forbidden"
            if token == chosen and free != NONE:
                fate = "kept" if bool(step.after.open[0, path]) else "finished" if token == EOS else "too long"
            if gain == NONE:
                continue
            number = self.growing.add(place, token, gain, total, fate, None, share)
            if fate == "kept":
                self.places[path] = number
        if not bool(step.after.open[0, path] | step.after.finished[0, path]):
            self.growing.change(place, "cut", None)


def _numbers(row: Tensor) -> list[float]:
    return floats(row)


def _ids(row: Tensor) -> list[int]:
    return integers(row)
