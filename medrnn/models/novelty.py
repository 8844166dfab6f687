"""How unlike the training data an input is: the likelihood under two Gaussians of the training images.

The one sees pixels: each image at zero mean and unit spread, so that structure and polarity count, and brightness and
contrast do not. The other sees edges: how strong each direction of the grey value's slope is in each part of the image
(histograms of oriented gradients, Dalal and Triggs 2005). Each is a probabilistic PCA (Tipping and Bishop 1999): a few
strong directions, equal noise in all others. The score is the sum of both negative log-likelihoods, each counted in
standard deviations over the validation images. Pixels alone let brains pass for chests, edges alone negatives.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medrnn import disk
from medrnn.brief import Brief
from medrnn.errors import CatalogError
from medrnn.sequences import luminance
from medrnn.types import Novelty

PIXEL_COMPONENTS = 10
EDGE_COMPONENTS = 40
QUANTILE = 0.995  # of the validation images; see ``python -m medrnn bench novelty``
LEVELS = (
    201  # quantiles of the scores of validation images that are kept, so that a score can be told as a share
)
DIRECTIONS = 6
CELL = 4  # pixels
LEAST_SPREAD = 0.01  # an even image is not blown up to noise
FLOOR = 1e-6  # a constant border has no variance of its own
MOST_PIXELS = 4_096  # a Gaussian of more takes minutes; larger images are made smaller
MOST_BYTES = 64 << 20  # of the file


def standardize(grids: np.ndarray) -> np.ndarray:
    """Images (image, row, column) as rows (image, pixel) float64 of zero mean and unit spread."""
    flat = grids.reshape(len(grids), -1).astype(np.float64)
    flat = flat - flat.mean(1, keepdims=True)
    rows: np.ndarray = flat / np.maximum(flat.std(1, keepdims=True), LEAST_SPREAD)
    return rows


def edges(grids: np.ndarray) -> np.ndarray:
    """How strong each direction is in each part of an image.

    Args:
        grids: (image, row, column) in [0, 1].

    Returns:
        (image, direction x part) float64: square roots of shares, so that contrast does not count. A part has
        ``CELL`` x ``CELL`` pixels, or is the whole of a smaller image; a direction and its opposite are one.
    """
    images = grids.astype(np.float64)
    count, rows, columns = images.shape
    tall, wide = min(CELL, rows), min(CELL, columns)
    down = np.diff(images, axis=1, append=images[:, -1:])
    right = np.diff(images, axis=2, append=images[:, :, -1:])
    strength, angle = np.hypot(right, down), np.arctan2(down, right) % np.pi * (DIRECTIONS / np.pi)
    found = []
    for direction in range(DIRECTIONS):
        off = np.abs(angle - direction - 0.5)
        weight = strength * np.maximum(0, 1 - np.minimum(off, DIRECTIONS - off))
        cut = weight[:, : rows // tall * tall, : columns // wide * wide]
        found.append(cut.reshape(count, rows // tall, tall, columns // wide, wide).sum((2, 4)))
    flat = np.stack(found, 1).reshape(count, -1)
    roots: np.ndarray = np.sqrt(flat / (flat.sum(1, keepdims=True) + 1e-3))
    return roots


@dataclass(frozen=True, eq=False, repr=False)
class Gaussian(Brief):
    """A probabilistic PCA.

    Attributes:
        mean: (feature,) float32.
        components: (component, feature) float32, orthonormal.
        variances: (component,) float32, along the components, noise included.
        noise: variance of every other direction.
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    noise: float

    def score(self, rows: np.ndarray) -> np.ndarray:
        """Negative log-likelihood per feature in nats, (image,) float64, of rows (image, feature)."""
        flat = rows - self.mean
        along = flat @ self.components.T.astype(np.float64)
        rest = (flat**2).sum(1) - (along**2).sum(1)
        features, count = flat.shape[1], len(self.variances)
        determinant = np.log(self.variances).sum() + (features - count) * np.log(self.noise)
        distance = (along**2 / self.variances).sum(1) + rest / self.noise
        nats: np.ndarray = 0.5 * (features * np.log(2 * np.pi) + determinant + distance) / features
        return nats


def fit_gaussian(rows: np.ndarray, components: int) -> Gaussian:
    """Fit on rows (image, feature); fewer components where there are fewer images or features."""
    from sklearn.decomposition import PCA

    count = min(components, len(rows) - 1, rows.shape[1] - 1)
    pca = PCA(n_components=count, svd_solver="covariance_eigh" if len(rows) > count + 1 else "full")
    with np.errstate(invalid="ignore"):  # flat images have no variance to share out; the shares are not used
        pca.fit(rows)
    return Gaussian(
        mean=pca.mean_.astype(np.float32),
        components=np.ascontiguousarray(pca.components_, np.float32),  # safetensors writes memory as it lies
        variances=np.maximum(pca.explained_variance_, FLOOR).astype(np.float32),
        noise=max(float(pca.noise_variance_), FLOOR),
    )


@dataclass(frozen=True, eq=False, repr=False)
class NoveltyModel(Brief):
    """Both Gaussians, and what is usual.

    Attributes:
        pixels, edges: the Gaussians of ``standardize`` and of ``edges``.
        usual: (2, 2) float64: mean and standard deviation of either one's scores over the validation images.
        levels: (level,) float64, ascending: the scores below which even shares of the validation images lie.
    """

    pixels: Gaussian
    edges: Gaussian
    usual: np.ndarray
    levels: np.ndarray

    @property
    def threshold(self) -> float:
        """The score that ``1 - QUANTILE`` of the validation images exceed."""
        return float(np.interp(QUANTILE, np.linspace(0, 1, len(self.levels)), self.levels))

    def score(self, grids: np.ndarray) -> np.ndarray:
        """How unlike the training images each image is, in standard deviations over the validation images.

        Args:
            grids: (image, row, column), or in colour (image, row, column, 3), float32 in [0, 1].

        Returns:
            (image,) float64, about 0 for usual images.
        """
        return _together(self.pixels, self.edges, self.usual, _grey(grids))

    def judge(self, grid: np.ndarray) -> Novelty:
        """The score of one image (row, column[, 3]), beside the threshold and among the validation images."""
        score = float(self.score(grid[None])[0])
        share = float(np.interp(score, self.levels, np.linspace(0, 1, len(self.levels))))
        return Novelty(score=score, threshold=self.threshold, share=share)


