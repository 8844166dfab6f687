"""What a trace costs: beside torch's fused run alone, a plain loop over the cells, and TorchLens."""

import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.explanation.tracing.fused import layer_weights
from medrnn.explanation.tracing.inside import given_to, trace_inside
from medrnn.explanation.tracing.trace import trace, trace_batch
from medrnn.models.cells import CELLS, Weights
from medrnn.models.classifier import Classifier
from medrnn.models.devices import find_device
from medrnn.models.networks import build_network

LAYERS, UNITS = 3, 128
THREADS = 2
SPEND_S = 1.5  # on one row, after the first run of each way
LEAST, MOST = 5, 100  # repeats
SWEEP = "sweeps.0.rows"
TORCHLENS_STEPS = 28  # its graph of every operation grows too long for more

State = dict[str, Tensor]


def _products(x: Tensor, state: State, w: Weights) -> tuple[Tensor, Tensor]:
    linear = nn.functional.linear  # looked up at each call, so that TorchLens sees it
    return linear(x, w["weight_ih"], w["bias_ih"]), linear(state["h"], w["weight_hh"], w["bias_hh"])


def _rnn_step(x: Tensor, state: State, w: Weights) -> State:
    a, b = _products(x, state, w)
    return {"h": (a + b).tanh()}


def _lstm_step(x: Tensor, state: State, w: Weights) -> State:
    a, b = _products(x, state, w)
    i, f, g, o = (a + b).chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * state["C"] + i * g
    return {"i": i, "f": f, "g": g, "o": o, "C": cell, "h": o * cell.tanh()}


def _gru_step(x: Tensor, state: State, w: Weights) -> State:
    a, b = (product.chunk(3, -1) for product in _products(x, state, w))
    r, z = (a[0] + b[0]).sigmoid(), (a[1] + b[1]).sigmoid()
    n = (a[2] + r * b[2]).tanh()
    return {"z": 1 - z, "r": r, "n": n, "h": n + z * (state["h"] - n)}


_STEPS = {"rnn": _rnn_step, "lstm": _lstm_step, "gru": _gru_step}  # those with a fused run to compare with


def _loop(cell: str, layers: list[Weights], x: Tensor) -> list[State]:
    """The plain way: one cell a layer and a step, every gate kept; x is (step, batch, feature)."""
    kept = []
    for weights in layers:
        zero = x.new_zeros(x.shape[1], weights["weight_hh"].shape[1])
        state, steps = {"h": zero, "C": zero}, []
        for row in x:
            state = _STEPS[cell](row, state, weights)
            steps.append(state)
        found = {symbol: torch.stack([step[symbol] for step in steps]) for symbol in steps[0]}
        kept.append(found)
        x = found["h"]
    return kept


class _Cells(nn.Module):
    """The same loop as a module, with torch's own cells: what TorchLens can look into."""

    def __init__(self, cell: str, layers: list[Weights]) -> None:
        super().__init__()
        self.cell, self.layers = cell, layers

    def forward(self, x: Tensor) -> Tensor:
        """(step, batch, feature) to the last states (batch, unit)."""
        return _loop(self.cell, self.layers, x)[-1]["h"][-1]


def _torchlens_ms(cell: str, layers: list[Weights], x: Tensor) -> float | None:
    """One run of TorchLens over the loop, every activation saved; None where it is not there or x is long."""
    if len(x) > TORCHLENS_STEPS or find_spec("torchlens") is None:
        return None
    import torchlens

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names each operation that it cannot place
        began = time.perf_counter()
        torchlens.trace(_Cells(cell, layers), x)
    return round(1000 * (time.perf_counter() - began), 1)


