"""What tells the classes of chest64 apart without a look at the lungs, and how far a model leans on it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from medrnn import imaging, sequences
from medrnn.config import ASSETS
from medrnn.datasets.layout import SPLITS
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import auc
from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.models.cards import Card
from medrnn.models.catalog import SHIPPED, find_card, list_cards, load_model
from medrnn.types import Reading, Study

SETS = ("chest64", "chest64-kinds")
KINDS = ("normal", "bacteria", "virus")  # of ``subtype``
PARTS = ("images", "labels", "lungs", "has_lungs", "subtype", "fullsize")
DIGITS = 4

Arrays = dict[str, np.ndarray]


def read_split(split: str) -> Arrays:
    """The arrays of a split of chest64, by the names in ``PARTS``; ``labels`` as (image,)."""
    with np.load(ASSETS / "data" / "chest64" / "chest64.npz", allow_pickle=False) as arrays:
        found = {part: arrays[f"{split}_{part}"] for part in PARTS}
    return found | {"labels": found["labels"].reshape(-1)}


def lung_shares(arrays: Arrays) -> np.ndarray:
    """(image,) share of each picture that is lung, 0 to 1; NaN where no mask is known."""
    return np.where(arrays["has_lungs"], arrays["lungs"].mean((1, 2)), np.nan)


def edge_strengths(images: np.ndarray) -> np.ndarray:
    """(image,) mean length of the grey-value gradient, in grey levels a pixel.

    Args:
        images: (image, row, column) uint8.
    """
    down, across = np.gradient(images.astype(np.float32), axis=(1, 2))
    found: np.ndarray = np.hypot(down, across).mean((1, 2))
    return found


def _auc_of(values: np.ndarray, labels: np.ndarray, sign: int = 1) -> float:
    """How well one number a picture tells pneumonia from normal; pictures without it are left out."""
    known = np.isfinite(values)
    ranked = sign * values[known]
    return round(auc(np.stack([-ranked, ranked], 1), labels[known]), DIGITS)


def _edge_ratio(arrays: Arrays, edges: np.ndarray, kind: int) -> float | None:
    """Edges of pictures made from full-size files against the others of a kind; None where one of them is missing."""
    is_kind, is_sharp = arrays["subtype"] == kind, arrays["fullsize"]
    sharp, other = is_kind & is_sharp, is_kind & ~is_sharp
    if not sharp.any() or not other.any():
        return None
    return round(float(edges[sharp].mean() / edges[other].mean()), DIGITS)


def measure_split(arrays: Arrays) -> dict[str, Any]:
    """The shortcuts of one split.

    Args:
        arrays: see ``read_split``.

    Returns:
        ``n``; ``lung_share_auc``, more lung taken for pneumonia; ``grey_sd_auc``, less contrast taken for pneumonia;
        ``fullsize``, share of pictures from full-size files; ``edges``, for each kind how much stronger theirs are.
    """
    labels, edges = arrays["labels"], edge_strengths(arrays["images"])
    return {
        "n": len(labels),
        "lung_share_auc": _auc_of(lung_shares(arrays), labels),
        "grey_sd_auc": _auc_of(arrays["images"].std((1, 2), dtype=np.float64), labels, sign=-1),
        "fullsize": round(float(arrays["fullsize"].mean()), DIGITS),
        "edges": {name: _edge_ratio(arrays, edges, kind) for kind, name in enumerate(KINDS)},
    }


def small_copy(study: Study, size: tuple[int, int]) -> Study:
    """A film as its data set would hold it: the centred square, made small by Pillow, as an 8-bit PNG read again.

    Args:
        study: 8-bit grey, also in three equal channels.
        size: (rows, columns).
    """
    pixels = study.stored[0] if study.stored.ndim == 3 else study.stored[0, ..., 0]
    side, (rows, columns) = min(pixels.shape), pixels.shape
    left, top = (columns - side) // 2, (rows - side) // 2
    square = Image.fromarray(pixels).crop((left, top, left + side, top + side))
    buffer = BytesIO()
    square.resize(size[::-1], Image.Resampling.BICUBIC).save(buffer, "PNG")
    return imaging.read(buffer.getvalue())


def lean(card: Card) -> dict[str, Any]:
    """How far a model's probability of pneumonia goes with the share of lung, and whether a film's size changes it.

    Args:
        card: of a model whose first class is "normal".

    Returns:
        ``model``; ``correlation``, Pearson's r with the share of lung in the test pictures of each class; ``films``,
        ``changed``: answers that differ between a film and its small copy; ``largest_difference`` of a probability.

    Raises:
        ConfigError: the model tells other things apart.
    """
    if card.classes[0] != "normal":
        raise ConfigError(
            f"Expected a model that tells normal from pneumonia, {card.id} answers {card.classes[0]!r} first."
        )
    model, reading, test = load_model(card.id), card.config.reading, read_split("test")
    ill = 1 - answer(model, to_grids(test["images"], reading), reading)[:, 0].astype(np.float64)
    shares, labels = lung_shares(test), test["labels"]
    known = np.isfinite(shares)
    films = [read_sample(one.id) for one in SAMPLES.values() if one.outlined == "lungs"]
    whole = _answers(model, [sequences.read_study(film, reading) for film in films])
    small = _answers(model, [sequences.read_study(small_copy(film, reading.size), reading) for film in films])
    return {
        "model": card.id,
        "correlation": {
            name: round(
                float(np.corrcoef(ill[known & (labels == label)], shares[known & (labels == label)])[0, 1]),
                DIGITS,
            )
            for label, name in enumerate(("normal", "pneumonia"))
        },
        "films": len(films),
        "changed": int((whole.argmax(1) != small.argmax(1)).sum()),
        "largest_difference": round(float(np.abs(whole - small).max()), DIGITS),
    }


def _answers(model: Any, readings: list[Reading]) -> np.ndarray:
    import torch

    grids = torch.from_numpy(np.stack([reading.grid for reading in readings]))
    return answer(model, grids, readings[0].config)


def bench_shortcuts(*, models: Sequence[str] = ()) -> dict[str, Any]:
    """The shortcuts in chest64's pictures, split by split, and how far models lean on them.

    Args:
        models: ids; by default every shipped model that learnt from chest64.

    Returns:
        ``rows``: one a split, see ``measure_split``; ``models``: one a model, see ``lean``.
    """
    cards = [find_card(name) for name in models] or [
        card for card in list_cards().values() if card.folder.parent == SHIPPED and card.data["name"] in SETS
    ]
    return {
        "rows": [{"split": split, **measure_split(read_split(split))} for split in SPLITS],
        "models": [lean(card) for card in cards],
    }
