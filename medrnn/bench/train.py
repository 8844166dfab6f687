"""How fast a run learns: beside the shortest torch loop of its network and beside Keras; idle and on busy cores."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from medrnn.config import ROOT
from medrnn.datasets import load_dataset
from medrnn.training.runs.openmp import CALM

IMAGES = 6_400
ROUNDS = 2  # every way once a round, so that a change of the machine's load meets all
PATIENCE_S = 150
KERAS = ROOT / ".venv-keras" / "bin" / "python"
BACKENDS = ("tensorflow", "jax")
SPIN = "while True: pass"


def _run(words: list[str], env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{words[-4:]} ended with {done.returncode}: {done.stderr[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _torch(way: str, device: str, env: dict[str, str]) -> dict[str, Any]:
    return _run([sys.executable, "-m", "medrnn.bench.train_ways", way, str(IMAGES), device], env)


def _keras(backend: str, device: str, file: Path) -> dict[str, Any]:
    hidden = {} if device.startswith("cuda") else {"CUDA_VISIBLE_DEVICES": ""}
    env = os.environ | hidden | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return _run([str(KERAS), str(Path(__file__).with_name("keras_way.py")), str(file)], env)


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """So many processes that compute and never stop meanwhile."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()


def _median(found: list[dict[str, Any]]) -> float:
    return round(float(statistics.median(one["images_per_s"] for one in found)), 1)


def bench_train(device: str = "cpu") -> dict[str, Any]:
    """Images a second that the article's three layers learn from, the warm-up left out.

    Args:
        device: "cpu", "cuda", ...

    Returns:
        ``ours``: a run with everything on; ``bare``: the shortest torch loop;
        ``bare_calm``: that loop with threads that sleep while they wait, as those of a run do; ``keras_tensorflow``,
        ``keras_jax``: None where ``make keras`` has not built their environment; medians of two rounds.
        ``busy``: the first two while as many processes as there are cores compute beside them. ``threads``: what each
        took.
    """
    plain = {name: value for name, value in os.environ.items() if name not in CALM}
    ways: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("ours", "bare", "bare_calm", "ours_busy", "bare_busy")
    }
    keras: dict[str, list[dict[str, Any]]] = {backend: [] for backend in BACKENDS}
    with tempfile.TemporaryDirectory() as folder:
        file, train = Path(folder) / "mnist.npz", load_dataset("mnist").train.first(IMAGES)
        np.savez(file, images=train.images, labels=train.labels)
        for _ in range(ROUNDS):
            ways["ours"].append(_torch("ours", device, CALM | plain))
            ways["bare"].append(_torch("bare", device, plain))
            ways["bare_calm"].append(_torch("bare", device, CALM | plain))
            for backend in BACKENDS if KERAS.exists() else ():
                keras[backend].append(_keras(backend, device, file))
    cores = os.cpu_count() or 1
    with _busy(cores):
        for _ in range(ROUNDS):
            ways["ours_busy"].append(_torch("ours", device, CALM | plain))
            ways["bare_busy"].append(_torch("bare", device, plain))
    found = {name: _median(several) for name, several in ways.items()}
    of_keras = {f"keras_{name}": _median(several) if several else None for name, several in keras.items()}
    return {
        "machine": f"{platform.machine()}, {cores} cores",
        "device": device,
        "data": f"mnist, {IMAGES} images, batches of 128",
        "ours": found["ours"],
        "bare": found["bare"],
        "bare_calm": found["bare_calm"],
        **of_keras,
        "busy": {
            "load": f"{cores} processes that compute without end",
            "ours": found["ours_busy"],
            "bare": found["bare_busy"],
        },
        "threads": {name: [one["threads"] for one in several] for name, several in ways.items()},
    }
