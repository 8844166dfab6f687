"""Open: a sample or a file of one's own, with correct values, size, spacing and the safe tags."""

import streamlit as st

from medrnn.ui import address, onward, parts, shell
from medrnn.ui.state import session
from medrnn.ui.study import facts, fitting, masks, nothing_open, opening, volume

shell.guard()
header = parts.page_header(
    "Open", "Choose a medical image, then watch a recurrent network read it line by line."
)
if session().study:
    with header.badge:
        onward.step("open")
    address.share()
else:
    nothing_open.say(header.badge)
opening.images()
opening.show_errors()
if not session().study:
    st.stop()
nothing_open.say_lost()
opening.opened()

study = parts.require_study()
left, right = st.columns([5, 3], gap="medium")
with left:
    parts.study_viewer(study, key="open")
    masks.section(study)
with right:
    fitting.section(study)
    facts.show(study)
volume.section(study)
