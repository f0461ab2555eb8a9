"""What the training loop costs: recurra's Loop beside a hand-written one over the same network and batches.

    .venv/bin/python bench/loop.py [--steps 40] [--rounds 5]

Both take turns, A B A B, from the same weights, and must come to the same losses. Reported is the median of the rounds'
ratios, in seconds of the processor and with one thread, so that what else runs on the machine counts little. What is
compared is everything around forward, backward and step: order, seeds, learning rate, clipping, events.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
import time
from pathlib import Path
from statistics import median

import torch
from history import record
from torch.nn.utils import clip_grad_norm_

from recurra.data import PAIRS, DataSource, EncodedPairs, collate, open_examples
from recurra.tasks.seq2seq.learner import Seq2SeqLearner, real_targets
from recurra.tasks.seq2seq.network import build_tokenizers, make_text_network
from recurra.tasks.task import Encoded
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.translate.task import Translate
from recurra.training import Loop, Plan, Position, learning_rate, token_loss
from recurra.training.loop import step_seed
from recurra.training.optimizer import make_optimizer
from recurra.training.plan import Piece

DATA = Path(__file__).resolve().parents[2] / "shared/data/g2p/sigmorphon2021_task1/medium"
RECIPE = Recipe().with_settings({"text.source_units": "chars", "text.target_units": "words"})


def learner_on(folder: Path) -> Seq2SeqLearner:
    """The default network on Dutch pronunciations."""
    train, valid = (open_examples(DataSource(str(DATA / f"dut_{part}.tsv")), PAIRS) for part in ("train", "dev"))
    task = Translate()
    translator = make_text_network(RECIPE, *build_tokenizers(train, RECIPE))
    for name, examples in (("train", train), ("valid", valid)):
        task.encode(examples, translator, folder / name)
    encoded = Encoded(task.open_encoded(folder / "train"), task.open_encoded(folder / "valid"))
    return task.learner(translator, encoded, print)


def ours(learner: Seq2SeqLearner, plan: Plan, steps: int) -> tuple[float, list[float]]:
    """Seconds and losses of recurra's loop."""
    optimizer = make_optimizer(learner.model.parameters(), RECIPE.training)
    loop = iter(Loop(learner, optimizer, RECIPE.training, plan, Position()))
    started = time.process_time()
    losses = [next(loop).loss for _ in range(steps)]
    return time.process_time() - started, losses


def by_hand(learner: Seq2SeqLearner, plan: Plan, steps: int) -> tuple[float, list[float]]:
    """Seconds and losses of the loop that one would write for this network and these batches."""
    options, model = RECIPE.training, learner.model
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=options.weight_decay, fused=True)
    assert isinstance(learner.train, EncodedPairs)
    started = time.process_time()
    losses: list[float] = []
    model.train()
    for step, index in enumerate(learner.batches(0)[:steps]):
        middle = (plan.progress(step) + plan.progress(step + 1)) / 2
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(options, middle)
        torch.manual_seed(step_seed(options.seed, step))
        optimizer.zero_grad()
        batch = collate(learner.train, index)
        loss = token_loss(model(batch.source, batch.target_input), real_targets(batch), options.label_smoothing)
        (loss.total / loss.tokens).backward()
        clip_grad_norm_(model.parameters(), options.clip_norm)
        optimizer.step()
        losses.append(loss.total.item() / loss.tokens)
    return time.process_time() - started, losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        learner = learner_on(Path(folder))
        start = copy.deepcopy(learner.model.state_dict())
        plan = Plan((Piece(0, 0.0, 1000),), 1, 1)
        ratios: list[float] = []
        for _ in range(options.rounds):
            seconds: list[float] = []
            losses: list[list[float]] = []
            for run in (ours, by_hand):
                learner.model.load_state_dict(start)
                spent, seen = run(learner, plan, options.steps)
                seconds.append(spent)
                losses.append(seen)
            if losses[0] != losses[1]:
                raise SystemExit("the losses differ")
            ratios.append(seconds[0] / seconds[1])
            print(f"loop {seconds[0]:.2f} s, by hand {seconds[1]:.2f} s, ratio {ratios[-1]:.4f}", flush=True)
    print(f"median ratio {median(ratios):.4f}, losses equal")
    found = {"ratio": round(median(ratios), 4), "lowest": round(min(ratios), 4), "highest": round(max(ratios), 4)}
    record("loop", {**found, "rounds": options.rounds, "steps": options.steps})


if __name__ == "__main__":
    main()
