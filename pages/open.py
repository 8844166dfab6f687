"""Open: a sample or a file of one's own, with correct values, size, spacing and the safe tags."""

import streamlit as st

from medrnn.ui import address, masks, opening, parts, shell, volume
from medrnn.ui.state import session

shell.guard()
parts.page_header(
    "Open", "Choose a sample, or bring DICOM, NIfTI, PNG, JPEG or TIFF files; they stay on this machine."
)
address.share()

with st.expander(
    "Images", expanded=session().study is None, icon=":material/folder_open:", key="open__images"
):
    left, right = st.columns([3, 2], gap="medium")
    with left:
        opening.gallery()
    with right:
        opening.drop_zone()
opening.show_errors()

study = parts.require_study()
left, right = st.columns([5, 3], gap="medium")
with left:
    parts.study_viewer(study, key="open")
    masks.section(study)
with right:
    parts.study_facts(study)
volume.section(study)
