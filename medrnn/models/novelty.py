"""How unlike the training data an input is: the likelihood of a probabilistic PCA of the training images.

Each image is first brought to zero mean and unit spread, so that structure and polarity count, and brightness
and contrast do not. Tipping and Bishop 1999: the images are then modelled as a Gaussian with a few strong
directions and equal noise in all others. The score is the negative log-likelihood per pixel; the threshold is
the 99th percentile over the validation images, so about 1 % of such images are expected to raise a false alarm.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medrnn import disk
from medrnn.errors import CatalogError
from medrnn.types import Novelty

COMPONENTS = 10  # chosen on validation images: of 5 to 160, it found inverted and turned ones best
QUANTILE = 0.99
MOST_BYTES = 64 << 20  # of the file: 11 directions of 512 x 512 pixels
LEAST_SPREAD = 0.01  # an even image is not blown up to noise


def standardize(grids: np.ndarray) -> np.ndarray:
    """Images (image, row, column) as rows (image, pixel) float64 of zero mean and unit spread."""
    flat = grids.reshape(len(grids), -1).astype(np.float64)
    flat = flat - flat.mean(1, keepdims=True)
    return flat / np.maximum(flat.std(1, keepdims=True), LEAST_SPREAD)


@dataclass(frozen=True, eq=False)
class NoveltyModel:
    """The fitted Gaussian.

    Attributes:
        mean: (pixel,) float32.
        components: (component, pixel) float32, orthonormal.
        variances: (component,) float32, along the components, noise included.
        noise: variance of every other direction.
        threshold: see ``Novelty``.
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    noise: float
    threshold: float = 0.0

    def score(self, grids: np.ndarray) -> np.ndarray:
        """Negative log-likelihood per pixel in nats.

        Args:
            grids: (image, row, column) float32 in [0, 1].

        Returns:
            (image,) float64.
        """
        flat = standardize(grids) - self.mean
        along = flat @ self.components.T.astype(np.float64)
        rest = (flat**2).sum(1) - (along**2).sum(1)
        pixels, count = flat.shape[1], len(self.variances)
        determinant = np.log(self.variances).sum() + (pixels - count) * np.log(self.noise)
        distance = (along**2 / self.variances).sum(1) + rest / self.noise
        return 0.5 * (pixels * np.log(2 * np.pi) + determinant + distance) / pixels

    def judge(self, grid: np.ndarray) -> Novelty:
        """The score of one image (row, column) beside the threshold."""
        return Novelty(score=float(self.score(grid[None])[0]), threshold=self.threshold)


def fit_novelty(train: np.ndarray, val: np.ndarray, *, components: int = COMPONENTS) -> NoveltyModel:
    """Fit on training images, take the threshold from validation images.

    Args:
        train, val: (image, row, column) float32 in [0, 1].
        components: kept directions; fewer where there are fewer images or pixels.

    Returns:
        The fitted model. Where there are no validation images, the training images give the threshold.
    """
    from sklearn.decomposition import PCA

    flat = standardize(train)
    count = min(components, len(flat) - 1, flat.shape[1] - 1)
    pca = PCA(n_components=count, svd_solver="covariance_eigh" if len(flat) > count + 1 else "full").fit(flat)
    floor = 1e-6  # a constant border has no variance of its own
    made = NoveltyModel(
        mean=pca.mean_.astype(np.float32),
        components=np.ascontiguousarray(pca.components_, np.float32),  # safetensors writes memory as it lies
        variances=np.maximum(pca.explained_variance_, floor).astype(np.float32),
        noise=max(float(pca.noise_variance_), floor),
    )
    threshold = float(np.quantile(made.score(val if len(val) else train), QUANTILE))
    return NoveltyModel(made.mean, made.components, made.variances, made.noise, threshold)


def save_novelty(novelty: NoveltyModel, path: Path) -> str:
    """Write it as safetensors and return the digest that its card has to name.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    from safetensors.numpy import save

    numbers = np.array([novelty.noise, novelty.threshold], np.float64)
    arrays = {"mean": novelty.mean, "components": novelty.components, "variances": novelty.variances}
    return disk.write_named(path, save({**arrays, "numbers": numbers}), "the figures of the training data")


def _is_whole(parts: dict[str, np.ndarray], pixels: int) -> bool:
    """True where every array has its shape, only finite numbers, and variances that can be divided by."""
    count = len(parts["variances"])
    wanted = {"mean": (pixels,), "components": (count, pixels), "variances": (count,), "numbers": (2,)}
    if {name: array.shape for name, array in parts.items()} != wanted:
        return False
    is_finite = all(array.dtype.kind == "f" and np.isfinite(array).all() for array in parts.values())
    return bool(is_finite and (parts["variances"] > 0).all() and parts["numbers"][0] > 0)


def load_novelty(path: Path, expected: str, pixels: int) -> NoveltyModel:
    """Read what ``save_novelty`` wrote.

    Args:
        path: the file.
        expected: its SHA-256, as the card names it.
        pixels: of an image of the model.

    Raises:
        CatalogError: it is not the file that the card names, or is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = disk.read_named(path, MOST_BYTES, expected, "The figures of the training data")
    try:
        parts = load(data)
        if not _is_whole(parts, pixels):
            raise ValueError
        noise, threshold = (float(v) for v in parts["numbers"])
        return NoveltyModel(parts["mean"], parts["components"], parts["variances"], noise, threshold)
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise CatalogError(
            "The figures of the training data do not fit the model, so nothing tells what it knows. "
            "Train the model again."
        ) from None
