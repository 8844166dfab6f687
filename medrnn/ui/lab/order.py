"""Scan order: the image moved a little, and the same image read by models of every order and direction."""

import streamlit as st

from medrnn import plots
from medrnn.errors import MedrnnError
from medrnn.ui import cached, parts
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session


def _shifted(scene: Scene) -> None:
    from medrnn.explanation.scan_order import shift_test

    with cached.device_lock(scene.device):
        found = shift_test(cached.model(scene.card, scene.device), scene.card, scene.reading)
    st.markdown("**The same image, moved down or to the right by some lines (its edge is repeated)**")
    show(plots.shift_curves(found, dark=parts.is_dark()), "shift", "The answer while the image is moved")
    down, across = (found.curves[axis] for axis in ("down", "across"))
    st.caption(
        f"The answer stays the same in {100 * down.agreement:.0f} % of the shifts down and in "
        f"{100 * across.agreement:.0f} % of those to the right; p moves by {down.spread.max():.2f} and "
        f"{across.spread.max():.2f}."
    )


def _read_otherwise(scene: Scene) -> None:
    from medrnn.explanation.scan_order import order_cards, order_test

    state = session()
    cards = order_cards(scene.card.config.data)
    with st.spinner(f"Letting {len(cards)} models read the image"), cached.device_lock(scene.device):
        found = order_test(
            scene.study,
            scene.card.config.data,
            frame=state.frame,
            crop=state.crop,
            from_colour=scene.study.key in state.from_colour,
            cards=cards,
            load=lambda card: cached.model(card, scene.device),
        )
    st.markdown("**The same image, read by every model of this data set**")
    show(
        plots.order_bars(found, dark=parts.is_dark()), "orders", "The answer of each model, with its reading"
    )
    st.caption(
        f"{100 * found.agreement:.0f} % of the {len(found.answers)} models give the most frequent answer; p spreads "
        f"over {found.spread.max():.2f}. The models differ in cell and training too, not only in order."
    )


def view(scene: Scene) -> None:
    """Both tests on the image in view."""
    try:
        _shifted(scene)
        _read_otherwise(scene)
    except MedrnnError as error:
        st.error(str(error))
