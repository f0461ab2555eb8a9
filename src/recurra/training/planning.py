"""How a plan is made: the machine's speed is measured on real batches, then the time is divided.

Nothing measured here changes the run: the trial steps are taken with learning rate 0 by an optimiser that is thrown
away, which leaves every weight as it is.
"""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import torch

from recurra.errors import RunError
from recurra.models import device_of
from recurra.runs.events import FEW_STEPS, Emit, Note, PlanMade
from recurra.text.counted import counted
from recurra.training.budget import Budget
from recurra.training.learner import Learner
from recurra.training.loop import Diverged, Loop, Position
from recurra.training.optimizer import make_optimizer
from recurra.training.options import TrainingOptions
from recurra.training.plan import Piece, Plan
from recurra.training.threads import threads, usable_threads

MAX_TRIAL, TRIAL_SHARE = 1.5, 0.015  # seconds for which the speed of a step is measured, and their share of the time
SHORT_TRIAL = 0.5  # for --epochs, where the speed decides nothing but bfloat16
WORTH_IT = 1.15  # times as fast as with half of them have more threads to be: they also make others wait
ENDLESS = 1_000_000  # steps that no trial comes to
WARM_UP, MIN_TURNS = 1, 3  # steps with each number of threads, not counted and counted
VALIDATION_SHARE = 0.1  # of the time may go into validation
MIN_EXAMPLES = 200  # fewer say too little: then rather fewer validations
MAX_EXAMPLES = 2000


class Validations(NamedTuple):
    """How often to validate, and on how many examples."""

    number: int
    examples: int
    seconds: float  # of all together


def make_plan(learner: Learner, options: TrainingOptions, budget: Budget, emit: Emit) -> Plan:
    """Measures and plans. Says what it decided."""
    with threads(options.threads or 1):
        trial = Plan((), 1, 1, parts=parts_that_fit(learner, options))
        if trial.parts > 1:
            emit(
                Note(
                    f"the longest batch did not fit into memory; batches are computed in {counted(trial.parts, 'part')}"
                )
            )
        number = choose_threads(learner, options, trial, budget, emit)
    with threads(number):
        bfloat16, per_step = choose_precision(learner, options, trial, budget, emit)
        per_example = seconds_per_validation_example(learner)
    per_epoch = len(learner.batches(0))
    available = min(learner.validation_examples(), MAX_EXAMPLES)
    if budget.seconds is None:
        assert budget.epochs is not None
        steps, validations = max(1, round(budget.epochs * per_epoch)), Validations(options.validations, available, 0.0)
        reason = f"{per_epoch:,} {'steps' if per_epoch > 1 else 'step'} an epoch"
    else:
        left = budget.seconds - budget.elapsed()
        validations = plan_validations(left, per_example, available, options.validations)
        left -= validations.seconds + reserve(validations)
        steps = max(1, int(left / per_step))
        if steps < FEW_STEPS:
            emit(Note(f"warning: {no_time(budget, steps)}"))
        reason = f"{max(0.0, left):.0f} s for training at {per_step * 1000:.0f} ms a step"
    if steps > (most := options.most_steps(per_epoch)):
        steps, reason = int(most), f"training.max_epochs is {options.max_epochs:g}; {reason}"
    plan = Plan(
        (Piece(0, 0.0, steps),),
        validations.number,
        validations.examples,
        trial.parts,
        bfloat16,
        validations.examples * per_example,
        number,
    )
    emit(PlanMade(0, steps, steps / per_epoch, budget.seconds, per_step, reason))
    return plan


def no_time(budget: Budget, steps: int) -> str:
    """What to say where next to nothing can be learned in what is left."""
    return (
        f"{budget.elapsed():.0f} s passed before the first step, and --time allows {budget.seconds:.0f} s "
        f"{'for each member' if budget.members > 1 else 'in all'}: "
        f"there is time for {counted(steps, 'step')}, which is too little to learn much; give a longer --time"
        f"{' or fewer --members' if budget.members > 1 else ''}"
    )


def trial_seconds(budget: Budget) -> float:
    """How long a speed is measured."""
    return SHORT_TRIAL if budget.seconds is None else min(MAX_TRIAL, TRIAL_SHARE * budget.seconds)


def parts_that_fit(learner: Learner, options: TrainingOptions) -> int:
    """In how many parts the largest batch fits into memory: it is tried first, and halved until it fits.

    Raises:
        RunError: not even a single example fits.
    """
    batch = learner.largest_batch()
    parts = 1
    while True:
        try:
            _trial_loop(learner, options, Plan((), 1, 1, parts=parts)).try_batch(batch)
            return parts
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        if parts >= len(batch):
            raise RunError(
                "one example alone does not fit into memory",
                where=learner.describe(batch),
                fix="Use a smaller --size, or a lower --set data.max_length.",
            )
        parts = min(2 * parts, len(batch))


