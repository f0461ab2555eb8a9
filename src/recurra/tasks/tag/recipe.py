"""The recipe of a tagger: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns.word_vectors import VectorOptions
from recurra.data import BatchingOptions
from recurra.data.schemes import Scheme
from recurra.errors import UsageError
from recurra.models.tagger import TaggerOptions
from recurra.tasks.recipe import DataOptions, TaskRecipe
from recurra.tasks.tag.surface import LONGEST_AFFIX
from recurra.training import TrainingOptions

AUTO, NONE = "auto", "none"  # of data.scheme


@dataclass(frozen=True)
class TagDataOptions(DataOptions):
    """Which sentences are used."""

    # how tags write spans: BIO, IOB1, BIOES, BILOU, BMES, BMEWO, IOE1, IOE2; none: they write none; auto: told from
    # the data. "BIO B_X", "BIO X-B", "BIO b-X o" also say how B is written for the kind X, and what outside spans is
    scheme: str = AUTO
    repair: bool = False  # spans that break the rules of their scheme are repaired, instead of being an error

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scheme not in (AUTO, NONE):
            Scheme.parse(self.scheme)


@dataclass(frozen=True)
class TokenOptions:
    """How tokens are read: the section [text]."""

    vocabulary: int = 20_000  # maximum number of words, the most frequent ones; others are read by their characters
    min_count: int = 1  # words that occur less often become <UNK>
    lowercase: bool = True  # words and affixes are looked up in lower case; characters and shapes keep their case
    shapes: bool = True  # read the shape of a word too: Xx for York, d-d for 12-13
    affixes: int = 4  # read its prefixes and suffixes of up to this many characters too; 0: none

    def __post_init__(self) -> None:
        if not 0 <= self.affixes <= LONGEST_AFFIX:
            raise UsageError(f"text.affixes must be between 0 and {LONGEST_AFFIX}, got {self.affixes}")


@dataclass(frozen=True)
class TagRecipe(TaskRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["tag"] = "tag"
    data: TagDataOptions = field(default_factory=TagDataOptions)
    text: TokenOptions = field(default_factory=TokenOptions)
    vectors: VectorOptions = field(default_factory=VectorOptions)
    batching: BatchingOptions = field(default_factory=lambda: BatchingOptions(batch_tokens=1024, batch_examples=32))
    model: TaggerOptions = field(default_factory=TaggerOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.003, label_smoothing=0.0))

    def __post_init__(self) -> None:
        if self.training.scheduled_sampling:
            raise UsageError("training.scheduled_sampling has no effect on a tagger", fix="Leave it out.")
        if self.model.crf and self.training.label_smoothing:
            what = "training.label_smoothing has no effect with a CRF"
            raise UsageError(what, fix="Leave it out, or set model.crf=false.")
