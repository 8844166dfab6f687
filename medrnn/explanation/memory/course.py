"""The course of an answer while an image is read: when it is decided, when it comes to rest, what was unread then."""

from dataclasses import dataclass

import numpy as np

from medrnn.errors import TraceError
from medrnn.explanation.memory.settling import NO_STEPS, describe_answers
from medrnn.types import Reading

POINTS = 5.0  # percentage points within which an answer is at rest
SIDES = ("upper", "lower", "left", "right")


@dataclass(frozen=True)
class Unread:
    """A part of the image that no step up to some step has touched, from edge to edge.

    Attributes:
        side: "upper", "lower", "left" or "right".
        share: of the part that is read in all, above 0, below 1.
    """

    side: str
    share: float


@dataclass(frozen=True)
class Course:
    """How an answer came about; steps count from 0.

    Attributes:
        start: where the reading begins, the sides of its first step: ("upper",), ("lower", "right"), ...; of slices
            ("first",) or ("last",).
        line: what one step reads: "row", "column", "patch" or "slice".
        steps: how many there are.
        answer: index of the class that leads after the last step.
        leads: the step from which on it leads to the end.
        before: index of the class that led at the step before that; None where the answer leads from the first step.
        had_led: at how many steps before ``leads`` it led too.
        calm: the step from which on no class's probability moves by more than ``points``; the last one where it
            moves to the end.
        points: percentage points.
        unread: what had not been read at the later of ``leads`` and ``calm``; None where nothing is left, or no side
            is unread from edge to edge.
        final: the answer's probability after the last step, from 0 to 1.
        is_prefix: True where each answer but the last is that of a model that reads both ways, to the part so far.
    """

    start: tuple[str, ...]
    line: str
    steps: int
    answer: int
    leads: int
    before: int | None
    had_led: int
    calm: int
    points: float
    unread: Unread | None
    final: float
    is_prefix: bool = False

    @property
    def decided(self) -> int:
        """The step from which on the answer leads and moves no more."""
        return max(self.leads, self.calm)


def find_calm(steps: np.ndarray, points: float = POINTS) -> int:
    """The first step from which on every class's probability stays within a band.

    Args:
        steps: (step, class) probabilities, as ``Prediction.steps``.
        points: width of the band, in percentage points.

    Returns:
        Counted from 0; the last step where the step before lies outside the band.
    """
    back = np.asarray(steps, np.float64)[::-1]
    spread = np.maximum.accumulate(back) - np.minimum.accumulate(back)
    is_calm = (spread.max(1) <= points / 100 + 1e-12)[::-1]
    return int(is_calm.argmax())


def _edges(boxes: np.ndarray) -> np.ndarray:
    """Top, bottom, left, right of all boxes together."""
    x, y, width, height = np.asarray(boxes, np.float64).T
    return np.array([y.min(), (y + height).max(), x.min(), (x + width).max()])


def find_unread(boxes: np.ndarray, step: int) -> Unread | None:
    """The largest part along a side of the image that has not been touched up to a step.

    Args:
        boxes: (step, 4) x, y, width, height, as ``Reading.boxes``.
        step: the last one that was read, counted from 0.
    """
    whole, read = _edges(boxes), _edges(boxes[: step + 1])
    tall, wide = whole[1] - whole[0], whole[3] - whole[2]
    shares = np.abs(whole - read) / (tall, tall, wide, wide)
    side = int(shares.argmax())
    return Unread(SIDES[side], float(shares[side])) if shares[side] > 1e-6 else None


def find_start(boxes: np.ndarray) -> tuple[str, ...]:
    """The sides of the image at which the first step lies, where it leaves the opposite side free."""
    gaps = np.abs(_edges(boxes) - _edges(boxes[:1])) > 1e-6
    return tuple(SIDES[k] for k in range(4) if gaps[k ^ 1] and not gaps[k])


def find_end(boxes: np.ndarray) -> tuple[str, ...]:
    """At which end of a series the first step lies, whose sheet begins at the top left with the first slice."""
    corner = np.asarray(boxes, np.float64)[:, :2]
    return ("first",) if (corner[0] <= corner.min(0) + 1e-6).all() else ("last",)


def describe_course(
    steps: np.ndarray | None,
    boxes: np.ndarray | Reading,
    line: str = "",
    *,
    points: float = POINTS,
    is_prefix: bool = False,
) -> Course:
    """Describe how an answer came about.

    Args:
        steps: (step, class) probabilities, each row sums to 1; as ``Prediction.steps``.
        boxes: (step, 4) x, y, width, height of what each of these steps reads: ``sequences.boxes`` of
            ``Prediction.places``. A reading by itself where its steps are those of the answer.
        line: what one step reads: "row", "column" or "patch"; of a reading its own.
        points: percentage points within which the answer is at rest.
        is_prefix: the model reads both ways, so that only the last answer is one to a whole reading.

    Raises:
        TraceError: the steps are None, as of a convolutional network.
        ValueError: there is no step or no class, or not one answer for each box.
    """
    if isinstance(boxes, Reading):
        line, boxes = line or boxes.config.line, boxes.boxes
    if steps is None:
        raise TraceError(NO_STEPS)
    if len(steps) != len(boxes):
        raise ValueError(f"expected {len(boxes)} answers, one a step, got {len(steps)}")
    leads = describe_answers(steps).settled
    best = np.asarray(steps).argmax(1)
    calm = find_calm(steps, points)
    is_series = line == "slice"  # whose boxes lie on a sheet, of which no side is a side of anything
    return Course(
        start=find_end(boxes) if is_series else find_start(boxes),
        line=line,
        steps=len(steps),
        answer=int(best[-1]),
        leads=leads,
        before=int(best[leads - 1]) if leads else None,
        had_led=int((best[:leads] == best[-1]).sum()),
        calm=calm,
        points=points,
        unread=None if is_series else find_unread(boxes, max(leads, calm)),
        final=float(steps[-1][best[-1]]),
        is_prefix=is_prefix,
    )
