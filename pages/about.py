"""About: what this is and is not, sources, versions."""

import streamlit as st

from medrnn.ui import about, address, onward, parts, shell

shell.guard()
parts.page_header(
    "About", "What this software is and is not, where its data comes from, and which versions run."
)
left, right = st.columns(2, gap="large")
with left:
    about.purpose()
    about.equations()
with right:
    about.sources()
    about.versions()
address.share()
onward.step("about")
