"""A dialogue with a model: what has been said, and what else could be answered.

A model that chats remembers nothing itself: it is asked with the turns so far, and those are kept here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.answer import Alternative
    from recurra.tasks.answer_settings import AnswerSettings

KEPT = 20  # turns; no model reads more
DRAWS = 20  # samples that are looked at for a reply which was not given yet


class Conversation:
    """The turns of one dialogue, taken by a user and a model one after the other.

    Args:
        model: one for the task chat.
        settings: how it answers: options of its section [decoding].
    """

    def __init__(self, model: Model, settings: AnswerSettings) -> None:
        self.model = model
        self.settings = settings
        self.before: list[str] = []  # the turns up to the last one of the user
        self.replies: list[Alternative] = []  # to that one, in the order in which they were given; the last one counts
        self.unknown: list[str] = []  # units of these turns that the model does not know
        self.drawn = 0  # samples so far: each has a seed of its own, so that nothing is answered alike by necessity

    def answer(self, turn: str) -> Alternative:
        """The model's reply to the next turn of the user.

        Raises:
            DataError: the turn is too long; it is then as if it had not been said.
        """
        turns = [*self.before, *(one.text for one in self.replies[-1:]), turn][-KEPT:]
        reply = self._reply(turns, [])
        assert reply is not None  # with nothing to be avoided there always is one
        self.before, self.replies = turns, [reply]
        return reply

    def again(self) -> Alternative | None:
        """Another reply to the last turn of the user in place of the last one; None if there is no other."""
        reply = self._reply(self.before, [one.text for one in self.replies]) if self.replies else None
        if reply is not None:
            self.replies.append(reply)
        return reply

    def forget(self) -> None:
        """Begins another dialogue."""
        self.before, self.replies = [], []

    def _reply(self, turns: list[str], avoided: list[str]) -> Alternative | None:
        """The best reply, or the next sample, that is none of those to be avoided."""
        offered = self._samples(turns) if self.settings.get("sample") else self._candidates(turns, bool(avoided))
        return next((one for one in offered if one.text not in avoided), None)

    def _candidates(self, turns: list[str], others: bool) -> Iterator[Alternative]:
        """What is left in the beam, best first; only the best unless others are wanted."""
        beam = self.model.options(None, self.settings).beam
        yield from self._asked(turns, {"nbest": beam if others else 1})

    def _samples(self, turns: list[str]) -> Iterator[Alternative]:
        for _ in range(DRAWS):
            seed = self.settings.get("seed", 0) + self.drawn
            self.drawn += 1
            yield from self._asked(turns, {"seed": seed})

    def _asked(self, turns: list[str], more: AnswerSettings) -> list[Alternative]:
        answer = self.model.predict(tuple(turns), **{**self.settings, **more})
        self.unknown = list(answer.unknown)
        return answer.alternatives
