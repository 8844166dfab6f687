"""How often the "unlike the training data" score raises an alarm, rightly and wrongly."""

from typing import Any

import numpy as np

from medrnn import sequences
from medrnn.config import ASSETS
from medrnn.datasets import load_dataset
from medrnn.evaluation.evaluate import to_grids
from medrnn.evaluation.metrics import wilson_interval
from medrnn.models.catalog import SHIPPED, list_cards, load_novelty
from medrnn.models.novelty import QUANTILE, NoveltyModel

NOISE_IMAGES = 500
CT_WINDOWS = {"soft tissue": (40.0, 400.0), "lung": (-600.0, 1500.0)}


def _ct_grids(size: tuple[int, int]) -> np.ndarray:
    """Real CT slices (assets/data/ct_slices) in two windows: (image, row, column) float32 in [0, 1]."""
    with np.load(ASSETS / "data" / "ct_slices" / "ct_slices.npz", allow_pickle=False) as arrays:
        slices = arrays["slices_hu"].astype(np.float32)
    shown = [np.clip((slices - center) / width + 0.5, 0, 1) for center, width in CT_WINDOWS.values()]
    rows, columns = slices.shape[1:]
    return np.stack([sequences.resize(p, (0, 0, columns, rows), size) for p in np.concatenate(shown)])


def _share(novelty: NoveltyModel, grids: np.ndarray) -> dict[str, Any]:
    alarms = novelty.score(grids) > novelty.threshold
    return {
        "n": len(alarms),
        "share": float(alarms.mean()),
        "interval": wilson_interval(int(alarms.sum()), len(alarms)),
    }


def bench_novelty(*, seed: int = 0) -> dict[str, Any]:
    """False alarms on the test split; catches on inverted test images, CT slices and two kinds of noise.

    Returns:
        ``rows``: one for each data set of the shipped models and each kind of input, with n, share, 95 % interval.
    """
    rows, seen = [], set()
    for card in list_cards().values():
        name = card.data["name"]
        novelty = load_novelty(card)
        if card.folder.parent != SHIPPED or name in seen or novelty is None:
            continue
        seen.add(name)
        reading, rng = card.config.reading, np.random.default_rng(seed)
        size = reading.size
        test = to_grids(load_dataset(name).test.images, reading).numpy()
        smooth = sequences.resize  # noise of low frequency: 7 x 7 random values made large
        kinds = {
            "test images (false alarms)": test,
            "inverted test images": 1 - test,
            "CT slices": _ct_grids(size),
            "white noise": rng.random((NOISE_IMAGES, *size), dtype=np.float32),
            "smooth noise": np.stack(
                [
                    smooth(rng.random((7, 7), dtype=np.float32), (0, 0, 7, 7), size)
                    for _ in range(NOISE_IMAGES)
                ]
            ),
        }
        rows += [
            {"data": name, "model": card.id, "input": kind, **_share(novelty, grids)}
            for kind, grids in kinds.items()
        ]
    return {"seed": seed, "threshold": f"{QUANTILE:.1%} of the validation images", "rows": rows}
