"""Lesson 1: an image as a sequence. The same pixels in another order are another sequence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn import sequences
from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.lessons.images import IMAGE, SIDE, digit, step_knob
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

MODEL = "mnist-lstm"
SEED = 0  # of the shuffled rows
ORDERS = {
    "rows": "rows, from the top",
    "rows-up": "rows, from the bottom",
    "columns": "columns, from the left",
    "shuffled": "rows, shuffled",
}

LESSON = Lesson(
    id="sequence",
    title="An image as a sequence",
    idea="A recurrent network never sees an image: it reads one line after another, and which line is a step is our "
    "choice.",
    minutes=5,
    knobs=(
        IMAGE,
        Knob(
            "order",
            "One step reads",
            tuple(ORDERS),
            "rows",
            "Cuts the same 784 pixels into 28 steps in another order. Look for the shape of the digit in the sequence, "
            "and below, for what becomes of the answer.",
            tuple(ORDERS.values()),
        ),
        step_knob(
            "Steps read so far",
            12,
            "How far the network has read; what comes later is veiled. Look at which row the answer is decided.",
        ),
    ),
    question=Question(
        "The network learnt digits **row by row from the top**. Now it reads the same 784 pixels **column by column**. "
        "What will it answer?",
        (
            "The same digit: no pixel has changed",
            "It cannot read that: there will be an error",
            "Most likely another digit, and it may be sure of it",
        ),
        2,
        "For the network the order is part of the image: 28 values come at each of 28 steps either way, so there is no "
        "error, and no warning. Of the first 500 test digits it answers 99 % right by rows and 13 % by columns, and "
        "there its median answer still has a probability of 96 %.",
    ),
    sources=(
        "Digits: MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0.",
        "Le, Jaitly, Hinton 2015, [A simple way to initialize recurrent networks of rectified linear units]"
        "(https://arxiv.org/abs/1504.00941): MNIST read pixel by pixel, in order and permuted.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class OrderedRead(Brief):
    """One digit read in one order.

    Attributes:
        grid: (row, column) float32 in [0, 1], the image.
        sequence: (step, feature) float32, what is read at each step.
        places: (row, column) int, the step at which each pixel is read, counted from 0.
        answers: (step, class) float32, the network's probabilities had the image ended after the step.
        classes: names of the classes.
        label: what the image shows.
    """

    grid: np.ndarray
    sequence: np.ndarray
    places: np.ndarray
    answers: np.ndarray
    classes: tuple[str, ...]
    label: str

    @property
    def answer(self) -> str:
        """After the last step."""
        return self.classes[int(self.answers[-1].argmax())]


def cut(image: np.ndarray, order: str) -> np.ndarray:
    """The steps of an image, (step, feature).

    Args:
        image: (row, column), both ``SIDE``.
        order: a key of ``ORDERS``.
    """
    if order == "shuffled":
        return image[np.random.default_rng(SEED).permutation(SIDE)]
    line = "columns" if order == "columns" else "rows"
    direction = "reverse" if order == "rows-up" else "forward"
    return sequences.lines(image, ReadingConfig(line, direction))


def read(model: "Classifier", classes: tuple[str, ...], image: str, order: str) -> OrderedRead:
    """A digit read by the shipped network, which learnt rows from the top, in any order.

    Args:
        model: ``MODEL``, in evaluation mode; given back as found.
        classes: of its card.
        image: id of a sample of 28 x 28 pixels.
        order: a key of ``ORDERS``.
    """
    import torch

    grid = digit(image)
    steps = np.ascontiguousarray(cut(grid, order))
    with torch.inference_mode():
        logits = model.prefix_logits(torch.from_numpy(steps)[None])
    assert logits is not None, "it reads one line after another"
    numbers = np.broadcast_to(np.arange(SIDE)[:, None], (SIDE, SIDE))
    places = _places(numbers, order)
    return OrderedRead(grid, steps, places, logits[0].softmax(-1).numpy(), classes, image.rpartition("-")[2])


def _places(numbers: np.ndarray, order: str) -> np.ndarray:
    """Step numbers (step, feature) where their pixels lie in the image: ``cut`` the other way round."""
    pixels = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    places = np.empty(SIDE * SIDE, np.int64)
    places[cut(pixels, order).ravel()] = numbers.ravel()
    return places.reshape(SIDE, SIDE)
