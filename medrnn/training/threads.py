"""How many threads a run computes with: measured on its first batch; beside other work fewer are often faster.

Threads that wait must sleep: ``sleep_while_waiting`` says so to OpenMP, which reads it once, as torch is loaded.
"""

import copy
import os
import time

import torch
import torch.nn.functional as F

from medrnn.config import TrainConfig
from medrnn.config.record import between
from medrnn.datasets import Dataset
from medrnn.evaluation.evaluate import to_grids, to_steps
from medrnn.models.classifier import Classifier

MOST = 256
SPEND_S = 0.3  # on each number of threads, at most a repeat longer
REPEATS = 3
GAIN = 0.9  # more threads must take at most this share of the time of fewer


def set_threads(threads: int) -> None:
    """How many threads torch computes with from now on; 0 leaves them.

    Raises:
        ConfigError: below 0, or more than ``MOST``.
    """
    if threads:
        between("threads", threads, 1, MOST)
        torch.set_num_threads(threads)


def candidates() -> list[int]:
    """1, 2, 4 and so on, up to the cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [count for count in (1, 2, 4, 8, 16) if count <= cores]


def _seconds(model: Classifier, steps: tuple[torch.Tensor, ...], labels: torch.Tensor) -> float:
    """The fastest of a few passes there and back, the first one left out; of a slow one a single pass counts."""
    best, start = float("inf"), time.perf_counter()
    for number in range(REPEATS + 1):
        began = time.perf_counter()
        F.cross_entropy(model(*steps), labels).backward()
        now = time.perf_counter()
        if number:
            best = min(best, now - began)
            if now - start > SPEND_S:
                break
    return best


def choose_threads(model: Classifier, data: Dataset, config: TrainConfig) -> int:
    """Set the number of threads with which a batch of this run is fastest, and return it.

    The network and torch's generator are left as they were. On a GPU the number is left.

    Args:
        model: as it will learn.
        data: whose first training images make up the batch.
        config: the recipe.
    """
    if next(model.parameters()).device.type != "cpu":
        return torch.get_num_threads()
    trial, part = copy.deepcopy(model).train(), data.train.first(config.batch)
    lengths = None if part.lengths is None else torch.from_numpy(part.lengths)
    steps = to_steps(to_grids(part.images, config.reading), config.reading, lengths)
    labels = torch.from_numpy(part.labels)
    best, fastest = 1, float("inf")
    with torch.random.fork_rng(devices=[]):
        for count in candidates():
            torch.set_num_threads(count)
            seconds = _seconds(trial, steps, labels)
            if seconds < GAIN * fastest:
                best, fastest = count, seconds
    torch.set_num_threads(best)
    return best
