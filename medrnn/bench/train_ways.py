"""One way to train the article's network over MNIST, timed after its warm-up: ``... train_ways WAY IMAGES DEVICE``.

It runs in a process of its own, so that each way has the threads and the settings that it would have.
"""

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from medrnn import sequences
from medrnn.datasets import Dataset, load_dataset
from medrnn.evaluation.evaluate import to_grids
from medrnn.models.networks import build_network
from medrnn.training.presets import PRESETS
from medrnn.training.run import fit_config, train

CONFIG = replace(PRESETS["mnist-lstm"], epochs=2)
HELD = 500  # images of the other parts: they are not what is timed


def _data(images: int) -> Dataset:
    data = load_dataset("mnist")
    return replace(data, train=data.train.first(images), val=data.val.first(HELD), test=data.test.first(HELD))


def ours(images: int, device: str) -> float:
    """The second epoch of a run with everything on: events, checkpoints, gradient norm, wishes to stop."""
    data = _data(images)
    with tempfile.TemporaryDirectory() as folder:
        steps: list[dict[str, Any]] = [
            dict(event.data)
            for event in train(CONFIG, Path(folder) / "run", device=device, data=data, threads=None)
            if event.kind == "step" and event.data["epoch"] == CONFIG.epochs
        ]
    seconds = steps[-1]["elapsed_s"] - steps[0]["elapsed_s"]
    return float((steps[-1]["step"] - steps[0]["step"]) * CONFIG.batch / seconds)


def bare(images: int, device: str) -> float:
    """The same network, optimiser and batches in the shortest loop, nothing else."""
    config = fit_config(CONFIG, data := _data(images))
    torch.manual_seed(0)
    model = build_network(config.model, config.reading).to(device).train()
    lines = sequences.lines(to_grids(data.train.images, config.reading), config.reading).to(device)
    labels = torch.from_numpy(data.train.labels).to(device)
    optimizer, loss_of = torch.optim.Adam(model.parameters(), lr=config.learning_rate), nn.CrossEntropyLoss()
    began = 0.0
    for _ in range(config.epochs):
        began = time.perf_counter()
        for chosen in torch.randperm(len(lines)).split(config.batch):
            loss = loss_of(model(lines[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
        loss.item()  # waits for a GPU
    return len(lines) / (time.perf_counter() - began)


WAYS = {"ours": ours, "bare": bare}


if __name__ == "__main__":
    way, images, device = sys.argv[1:]
    print(json.dumps({"images_per_s": WAYS[way](int(images), device), "threads": torch.get_num_threads()}))
