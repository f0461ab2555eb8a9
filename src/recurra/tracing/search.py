"""How an output was found: all hypotheses that a search considered, as a tree of plain data.

A node is a beginning of an output, named by its last token; its parent is the same without it. Parents stand before
their children, and the root, which is <GO>, is number 0. A long search has more nodes than anyone will look at: what is
left out is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from recurra.errors import UsageError
from recurra.search_names import End, Fate, Method
from recurra.tracing.records import Recorded

MOST_NODES = 3000  # of a record; the way to the answer is always whole


@dataclass(frozen=True)
class SearchNode:
    """A beginning of an output.

    Args:
        parent: the number of its node; None of the root.
        step: how many tokens it has, an <EOS> counted.
        token: the last one, as it is shown.
        log_prob: of that token after those before it (natural logarithm).
        total: the sum of all.
        fate: "kept" and gone on with; "open" when the search was done; "pruned": considered, but others were better (of
            greedy search and samples: not taken); "finished" with <EOS>; a "stump", finished too early; "cut" at the
            greatest length; "too long" to be allowed; "forbidden" by the options.
        score: with length and coverage penalty, of what could be returned.
        chance: of samples: the probability with which it was drawn, after temperature, top-k and top-p.
    """

    parent: int | None
    step: int
    token: str
    log_prob: float
    total: float
    fate: Fate
    score: float | None = None
    chance: float | None = None


@dataclass(frozen=True)
class SearchOutput:
    """One of the outputs that were returned.

    Args:
        node: where it ends.
        text: the whole of it.
        log_prob, score: by which it is ranked.
        finished: whether it has its end; False: it was cut.
        found: its rank in the search itself, from 1; another one than its place where outputs were reranked.
    """

    node: int
    text: str
    log_prob: float
    score: float
    finished: bool
    found: int


@dataclass(frozen=True)
class SearchTree(Recorded):
    """What a search considered, and what it returned.

    Args:
        method: "beam", "greedy" or "sampling".
        width: how many hypotheses a beam keeps, or the number of samples.
        nodes: parents before their children.
        outputs: what was returned, the best first.
        proven: greedy search has proven its output to be the best, so that no beam was needed; the tree shows the beam
            all the same.
        end: why a beam search ended: "beaten": nothing alive could score better any more; "enough": as many outputs as
            the beam is wide had finished; "limit": the greatest length. None of a path.
        notes: what else a reader has to know.
        left_out: how many nodes were considered and are not here.
        outputs_left_out: the same of outputs.

    Raises:
        UsageError: a node before its parent, or an output that ends nowhere.
    """

    method: Method
    width: int
    nodes: list[SearchNode]
    outputs: list[SearchOutput]
    proven: bool = False
    end: End | None = None
    notes: list[str] = field(default_factory=list[str])
    left_out: int = 0
    outputs_left_out: int = 0

    def __post_init__(self) -> None:
        for number, node in enumerate(self.nodes):
            if not (0 <= node.parent < number if node.parent is not None else number == 0):
                raise UsageError(f"node {number} of the search has the parent {node.parent}, which is not before it")
        for output in self.outputs:
            if not 0 <= output.node < len(self.nodes):
                raise UsageError(f"an output of the search ends in node {output.node} of {len(self.nodes)}")

    def path(self, node: int) -> list[int]:
        """The nodes from the first token to this one."""
        found: list[int] = []
        at: int | None = node
        while at:
            found.append(at)
            at = self.nodes[at].parent
        return found[::-1]

    def bounded(self, most: int = MOST_NODES) -> Self:
        """The same with about so many nodes: the ways to the best outputs, and the best of the others of each step."""
        if len(self.nodes) <= most:
            return self
        chosen = {0}
        outputs: list[SearchOutput] = []
        for output in self.outputs:
            path = self.path(output.node)
            if outputs and len(chosen) + len(path) > most // 2:
                break
            chosen.update(path)
            outputs.append(output)
        self._add_best(chosen, most)
        numbers = {old: new for new, old in enumerate(sorted(chosen))}
        return replace(
            self,
            nodes=[_renumbered(self.nodes[old], numbers) for old in numbers],
            outputs=[replace(output, node=numbers[output.node]) for output in outputs],
            left_out=self.left_out + len(self.nodes) - len(chosen),
            outputs_left_out=self.outputs_left_out + len(self.outputs) - len(outputs),
        )

    def _add_best(self, chosen: set[int], most: int) -> None:
        """Adds the most probable nodes of each step, as many of every one, and none without its parent."""
        steps: dict[int, list[int]] = {}
        for number, node in enumerate(self.nodes):
            if number not in chosen:
                steps.setdefault(node.step, []).append(number)
        room = max(0, most - len(chosen)) // max(1, len(steps))
        for step in sorted(steps):
            known = [number for number in steps[step] if self.nodes[number].parent in chosen]
            chosen.update(sorted(known, key=lambda number: -self.nodes[number].total)[:room])

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, for JSON."""
        return asdict(self)


def _renumbered(node: SearchNode, numbers: dict[int, int]) -> SearchNode:
    return node if node.parent is None else replace(node, parent=numbers[node.parent])


def children_of(nodes: Sequence[SearchNode]) -> list[list[int]]:
    """The children of each node, the most probable first."""
    children: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        if node.parent is not None:
            children[node.parent].append(number)
    return [sorted(some, key=lambda number: -nodes[number].log_prob) for some in children]
