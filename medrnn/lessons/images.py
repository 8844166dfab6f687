"""The shipped images that lessons read."""

import numpy as np

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.imaging.samples import read_sample
from medrnn.lessons.lesson import Knob

SIDE = 28  # rows and columns of a digit
DIGITS = {"digit-7": "a seven", "digit-4": "a four"}
IMAGE = Knob(
    "image",
    "Image",
    tuple(DIGITS),
    "digit-7",
    "Which digit of the test set of MNIST is read. Look how its strokes show in the numbers below.",
    tuple(DIGITS.values()),
)


def digit(sample: str) -> np.ndarray:
    """A shipped digit as the networks read it, (row, column) float32 in [0, 1].

    Args:
        sample: a key of ``DIGITS``.
    """
    return sequences.read_study(read_sample(sample), ReadingConfig()).grid


def step_knob(title: str, default: int, help_: str) -> Knob:
    """A control for one step of a digit read line by line, counted from 1."""
    return Knob("step", title, tuple(range(1, SIDE + 1)), default, help_)
