"""What a network has to beat: always the commonest class, and a logistic regression on a very small image."""

import warnings
from typing import cast

import numpy as np

from medrnn.datasets import Dataset
from medrnn.datasets.blocks import block_means
from medrnn.datasets.weak import LEAST_PATIENTS, count_patients
from medrnn.evaluation.metrics import LEVEL, METRICS, RESAMPLES, measure
from medrnn.models.cards import Baselines, MeanFigures

C = 0.01  # inverse strength of the L2 penalty
MOST = 10_000  # training images of the regression, drawn with seed 0 where there are more


def small(images: np.ndarray) -> np.ndarray:
    """The means of 16 x 16 blocks, (image, value) float32 from 0 to 1: 256 greys, or 768 values of three colours."""
    found: np.ndarray = block_means(images).reshape(len(images), -1) / np.float32(255)
    return found


def commonest(labels: np.ndarray, count: int, classes: int) -> np.ndarray:
    """(image, class) the same answer to ``count`` images: how often each class is among the training labels."""
    shares = np.bincount(labels, minlength=classes) / len(labels)
    return np.tile(shares, (count, 1))


def regress(data: Dataset) -> np.ndarray:
    """(image, class) probabilities of the test images by a logistic regression on ``small``, standardised."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    chosen = np.random.default_rng(0).permutation(len(data.train))[:MOST]
    labels = data.train.labels[chosen]
    found = np.zeros((len(data.test), len(data.classes)))
    if len(np.unique(labels)) < 2:
        return commonest(labels, len(data.test), len(data.classes))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=2000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged: as far as it came
        model.fit(small(data.train.images[chosen]), labels)
    found[:, model.classes_] = model.predict_proba(small(data.test.images))
    return found


def _ahead(right: np.ndarray, other: np.ndarray, patients: np.ndarray | None) -> list[float] | None:
    """95 % interval of the difference of two accuracies on the same images: bootstrap over images, seed 0.

    None of fewer than ``LEAST_PATIENTS``, as of all figures.
    """
    if patients is not None and count_patients(patients) < min(LEAST_PATIENTS, len(right)):
        return None
    rng, by = np.random.default_rng(0), right.astype(float) - other.astype(float)
    means = [by[rng.integers(0, len(by), len(by))].mean() for _ in range(RESAMPLES)]
    tail = 100 * (1 - LEVEL) / 2
    return [float(v) for v in np.percentile(means, [tail, 100 - tail])]


def _figures(probabilities: np.ndarray, labels: np.ndarray) -> MeanFigures:
    found = measure(probabilities, labels, intervals=False)
    return cast(MeanFigures, {name: found[name] for name in METRICS})


def compare(answers: np.ndarray, data: Dataset) -> Baselines:
    """The figures of both on the test part, and how far a network is ahead of the regression.

    Args:
        answers: (image, class) probabilities of the network on the test images.
        data: whose training images the regression learns from.
    """
    labels, regression = data.test.labels, regress(data)
    right, other = (one.argmax(1) == labels for one in (answers, regression))
    return {
        "majority": _figures(commonest(data.train.labels, len(labels), len(data.classes)), labels),
        "logistic_regression": _figures(regression, labels),
        "ahead": float(right.mean() - other.mean()),
        "ahead_interval": _ahead(right, other, data.test.groups),
    }
