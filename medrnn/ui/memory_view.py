"""The reading player with the right picture, gates and answer in it."""

import numpy as np
import streamlit as st

from medrnn import sequences
from medrnn.models.catalog import Card
from medrnn.types import Prediction, Reading, Study, Trace
from medrnn.ui import cached
from medrnn.ui.components.player import player
from medrnn.ui.state import bound, session

SIDE = 420  # pixels of the picture's longer side; the player shows it at 240 to 480


def choose_part(trace: Trace) -> None:
    """Which layer and direction."""
    _take_part_from_address(trace)
    if trace.layers > 1:
        bound(
            st.segmented_control,
            "Layer",
            range(trace.layers),
            "layer",
            format_func=lambda k: str(k + 1),
            required=True,
        )
    if len(trace.directions) > 1:
        bound(
            st.segmented_control,
            "Direction",
            trace.directions,
            "direction",
            format_func=str.capitalize,
            required=True,
        )
    state = session()
    state.layer = min(state.layer, trace.layers - 1)
    state.direction = state.direction if state.direction in trace.directions else "forward"


def _take_part_from_address(trace: Trace) -> None:
    """``?layer=`` (from 1) and ``?direction=``, once a visit."""
    if st.session_state.setdefault("medrnn_memory_address", False):
        return
    st.session_state["medrnn_memory_address"] = True
    layer, direction = st.query_params.get("layer", ""), st.query_params.get("direction")
    if layer.isdigit() and 1 <= int(layer) <= trace.layers:
        session().layer = int(layer) - 1
    if direction in trace.directions:
        session().direction = direction


def take_step_from_address(reading: Reading) -> None:
    """``?step=`` counts from 1."""
    step = st.query_params.get("step", "")
    if session().step is None and step.isdigit() and 1 <= int(step) <= len(reading.sequence):
        session().step = int(step) - 1


def _picture(study: Study, reading: Reading) -> tuple[np.ndarray, np.ndarray]:
    """The crop as the eye sees it, (row, column) uint8, and the boxes in its pixels."""
    x, y, width, height = reading.crop
    grey = sequences.grey(study, reading.frame, from_colour=True)
    scale = min(1.0, SIDE / max(width, height))
    size = (max(2, round(height * scale)), max(2, round(width * scale)))
    shown = np.rint(255 * sequences.resize(grey, reading.crop, size)).astype(np.uint8)
    factor = np.array([size[1] / width, size[0] / height] * 2, np.float32)
    return shown, (reading.boxes - np.array([x, y, 0, 0], np.float32)) * factor


def show(study: Study, card: Card, reading: Reading, prediction: Prediction, trace: Trace) -> None:
    """The player; the step at which it comes to rest is kept."""
    state = session()
    picture, boxes = _picture(study, reading)
    chosen = player.play(
        picture, boxes, trace.part(state.layer, state.direction), prediction.steps[:, prediction.answer],
        classes=card.classes, answer=prediction.answer, line=reading.config.line, step=state.step,
        digest=f"{card.digest[:12]}/{reading.key}/{state.layer}/{state.direction}", key="memory-player",
        title=f"How {card.title} read {study.name}: its answer and each gate after every step.",
    )  # fmt: skip
    if chosen is not None:
        state.step = chosen


def downloads(card: Card, reading: Reading, trace: Trace) -> None:
    """The trace as files, and how exact it is."""
    npz, csv = cached.trace_files(f"{card.digest}/{reading.key}", trace, reading, card)
    name = f"medrnn-trace-{card.id}-{reading.study_key[:8]}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button("Trace (NPZ)", npz, f"{name}.npz", on_click="ignore", icon=":material/download:")
        st.download_button(
            "Table (CSV)", csv, f"{name}.csv", "text/csv", on_click="ignore", icon=":material/table:"
        )
        st.caption(_exactness(card, reading, trace), width="content")


def _exactness(card: Card, reading: Reading, trace: Trace) -> str:
    step = session().step
    chosen = f"Step {step + 1} is chosen. " if step is not None else ""
    kind = card.config.model.cell.upper()
    prefix = (
        " Each answer is the model's answer to the part read so far."
        if card.config.model.is_bidirectional
        else ""
    )
    return f"{chosen}The trace agrees with the fused {kind} to {max(trace.error, 1e-9):.0e}.{prefix}"
