"""yoyodyne's side of the comparison, in yoyodyne's own environment: one JSON command a line in, one JSON answer out.

    {"do": "learn", "epochs": 5}      -> {"seconds": ...}              trains the model that "decode" uses, or loads it
    {"do": "train", "batches": 40}    -> {"pairs": ..., "seconds": ...}   trains another one, for its speed alone
    {"do": "decode", "beam": 5}       -> {"words": ..., "seconds": ..., "wer": ...}

It stays alive between commands so that the two sides can take turns. Everything runs as `yoyodyne fit` and
`yoyodyne predict` run it: their Lightning trainer, data module, collator and prediction writer. Seconds are the
processor's, of one thread. They exclude start-up: in training, the first batches; in decoding, what comes before the
first batch is handed over.

The model is yoyodyne's soft-attention LSTM, 256 wide everywhere: embeddings 256, a bidirectional encoder of one
layer with 128 per direction, a decoder of one layer with 256 that reads the embedded symbol and the context of
additive attention (its query is the state before the step). Batch 64. The rest are their defaults: one embedding
table for source and target, dropout 0.2, Adam at 0.001; validation is left out.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import lightning
import torch
from yoyodyne import callbacks, data, models, trainers

WIDTH = 256
BATCH = 64
WARM_UP = 5  # batches of a training round that are not timed


class Clock(lightning.Callback):
    """When each batch was handed over and when it was done, and how many rows it had."""

    def __init__(self) -> None:
        self.start = 0.0
        self.done: list[tuple[float, int]] = []

    def on_predict_batch_start(self, *_: Any) -> None:
        self.start = self.start or time.process_time()

    def on_predict_batch_end(self, trainer: Any, model: Any, outputs: Any, batch: Any, *_: Any) -> None:
        self.done.append((time.process_time(), len(batch)))

    def on_train_batch_end(self, trainer: Any, model: Any, outputs: Any, batch: Any, *_: Any) -> None:
        self.done.append((time.process_time(), len(batch)))


def new_model(module: data.DataModule) -> models.BaseModel:
    encoder = models.modules.LSTMEncoder(embedding_size=WIDTH, hidden_size=WIDTH // 2, layers=1, bidirectional=True)
    return models.SoftAttentionLSTMModel(
        source_encoder=encoder,
        embedding_size=WIDTH,
        decoder_hidden_size=WIDTH,
        decoder_layers=1,
        vocab_size=module.vocab_size,
        target_vocab_size=module.target_vocab_size,
    )


def new_trainer(*extra: lightning.Callback, **options: Any) -> trainers.Trainer:
    return trainers.Trainer(
        accelerator="cpu",
        callbacks=list(extra),
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_val_batches=0,
        num_sanity_val_steps=0,
        **options,
    )


class Side:
    """The model under test and what can be asked of it."""

    def __init__(self, train: Path, test: Path, work: Path) -> None:
        torch.manual_seed(1)
        self.work = work
        self.gold = [line.split("\t")[1] for line in test.read_text("utf-8").splitlines()]
        self.data = data.DataModule(
            model_dir=str(work), train=str(train), predict=str(test), target_sep=" ", batch_size=BATCH
        )
        self.model = new_model(self.data)
        self.timed = new_model(self.data)

    def learn(self, epochs: int) -> dict[str, float]:
        start = time.process_time()
        weights = self.work / f"after-{epochs}-epochs.pt"
        if not weights.exists():
            new_trainer(max_epochs=epochs).fit(self.model, datamodule=self.data)
            torch.save(self.model.state_dict(), weights)
        self.model.load_state_dict(torch.load(weights, weights_only=True))
        return {"seconds": time.process_time() - start}

    def train(self, batches: int) -> dict[str, float]:
        clock = Clock()
        new_trainer(clock, max_steps=WARM_UP + batches).fit(self.timed, datamodule=self.data)
        (start, _), *timed = clock.done[WARM_UP - 1 :]
        return {"pairs": sum(rows for _, rows in timed), "seconds": timed[-1][0] - start}

    def decode(self, beam: int) -> dict[str, float]:
        clock, path = Clock(), self.work / f"beam-{beam}.txt"
        self.model.beam_width = beam
        writer = callbacks.PredictionWriter(str(path), target_sep=" ")
        new_trainer(writer, clock).predict(self.model, datamodule=self.data)
        best = [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()]
        wrong = sum(said != right for said, right in zip(best, self.gold, strict=True))
        words = sum(rows for _, rows in clock.done)
        return {"words": words, "seconds": clock.done[-1][0] - clock.start, "wer": 100 * wrong / words}


def main() -> None:
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    answers, sys.stdout = sys.stdout, sys.stderr  # what Lightning prints must not be taken for an answer
    train, test, work = map(Path, sys.argv[1:])
    work.mkdir(parents=True, exist_ok=True)
    side = Side(train, test, work)
    parameters = sum(p.numel() for p in side.model.parameters())
    print(json.dumps({"parameters": parameters, "threads": torch.get_num_threads()}), file=answers, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(side, command.pop("do"))(**command)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
