"""The way of the hidden state through a plane, step by step, and how early the class can be read from it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ConfigError, DataError, ReadingError
from medrnn.evaluation.metrics import wilson_interval
from medrnn.explanation.index.states import StateIndex
from medrnn.types import Trace

CHUNK = 64  # images at once, so that float64 copies stay small
DIMENSIONS = 32  # what a probe sees at most
ITERATIONS = 300
EXAMPLES = 12  # paths kept of each class


@dataclass(frozen=True, eq=False, repr=False)
class Projection(Brief):
    """A principal-component view of the states of one layer and direction.

    Attributes:
        layer: from 0, whose states.
        direction: "forward" or "backward".
        mean: (unit,) float64, over all steps of all images.
        components: (component, unit) float64, orthonormal, by falling variance; the largest weight is positive.
        explained: (component,) float64, each one's share of the variance over all units.
        class_paths: (class, step, component) float32, the mean path of each class; NaN for a class without images.
        class_spread: the same shape, standard deviation over the images of the class.
        examples: for each class (image, step, component) float32, at most ``EXAMPLES`` of its images, evenly spaced
            over the index.
    """

    layer: int
    direction: str
    mean: np.ndarray
    components: np.ndarray
    explained: np.ndarray
    class_paths: np.ndarray
    class_spread: np.ndarray
    examples: tuple[np.ndarray, ...]

    def project(self, states: np.ndarray) -> np.ndarray:
        """States (..., unit) as points (..., component) float32."""
        points: np.ndarray = (states - self.mean) @ self.components.T
        return points.astype(np.float32)

    def path(self, trace: Trace) -> np.ndarray:
        """The way of one image: (step, component) float32.

        Raises:
            ReadingError: the trace has no such layer, or another number of units.
        """
        states = trace.arrays.get(f"layer{self.layer}/{self.direction}/h")
        if states is None or states.shape[1] != len(self.mean):
            raise ReadingError(
                f"Expected a trace with {len(self.mean)} units in layer {self.layer}, {self.direction}. "
                "Trace the image with the model of the index."
            )
        return self.project(states)


def principal_components(states: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (unit,), components (component, unit) and all variances (unit,) of states (image, ..., unit).

    From the covariance matrix in float64, summed over chunks of images. A component's sign is chosen so that
    its largest weight is positive.
    """
    units = states.shape[-1]
    mean, products = np.zeros(units), np.zeros((units, units))
    chunks = [slice(k, k + CHUNK) for k in range(0, len(states), CHUNK)]
    rows = states.size // units
    for chunk in chunks:
        mean += states[chunk].reshape(-1, units).sum(0, dtype=np.float64) / rows
    for chunk in chunks:
        centred = states[chunk].reshape(-1, units) - mean
        products += centred.T @ centred
    variances, vectors = np.linalg.eigh(products / max(rows - 1, 1))
    components = vectors[:, ::-1][:, :count].T
    largest = np.abs(components).argmax(1)
    components = components * np.where(components[np.arange(len(components)), largest] < 0, -1, 1)[:, None]
    return mean, components, np.maximum(variances[::-1], 0)


def fit_projection(
    index: StateIndex, layer: int, direction: str = "forward", *, components: int = 3
) -> Projection:
    """The plane or space in which the states of a layer vary most, over all steps and images of an index.

    Args:
        index: see ``medrnn.explanation.index.build``.
        layer: from 0, whose states.
        direction: "forward" or "backward".
        components: at least 1; as many as there are units where there are fewer.

    Raises:
        ConfigError: no such layer or direction, or fewer than one component.
    """
    if components < 1:
        raise ConfigError(f"components: expected at least 1, got {components}.")
    states = index.part(layer, direction)
    mean, axes, variances = principal_components(states, components)
    points = np.concatenate(
        [(states[k : k + CHUNK] - mean) @ axes.T for k in range(0, len(states), CHUNK)]
    )  # (image, step, component)
    paths = np.full((len(index.classes), *points.shape[1:]), np.nan, np.float32)
    spread = paths.copy()
    for label in np.unique(index.labels):
        of_class = points[index.labels == label]
        paths[label], spread[label] = of_class.mean(0), of_class.std(0)
    of = [np.flatnonzero(index.labels == label) for label in range(len(index.classes))]
    chosen = [
        rows[np.linspace(0, len(rows) - 1, min(EXAMPLES, len(rows))).round().astype(int)] for rows in of
    ]
    examples = tuple(points[rows].astype(np.float32) for rows in chosen)
    share = variances[: len(axes)] / max(float(variances.sum()), np.finfo(float).tiny)
    return Projection(layer, direction, mean, axes, share, paths, spread, examples)


