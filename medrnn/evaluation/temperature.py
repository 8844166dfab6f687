"""Temperature scaling (Guo et al. 2017): one number that makes probabilities softer or sharper, and what it does.

It is fitted on validation images and told on test images. The most probable class stays the same, so accuracy does not
move.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medrnn.evaluation.calibration import BINS, brier, number_by_width
from medrnn.evaluation.figures import interval
from medrnn.models.sets import logs, scale
from medrnn.models.sure import Temperature

SMALLEST, LARGEST = 0.05, 20.0  # temperatures that are looked through
FOLDS = 5  # of the cross-validation that switches it on
NEAR_END = 1.01  # factor within which a fitted one lies at an end of them
FIGURES = {"ece": "ECE", "brier": "Brier score", "nll": "NLL"}
Ends = tuple[float, float]


def nll(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(image,) negative logarithm of the label's probability, in nats."""
    found: np.ndarray = -logs(probabilities)[np.arange(len(labels)), labels]
    return found


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the least mean negative log-likelihood, by scipy's bounded scalar minimiser.

    Args:
        probabilities: (image, class) of validation images.
        labels: (image,) class indices.

    Returns:
        From ``SMALLEST`` to ``LARGEST``; at an end where the likelihood has no maximum between.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    logits, rows = logs(probabilities), np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].mean())

    ends = np.log(SMALLEST), np.log(LARGEST)
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def cross_validate(
    probabilities: np.ndarray, labels: np.ndarray, units: np.ndarray | None = None, *, seed: int = 0
) -> Temperature:
    """Does scaling help images that took no part in fitting it? Folds alike in classes; it is on only where it does.

    Args:
        probabilities: (image, class) of validation images, at least ``FOLDS`` units of each class.
        labels: (image,) class indices.
        units: (image,) what a fold holds as a whole, such as the patient; None deals images.
        seed: of the folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    own = np.arange(len(labels)) if units is None else units
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels, own)
    after = np.empty(len(labels))
    for fits, rest in folds:
        found = fit_temperature(probabilities[fits], labels[fits])
        after[rest] = nll(scale(probabilities[rest], found), labels[rest])
    before = float(nll(probabilities, labels).mean())
    return {
        "value": fit_temperature(probabilities, labels),
        "folds": FOLDS,
        "by": "image" if units is None else "patient",
        "before": before,
        "after": float(after.mean()),
        "is_on": bool(after.mean() < before),
    }


@dataclass(frozen=True)
class Calibration:
    """What temperature scaling does on test images; figures by the names of ``FIGURES``.

    Attributes:
        temperature: fitted on validation images; None where there are none.
        before: of the answers as they are.
        after: of the scaled ones; empty where there is no temperature.
        before_ends, after_ends: 95 % intervals over the resamples.
        change_ends: of after less before, over the same resamples.
    """

    temperature: float | None
    before: Mapping[str, float]
    after: Mapping[str, float]
    before_ends: Mapping[str, Ends | None]
    after_ends: Mapping[str, Ends | None]
    change_ends: Mapping[str, Ends | None]

    @property
    def end(self) -> str:
        """At which end of the range that is looked through the temperature lies, "low" or "high"; "" between them.

        At the low end every validation image is answered right, or nearly, so the likelihood grows with ever sharper
        probabilities; at the high end it grows with ever softer ones. Neither says how sure the network should be.
        """
        if self.temperature is None:
            return ""
        is_low = self.temperature <= SMALLEST * NEAR_END
        return "low" if is_low else "high" if self.temperature >= LARGEST / NEAR_END else ""


def calibrate(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray, temperature: float | None
) -> Calibration:
    """Figures before and after.

    Args:
        probabilities: (image, class) of test images.
        labels: (image,) class indices.
        weights: (resample, image) of ``figures.draw``.
        temperature: of ``fit_temperature``, None for no scaling.
    """
    before, draws = _measure(probabilities, labels, weights)
    ends = {name: interval(some) for name, some in draws.items()}
    if temperature is None:
        return Calibration(None, before, {}, ends, {}, {})
    after, more = _measure(scale(probabilities, temperature), labels, weights)
    return Calibration(
        temperature,
        before,
        after,
        ends,
        {name: interval(some) for name, some in more.items()},
        {name: interval(more[name] - draws[name]) for name in FIGURES},
    )


def _measure(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Each figure, and its resamples (resample,)."""
    top = probabilities.max(1).astype(np.float64)
    of_bin = np.zeros((len(labels), BINS))
    of_bin[np.arange(len(labels)), number_by_width(top)] = (probabilities.argmax(1) == labels) - top
    columns = np.column_stack([brier(probabilities, labels), nll(probabilities, labels), of_bin])
    return _figures(columns.mean(0)[None], 0), _draws(weights @ columns / weights.sum(1, keepdims=True))


def _draws(means: np.ndarray) -> dict[str, np.ndarray]:
    """Means (resample, column) of Brier's score, NLL and the gap in each bin, as figures."""
    return {"ece": np.abs(means[:, 2:]).sum(1), "brier": means[:, 0], "nll": means[:, 1]}


def _figures(means: np.ndarray, row: int) -> dict[str, float]:
    return {name: float(values[row]) for name, values in _draws(means).items()}
