"""One unit over a whole data set: what excites it, how it is spread, and what it goes along with."""

from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ConfigError
from medrnn.explanation.index.states import StateIndex

BINS = 41


@dataclass(frozen=True)
class Place:
    """A step of an image of the index, and the unit's state there, in [-1, 1]."""

    image: int
    step: int
    value: float


@dataclass(frozen=True, eq=False, repr=False)
class Drive(Brief):
    """What was being read where a unit was most excited.

    Attributes:
        places: one an image, strongest first.
        offsets: (offset,) int64, steps before (negative) and after the place, in reading order.
        lines: (offset, feature) float32 in [0, 1]: the grey values that lay there, mean over the places; NaN where no
            image has such a step.
        usual: the same steps' mean over all images of the index, to compare with.
        grid: (row, column), in colour (row, column, 3), float32 in [0, 1]: the mean of the places' images, upright.
    """

    places: tuple[Place, ...]
    offsets: np.ndarray
    lines: np.ndarray
    usual: np.ndarray
    grid: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class UnitReport(Brief):
    """What one unit does over a data set. A correlation is no cause, and other units may carry the same.

    Attributes:
        layer: from 0, of the unit.
        direction: "forward" or "backward".
        unit: from 0, within its layer and direction.
        highest, lowest: where its state is most positive and most negative.
        counts: (step, bin) int64, images with a state in that bin.
        edges: (bin + 1,) float64 from -1 to 1.
        mean: (step,) float32, over all images.
        intensity_correlation: Pearson's r of the state with the mean intensity read at the same step, over all
            steps of all images; NaN where one of them is constant.
        intensity_correlation_within_steps: the same after each step's mean was taken from both, so that a unit
            that only counts steps does not seem to see brightness.
        label_correlation: (step, class) float32, r of the state at that step with "is of this class"; NaN
            where one of them is constant.
    """

    layer: int
    direction: str
    unit: int
    highest: Drive
    lowest: Drive
    counts: np.ndarray
    edges: np.ndarray
    mean: np.ndarray
    intensity_correlation: float
    intensity_correlation_within_steps: float
    label_correlation: np.ndarray


def find_places(states: np.ndarray, count: int, *, sign: int = 1) -> tuple[Place, ...]:
    """The images whose state goes furthest to one side, and the step where it does.

    Args:
        states: (image, step) of one unit.
        count: at most so many places, one an image.
        sign: 1 for the most positive states, -1 for the most negative.

    Returns:
        Strongest first; the earlier step and image among equals.
    """
    signed = sign * states.astype(np.float32)
    steps = signed.argmax(1)
    peaks = signed[np.arange(len(signed)), steps]
    best = np.argsort(-peaks, kind="stable")[:count]
    return tuple(Place(int(k), int(steps[k]), float(states[k, steps[k]])) for k in best)


def correlate(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r down the first axis, in float64; NaN where a column is constant.

    Args:
        a: (image, ...).
        b: of a shape that goes with it.

    Returns:
        The shape of both without the first axis.
    """
    a, b = a - a.mean(0, dtype=np.float64), b - b.mean(0, dtype=np.float64)
    spread = np.sqrt((a * a).sum(0) * (b * b).sum(0))
    together = (a * b).sum(0)
    found: np.ndarray = np.divide(together, spread, out=np.full(spread.shape, np.nan), where=spread > 1e-9)
    return found


def drive(index: StateIndex, lines: np.ndarray, places: tuple[Place, ...], around: int) -> Drive:
    """What was read around the places: the mean lines from ``around`` steps before to as many after.

    Args:
        index: the index.
        lines: (image, step, feature) uint8, what was read, see ``StateIndex.lines``.
        places: at least one.
        around: steps before and after, at least 0.
    """
    offsets = np.arange(-around, around + 1)
    mean_lines = lines.mean(0, dtype=np.float64)
    shape = (len(offsets), lines.shape[2])
    read, usual = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    for row, offset in enumerate(offsets):
        there = [(p.image, p.step + offset) for p in places if 0 <= p.step + offset < index.steps]
        if there:
            images, steps = np.array(there).T
            read[row] = lines[images, steps].mean(0) / 255
            usual[row] = mean_lines[steps].mean(0) / 255
    grid = index.grids[[p.image for p in places]].mean(0) / 255
    return Drive(places, offsets, read, usual, grid.astype(np.float32))


def describe_unit(
    index: StateIndex, layer: int, direction: str, unit: int, *, count: int = 16, around: int = 2
) -> UnitReport:
    """What one unit does over the images of an index.

    Args:
        index: see ``medrnn.explanation.index.build``.
        layer: from 0, of the unit.
        direction: "forward" or "backward".
        unit: from 0, within its layer and direction.
        count: at most so many places of highest and of lowest state.
        around: steps of input shown before and after each place.

    Raises:
        ConfigError: there is no such unit, or ``count`` or ``around`` is too small.
    """
    part = index.part(layer, direction)
    if not 0 <= unit < index.units:
        raise ConfigError(f"unit: expected 0 to {index.units - 1}, got {unit}.")
    if count < 1 or around < 0:
        raise ConfigError(f"Expected at least 1 place and 0 steps around it, got {count} and {around}.")
    states, lines = part[:, :, unit].astype(np.float64), index.lines()
    brightness = lines.mean(-1, dtype=np.float64) / 255
    edges = np.linspace(-1, 1, BINS + 1)
    classes = index.labels[:, None] == np.arange(len(index.classes))
    by_step = [a - a.mean(0) for a in (states, brightness)]
    return UnitReport(
        layer=layer,
        direction=direction,
        unit=unit,
        highest=drive(index, lines, find_places(states, count), around),
        lowest=drive(index, lines, find_places(states, count, sign=-1), around),
        counts=np.stack([np.histogram(column, edges)[0] for column in states.T]),
        edges=edges,
        mean=states.mean(0).astype(np.float32),
        intensity_correlation=float(correlate(states.ravel(), brightness.ravel())),
        intensity_correlation_within_steps=float(correlate(by_step[0].ravel(), by_step[1].ravel())),
        label_correlation=correlate(states[:, :, None], classes[:, None, :].astype(np.float64)).astype(
            np.float32
        ),
    )
