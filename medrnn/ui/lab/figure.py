"""A Plotly figure with its picture and its data one press away."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from medrnn.plots import name_steps
from medrnn.ui.figure import draw
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

FORMATS = {"png": "PNG", "svg": "SVG"}


def choose_format() -> None:
    """In which format the camera of every figure saves."""
    st.segmented_control(
        "Pictures as",
        list(FORMATS),
        default="png",
        required=True,
        format_func=FORMATS.__getitem__,
        key="lab__format",
        help="In which format the camera over a figure saves it.",
    )


def _go_to(numbers: Sequence[int]) -> None:
    """The step of the point that was clicked is the step of the page."""
    session().step = numbers[0] - 1


def _clicked(key: str, on_point: Callable[[Sequence[int]], None]) -> None:
    points = [
        point for point in st.session_state[key].selection.points if point.get("customdata") is not None
    ]
    if points:
        data = points[0]["customdata"]  # of an array the browser makes an object
        on_point([int(number) for number in (data.values() if isinstance(data, dict) else np.ravel(data))])


def show(
    scene: Scene,
    figure: Any,
    name: str,
    alt: str,
    *,
    has_steps: bool = False,
    on_point: Callable[[Sequence[int]], None] | None = None,
) -> None:
    """Draw a figure.

    Args:
        scene: whose answer it shows.
        figure: a ``go.Figure`` in the house's dress, with the research-only line inside.
        name: of the files, and the widget's key.
        alt: what it shows, for those who cannot see it.
        has_steps: points with ``customdata`` belong to that step, counted from 1; a click on one goes there. Of a
            series its hover says in which frame that is.
        on_point: is called with the whole numbers of the ``customdata`` of a point that was clicked.
    """
    if has_steps and scene.places:
        name_steps(figure, [short for short, _ in scene.places])
    key, go_to = f"lab__figure-{name}", _go_to if has_steps else on_point
    draw(
        figure,
        name,
        alt,
        place="lab",
        picture=st.session_state.get("lab__format") or "png",
        inferences=[scene.inference],
        heard=partial(_clicked, key, go_to) if go_to else None,
    )
