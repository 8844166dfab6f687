"""Runs: every training run, their curves side by side, and the settings in which they differ."""

import streamlit as st

from medrnn.ui import address, onward, parts, shell
from medrnn.ui.after import view as after
from medrnn.ui.runs import table, view

shell.guard()
parts.page_header("Runs", "Every training run on this machine; choose up to five to compare.")
runs = table.listed()
if not runs:
    st.info("No run yet. Start one on the page Train.")
    st.page_link("pages/train.py", label="Start a training run", icon=":material/play_circle:")
    address.share()
    st.stop()
chosen = table.choose(runs)
if len(chosen) == 1:
    view.panel(chosen[0].id)
elif chosen:
    table.compare(chosen)
table.differences(chosen)
address.share(run=chosen[0].id if len(chosen) == 1 else None, **after.shared_of_runs(chosen))
after.of_runs(chosen)
onward.step("runs")