def out_of_memory(error: BaseException) -> bool:
    """Whether torch failed for want of memory; its CPU allocator says so only in words."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def choose_threads(learner: Learner, options: TrainingOptions, trial: Plan, budget: Budget, emit: Emit) -> int:
    """As many threads as are asked for; else one, or where time is what counts, as many as are clearly faster.

    A run of a number of epochs takes one, so that the same command gives the same model again.
    """
    most = usable_threads()
    if options.threads or most == 1 or device_of(learner.model).type != "cpu":
        return options.threads or 1
    if budget.seconds is None:
        emit(Note(f"training uses 1 thread of {most}, so that the run can be repeated exactly; --threads N uses more"))
        return 1
    number = 1
    while number < most:
        more = min(2 * number, most)
        gain = speed_up(learner, options, (trial, trial), (number, more), trial_seconds(budget))
        faster = gain >= WORTH_IT
        used = counted(more if faster else number, "thread")
        emit(
            Note(
                f"a step takes {1 / gain:.2f} times as long with {counted(more, 'thread')} as with {number}: "
                f"training uses {used}"
            )
        )
        if not faster:
            break
        number = more
    return number


def speed_up(
    learner: Learner, options: TrainingOptions, plans: tuple[Plan, Plan], numbers: tuple[int, int], seconds: float
) -> float:
    """How many times as fast a step is by the second plan, with its number of threads, as by the first.

    The median over the same batches, one after the other in turns: so whatever else the machine does slows down both.
    """
    trials = [iter(_trial_loop(learner, options, plan)) for plan in plans]
    ratios: list[float] = []
    started = time.perf_counter()
    while len(ratios) < WARM_UP + MIN_TURNS or time.perf_counter() - started < seconds:
        took: list[float] = []
        for number, trial in zip(numbers, trials, strict=True):
            with threads(number):
                took.append(next(trial).seconds)
        ratios.append(took[0] / took[1])
    return median(ratios[WARM_UP:])


def choose_precision(
    learner: Learner, options: TrainingOptions, trial: Plan, budget: Budget, emit: Emit
) -> tuple[bool, float]:
    """Whether to use bfloat16, and the seconds of a step: measured where the machine could gain from it."""
    decides = budget.seconds is not None or (options.precision == "auto" and bfloat16_may_pay(learner, timed=False))
    seconds = trial_seconds(budget) if decides else 0.0
    if options.precision == "bfloat16":
        return True, seconds_in_bfloat16(learner, options, trial, seconds)
    if options.precision == "float32":
        return False, seconds_per_step(learner, options, trial, seconds)
    plain = seconds_per_step(learner, options, trial, seconds)
    if not bfloat16_may_pay(learner, timed=budget.seconds is not None):
        return False, plain
    both, here = (trial, dataclasses.replace(trial, bfloat16=True)), torch.get_num_threads()
    try:
        half = plain / speed_up(learner, options, both, (here, here), seconds)
    except RuntimeError as error:
        if isinstance(error, Diverged) or out_of_memory(error):
            raise
        return False, plain  # torch has no such kernel here
    pays = half < 0.9 * plain
    emit(Note(f"a step takes {plain * 1000:.0f} ms in float32 and {half * 1000:.0f} ms in bfloat16: "
              f"{'bfloat16' if pays else 'float32'} is used"))  # fmt: skip
    return pays, min(half, plain) if pays else plain


def seconds_in_bfloat16(learner: Learner, options: TrainingOptions, trial: Plan, seconds: float) -> float:
    """The seconds of a step in bfloat16.

    Raises:
        RunError: this machine cannot.
    """
    try:
        return seconds_per_step(learner, options, dataclasses.replace(trial, bfloat16=True), seconds)
    except RuntimeError as error:
        if out_of_memory(error):
            raise
        raise RunError(
            f"this machine cannot train in bfloat16: {str(error).splitlines()[0]}",
            where="training.precision",
            fix="Use auto or float32.",
        ) from error


def bfloat16_may_pay(learner: Learner, *, timed: bool) -> bool:
    """A GPU that has it, or a CPU with instructions for it; without them bfloat16 is slower than float32.

    With AMX it is several times as fast. The products of AVX-512 make a step of the default network a quarter faster,
    so what is measured may come out either way: they are tried only where the time decides how long a run is.
    """
    if device_of(learner.model).type == "cuda":
        return torch.cuda.is_bf16_supported()
    flags = Path("/proc/cpuinfo")
    known = flags.read_text(encoding="utf-8", errors="ignore") if flags.exists() else ""
    return "amx_bf16" in known or (timed and "avx512_bf16" in known)


def seconds_per_step(learner: Learner, options: TrainingOptions, plan: Plan, seconds: float) -> float:
    """The mean time of a step over the first batches, measured for some seconds after two steps to warm up."""
    loop = iter(_trial_loop(learner, options, plan))
    for _ in range(2):
        next(loop)
    started = time.perf_counter()
    steps = 0
    while steps == 0 or time.perf_counter() - started < seconds:
        next(loop)
        steps += 1
    return (time.perf_counter() - started) / steps


def seconds_per_validation_example(learner: Learner) -> float:
    """What an example costs. The untrained network writes long outputs, so this is an upper bound."""
    examples = min(64, learner.validation_examples())
    learner.validate(examples)
    started = time.perf_counter()
    learner.validate(examples)
    return (time.perf_counter() - started) / examples


def plan_validations(seconds: float, per_example: float, available: int, wanted: int) -> Validations:
    """As many validations as wanted on as many examples as there are, within their share of the time."""
    allowed = VALIDATION_SHARE * max(seconds, 0.0)
    examples = min(available, int(allowed / (wanted * per_example)))
    number = wanted
    if examples < min(available, MIN_EXAMPLES):
        examples = min(available, MIN_EXAMPLES)
        number = max(4, min(wanted, int(allowed / (examples * per_example))))
    return Validations(number, examples, number * examples * per_example)


def reserve(validations: Validations) -> float:
    """Seconds kept for the end: the last save, the model folder and the closing evaluation."""
    return 2.0 + 4 * validations.seconds / validations.number


def _trial_loop(learner: Learner, options: TrainingOptions, plan: Plan) -> Loop:
    """Steps from the first batch on that change no weight, computed as the plan says, however short it is."""
    still = dataclasses.replace(options, learning_rate=0.0, scheduled_sampling=0.0)
    endless = dataclasses.replace(plan, pieces=(Piece(0, 0.0, ENDLESS),))
    return Loop(learner, make_optimizer(learner.model.parameters(), still), still, endless, Position())
