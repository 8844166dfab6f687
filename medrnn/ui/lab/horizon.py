"""How far back the memory reaches: the last state's dependence on each step, for the cells on the same image."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import CELLS
from medrnn.explanation.memory.horizon import Horizon, horizon, step_gradients
from medrnn.models.cards import Card
from medrnn.ui import cached
from medrnn.ui.components.tracks.rows import Lines, Row
from medrnn.ui.foreign import shown
from medrnn.ui.lab import selected
from medrnn.ui.lab.long_work import is_agreed
from medrnn.ui.lab.scene import Scene

HEIGHT = 170
FLOOR = 1e-6


def _siblings(scene: Scene) -> list[Card]:
    """The chosen model, and one of every other cell that reads the same data in the same way."""
    own = scene.card
    found = {own.config.model.cell: own}
    for card in cached.cards().values():
        is_alike = (
            card.config.data == own.config.data
            and card.config.reading == own.config.reading
            and card.config.model.is_bidirectional == own.config.model.is_bidirectional
            and card.config.model.layers > scene.layer
            and (card.config.model.core, card.config.model.encoder)
            == (own.config.model.core, own.config.model.encoder)
            and card.classes == own.classes
        )
        if is_alike:
            found.setdefault(card.config.model.cell, card)
    return [found[cell] for cell in CELLS if cell in found]


def _measure(scene: Scene, card: Card) -> tuple[Horizon, np.ndarray | None]:
    name = scene.passage.name
    trace = cached.trace(card, scene.reading, scene.device, name, scene.at)
    with cached.device_lock(scene.device):
        model, gradients = cached.model(card, scene.device), None
        if scene.is_plain:  # else the steps of the reading are not those of the module
            gradients = step_gradients(model, scene.reading.sequence, scene.prediction.answer)
        return horizon(model.recurrent()[name], trace, scene.layer, scene.direction), gradients


def _limits(curves: dict[str, np.ndarray]) -> tuple[float, float]:
    """Of a logarithmic axis."""
    every = np.concatenate(list(curves.values()))
    every = every[np.isfinite(every) & (every > 0)]
    if not every.size:
        return 0.1, 1.0
    top = float(every.max())
    return max(float(every.min()), FLOOR * top) * 0.8, top * 1.25


def _rows(found: dict[str, tuple[Horizon, np.ndarray | None]], scene: Scene) -> list[Row]:
    hidden = {name: h.hidden for name, (h, _) in found.items()}
    hidden |= {f"{name}, by C": h.cell for name, (h, _) in found.items() if h.cell is not None}
    gradients = {name: gradient for name, (_, gradient) in found.items() if gradient is not None}
    does = f"what a small change of the state at a step does to the last one: ||dh_T/dh_t||, {scene.part}"
    answer = scene.classes[scene.prediction.answer]
    moves = f"what a small change of the {scene.line} does to the score of {answer}: ||gradient||"
    memory = Lines(
        "Memory of each step", hidden, does, is_log=True, limits=_limits(hidden), series="||dh_T/dh_t||"
    )
    if not gradients:
        return [memory]
    return [
        memory,
        Lines(
            "Weight in the answer",
            gradients,
            moves,
            is_log=True,
            limits=_limits(gradients),
            series="||gradient||",
        ),
    ]


def view(scene: Scene) -> None:
    """Curves of all cells that have a model for this reading."""
    cards = _siblings(scene)
    products = sum(2 * scene.steps * card.config.model.width**3 for card in cards)
    if not is_agreed("horizon", products, f"{scene.key}/{scene.part}"):
        return
    with st.spinner(f"Multiplying the Jacobians of {len(cards)} models"):
        found = {
            CELLS[card.config.model.cell]: scene.keep(
                *("horizon", card.digest, scene.link, scene.layer, scene.direction),
                make=partial(_measure, scene, card),
            )
            for card in cards
        }
    st.markdown("**How much the end of the reading still depends on each step**")
    title = f"Memory horizon on {scene.study.name}: {', '.join(card.title for card in cards)}."
    selected.show(scene, _rows(found, scene), name="horizon", title=title, enlarged=None, height=HEIGHT)
    st.caption(
        f"The higher a curve, the more the end still depends on that step; the horizon is where it has fallen. "
        f"Models: {', '.join(shown(card.id) for card in cards)}; they differ in training too, not only "
        "in their cell. Spectral norms of products of the steps' Jacobians, in closed form from the gates, C held for "
        "dh/dh and h held for dh/dC (by C). The gradient is torch's own."
    )