def _wait() -> None:
    """Until a GPU has done what it was given; nothing where none is used."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def _repeat(ways: list[Callable[[], Any]]) -> Iterator[list[float]]:
    """Milliseconds of each way, run in turns: at least LEAST turns, then until SPEND_S or MOST."""
    for way in ways:
        way()
    _wait()
    began = time.perf_counter()
    for turn in range(MOST):
        if turn >= LEAST and time.perf_counter() - began > SPEND_S:
            return
        took = []
        for way in ways:
            start = time.perf_counter()
            way()
            _wait()
            took.append(1000 * (time.perf_counter() - start))
        yield took


@torch.inference_mode()
def _row(cell: str, units: int, steps: int, batch: int, device: torch.device) -> dict[str, Any]:
    torch.manual_seed(0)
    rnn = CELLS[cell].module(units, units, LAYERS).to(device).eval()
    x = torch.rand(steps, batch, units).to(device)
    layers = [layer_weights(rnn, layer, False) for layer in range(LAYERS)]
    one, many = x[:, 0], x.transpose(0, 1).contiguous()
    read = (lambda: trace(rnn, one)) if batch == 1 else (lambda: trace_batch(rnn, many))
    turns = list(_repeat([lambda: rnn(x), read, lambda: _loop(cell, layers, x)]))
    fused, traced, loop = (statistics.median(way) for way in zip(*turns, strict=True))
    return {
        "cell": cell,
        "layers": LAYERS,
        "units": units,
        "steps": steps,
        "batch": batch,
        "fused_ms": round(fused, 2),
        "trace_ms": round(traced, 2),
        "loop_ms": round(loop, 2),
        "torchlens_ms": _torchlens_ms(cell, layers, x),
        "trace_to_fused": round(statistics.median(t / f for f, t, _ in turns), 2),
        "loop_to_trace": round(statistics.median(p / t for _, t, p in turns), 2),
        "repeats": len(turns),
    }


def _sweep(units: int, both: bool) -> Classifier:
    """One pair of sweeps over a stem's map of 32 x 32 places."""
    reading = ReadingConfig(size=(64, 64))
    config = ModelConfig(
        features=64,
        layers=1,
        width=units,
        is_bidirectional=both,
        encoder="stem",
        stem=(32,),
        strides=(2,),
        core="sweeps",
        readout="mean+max",
    )
    return build_network(config, reading).eval()


@torch.inference_mode()
def _sweep_row(units: int, both: bool, images: int, device: torch.device) -> dict[str, Any]:
    """One image is traced inside its network, many by the module that sweeps and what it is given."""
    torch.manual_seed(0)
    model = _sweep(units, both).to(device)
    x = torch.rand(images, 64, 64).to(device)
    rnn = model.recurrent()[SWEEP]
    given = given_to(model, SWEEP, x)
    whole = (lambda: model(x)) if images == 1 else (lambda: rnn(given))
    read = (lambda: trace_inside(model, x, SWEEP)) if images == 1 else (lambda: trace_batch(rnn, given))
    turns = list(_repeat([whole, read]))
    fused, traced = (statistics.median(way) for way in zip(*turns, strict=True))
    return {
        "cell": "lstm",
        "what": "image in its network" if images == 1 else "module over its lines",
        "directions": 1 + both,
        "units": units,
        "map": [32, 32],
        "images": images,
        "batch": len(given),
        "fused_ms": round(fused, 2),
        "trace_ms": round(traced, 2),
        "trace_to_fused": round(statistics.median(t / f for f, t in turns), 2),
        "repeats": len(turns),
    }


def bench_trace(device: str = "cpu") -> dict[str, Any]:
    """Median times in ms of the fused run alone, a trace, a loop that keeps its gates, and TorchLens.

    A trace of one sequence ends with numpy arrays, one of a batch with tensors that numpy can take as they
    are. The ways run in turns, on at most two threads (more wait for each other wherever the machine has
    other work); ratios are medians over the turns.

    Args:
        device: "cpu", "cuda", ...

    Returns:
        ``rows``: three cells at two lengths and two batches, then an LSTM with growing units and steps.
        ``torchlens_ms`` is of one run over the loop, which is the form in which TorchLens can see the gates;
        None where it is not installed or the sequence is long. ``sweeps``: an LSTM that sweeps a map of 32 x 32
        places, whose batch is the rows of the image: one image traced inside its network beside the network's own run,
        32 images by the module alone.
    """
    sizes = [(cell, UNITS, steps, batch) for cell in _STEPS for steps in (28, 224) for batch in (1, 32)]
    sizes += [("lstm", units, 224, 1) for units in (64, 256)]
    sizes += [("lstm", UNITS, steps, 1) for steps in (56, 112, 448)]
    before, chosen = torch.get_num_threads(), find_device(device)
    try:
        torch.set_num_threads(min(before, THREADS))
        return {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "device": str(chosen),
            "seed": 0,
            "rows": [_row(*size, chosen) for size in sizes],
            "sweeps": [
                _sweep_row(UNITS, both, images, chosen) for both in (False, True) for images in (1, 32)
            ],
        }
    finally:
        torch.set_num_threads(before)
