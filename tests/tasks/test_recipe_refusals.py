"""What the recipes of tasks that answer and write refuse, in which words, and what is just allowed."""

from __future__ import annotations

import pytest

from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.language_model.recipe import GenerationOptions, LanguageBatchingOptions

Settings = dict[str, object]
BEAM = {"generation.beam": 3}

# Task, settings that are refused, what is said, how to mend it.
REFUSED: list[tuple[str, Settings, str, str | None]] = [
    ("classify", {"decoding.nbest": 0}, "nbest must be at least 1, got 0", None),
    ("classify", {"training.scheduled_sampling": 0.5},
     "training.scheduled_sampling is only for outputs that are sequences", "Leave it out."),
    ("regress", {"training.scheduled_sampling": 0.5},
     "training.scheduled_sampling is only for outputs that are sequences", "Leave it out."),
    ("regress", {"training.label_smoothing": 0.1},
     "training.label_smoothing is for labels, and numbers are learned", "Leave it out."),
    ("translate", {"model.attention": "none", "model.copy": True},
     "model.copy needs attention, and model.attention is none", "Leave model.copy out, or choose an attention."),
    ("translate", {"model.attention": "none", "decoding.coverage_penalty": 0.2},
     "decoding.coverage_penalty needs attention, and model.attention is none",
     "Leave decoding.coverage_penalty out, or choose an attention."),
    ("caption", {"model.attention": "none", "decoding.coverage_penalty": 0.2},
     "decoding.coverage_penalty needs attention, and model.attention is none",
     "Leave decoding.coverage_penalty out, or choose an attention."),
    ("chat", {"data.turns": 0}, "data.turns must be between 1 and ", None),
    ("chat", {"data.withhold": 1.0}, "data.withhold must be at least 0 and below 1, got 1.0", None),
    ("chat", {"data.withhold": -0.1}, "data.withhold must be at least 0 and below 1, got -0.1", None),
    ("chat", {"decoding.anti_lm": 1.0}, "anti_lm must be at least 0 and below 1, got 1.0", None),
    ("chat", {"decoding.diversity": 100.5}, "diversity must be between 0 and 100, got 100.5", None),
    ("chat", {"decoding.diversity": -0.5}, "diversity must be between 0 and 100, got -0.5", None),
    ("chat", {"data.withhold": 0.0},
     "decoding.anti_lm needs a model that has seen empty contexts, and data.withhold = 0 shows it none",
     "Set decoding.anti_lm=0 as well, or leave data.withhold at 0.1."),
    ("language-model", {"decoding.nbest": 0}, "nbest must be at least 1, got 0", None),
    ("language-model", {"batching.steps": 0}, "batching.steps must be between 1 and 10000, got 0", None),
    ("language-model", {"batching.steps": 10_001}, "batching.steps must be between 1 and 10000, got 10001", None),
    ("language-model", {"training.scheduled_sampling": 0.5},
     "training.scheduled_sampling has no effect on a language model", "Leave it out for a language model."),
    ("language-model", {"training.label_smoothing": 0.1},
     "training.label_smoothing would distort the probabilities, the purpose of a language model",
     "Leave it out, or use more --set model.dropout."),
    ("language-model", {"generation.length": 0}, "length and samples must be at least 1, beam at least 0", None),
    ("language-model", {"generation.samples": 0}, "length and samples must be at least 1, beam at least 0", None),
    ("language-model", {"generation.beam": -1}, "length and samples must be at least 1, beam at least 0", None),
    *(("language-model", {**BEAM, f"generation.{name}": value}, f"{name} has no effect on a beam search",
       "Leave it out, or leave beam out to sample.")
      for name, value in (("temperature", 0.5), ("top_k", 3), ("top_p", 0.5), ("seed", 1))),
    ("language-model", {**BEAM, "generation.samples": 4},
     "samples = 4 is more than beam = 3: a beam search returns no more than its beam",
     "Use beam = 4 or wider, or fewer samples."),
]  # fmt: skip
ALLOWED: list[tuple[str, Settings]] = [
    ("classify", {"decoding.nbest": 1, "training.label_smoothing": 0.1}),
    ("regress", {"training.label_smoothing": 0.0}),
    ("translate", {"model.attention": "none", "decoding.coverage_penalty": 0.0}),
    ("translate", {"model.copy": True, "decoding.coverage_penalty": 0.2}),
    ("caption", {"decoding.coverage_penalty": 0.2}),
    ("caption", {"model.attention": "none"}),
    ("chat", {"data.turns": 1, "data.withhold": 0.0, "decoding.anti_lm": 0.0, "decoding.diversity": 100.0}),
    ("chat", {"decoding.anti_lm": 0.99, "data.withhold": 0.99}),
    ("language-model", {"decoding.nbest": 1, "batching.steps": 1}),
    ("language-model", {"batching.steps": 10_000, "generation.length": 1, "generation.samples": 1}),
    ("language-model", {"generation.beam": 3, "generation.samples": 3}),
    ("language-model", {"generation.samples": 9, "generation.temperature": 0.5, "generation.top_k": 3}),
]


@pytest.mark.parametrize(("task", "settings", "what", "fix"), REFUSED, ids=str)
def test_what_is_refused(task: str, settings: Settings, what: str, fix: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        TASKS[task].recipe().with_settings(settings)
    assert caught.value.what.startswith(what)
    assert fix is None or caught.value.fix == fix


@pytest.mark.parametrize(("task", "settings"), ALLOWED, ids=str)
def test_what_is_just_allowed(task: str, settings: Settings) -> None:
    TASKS[task].recipe().with_settings(settings)


@pytest.mark.parametrize(
    ("options", "beam", "length", "sample", "penalty"),
    [
        (GenerationOptions(), 1, 200, True, 0.0),
        (GenerationOptions(length=7, samples=3, top_k=4, top_p=0.5, temperature=0.7, seed=9), 1, 7, True, 0.0),
        (GenerationOptions(beam=1), 1, 200, False, 1.0),
        (GenerationOptions(beam=4, samples=2, length=9), 4, 9, False, 1.0),
    ],
)
def test_how_a_text_is_continued(
    options: GenerationOptions, beam: int, length: int, sample: bool, penalty: float
) -> None:
    found = options.decoding()
    assert (found.beam, found.max_length, found.sample, found.length_penalty) == (beam, length, sample, penalty)
    assert (found.nbest, found.temperature, found.top_k, found.top_p, found.seed) == (
        options.samples,
        options.temperature,
        options.top_k,
        options.top_p,
        options.seed,
    )


@pytest.mark.parametrize(
    ("tokens", "most", "steps", "streams"), [(3200, 32, 100, 32), (1000, 32, 100, 10), (50, 32, 100, 1)]
)
def test_so_many_streams_fit_into_a_batch(tokens: int, most: int, steps: int, streams: int) -> None:
    assert LanguageBatchingOptions(tokens, most, steps).streams == streams
