"""How long a series takes, from its decoded frames to all that a page shows of it: read, answered, gone along."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from medrnn.bench.made import make_body
from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices
from medrnn.imaging.windowing import compute_window
from medrnn.models.along import read_along
from medrnn.models.cards import Card
from medrnn.models.catalog import find_card
from medrnn.models.classifier import Classifier
from medrnn.models.devices import evaluating
from medrnn.models.networks import build_untrained
from medrnn.models.predict import predict
from medrnn.models.tensors import to_tensor
from medrnn.sequences import read_study
from medrnn.types import Geometry, Study

SLICES = (2, 16, 100, 500)
FRAME, SIDE = 256, 64  # pixels of a frame, and of a slice as a model reads it
BLOCK = 12  # slices that the network reads which goes along
AIM_S = 2.0  # read and answered
TURNS = 3
NAME = "ms-slices"  # whose layers are taken; what they weigh does not change the time
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def make_volume(frames: int) -> Study:
    """A decoded CT of ``frames`` slices of 256 x 256, 1 mm apart, in whole HU; noise with seeds 0 on."""
    values = np.stack([make_body(FRAME, k / frames, k) for k in range(frames)])
    return Study(
        key="made",
        kind="DICOM",
        stored=values,
        values=values,
        window=compute_window(values),
        unit="HU",
        spacing_mm=(1.0, 1.0),
        geometry=Geometry((0.0, 0.0, 0.0), AXIAL, slice_mm=1.0),
    )


def _made_for(reading: ReadingConfig) -> tuple[Card, Classifier]:
    """The network of the shipped model, untrained with seed 0, for slices of another number and size."""
    known = find_card(NAME)
    model = replace(known.config.model, features=reading.features)
    card = replace(known, config=replace(known.config, model=model, reading=reading))
    return card, build_untrained(model, reading, 0)


def fastest_s(run: Callable[[], object]) -> float:
    """Seconds of the fastest of a few turns: other work on the machine only makes one slower."""
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _row(slices: int) -> dict[str, Any]:
    """One number of slices, all of a volume of as many frames."""
    study, config = make_volume(slices), read_slices(slices, SIDE)
    between = read_slices(slices, SIDE, slice_mm=(slices - 1) / (slices + 1))
    card, model = _made_for(config)
    reading = read_study(study, config)
    x = to_tensor(reading.sequence)[None]
    with evaluating(model), torch.inference_mode():
        network = fastest_s(lambda: model(x))
    along_card, along_model = _made_for(read_slices(BLOCK, SIDE))
    times = {
        "read": fastest_s(lambda: read_study(study, config)),
        "read_between": fastest_s(lambda: read_study(study, between)),
        "network": network,
        "answered": fastest_s(lambda: predict(model, card, reading)),
        "along": fastest_s(lambda: read_along(along_model, along_card, study)),
    }
    whole = max(times["read"], times["read_between"]) + times["answered"]
    return {
        "slices": slices,
        **{f"{name}_s": round(value, 3) for name, value in times.items()},
        "read_and_answered_s": round(whole, 3),
        "is_within_aim": whole < AIM_S,
    }


def bench_series(slices: Sequence[int] = SLICES) -> dict[str, Any]:
    """Made volumes of 2 to 500 slices, decoded before, as a network for slices of 64 x 64 reads and answers them.

    Args:
        slices: how many, a row each.

    Returns:
        ``rows``, the fastest of a few turns in seconds: ``read`` from the frames to what the network is given, one
        frame a slice; ``read_between`` likewise with slices between two frames; ``network`` its one answer;
        ``answered`` all that is said of it, the prefixes, an answer a slice and the timing among it; ``along`` the
        curve of a network for 12 slices over the whole volume. ``aim_s`` is for the slower reading and all answers.
    """
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 2),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "seed": 0,
        "frame": [FRAME, FRAME],
        "slice": [SIDE, SIDE],
        "aim_s": AIM_S,
        "rows": [_row(count) for count in slices],
    }
