"""The recipe of a language model: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns import TextOptions
from recurra.data import BatchingOptions
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.models.language_model import LanguageModelOptions
from recurra.tasks.recipe import DataOptions, TaskRecipe
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class LanguageDataOptions(DataOptions):
    """Which text is used, and as what. Of running text the last part is set aside for validation, no line here or
    there; `max_length` is for lines alone."""

    # whether lines are texts of their own or one running text; auto decides from the data
    form: Literal["auto", "lines", "running"] = "auto"


@dataclass(frozen=True)
class LanguageBatchingOptions(BatchingOptions):
    """How large a batch may be. Running text is read at several places at once, so many steps of each in a batch."""

    batch_tokens: int = 3200  # units per batch, padding included
    batch_examples: int = 32  # maximum number of lines per batch, or of places at which a running text is read at once
    steps: int = 100  # running text: units per place and batch, beyond which gradients do not go back

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= 10_000:
            raise UsageError(f"batching.steps must be between 1 and 10000, got {self.steps}")

    @property
    def streams(self) -> int:
        """The most places of a running text that are read at once."""
        return self.room(self.steps)


@dataclass(frozen=True)
class NextOptions:
    """How the next unit is predicted: the section [decoding]."""

    nbest: int = 5  # next units to predict, the most probable first

    def __post_init__(self) -> None:
        if self.nbest < 1:
            raise UsageError(f"nbest must be at least 1, got {self.nbest}")


USUAL_LENGTH = 200  # units of a continuation where nothing tells how long it should be


@dataclass(frozen=True)
class GenerationOptions:
    """How a text is continued: the section [generation]."""

    length: int | None = None  # maximum number of units of a continuation; not set: 200, of lines learned from them
    samples: int = 1  # continuations per text; with a beam, the best ones
    temperature: float = 0.8  # below 1: more conservative, above 1: more varied
    top_k: int = 0  # sample from the K most probable units only; 0: from all
    top_p: float = 1.0  # sample from the most probable units that together reach this probability; 1: from all
    seed: int = 0  # random seed; the same seed gives the same continuations
    beam: int = 0  # 0: sampling; 1: greedy search; more: beam search

    def __post_init__(self) -> None:
        if (self.length is not None and self.length < 1) or self.samples < 1 or self.beam < 0:
            raise UsageError("length and samples must be at least 1, beam at least 0")
        plain = {"temperature": 0.8, "top_k": 0, "top_p": 1.0, "seed": 0}
        idle = [name for name, default in plain.items() if self.beam and getattr(self, name) != default]
        if idle:
            raise UsageError(
                f"{idle[0]} has no effect on a beam search", fix="Leave it out, or leave beam out to sample."
            )
        if self.beam and self.samples > self.beam:
            what = (
                f"samples = {self.samples} is more than beam = {self.beam}: a beam search returns no more than its beam"
            )
            raise UsageError(what, where="samples", fix=f"Use beam = {self.samples} or wider, or fewer samples.")
        self.decoding()

    def decoding(self) -> DecodingOptions:
        """The same for the decoders."""
        return DecodingOptions(
            beam=max(1, self.beam),
            nbest=self.samples,
            max_length=USUAL_LENGTH if self.length is None else self.length,
            sample=not self.beam,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            seed=self.seed,
            length_penalty=1.0 if self.beam else 0.0,
        )


@dataclass(frozen=True)
class LanguageRecipe(TaskRecipe):
    """All sections. The defaults are the same for every text."""

    task: Literal["language-model"] = "language-model"
    data: LanguageDataOptions = field(default_factory=LanguageDataOptions)
    text: TextOptions = field(default_factory=TextOptions)
    batching: LanguageBatchingOptions = field(default_factory=LanguageBatchingOptions)
    model: LanguageModelOptions = field(default_factory=LanguageModelOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.005, label_smoothing=0.0))
    decoding: NextOptions = field(default_factory=NextOptions)
    generation: GenerationOptions = field(default_factory=GenerationOptions)

    def __post_init__(self) -> None:
        if self.training.scheduled_sampling:
            raise UsageError(
                "training.scheduled_sampling has no effect on a language model",
                fix="Leave it out for a language model.",
            )
        if self.training.label_smoothing:
            what = "training.label_smoothing would distort the probabilities, the purpose of a language model"
            raise UsageError(what, fix="Leave it out, or use more --set model.dropout.")
