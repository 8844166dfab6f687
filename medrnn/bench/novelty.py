"""How often the "unlike the training data" score raises an alarm, rightly and wrongly.

The score alone: what a file says of itself (modality, body part, colour) is not counted. Everything comes from what the
project carries.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from medrnn import sequences
from medrnn.config import ASSETS, ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.evaluation.evaluate import to_grids
from medrnn.evaluation.metrics import wilson_interval
from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.models.catalog import SHIPPED, list_cards, load_novelty
from medrnn.models.novelty import QUANTILE, NoveltyModel
from medrnn.sequences import change_each

NOISE_IMAGES, MOST, CHANGED = (
    500,
    500,
    1_000,
)  # of each kind of noise; of another set; test images that are changed
CT_WINDOWS = {"soft tissue": (40.0, 400.0), "lung": (-600.0, 1500.0)}
UNCHANGED = "test images (false alarms)"
CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # of (image, row, column, ...)
    UNCHANGED: lambda grids: grids,
    "inverted test images": lambda grids: 1 - grids,
    "test images turned by 90 degrees": lambda grids: np.rot90(grids, axes=(1, 2)),
    "test images upside down": lambda grids: grids[:, ::-1],
    "mirrored test images": lambda grids: grids[:, :, ::-1],
}
OTHERS = {  # data set: what its test images are
    "chest64": "chest films",
    "blood64": "blood cells",
    "busi64": "breast ultrasound",
    "mnist": "digits",
}
ADULT_FILMS = (
    "chest-cr",
)  # samples: the only film of an adult, and of another hospital, that the project carries
OTHER_SERIES = ("mr-series", "mr-multiframe", "ct-perfusion")  # samples
ALIKE = {"pneumoniamnist": "chest64", "chest64-kinds": "chest64"}  # sets of the same films


def _ct_grids(reading: ReadingConfig) -> np.ndarray:
    """Real CT slices (assets/data/ct_slices) in two windows, as images of the reading."""
    with np.load(ASSETS / "data" / "ct_slices" / "ct_slices.npz", allow_pickle=False) as arrays:
        slices = arrays["slices_hu"].astype(np.float32)
    shown = [np.clip((slices - center) / width + 0.5, 0, 1) for center, width in CT_WINDOWS.values()]
    return to_grids((np.concatenate(shown) * 255).round().astype(np.uint8), reading).numpy()


def _adult_grids(reading: ReadingConfig) -> np.ndarray:
    """Chest films of adults from other hospitals, as a page would read them; so few that a share says little."""
    return np.stack([sequences.read_study(read_sample(name), reading).grid for name in ADULT_FILMS])


def _mr_grids(reading: ReadingConfig) -> np.ndarray:
    """Every frame of the samples that say they are MR, as a page would read them."""
    studies = [read_sample(name) for name in SAMPLES if name.startswith("mr-")]
    return np.stack(
        [
            sequences.read_study(study, reading, frame=frame, from_colour=True).grid
            for study in studies
            for frame in range(study.frames)
        ]
    )


def _noise(reading: ReadingConfig, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """White, and of low frequency: 7 x 7 random values made large."""
    rng, size = np.random.default_rng(seed), reading.size
    yield "white noise", rng.random((NOISE_IMAGES, *size), dtype=np.float32)
    rough = rng.random((NOISE_IMAGES, 7, 7), dtype=np.float32)
    yield "smooth noise", np.stack([sequences.resize(one, (0, 0, 7, 7), size) for one in rough])


def _inputs(name: str, reading: ReadingConfig, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """What is shown to the score of a data set's models: kind, images."""
    test = to_grids(load_dataset(name).test.images, reading).numpy()
    if reading.is_series:
        yield from _series(test, reading)
        yield from _noise(reading, seed)
        return
    for kind, change in CHANGES.items():
        yield kind, np.ascontiguousarray(change(test if kind == UNCHANGED else test[:CHANGED]))
    if ALIKE.get(name, name) == "chest64":  # of the same films
        yield "adults' chest films from elsewhere", _adult_grids(reading)
    yield "CT slices", _ct_grids(reading)
    yield "MR slices", _mr_grids(reading)
    for other, kind in OTHERS.items():
        if other != ALIKE.get(name, name):
            yield kind, to_grids(load_dataset(other).test.images[:MOST], reading).numpy()
    yield from _noise(reading, seed)


def _alone(change: Callable[[np.ndarray], np.ndarray], one: np.ndarray) -> np.ndarray:
    """A change of many images, made to one."""
    found: np.ndarray = change(one[None])[0]
    return found


def _series(test: np.ndarray, reading: ReadingConfig) -> Iterator[tuple[str, np.ndarray]]:
    """The changes of ``CHANGES`` to every slice, and the other series of the gallery, round each frame."""
    for kind, change in CHANGES.items():
        yield kind, np.stack([change_each(one, reading, partial(_alone, change)) for one in test])
    studies = [read_sample(name) for name in SAMPLES if name in OTHER_SERIES]
    yield (
        "other series",
        np.stack(
            [
                sequences.read_study(study, reading, frame=frame).grid
                for study in studies
                for frame in range(study.frames)
            ]
        ),
    )


def _share(novelty: NoveltyModel, grids: np.ndarray) -> dict[str, Any]:
    alarms = novelty.score(grids) > novelty.threshold
    return {
        "n": len(alarms),
        "share": float(alarms.mean()),
        "interval": wilson_interval(int(alarms.sum()), len(alarms)),
    }


def bench_novelty(*, seed: int = 0) -> dict[str, Any]:
    """False alarms on the test split; catches on changed test images, CT, MR, images of other sets and noise.

    Models of the same images at one size share one score, so one of them stands for all.

    Returns:
        ``rows``: one for each data set of the shipped models and each kind of input, with n, share, 95 % interval.
    """
    rows, seen = [], set()
    for card in list_cards().values():
        name, size = card.data["name"], card.config.reading.size
        novelty = load_novelty(card)
        films = ALIKE.get(name, name), size
        if card.folder.parent != SHIPPED or films in seen or novelty is None:
            continue
        seen.add(films)
        rows += [
            {"data": name, "model": card.id, "input": kind, **_share(novelty, grids)}
            for kind, grids in _inputs(name, card.config.reading, seed)
        ]
    return {"seed": seed, "threshold": f"{QUANTILE:.1%} of the validation images", "rows": rows}
