"""The recipe of a model that chats: that of a translator, and what a dialogue asks for beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.data.dialogues import MAX_TURNS
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.tasks.recipe import DataOptions
from recurra.tasks.seq2seq.recipe import TextPairRecipe


@dataclass(frozen=True)
class ChatDataOptions(DataOptions):
    """Which exchanges are used, and what of them."""

    turns: int = 3  # number of previous turns that the model reads
    # which turns are learned as replies; second: only those of the second speaker
    replies: Literal["all", "second"] = "all"
    withhold: float = 0.1  # share of the contexts hidden in training, to learn how probable a reply is without one

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.turns <= MAX_TURNS:
            raise UsageError(f"data.turns must be between 1 and {MAX_TURNS}, got {self.turns}")
        if not 0 <= self.withhold < 1:
            raise UsageError(f"data.withhold must be at least 0 and below 1, got {self.withhold}")


@dataclass(frozen=True)
class ChatDecodingOptions(DecodingOptions):
    """How a reply is chosen: the settings of translation, and two against always giving the same reply.

    Samples are not reranked.
    """

    beam: int = 10  # width of the beam, and number of candidates for a reply
    max_length: int | None = None  # maximum number of tokens in a reply; not set: learned from the training replies
    # weight of the anti-language model of Li et al. (2016): the higher, the fewer replies that fit everywhere; 0: off
    anti_lm: float = 0.4
    # penalty of Li, Monroe & Jurafsky (2016), in nats, for siblings in the beam, so that candidates differ; 0: off
    diversity: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.anti_lm < 1:
            raise UsageError(f"anti_lm must be at least 0 and below 1, got {self.anti_lm}", where="anti_lm")
        if not 0 <= self.diversity <= 100:
            raise UsageError(f"diversity must be between 0 and 100, got {self.diversity}", where="diversity")


@dataclass(frozen=True)
class ChatRecipe(TextPairRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["chat"] = "chat"
    data: ChatDataOptions = field(default_factory=ChatDataOptions)
    decoding: ChatDecodingOptions = field(default_factory=ChatDecodingOptions)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decoding.anti_lm and not self.data.withhold:
            raise UsageError(
                "decoding.anti_lm needs a model that has seen empty contexts, and data.withhold = 0 shows it none",
                fix="Set decoding.anti_lm=0 as well, or leave data.withhold at 0.1.",
            )
