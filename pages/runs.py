"""Runs: every training run, their curves side by side, and the settings in which they differ."""

import streamlit as st

from medrnn.ui import address, onward, parts, run_view, runs_table, shell

shell.guard()
parts.page_header("Runs", "Every training run on this machine; choose up to five to compare.")
runs = runs_table.listed()
if not runs:
    st.info("No run yet. Start one on the page Train.")
    st.page_link("pages/train.py", label="Start a training run", icon=":material/play_circle:")
    address.share()
    st.stop()
chosen = runs_table.choose(runs)
if len(chosen) == 1:
    run_view.panel(chosen[0].id)
elif chosen:
    runs_table.compare(chosen)
runs_table.differences(chosen)
address.share(run=chosen[0].id if len(chosen) == 1 else None)
onward.step("runs")
