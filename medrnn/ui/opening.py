"""The gallery of samples and the drop zone."""

import streamlit as st

from medrnn import imaging
from medrnn.errors import ImageError
from medrnn.imaging.samples import SAMPLES
from medrnn.ui import sidebar
from medrnn.ui.state import session

MAX_FILES = 32


def gallery() -> None:
    """Every shipped image with its name; a press opens it."""
    st.markdown("**Samples**")
    with st.container(horizontal=True, gap="small", height=330, border=False):
        for sample in SAMPLES.values():
            with st.container(width=122, gap=None):
                st.image(str(sample.thumbnail), width=112)
                st.button(
                    sample.title,
                    key=f"sample-{sample.id}",
                    on_click=sidebar.open_sample,
                    args=[sample.id],
                    type="tertiary",
                    width="stretch",
                    help=f"{sample.about} {sample.licence}.",
                )


def _take(key: str) -> None:
    """Decode what was dropped; each file becomes a study or a sentence, the ones before stay."""
    state = session()
    files = st.session_state[key] or []
    state.errors = []
    for number, file in enumerate(files[:MAX_FILES], 1):
        which = f"File {number} of {len(files)}: " if len(files) > 1 else ""
        try:
            state.add(imaging.read(file.getvalue()))
        except ImageError as error:
            state.errors.append(f"{which}{error}")
    if len(files) > MAX_FILES:
        state.errors.append(
            f"Expected at most {MAX_FILES} files at once, got {len(files)}; the rest was left out."
        )


def drop_zone() -> None:
    """Takes one or several files of any name; what they are is told by their bytes."""
    st.markdown("**Your own**")
    st.file_uploader(
        "DICOM, PNG, JPEG or TIFF, one or several",
        accept_multiple_files=True,
        key="open__files",
        on_change=_take,
        args=["open__files"],
    )
    st.caption("Read in this session only: nothing is stored, nothing leaves this machine.")


def show_errors() -> None:
    """What went wrong with the last files."""
    for sentence in session().errors:
        st.error(sentence)
