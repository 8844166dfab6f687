"""What an answer does when the image changes a little: moved, mirrored, windowed, blurred, with noise.

The changes are made to what the model reads (its small image, 0 to 1), so that all models get the same one, each at its
own size. None of them changes what is in the image but its place and its greys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ConfigError
from medrnn.models.classifier import Classifier
from medrnn.sequences import change_each
from medrnn.types import Reading

STRENGTHS = {"small": 1.0, "medium": 2.0, "large": 4.0}  # how many times the step that stands beside a change
SHIFT, TURN = 0.04, 4.0  # of the side; degrees
GREY, CONTRAST = 0.08, 0.15  # of the range from black to white; of the window's width
BLUR, NOISE = 0.015, 0.04  # standard deviations: of the side; of the range

Change = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def _spatial(amounts: tuple[float, float], values: np.ndarray) -> tuple[float, ...]:
    """Amounts for rows and columns, nothing for the planes of a colour image."""
    return (*amounts, *(0.0,) * (values.ndim - 2))


def _shift(down: float, across: float) -> Change:
    def change(values: np.ndarray, by: float, _: np.random.Generator) -> np.ndarray:
        from scipy.ndimage import shift

        rows, columns = values.shape[:2]
        moves = _spatial((SHIFT * by * down * rows, SHIFT * by * across * columns), values)
        found: np.ndarray = shift(values, moves, order=1, mode="nearest")
        return found

    return change


def _turn(way: float) -> Change:
    def change(values: np.ndarray, by: float, _: np.random.Generator) -> np.ndarray:
        from scipy.ndimage import rotate

        found: np.ndarray = rotate(
            values, way * TURN * by, axes=(0, 1), reshape=False, order=1, mode="nearest"
        )
        return found

    return change


def _mirror(axis: int) -> Change:
    return lambda values, by, _: np.flip(values, axis)


def _grey(way: float) -> Change:
    return lambda values, by, _: values + way * GREY * by


def _contrast(way: float) -> Change:
    return lambda values, by, _: (values - 0.5) * (1 + CONTRAST * by) ** way + 0.5


def _blur(values: np.ndarray, by: float, _: np.random.Generator) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    sigma = BLUR * by * min(values.shape[:2])
    found: np.ndarray = gaussian_filter(values, _spatial((sigma, sigma), values), mode="nearest")
    return found


def _noise(values: np.ndarray, by: float, rng: np.random.Generator) -> np.ndarray:
    return values + rng.normal(0, NOISE * by, values.shape)


@dataclass(frozen=True)
class Perturbation:
    """A change of an image.

    Attributes:
        title: what a page calls it.
        amount: of one step, in ``unit``; 0 where it has no strength.
        unit: such as "% of the side".
        apply: (values, steps, generator) to the changed values, not clipped yet.
    """

    title: str
    amount: float
    unit: str
    apply: Change

    def size(self, strength: str) -> str:
        """How far it goes at a strength, such as "8 % of the side"; empty where it has none."""
        return f"{self.amount * STRENGTHS[strength]:g}{self.unit}" if self.amount else ""


PERTURBATIONS = {
    "left": Perturbation("shifted left", 100 * SHIFT, " % of the side", _shift(0, -1)),
    "right": Perturbation("shifted right", 100 * SHIFT, " % of the side", _shift(0, 1)),
    "up": Perturbation("shifted up", 100 * SHIFT, " % of the side", _shift(-1, 0)),
    "down": Perturbation("shifted down", 100 * SHIFT, " % of the side", _shift(1, 0)),
    "turned-left": Perturbation("turned left", TURN, " degrees", _turn(1)),
    "turned-right": Perturbation("turned right", TURN, " degrees", _turn(-1)),
    "mirrored": Perturbation("mirrored, left for right", 0, "", _mirror(1)),
    "upside-down": Perturbation("flipped, top for bottom", 0, "", _mirror(0)),
    "brighter": Perturbation("window lower: brighter", 100 * GREY, " % of the range", _grey(1)),
    "darker": Perturbation("window higher: darker", 100 * GREY, " % of the range", _grey(-1)),
    "more-contrast": Perturbation("window narrower: more contrast", 100 * CONTRAST, " %", _contrast(1)),
    "less-contrast": Perturbation("window wider: less contrast", 100 * CONTRAST, " %", _contrast(-1)),
    "blurred": Perturbation("blurred", 100 * BLUR, " % of the side (sigma)", _blur),
    "noise": Perturbation("noise added", 100 * NOISE, " % of the range (sigma)", _noise),
}


def perturb_reading(reading: Reading, name: str, strength: str = "small", *, seed: int = 0) -> np.ndarray:
    """``perturb`` of what a model reads: of the image, or of every slice of a series alike.

    Returns:
        float32 of the shape of its grid.
    """
    return change_each(
        reading.grid, reading.config, partial(perturb, name=name, strength=strength, seed=seed)
    )


def perturb(grid: np.ndarray, name: str, strength: str = "small", *, seed: int = 0) -> np.ndarray:
    """One change of an image.

    Args:
        grid: (row, column) or (row, column, 3), 0 to 1.
        name: a key of ``PERTURBATIONS``.
        strength: a key of ``STRENGTHS``: 1, 2 or 4 steps of the change.
        seed: of the noise.

    Returns:
        float32 of the same shape, clipped to 0 to 1; what moves in from outside repeats the edge.

    Raises:
        ConfigError: an unknown name or strength.
    """
    if name not in PERTURBATIONS:
        raise ConfigError(f"perturbation: expected one of {', '.join(PERTURBATIONS)}, got {name!r}")
    if strength not in STRENGTHS:
        raise ConfigError(f"strength: expected one of {', '.join(STRENGTHS)}, got {strength!r}")
    changed = PERTURBATIONS[name].apply(
        np.asarray(grid, np.float64), STRENGTHS[strength], np.random.default_rng(seed)
    )
    found: np.ndarray = np.clip(changed, 0, 1).astype(np.float32)
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Movement(Brief):
    """The answers to an image and to its changes.

    Attributes:
        names: (change,) keys of ``PERTURBATIONS``.
        strength, seed: what was asked.
        before: (class,) probabilities of the image itself.
        after: (change, class) of each changed one.
    """

    names: tuple[str, ...]
    strength: str
    seed: int
    before: np.ndarray
    after: np.ndarray

    @property
    def flips(self) -> tuple[str, ...]:
        """The changes after which another class is the answer."""
        moved = self.after.argmax(1) != self.before.argmax()
        return tuple(name for name, is_other in zip(self.names, moved, strict=True) if is_other)

    def largest(self, k: int) -> tuple[str, float]:
        """The change that moves the probability of a class most, and by how much, signed."""
        by = self.after[:, k] - self.before[k]
        at = int(np.abs(by).argmax())
        return self.names[at], float(by[at])


def move(model: Classifier, reading: Reading, strength: str = "small", *, seed: int = 0) -> Movement:
    """The answers of a model to all ``PERTURBATIONS`` of an image, in one batch; it is given back as it was found.

    Args:
        model: on the device where it is to run.
        reading: the image as this model reads it.
        strength: a key of ``STRENGTHS``.
        seed: of the noise.

    Raises:
        ConfigError: an unknown strength.
        DeviceError: the GPU's memory ran out.
    """
    import torch

    from medrnn.evaluation.evaluate import answer

    changed = [perturb_reading(reading, name, strength, seed=seed) for name in PERTURBATIONS]
    grids = torch.from_numpy(np.stack([np.asarray(reading.grid, np.float32), *changed]))
    found = answer(model, grids, reading.config)
    return Movement(tuple(PERTURBATIONS), strength, seed, found[0], found[1:])
