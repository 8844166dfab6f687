"""In which order the units of a heat map stand, chosen once for all of them."""

import numpy as np
import streamlit as st

from medrnn.explanation.memory.ordering import ORDERINGS, contribute, order_units
from medrnn.ui import cached
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import bound, session

HELP = (
    "By likeness: average linkage of the correlation of h over the steps. By variance: of h over the steps. By "
    "contribution: what a unit of the last layer adds to the answer's logit, the head being linear."
)


def choose_order() -> None:
    """The order, for the player and every view."""
    bound(
        st.selectbox, "Order of the units", list(ORDERINGS), "ordering", format_func=ORDERINGS.get, help=HELP
    )


def order(scene: Scene, layer: int, direction: str) -> np.ndarray:
    """(unit,) which unit stands first, second, ... In a lower layer "by contribution" is "as stored"."""
    by = session().ordering
    return scene.keep(
        "order", scene.link, layer, direction, by, make=lambda: _find(scene, layer, direction, by)
    )


def _find(scene: Scene, layer: int, direction: str, by: str) -> np.ndarray:
    trace, gain = scene.trace, None
    if by == "contribution" and layer == trace.layers - 1 and scene.card.config.model.core == "stack":
        with cached.device_lock(scene.device):
            model = cached.model(scene.card, scene.device)
            gain = contribute(model, trace, direction, scene.prediction.answer)
    return order_units(trace.part(layer, direction), by, gain)
