"""A figure of a lesson, with its picture and its data one press away."""

from collections.abc import Callable
from typing import Any

from medrnn.models.inference import Inference
from medrnn.ui.figure import draw


def show(
    figure: Any,
    name: str,
    alt: str,
    *,
    inference: Inference | None = None,
    heard: Callable[[], None] | None = None,
) -> None:
    """Draw a figure of a lesson.

    Args:
        figure: a ``go.Figure`` in the house's dress.
        name: of the files: the lesson's id and what is drawn, such as "sequence-answers".
        alt: the finding in words, with its numbers.
        inference: of an answer of a shipped model that the figure shows; None where it shows none.
        heard: is called when a point was clicked.
    """
    draw(figure, name, alt, place="learn", inference=inference, heard=heard)