@dataclass(frozen=True, eq=False, repr=False)
class ProbeReport(Brief):
    """How well the class can be read from the state after each step.

    Attributes:
        layer: from 0, whose states.
        direction: "forward" or "backward".
        accuracy: (step,) float64, the share of the index's test images named rightly.
        intervals: (step, 2) float64, Wilson's 95 % interval of each.
        majority: the share that one gets by always naming the class most frequent in the validation part.
        trained, tested: images of the validation part, which the probe learnt from, and of the test part.
        dimensions: principal components that the probe saw at most.
        has_converged: (step,) bool, False where the fit was ended after 300 iterations.
    """

    layer: int
    direction: str
    accuracy: np.ndarray
    intervals: np.ndarray
    majority: float
    trained: int
    tested: int
    dimensions: int
    has_converged: np.ndarray


def _whiten(train: np.ndarray, test: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Both brought to the strongest directions of the first, each to unit variance; idle directions are left out."""
    mean, axes, variances = principal_components(train, count)
    is_kept = variances[: len(axes)] > max(1e-6 * variances[0], 1e-10)
    axes = axes[is_kept] / np.sqrt(variances[: len(axes)][is_kept])[:, None]
    return (train - mean) @ axes.T, (test - mean) @ axes.T


def _probe_step(
    train: np.ndarray, labels: np.ndarray, test: np.ndarray, count: int
) -> tuple[np.ndarray, bool]:
    """What a logistic regression on the states of one step names the test images, and whether it converged."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    seen, unseen = _whiten(train, test, count)
    if not seen.shape[1]:  # the state is the same for every image
        return np.full(len(test), np.bincount(labels).argmax()), True
    model = LogisticRegression(max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(seen, labels)
    return model.predict(unseen), int(model.n_iter_.max()) < ITERATIONS


def probe(
    index: StateIndex,
    layer: int,
    direction: str = "forward",
    *,
    dimensions: int = DIMENSIONS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ProbeReport:
    """How early the class is there: a linear probe of the states at each step (Alain and Bengio 2016).

    At each step a multinomial logistic regression (L2, C = 1) learns from the validation part of the index and is
    scored on its test part. It sees the states' first principal components, of the validation part alone, each
    brought to unit variance. Nothing in it is random: the index's own sample is the only draw. The accuracy is
    that of the probe, not of the model, and the directions it uses need not be those that the model uses.

    Args:
        index: see ``medrnn.explanation.index.build``.
        layer: from 0, whose states.
        direction: "forward" or "backward".
        dimensions: principal components at most; fewer bound the time and over-fitting.
        progress: called after each step with the steps done and all.

    Raises:
        ConfigError: no such layer or direction, or fewer than one dimension.
        DataError: fewer than two classes in the validation part, or no test images.
    """
    from threadpoolctl import threadpool_limits

    if dimensions < 1:
        raise ConfigError(f"dimensions: expected at least 1, got {dimensions}.")
    states, is_test = index.part(layer, direction), index.is_test
    labels, wanted = index.labels[~is_test], index.labels[is_test]
    if len(np.unique(labels)) < 2 or not len(wanted):
        raise DataError(
            f"Expected validation images of at least two classes and test images, got "
            f"{len(np.unique(labels))} classes and {len(wanted)} test images. Build the index with more images."
        )
    right, converged = [], []
    with threadpool_limits(1):  # many small products: more threads only wait for each other
        for step in range(index.steps):
            at = states[:, step].astype(np.float64)
            named, is_done = _probe_step(at[~is_test], labels, at[is_test], dimensions)
            right.append(int((named == wanted).sum()))
            converged.append(is_done)
            progress(step + 1, index.steps)
    return ProbeReport(
        layer=layer,
        direction=direction,
        accuracy=np.array(right) / len(wanted),
        intervals=np.array([wilson_interval(k, len(wanted)) for k in right]),
        majority=float((wanted == np.bincount(labels).argmax()).mean()),
        trained=len(labels),
        tested=len(wanted),
        dimensions=min(dimensions, index.units),
        has_converged=np.array(converged),
    )
