"""What maps cost: rows occluded from shared states beside Captum, and every method on one image."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.explanation.attribution.baselines import make_baseline
from medrnn.explanation.attribution.captum_rows import captum_rows
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.method import Method
from medrnn.explanation.attribution.methods import METHODS, methods_for
from medrnn.explanation.attribution.others import others_of
from medrnn.models.catalog import find_card, load_model
from medrnn.models.classifier import Classifier
from medrnn.models.devices import find_device
from medrnn.models.networks import build_network

STEPS, LAYERS, UNITS = 224, 3, 128
THREADS = 2  # at most; as many of them as are fastest for Captum
BATCHES = (16, 32, 64, 128)  # of Captum; the fastest of them is compared with
ROUNDS, SLOW_ROUNDS = 5, 2  # of each way; of Captum one input at a time and of methods
SPEND_S = 60  # on row occlusion; a busy machine gets fewer rounds, ``SLOW_ROUNDS`` at least
NETWORKS = ("pneumonia-lstm-forward", "chest-rows")  # a method is timed on the first that it is right for


def _ms(work: Callable[[], Any], device: torch.device) -> float:
    began = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return 1000 * (time.perf_counter() - began)


def _choose_threads(work: Callable[[], Any], device: torch.device) -> None:
    """Torch's threads, of those that are allowed: where the machine is busy more of them wait for each other."""
    took = {}
    for count in range(1, torch.get_num_threads() + 1):
        torch.set_num_threads(count)
        took[count] = min(_ms(work, device) for _ in range(2))
    torch.set_num_threads(min(took, key=took.__getitem__))


def _rows(device: torch.device) -> dict[str, Any]:
    """Row occlusion in turns: ours, Captum's default, Captum at each batch."""
    torch.manual_seed(0)
    reading = ReadingConfig(size=(STEPS, STEPS))
    config = ModelConfig(features=STEPS, layers=LAYERS, width=UNITS)
    model = build_network(config, reading).to(device).eval().requires_grad_(False)
    x = torch.rand(STEPS, STEPS).to(device)
    base = make_baseline("black", x)

    def ours() -> np.ndarray:
        return explain(model, x, method="row-occlusion", target=1).values

    def captum(batch: int) -> np.ndarray:
        return captum_rows(model, x, base, 1, batch)

    found, expected = ours(), captum(max(BATCHES))  # warm
    _choose_threads(lambda: captum(max(BATCHES)), device)
    took: dict[Any, list[float]] = {"ours": [], 1: [], **{batch: [] for batch in BATCHES}}
    began = time.monotonic()
    for turn in range(ROUNDS):
        if turn >= SLOW_ROUNDS and time.monotonic() - began > SPEND_S:
            break
        took["ours"].append(_ms(ours, device))
        for batch in (*BATCHES, *((1,) if turn < SLOW_ROUNDS else ())):
            took[batch].append(_ms(lambda batch=batch: captum(batch), device))  # type: ignore[misc]
    middle = {way: statistics.median(times) for way, times in took.items()}
    best = min(BATCHES, key=middle.__getitem__)
    return {
        "network": f"{config.title}, untrained, seed 0",
        "steps": STEPS,
        "ours_ms": round(middle["ours"], 1),
        "captum_ms": round(middle[1], 1),
        "captum_batched_ms": round(middle[best], 1),
        "captum_batch": best,
        "captum_to_ours": round(middle[1] / middle["ours"], 2),
        "captum_batched_to_ours": round(
            statistics.median(c / o for c, o in zip(took[best], took["ours"], strict=True)), 2
        ),
        "max_difference": float(np.abs(found - expected).max()),
        "fastest_ms": {str(way): round(min(times), 1) for way, times in took.items()},
        "rounds": {str(way): len(times) for way, times in took.items()},
    }


def _method_rows(device: torch.device) -> list[dict[str, Any]]:
    """Every method on a test image, in turns."""
    ready = {name: _ready(name, device) for name in NETWORKS}
    ways = {}
    for name, how in METHODS.items():
        network = next(one for one in NETWORKS if name in methods_for(ready[one][0], has_others=True))
        ways[name] = how, network, _way(name, how, *ready[network])
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _, _, run in ways.values():
        run()  # warm
    for _ in range(SLOW_ROUNDS):
        for name, (_, _, run) in ways.items():
            took[name].append(_ms(run, device))
    return [
        {
            "method": name,
            "network": network,
            "forwards": how.cost(find_card(network).config.reading),
            "ms": round(statistics.median(took[name]), 1),
        }
        for name, (how, network, _) in ways.items()
    ]


def _ready(name: str, device: torch.device) -> tuple[Classifier, np.ndarray, np.ndarray]:
    """A shipped network, the first of its other images, and the others."""
    card = find_card(name)
    others = others_of(load_dataset(card.config.data), card)
    return load_model(name, str(device)), others[0], others[1:]


def _way(
    name: str, how: Method, model: Classifier, x: np.ndarray, others: np.ndarray
) -> Callable[[], np.ndarray]:
    given = others if how.needs_others else None
    return lambda: explain(model, x, method=name, target=1, others=given, reading=model.reading).values


def bench_explain(device: str = "cpu") -> dict[str, Any]:
    """Median times in ms of maps, the ways in turns.

    Args:
        device: "cpu", "cuda", ...

    Returns:
        ``row_occlusion``: of a forward LSTM 3 x 128 over 224 steps: ours from shared states, Captum as it comes (one
        input at a time), Captum at the fastest of some batches; the largest difference of the values. ``methods``: each
        on one image of the first shipped network that it is right for, with the passes that it states.
        ``machine``, ``threads``: what ran; of one and two threads those that are fastest for Captum.
    """
    before, chosen = torch.get_num_threads(), find_device(device)
    try:
        torch.set_num_threads(min(before, THREADS))
        name = torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else platform.machine()
        return {
            "machine": f"{name}, {os.cpu_count()} cores",
            "load": [round(one, 2) for one in os.getloadavg()],
            "torch": torch.__version__,
            "device": str(chosen),
            "row_occlusion": _rows(chosen),
            "threads": torch.get_num_threads(),
            "methods": _method_rows(chosen),
        }
    finally:
        torch.set_num_threads(before)
