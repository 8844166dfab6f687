"""A set whose finding is known to the pixel: soft round spots of a known size, contrast and place in normal films.

Half of the shipped normal chest films get one spot each within their outlined lungs. It is added to the grey values as
a raised cosine, so its edge is softer than a rib's. Seen through a band of its size it stands out at most as the film's
own structures do: what is bright, sharp or in the middle of a film is seldom the spot. So a map can be held against
the truth: a map that points at intensity, edges or the middle fails.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from medrnn.datasets.layout import SPLITS
from medrnn.datasets.shipped import DATA
from medrnn.errors import DataError

CLASSES = ("clear", "planted")
STRUCTURE = 95  # percentile of a film's own band-passed values that counts as the contrast of its structures
RATIO = 2.0  # of the two Gaussians of the band
INSIDE = 0.8  # of a spot's light has to lie within the lungs
TRIES = 50  # places for a spot in a film


@dataclass(frozen=True)
class Planting:
    """How spots are planted.

    Attributes:
        seed: of which films, where, how large, how bright.
        radius: least and largest half width at half height, pixels of the 64, 2 to 8.
        contrast: how much a spot stands out, least and most, as a share of how much the film's own structures of its
            size do, .05 to 1.
        share: of the films that get a spot, 0.1 to 0.9.
    """

    seed: int = 0
    radius: tuple[float, float] = (5.0, 8.0)
    contrast: tuple[float, float] = (0.7, 1.0)
    share: float = 0.5

    def __post_init__(self) -> None:
        for name, (low, high), least, most in (
            ("radius", self.radius, 2.0, 8.0),
            ("contrast", self.contrast, 0.05, 1.0),
            ("share", (self.share, self.share), 0.1, 0.9),
        ):
            if not least <= low <= high <= most:
                raise DataError(
                    f"{name}: expected numbers from {least:g} to {most:g}, the lower first, got {low:g}, {high:g}."
                )
        if not 0 <= self.seed < 2**31:
            raise DataError(f"seed: expected 0 to {2**31 - 1:,}, got {self.seed}.")


@dataclass(frozen=True)
class Spot:
    """One spot, as it was planted.

    Attributes:
        row, column: of its middle, in pixels.
        radius: half its width at half its height, pixels.
        height: what is added in its middle, grey values of 255.
        contrast: how much it stands out in the band of its size, likewise.
        structure: how much the film's own structures do, likewise.
    """

    row: float
    column: float
    radius: float
    height: float
    contrast: float
    structure: float


def band(values: np.ndarray, radius: float) -> np.ndarray:
    """A picture as seen through a band of a size: the difference of two Gaussians.

    Args:
        values: (row, column) grey values.
        radius: half width at half height of what the band sees best, pixels.

    Returns:
        (row, column) float64.
    """
    from scipy.ndimage import gaussian_filter

    plain, sigma = values.astype(np.float64), radius / np.sqrt(2)
    found: np.ndarray = gaussian_filter(plain, sigma) - gaussian_filter(plain, RATIO * sigma)
    return found


def structure_contrast(film: np.ndarray, radius: float) -> float:
    """How much the normal structures of a film stand out at a size: the ``STRUCTURE`` percentile of its band, absolute.

    Args:
        film: (row, column).
        radius: half width at half height, pixels.
    """
    return float(np.percentile(np.abs(band(film, radius)), STRUCTURE))


def profile(shape: tuple[int, int], row: float, column: float, radius: float) -> np.ndarray:
    """A spot of height 1: (row, column) float64, one half at its radius, nothing from twice that on."""
    rows, columns = np.indices(shape)
    distance = np.hypot(rows - row, columns - column)
    return np.where(distance < 2 * radius, 0.5 * (1 + np.cos(np.pi * distance / (2 * radius))), 0.0)


def standing_out(radius: float) -> float:
    """How much a spot of height 1 stands out in the band of its size."""
    side = 8 * int(np.ceil(radius)) + 1
    return float(band(profile((side, side), side // 2, side // 2, radius), radius)[side // 2, side // 2])


def _spot(rng: np.random.Generator, film: np.ndarray, lungs: np.ndarray, how: Planting) -> Spot | None:
    """A spot in the lungs; None where they are too small for it."""
    radius = float(rng.uniform(*how.radius))
    share = float(rng.uniform(*how.contrast))
    whole, (rows, columns) = float(profile((64, 64), 32, 32, radius).sum()), film.shape
    places = np.argwhere(lungs > 0)
    for k in rng.permutation(len(places))[:TRIES]:
        row, column = map(float, places[k])
        light = profile((rows, columns), row, column, radius)
        if light[lungs > 0].sum() >= INSIDE * whole:
            structure = structure_contrast(film, radius)
            return Spot(
                row, column, radius, share * structure / standing_out(radius), share * structure, structure
            )
    return None


def plant(film: np.ndarray, spot: Spot) -> tuple[np.ndarray, np.ndarray]:
    """A film with a spot, and all of the spot: where it adds at least one grey value, to nearly twice its radius.

    A network may use all of it, so all of it is what a map can rightly mark; ``core`` is its bright middle.

    Args:
        film: (row, column) uint8.
        spot: what is planted.

    Returns:
        the film and the mask, both (row, column) uint8, the mask of 0 and 1.
    """
    added = np.rint(spot.height * profile((film.shape[0], film.shape[1]), spot.row, spot.column, spot.radius))
    made = np.clip(film + added, 0, 255).astype(np.uint8)
    return made, (added > 0).astype(np.uint8)


def core(shape: tuple[int, int], spot: Spot) -> np.ndarray:
    """Where a spot is at least half its height: (row, column) uint8 of 0 and 1."""
    return (profile(shape, spot.row, spot.column, spot.radius) >= 0.5).astype(np.uint8)


def _split(
    rng: np.random.Generator, films: np.ndarray, lungs: np.ndarray, how: Planting
) -> dict[str, np.ndarray]:
    """The arrays of one split; a film whose lungs take no spot stays clear."""
    count = len(films)
    wanted = np.zeros(count, bool)
    wanted[rng.permutation(count)[: round(how.share * count)]] = True
    images, masks = films.copy(), np.zeros_like(films)
    spots = np.zeros((count, 6), np.float32)
    labels = np.zeros((count, 1), np.uint8)
    for k in np.flatnonzero(wanted):
        if spot := _spot(rng, films[k], lungs[k], how):
            images[k], masks[k] = plant(films[k], spot)
            spots[k] = (spot.row, spot.column, spot.radius, spot.height, spot.contrast, spot.structure)
            labels[k] = 1
    return {"images": images, "labels": labels, "masks": masks, "spots": spots}


def _films() -> dict[str, dict[str, np.ndarray]]:
    """The normal films of each split with outlined lungs, and their patients."""
    found = {}
    with np.load(DATA / "chest64" / "chest64.npz", allow_pickle=False) as arrays:
        for split in SPLITS:
            is_taken = (arrays[f"{split}_labels"].ravel() == 0) & (arrays[f"{split}_has_lungs"].ravel() > 0)
            found[split] = {
                part: arrays[f"{split}_{part}"][is_taken] for part in ("images", "lungs", "patient")
            }
    return found


def plant_set(how: Planting) -> dict[str, np.ndarray]:
    """The whole set: the same arrays for the same settings.

    Args:
        how: seed, sizes, contrasts.

    Returns:
        ``{split}_images`` (N, 64, 64) uint8, ``_labels`` (N, 1) uint8 (0 clear, 1 planted), ``_masks`` (N, 64, 64)
        uint8 of 0 and 1, ``_spots`` (N, 6) float32 as ``Spot`` has them, zeros for a clear film, ``_patient`` (N,), and
        ``classes``.
    """
    rng = np.random.default_rng(how.seed)
    made: dict[str, np.ndarray] = {}
    for split, films in _films().items():
        parts = _split(rng, films["images"], films["lungs"], how)
        made |= {f"{split}_{name}": one for name, one in parts.items()}
        made[f"{split}_patient"] = films["patient"].astype(np.int64)
    return made | {"classes": np.array(CLASSES)}


def to_file(made: Mapping[str, Any]) -> bytes:
    """The set as the bytes of an npz file, the same for the same arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **made)
    return buffer.getvalue()


def _ends(values: np.ndarray, digits: int) -> list[float]:
    """Least, middle and largest."""
    return [round(float(one), digits) for one in (values.min(), np.median(values), values.max())]


def facts(made: Mapping[str, np.ndarray], how: Planting, data: bytes) -> dict[str, Any]:
    """What was made, for the command: counts, sizes, contrasts, digest.

    Args:
        made: the arrays.
        how: the settings.
        data: the file's bytes.
    """
    spots = np.concatenate([made[f"{split}_spots"][made[f"{split}_labels"].ravel() > 0] for split in SPLITS])
    return {
        "seed": how.seed,
        "counts": {
            split: dict(
                zip(CLASSES, np.bincount(made[f"{split}_labels"].ravel(), minlength=2).tolist(), strict=True)
            )
            for split in SPLITS
        },
        "radius": _ends(spots[:, 2], 2),
        "height": _ends(spots[:, 3], 1),
        "of_structures": _ends(spots[:, 4] / spots[:, 5], 3),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
