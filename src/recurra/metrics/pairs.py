"""All measures of text against reference text at once."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.metrics.bleu import bleu
from recurra.metrics.chrf import chrf
from recurra.metrics.exact_match import exact_match
from recurra.metrics.measure import Measure
from recurra.metrics.perplexity import perplexity
from recurra.metrics.sequence_error_rate import sequence_error_rate
from recurra.metrics.token_error_rate import token_error_rate


def measure_pairs(
    predictions: Sequence[str],
    references: Sequence[str],
    prediction_units: Sequence[Sequence[str]],
    reference_units: Sequence[Sequence[str]],
    log_likelihoods: Sequence[float] | None = None,
    token_counts: Sequence[int] | None = None,
    unit: str = "units",
    *,
    streams: Sequence[Sequence[str | None]] = (),
    words: str | None = "13a",
) -> dict[str, Measure]:
    """The measures by name, in the order they are shown in.

    Args:
        predictions: one text for each source.
        references: the right text for each source.
        prediction_units: the same as `predictions`, cut into the units that errors are counted in.
        reference_units: the same as `references`, cut likewise.
        log_likelihoods: per sentence, of the reference under the model; without them there is no perplexity.
        token_counts: per sentence, the target tokens behind each log-likelihood.
        unit: what a unit is called: "characters", "phones", "words", ...
        streams: all references of each source for BLEU and chrF, where there are several (references.py).
        words: what a word is for BLEU; None leaves BLEU out.

    Raises:
        ValueError: these are not equally many, or none.
    """
    if len(prediction_units) != len(predictions):
        raise ValueError(f"{len(predictions)} predictions but {len(prediction_units)} of them in units")
    measures = {
        "sequence_error_rate": sequence_error_rate(predictions, references),
        "token_error_rate": token_error_rate(prediction_units, reference_units, unit),
        "exact_match": exact_match(predictions, references),
    }
    if words is not None:
        measures["bleu"] = bleu(predictions, *(streams or [references]), words=words)
    measures["chrf"] = chrf(predictions, *(streams or [references]))
    if log_likelihoods is not None and token_counts is not None:
        if len(log_likelihoods) != len(references):
            raise ValueError(f"{len(references)} references but {len(log_likelihoods)} log-likelihoods")
        measures["perplexity"] = perplexity(log_likelihoods, token_counts)
    return measures
