"""How a network goes over an image: in words, and as what is drawn over the image."""

import numpy as np
import streamlit as st

from medrnn.config import CELLS, ModelConfig, ReadingConfig
from medrnn.models.cards import Card
from medrnn.models.places import Passage, passages
from medrnn.types import Reading
from medrnn.ui.components.viewer import viewer

AT_ONCE = "A convolutional network sees the whole image at once: it reads nothing step by step, so no order is drawn."


def in_words(model: ModelConfig, reading: ReadingConfig) -> str:
    """One sentence for the top of a page."""
    found = list(passages(model, reading).values())
    if not found:
        return "The whole image at once: this network reads nothing step by step."
    if found[0].is_sweep:
        rows, columns = found[0].grid
        again = f", {model.layers} times" if model.layers > 1 else ""
        return (
            f"The image as a map of {rows} x {columns} places, swept along all rows, then all columns{again}."
        )
    if len(found) > 1:
        said = " and ".join(f"{one.steps} {one.name}" for one in found)
        return f"The image as two sequences, read side by side: {said}."
    if model.encoder == "stem":
        return (
            f"The image as a sequence: {found[0].steps} {found[0].places.order} of a convolution stem's map."
        )
    what, most = "series" if reading.is_series else "image", "up to " if reading.is_masked else ""
    return f"The {what} as a sequence: {reading.title}, {most}{reading.steps} steps of {reading.features} values."


def _name(one: Passage, model: ModelConfig) -> str:
    if not one.is_sweep:
        return one.name.capitalize()
    pair = f"{one.pair + 1}. pair, " if model.layers > 1 else ""
    return f"{pair}along the {one.axis}".capitalize()


def choose(card: Card, reading: Reading) -> viewer.Sweep | np.ndarray | None:
    """What is drawn of the way, with a choice where there are several passages; where there are none, why."""
    model = card.config.model
    if card.config.reading != reading.config:
        return None if reading.config.is_series else reading.boxes
    known = passages(model, reading.config)
    if not known:
        st.caption(f":material/select_all: {AT_ONCE}")
        return None
    name = next(iter(known))
    if len(known) > 1:
        name = st.pills(
            "Drawn over the image",
            list(known),
            default=name,
            required=True,
            wrap=True,
            format_func=lambda key: _name(known[key], model),
            key=f"read__passage-{card.id}",
            help="Which of the network's ways over the image is drawn on it.",
        )
    one = known[name]
    st.caption(_said(one, model))
    if reading.config.is_series:  # the crop is drawn; the way goes through the frames
        return None
    if one.is_sweep:
        return viewer.Sweep(one.axis, one.grid, model.is_bidirectional)
    return one.boxes(reading.canvas)


def _said(one: Passage, model: ModelConfig) -> str:
    """What the chosen passage does."""
    cell, ways = CELLS[model.cell], " and back" if model.is_bidirectional else ""
    if one.is_sweep:
        line, start = ("row", "left") if one.axis == "rows" else ("column", "top")
        before = "" if one.axis == "rows" else " of what the rows gave"
        return f"{cell}: every {line}{before} from the {start}{ways}; {one.lines} lines of {one.steps} places at once."
    return f"{cell}: {one.steps} steps, a {one.line} each{ways}."
