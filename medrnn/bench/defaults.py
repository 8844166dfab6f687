"""What fits the data, tried where data are few: beside a small CNN and a logistic regression, on sets of 240 images."""

import math
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from medrnn.config import TrainConfig
from medrnn.datasets import Dataset, Split, is_shipped, load_dataset
from medrnn.evaluation.baselines import regress
from medrnn.evaluation.evaluate import answer_split
from medrnn.models.networks import build_network
from medrnn.training.defaults import fit_defaults, shape_of
from medrnn.training.loop import fit

SHIPPED = ("pneumoniamnist", "chest64-kinds", "blood64")
LEARNT, CHOOSE, MOST_TEST = 200, 40, 400  # images
DRAWN, SEEDS = 7, (0, 1, 2)
STEM = (16, 16, 32, 32, 64, 64, 64)  # of the CNN beside it
STRIDES = (2, 1, 2, 1, 1, 1, 1)


def few(data: Dataset) -> Dataset:
    """240 images of a set and its test part, at most 400 of that, drawn with seed 7."""
    rng = np.random.default_rng(DRAWN)

    def some(split: Split, count: int) -> Split:
        chosen = rng.permutation(len(split))[:count]
        return split.some(chosen)

    train, val, test = some(data.train, LEARNT), some(data.val, CHOOSE), some(data.test, MOST_TEST)
    return replace(data, train=train, val=val, test=test)


def as_cnn(config: TrainConfig) -> TrainConfig:
    """The same recipe for a convolutional network."""
    model = replace(config.model, core="none", stem=STEM, strides=STRIDES)
    return replace(config, model=model)


def _right(config: TrainConfig, data: Dataset, seed: int) -> np.ndarray:
    """(image,) which test images a run answers right."""
    config = replace(config, seed=seed)
    torch.manual_seed(seed)
    model = build_network(config.model, config.reading)
    for _ in fit(model, data, config):
        pass
    answers = answer_split(model, data.test, config.reading)
    right: np.ndarray = answers.argmax(1) == data.test.labels
    return right


def _ahead(right: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """How far the mean over the seeds is ahead, and the standard error of that over the test images."""
    by = right.astype(float).mean(0) - other.astype(float)
    return float(by.mean()), float(by.std(ddof=1) / math.sqrt(len(by)))


def _row(name: str, data: Dataset) -> dict[str, Any]:
    data = few(data)
    config, regression = fit_defaults(shape_of(data)), regress(data).argmax(1) == data.test.labels
    row: dict[str, Any] = {
        "data": name,
        "classes": len(data.classes),
        "test": len(data.test),
        "majority": float(np.mean(data.test.labels == np.bincount(data.train.labels).argmax())),
        "logistic_regression": float(regression.mean()),
    }
    for way, recipe in (("default", config), ("cnn", as_cnn(config))):
        began = time.monotonic()
        right = np.stack([_right(recipe, data, seed) for seed in SEEDS])
        ahead, error = _ahead(right, regression)
        row[way] = {
            "accuracy": float(right.mean()),
            "ahead": ahead,
            "standard_error": error,
            "seconds": round((time.monotonic() - began) / len(SEEDS), 1),
        }
    return row


def bench_defaults(data: Sequence[str] = ()) -> dict[str, Any]:
    """Accuracy of the default recipe, of a small CNN and of the regression, and how far each is ahead.

    Args:
        data: more sets beside the shipped ones, files or folders.

    Returns:
        ``rows``: a set each; means over seeds 0, 1 and 2, "ahead" of the logistic regression with its standard error
        over the test images.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        names = [*SHIPPED, *data]
        rows = [_row(name if is_shipped(name) else Path(name).stem, load_dataset(name)) for name in names]
    finally:
        torch.set_num_threads(threads)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "threads": 1,
        "seeds": SEEDS,
        "rows": rows,
    }
