"""How good: one file per measure; sacrebleu and rapidfuzz do the work, and every value has its interval."""

from recurra.metrics.bleu import BLEU_WORDS, bleu, bleu_words, too_short_for_bleu
from recurra.metrics.cases import Case
from recurra.metrics.chrf import chrf
from recurra.metrics.coverage import coverage
from recurra.metrics.distinct import Collapse, collapse, distinct, same_output
from recurra.metrics.exact_match import exact_match
from recurra.metrics.examples import ExampleScores, Share
from recurra.metrics.labels import Confusion, LabelReport, accuracy, confusion, macro_f1, measure_labels
from recurra.metrics.mae import mae
from recurra.metrics.mase import mase
from recurra.metrics.measure import Measure
from recurra.metrics.pairs import measure_pairs
from recurra.metrics.perplexity import perplexity
from recurra.metrics.references import most_like, streams, which_most_like
from recurra.metrics.regression import measure_numbers
from recurra.metrics.relative_mae import relative_mae
from recurra.metrics.rmse import rmse
from recurra.metrics.sequence_error_rate import sequence_error_rate
from recurra.metrics.slices import Grouping, Slice, groupings, parted, sliced, telling
from recurra.metrics.token_error_rate import edit_distances, token_error_rate
from recurra.metrics.tokenized import looks_tokenized
from recurra.metrics.value_text import value_text

__all__ = [
    "BLEU_WORDS",
    "Case",
    "Collapse",
    "Confusion",
    "ExampleScores",
    "Grouping",
    "LabelReport",
    "Measure",
    "Share",
    "Slice",
    "accuracy",
    "bleu",
    "bleu_words",
    "chrf",
    "collapse",
    "confusion",
    "coverage",
    "distinct",
    "edit_distances",
    "exact_match",
    "groupings",
    "looks_tokenized",
    "macro_f1",
    "mae",
    "mase",
    "measure_labels",
    "measure_numbers",
    "measure_pairs",
    "most_like",
    "parted",
    "perplexity",
    "relative_mae",
    "rmse",
    "same_output",
    "sequence_error_rate",
    "sliced",
    "streams",
    "telling",
    "token_error_rate",
    "too_short_for_bleu",
    "value_text",
    "which_most_like",
]
