"""What a network has to beat: always the commonest class, a logistic regression on a very small image, and of series
how bright their middle is."""

import warnings
from typing import cast

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.datasets import Dataset
from medrnn.datasets.blocks import block_means
from medrnn.datasets.slices import to_stacks
from medrnn.datasets.weak import LEAST_PATIENTS, count_patients
from medrnn.evaluation.metrics import LEVEL, METRICS, RESAMPLES, measure
from medrnn.models.cards import Baselines, MeanFigures
from medrnn.sequences import luminance

C = 0.01  # inverse strength of the L2 penalty
BRIGHTEST = 0.01  # share of the middle of a series whose mean is its brightness
MOST = 10_000  # training images of the regression, drawn with seed 0 where there are more


def small(images: np.ndarray) -> np.ndarray:
    """The means of 16 x 16 blocks, (image, value) float32 from 0 to 1: 256 greys, or 768 values of three colours."""
    found: np.ndarray = block_means(images).reshape(len(images), -1) / np.float32(255)
    return found


def commonest(labels: np.ndarray, count: int, classes: int) -> np.ndarray:
    """(image, class) the same answer to ``count`` images: how often each class is among the training labels."""
    shares = np.bincount(labels, minlength=classes) / len(labels)
    return np.tile(shares, (count, 1))


def brightness(sheets: np.ndarray, reading: ReadingConfig, lengths: np.ndarray | None = None) -> np.ndarray:
    """How bright the middle of series is: (image,) mean grey value of the brightest 1 % of its pixels, float64.

    The middle is that half of the rows and columns of the middle slice, of an even number of slices of the middle two.

    Args:
        sheets: (image, row, column) or (image, row, column, 3) uint8, slices side by side.
        reading: how they lie.
        lengths: (image,) slices of each; None where all sheets are full.
    """
    stacks = to_stacks(luminance(sheets, is_colour=sheets.ndim == 4), reading)
    counts = np.full(len(stacks), reading.slices) if lengths is None else lengths
    every, side = np.arange(len(stacks)), reading.patch
    inside = slice(side // 4, side - side // 4)
    both = np.stack(
        [stacks[every, (counts - 1) // 2], stacks[every, counts // 2]], 1
    )  # one twice where it is odd
    middle = both[:, :, inside, inside].reshape(len(stacks), -1)
    count = max(1, round(BRIGHTEST * middle.shape[1]))
    found: np.ndarray = np.sort(middle, 1)[:, -count:].mean(1, dtype=np.float64)
    return found


def _regress(train: np.ndarray, test: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """(image, class) probabilities of test images by a logistic regression on standardised values (image, value)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(labels)) < 2:
        return commonest(labels, len(test), classes)
    found = np.zeros((len(test), classes))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=2000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged: as far as it came
        model.fit(train, labels)
    found[:, model.classes_] = model.predict_proba(test)
    return found


def _drawn(data: Dataset) -> np.ndarray:
    """Which training images a regression learns from."""
    return np.random.default_rng(0).permutation(len(data.train))[:MOST]


def regress(data: Dataset) -> np.ndarray:
    """(image, class) probabilities of the test images by a logistic regression on ``small``, standardised."""
    chosen = _drawn(data)
    train, test = small(data.train.images[chosen]), small(data.test.images)
    return _regress(train, test, data.train.labels[chosen], len(data.classes))


def regress_brightness(data: Dataset) -> np.ndarray | None:
    """(image, class) probabilities of the test images by a logistic regression on ``brightness``; None of no series."""
    reading = data.reading
    if reading is None or not reading.is_series:
        return None
    chosen = _drawn(data)
    train, test = (
        brightness(split.images, reading, split.lengths)[:, None]
        for split in (data.train.some(chosen), data.test)
    )
    return _regress(train, test, data.train.labels[chosen], len(data.classes))


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
    """The figures of all simple ways on the test part, and how far a network is ahead of what learns from images.

    Args:
        answers: (image, class) probabilities of the network on the test images.
        data: whose training images the regressions learn from.
    """
    labels, regression = data.test.labels, regress(data)

    def ahead_of(other: np.ndarray) -> tuple[float, list[float] | None]:
        right, wrong = (one.argmax(1) == labels for one in (answers, other))
        return float(right.mean() - wrong.mean()), _ahead(right, wrong, data.test.groups)

    by, interval = ahead_of(regression)
    found: Baselines = {
        "majority": _figures(commonest(data.train.labels, len(labels), len(data.classes)), labels),
        "logistic_regression": _figures(regression, labels),
        "ahead": by,
        "ahead_interval": interval,
    }
    bright = regress_brightness(data)
    if bright is not None:
        found["brightness"] = _figures(bright, labels)
        found["brightness_ahead"], found["brightness_ahead_interval"] = ahead_of(bright)
    return found
