"""Scan order: the image moved a little, and the same image read by models of every order and direction."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn import plots, sequences
from medrnn.errors import MedrnnError
from medrnn.ui import cached, parts
from medrnn.ui.foreign import say_error
from medrnn.ui.lab.course_words import count_of
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.explanation.scan_order import OrderTest, ShiftTest
    from medrnn.models.cards import Card


def _around(boxes: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """x, y, width, height of the whole pixels round boxes (box, 4) inside (row, column); None where there are none."""
    low = np.floor(boxes[:, :2].min(0)).clip(0).astype(int)
    high = np.ceil((boxes[:, :2] + boxes[:, 2:]).max(0)).clip(max=(size[1], size[0])).astype(int)
    return (*low.tolist(), *(high - low).tolist()) if (high > low).all() else None


def _finding(scene: Scene) -> tuple[tuple[int, int, int, int], str] | None:
    """The place that is moved, in pixels of the model's input: round the mask, else round the selected steps."""
    reading, mask = scene.reading, session().masks.get(scene.study.key)
    rows, columns = reading.grid.shape
    if mask is not None and mask.labels[reading.frame].any():
        y, x = np.nonzero(mask.labels[reading.frame])
        left, top, width, height = reading.crop
        scale = np.array([columns / width, rows / height] * 2)
        boxes = (np.stack([x - left, y - top, np.ones_like(x), np.ones_like(y)], 1)) * scale
        found = _around(boxes, (rows, columns))
        return None if found is None else (found, "the mask's box")
    if scene.span:
        found = _around(
            sequences.boxes(reading.config, (0, 0, columns, rows))[slice(*scene.span)], (rows, columns)
        )
        return None if found is None else (found, f"what steps {scene.span[0] + 1} to {scene.span[1]} read")
    return None


def _move(scene: Scene, region: tuple[int, int, int, int] | None) -> "ShiftTest":
    from medrnn.explanation.scan_order import shift_test

    with cached.device_lock(scene.device):
        return shift_test(cached.model(scene.card, scene.device), scene.card, scene.reading, region)


def _shift(scene: Scene, name: str, words: str, region: tuple[int, int, int, int] | None = None) -> None:
    found = scene.keep("shift", region, make=lambda: _move(scene, region))
    st.markdown(f"**{words}**")
    show(scene, plots.shift_curves(found, dark=parts.is_dark()), name, "The answer while it is moved")
    down, across = (found.curves[axis] for axis in ("down", "across"))
    st.caption(
        f"The same class leads in {_of(down.agreement, len(down.shifts))} shifts down and in "
        f"{_of(across.agreement, len(across.shifts))} to the right (agreement); its probability moves by up to "
        f"{count_of(round(100 * down.spread.max()), 'point')} down and "
        f"{count_of(round(100 * across.spread.max()), 'point')} to the right."
    )


def _of(share: float, count: int) -> str:
    """A share as people count: "23 of 28"."""
    return f"{round(share * count)} of {count}"


def _shifted(scene: Scene) -> None:
    _shift(scene, "shift", "The same image, moved down or to the right by some lines (its edge is repeated)")
    found = _finding(scene)
    if found is None:
        st.caption(
            "To move a finding alone: open or draw a mask on the page Open, or drag over steps in one of the tracks."
        )
        return
    region, name = found
    _shift(scene, "shift-finding", f"Only {name}, moved over an even grey of the image's mean", region)


def _ask_all(scene: Scene, cards: "tuple[Card, ...]") -> "OrderTest":
    from medrnn.explanation.scan_order import order_test

    state = session()
    with st.spinner(f"Letting {len(cards)} models read the image"), cached.device_lock(scene.device):
        return order_test(
            scene.study,
            scene.card.config.data,
            frame=state.frame,
            crop=state.crop,
            from_colour=scene.study.key in state.from_colour,
            cards=cards,
            load=lambda card: cached.model(card, scene.device),
        )


def _read_otherwise(scene: Scene) -> None:
    from medrnn.explanation.scan_order import order_cards

    cards = order_cards(scene.card.config.data)
    digests = tuple(card.digest for card in cards)
    found = scene.keep("orders", *digests, make=lambda: _ask_all(scene, cards))
    st.markdown("**The same image, read by every model of this data set**")
    show(
        scene,
        plots.order_bars(found, is_known=scene.prediction.verdict.is_within, dark=parts.is_dark()),
        "orders",
        "The answer of each model, with its reading",
    )
    if not scene.prediction.verdict.is_within:
        st.caption(
            "None of them was trained on such images: that they agree says nothing of what is in this one."
        )
    st.caption(
        f"{_of(found.agreement, len(found.answers))} models give the most frequent answer (agreement); its probability "
        f"differs by up to {count_of(round(100 * found.spread.max()), 'point')} between them. The models differ in "
        "cell and training too, not only in order."
    )


def view(scene: Scene) -> None:
    """Both tests on the image in view."""
    try:
        _shifted(scene)
        _read_otherwise(scene)
    except MedrnnError as error:
        say_error(error)
