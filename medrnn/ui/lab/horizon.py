"""How far back the memory reaches: the last state's dependence on each step, for the cells on the same image.

Beside the trained networks stand those of the same size before training, as torch starts them and as they were started.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import CELLS
from medrnn.config.network import INITS
from medrnn.explanation.memory.horizon import Horizon, horizon, step_gradients
from medrnn.explanation.memory.reach import Reach, reach
from medrnn.models.cards import Card
from medrnn.ui import cached
from medrnn.ui.components.tracks.rows import Lines, Row
from medrnn.ui.foreign import shown
from medrnn.ui.lab import selected
from medrnn.ui.lab.long_work import is_agreed
from medrnn.ui.lab.scene import Scene

HEIGHT = 170
FLOOR = 1e-8
SEED = 0  # of the untrained networks
UNTRAINED = ("torch", "good")
TRAINED = "trained"


@dataclass(frozen=True, eq=False)
class Measured:
    """Of one network: its horizon, what multiplies its memory at a step, and each step's weight in the answer."""

    horizon: Horizon
    reach: Reach
    gradients: np.ndarray | None = None


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


def _trained(scene: Scene, card: Card) -> Measured:
    name = scene.passage.name
    trace = cached.trace(card, scene.reading, scene.device, name, scene.at)
    with cached.device_lock(scene.device):
        model, gradients = cached.model(card, scene.device), None
        if scene.is_plain:  # else the steps of the reading are not those of the module
            gradients = step_gradients(model, scene.reading.sequence, scene.prediction.answer)
        module = model.recurrent()[name]
        found = horizon(module, trace, scene.layer, scene.direction)
        return Measured(found, reach(module, trace, scene.layer, scene.direction), gradients)


def _untrained(scene: Scene, card: Card, start: str) -> Measured:
    """The network of a card before training, on the CPU."""
    from medrnn.explanation.tracing.inside import trace_inside
    from medrnn.models.networks import build_untrained

    name, config = scene.passage.name, card.config
    with cached.device_lock("cpu"):
        model = build_untrained(replace(config.model, init=start), config.reading, SEED)
        trace = trace_inside(model, scene.reading.sequence, name).one(scene.at)
        module = model.recurrent()[name]
        found = horizon(module, trace, scene.layer, scene.direction)
        return Measured(found, reach(module, trace, scene.layer, scene.direction))


def _limits(curves: list[np.ndarray]) -> tuple[float, float]:
    """Of a logarithmic axis."""
    every = np.concatenate(curves)
    every = every[np.isfinite(every) & (every > 0)]
    if not every.size:
        return 0.1, 1.0
    top = float(every.max())
    return max(float(every.min()), FLOOR * top) * 0.8, top * 1.25


def _curves(found: dict[str, Measured]) -> dict[str, np.ndarray]:
    hidden = {name: one.horizon.hidden for name, one in found.items()}
    cells = {f"{name}, by C": one.horizon.cell for name, one in found.items()}
    return hidden | {name: values for name, values in cells.items() if values is not None}


def _rows(found: dict[str, dict[str, Measured]], scene: Scene) -> list[Row]:
    curves = {start: _curves(networks) for start, networks in found.items()}
    limits = _limits([values for one in curves.values() for values in one.values()])
    does = f"what a small change of the state at a step does to the last one: ||dh_T/dh_t||, {scene.part}"
    names = {
        TRAINED: "Memory of each step",
        "torch": "Untrained, torch's start",
        "good": "Untrained, the good start",
    }
    rows: list[Row] = [
        Lines(
            names[start],
            one,
            does if start == TRAINED else f"the same before training, {INITS[start]}, seed {SEED}",
            is_log=True,
            limits=limits,
            series=f"{start} ||dh_T/dh_t||" if start != TRAINED else "||dh_T/dh_t||",
        )
        for start, one in curves.items()
    ]
    gradients = {name: one.gradients for name, one in found[TRAINED].items() if one.gradients is not None}
    if not gradients:
        return rows
    moves = f"what a small change of the {scene.line} does to the score of {scene.classes[scene.prediction.answer]}"
    return [
        *rows,
        Lines(
            "Weight in the answer",
            gradients,
            f"{moves}: ||gradient||",
            is_log=True,
            limits=_limits(list(gradients.values())),
            series="||gradient||",
        ),
    ]


def _measure(scene: Scene, cards: list[Card]) -> dict[str, dict[str, Measured]]:
    makers = {TRAINED: _trained} | {start: partial(_untrained, start=start) for start in UNTRAINED}
    return {
        start: {
            CELLS[card.config.model.cell]: scene.keep(
                *("horizon", start, card.digest, scene.link, scene.layer, scene.direction),
                make=partial(make, scene, card),
            )
            for card in cards
        }
        for start, make in makers.items()
    }


def far(one: Measured, direction: str) -> float:
    """How much of a change at the step that is read first arrives at the last one."""
    return float(one.horizon.hidden[-1 if direction == "backward" else 0])


def explain(found: dict[str, dict[str, Measured]], direction: str) -> str:
    """Where the plain RNN lies beside the LSTM, trained and not, and what multiplies their memory; "" without both."""
    plain, gated = CELLS["rnn"], CELLS["lstm"]
    if not {plain, gated} <= set(found[TRAINED]):
        return ""
    ends = {start: (far(one[plain], direction), far(one[gated], direction)) for start, one in found.items()}
    said = "; ".join(
        f"{'trained' if start == TRAINED else f'untrained, {INITS[start]},'} {a:.1e} for the {plain}, {b:.1e} for the "
        f"{gated}"
        for start, (a, b) in ends.items()
    )
    is_textbook = all(a < b for start, (a, b) in ends.items() if start != TRAINED)
    order = f" Untrained, the {plain} forgets more, as in the textbook." if is_textbook else ""
    (rnn, lstm), (rnn_0, lstm_0) = (
        (found[start][plain].reach, found[start][gated].reach) for start in (TRAINED, "good")
    )
    return (
        f"Of a change at the step read first there arrives at the last: {said}.{order} Training changes what "
        f"multiplies the memory at a step: the {plain}'s recurrent weights have a spectral radius of {rnn.radius:.2f} "
        f"({rnn_0.radius:.2f} at the good start), times tanh's mean slope of {rnn.slope:.2f}; the {gated}'s forget "
        f"gates stand at {lstm.kept:.2f} in the geometric mean ({lstm_0.kept:.2f} at the good start)."
    )


def view(scene: Scene) -> None:
    """Curves of all cells that have a model for this reading, trained and untrained."""
    cards = _siblings(scene)
    products = sum(2 * scene.steps * card.config.model.width**3 for card in cards) * (1 + len(UNTRAINED))
    if not is_agreed("horizon", products, f"{scene.key}/{scene.part}"):
        return
    with st.spinner(f"Multiplying the Jacobians of {len(cards)} models"):
        found = _measure(scene, cards)
    st.markdown("**How much the end of the reading still depends on each step**")
    title = f"Memory horizon on {scene.study.name}: {', '.join(card.title for card in cards)}."
    selected.show(scene, _rows(found, scene), name="horizon", title=title, enlarged=None, height=HEIGHT)
    if said := explain(found, scene.direction):
        st.markdown(said)
    st.caption(
        f"The higher a curve, the more the end still depends on that step; the horizon is where it has fallen. "
        f"Models: {', '.join(shown(card.id) for card in cards)}; they differ in training too, not only "
        "in their cell. Spectral norms of products of the steps' Jacobians, in closed form from the gates, C held for "
        "dh/dh and h held for dh/dC (by C). The gradient is torch's own."
    )