def _smaller(size: tuple[int, int]) -> int:
    """By how much images are made smaller, in each direction, so that they have at most ``MOST_PIXELS``."""
    return max(1, math.ceil(math.sqrt(size[0] * size[1] / MOST_PIXELS)))


def _grey(grids: np.ndarray) -> np.ndarray:
    """In grey, of at most ``MOST_PIXELS`` pixels: means of squares; what is left over at the end is not looked at."""
    found = luminance(grids, is_colour=grids.ndim == 4)
    by = _smaller((found.shape[1], found.shape[2]))
    if by == 1:
        return found
    rows, columns = found.shape[1] // by, found.shape[2] // by
    small: np.ndarray = found[:, : rows * by, : columns * by].reshape(-1, rows, by, columns, by).mean((2, 4))
    return small


def _together(pixels: Gaussian, edged: Gaussian, usual: np.ndarray, grids: np.ndarray) -> np.ndarray:
    both = np.stack([pixels.score(standardize(grids)), edged.score(edges(grids))], -1)
    mean, spread = usual.T
    together: np.ndarray = ((both - mean) / spread).sum(-1)
    return together


def fit_novelty(train: np.ndarray, val: np.ndarray) -> NoveltyModel:
    """Fit on training images; what is usual is taken from validation images.

    Args:
        train: (image, row, column), or in colour (image, row, column, 3), float32 in [0, 1].
        val: of the same size.

    Returns:
        The fitted model. Where there are no validation images, the training images stand in for them.
    """
    train, seen = _grey(train), _grey(val if len(val) else train)
    pixels = fit_gaussian(standardize(train), PIXEL_COMPONENTS)
    edged = fit_gaussian(edges(train), EDGE_COMPONENTS)
    both = pixels.score(standardize(seen)), edged.score(edges(seen))
    usual = np.array([(found.mean(), max(found.std(), FLOOR)) for found in both])
    scores = _together(pixels, edged, usual, seen)
    return NoveltyModel(pixels, edged, usual, np.quantile(scores, np.linspace(0, 1, LEVELS)))


def save_novelty(novelty: NoveltyModel, path: Path) -> str:
    """Write it as safetensors and return the digest that its card has to name.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    from safetensors.numpy import save

    arrays = {"usual": novelty.usual, "levels": novelty.levels}
    for name in ("pixels", "edges"):
        part = getattr(novelty, name)
        arrays |= {f"{name}.{key}": getattr(part, key) for key in ("mean", "components", "variances")}
        arrays[f"{name}.noise"] = np.array([part.noise], np.float64)
    return disk.write_named(path, save(arrays), "the figures of the training data")


def _shapes(parts: dict[str, np.ndarray], size: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    """Which shape each array has to have."""
    by = _smaller(size)
    size = size[0] // by, size[1] // by
    cells = (size[0] // min(CELL, size[0])) * (size[1] // min(CELL, size[1]))
    wanted: dict[str, tuple[int, ...]] = {"usual": (2, 2), "levels": (LEVELS,)}
    for name, features in (("pixels", math.prod(size)), ("edges", DIRECTIONS * cells)):
        count = len(parts[f"{name}.variances"])
        wanted |= {f"{name}.mean": (features,), f"{name}.components": (count, features)}
        wanted |= {f"{name}.variances": (count,), f"{name}.noise": (1,)}
    return wanted


def _is_whole(parts: dict[str, np.ndarray], size: tuple[int, int]) -> bool:
    """True where every array has its shape, only finite numbers, and spreads that can be divided by."""
    if {name: array.shape for name, array in parts.items()} != _shapes(parts, size):
        return False
    if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in parts.values()):
        return False
    spreads = [parts[f"{name}.{key}"] for name in ("pixels", "edges") for key in ("variances", "noise")]
    is_sorted = (np.diff(parts["levels"]) >= 0).all()
    return bool(is_sorted and all((s > 0).all() for s in (*spreads, parts["usual"][:, 1])))


def _gaussian(parts: dict[str, np.ndarray], name: str) -> Gaussian:
    return Gaussian(
        mean=parts[f"{name}.mean"],
        components=parts[f"{name}.components"],
        variances=parts[f"{name}.variances"],
        noise=float(parts[f"{name}.noise"][0]),
    )


def load_novelty(path: Path, expected: str, size: tuple[int, int]) -> NoveltyModel:
    """Read what ``save_novelty`` wrote.

    Args:
        path: the file.
        expected: its SHA-256, as the card names it.
        size: (rows, columns) of an image of the model.

    Raises:
        CatalogError: it is not the file that the card names, or is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = disk.read_named(path, MOST_BYTES, expected, "The figures of the training data")
    try:
        parts = load(data)
        if not _is_whole(parts, size):
            raise ValueError
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise CatalogError(
            "The figures of the training data do not fit the model, so nothing tells what it knows. "
            "Train the model again."
        ) from None
    return NoveltyModel(
        _gaussian(parts, "pixels"), _gaussian(parts, "edges"), parts["usual"], parts["levels"]
    )
