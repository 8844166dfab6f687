"""Train: a model of one's own in a process of its own, with live curves and a stop button."""

import streamlit as st

from medrnn.ui import address, onward, parts, shell
from medrnn.ui.data import offered
from medrnn.ui.runs import by_hand, form, grid, view
from medrnn.ui.state import session

shell.guard()
parts.page_header(
    "Train", "Choose data and a network, start, and watch it learn; the run goes on if this page is closed."
)
view.take_run()
grid.take()

left, right = st.columns([2, 3], gap="large")
with left:
    config, place = form.settings()
    if place.button(
        "Start training",
        type="primary",
        icon=":material/play_circle:",
        disabled=config is None,
        help="In a process of its own: it goes on when you leave the page.",
    ):
        form.start(config)
with right:
    if session().run:
        view.panel(session().run)
    else:
        st.info("No run yet. Start one, and its loss and accuracy are drawn here while it learns.")
by_hand.section(config)
grid.section(config)
address.share(run=session().run, grid=session().grid, data=offered.shared(config.data if config else None))
onward.step("train")
