"""The gallery of samples and the drop zone."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.samples import SAMPLES
from medrnn.ui import decoding, deidentifying, room, sidebar, uploads
from medrnn.ui.components.gallery.gallery import Entry, show
from medrnn.ui.foreign import say_error
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from medrnn.types import Study

CANCELLED = "open__cancelled"
MOST_ERRORS = 5  # shown at once


def gallery() -> None:
    """Every shipped image with its name; a press opens it."""
    st.markdown("**Samples**")
    entries = [
        Entry(sample.id, sample.title, f"{sample.about} {sample.licence}.", sample.thumbnail)
        for sample in SAMPLES.values()
    ]
    show(entries, key="open-gallery", on_press=sidebar.open_sample)


def _take(key: str, files: "list[UploadedFile]") -> None:
    """Decode what was dropped; series are stacked, each study or sentence is kept, the studies before stay."""
    from medrnn.imaging.series import stack

    state = session()
    state.errors = []
    try:
        room.check()
        found = stack(
            decoding.perform_all(key, files, "read", cancel=partial(_cancel, key, uploads.ids(files)))
        )
    except ImageError as error:
        state.errors.append(str(error))
        return
    for index, study in found:
        if wrong := _add(study):
            which = f"File {index + 1}: " if len(found) > 1 else ""
            state.errors.append(f"{which}{wrong}")


def _add(study: "Study | ImageError") -> ImageError | None:
    """Keep a study; what is wrong with it, where it cannot be kept."""
    if isinstance(study, ImageError):
        return study
    try:
        session().add(room.take(study))
    except ImageError as error:
        return error.with_traceback(None)
    return None


def _cancel(key: str, names: tuple[str, ...]) -> None:
    uploads.forget(names)
    session().uploads += 1
    st.session_state[CANCELLED] = decoding.forget(key)


def drop_zone() -> None:
    """Takes files of any name, series and zips of them; what they are is told by their bytes."""
    state = session()
    key = f"open__files-{state.uploads}"  # another key empties it
    st.markdown("**Your own**")
    files = st.file_uploader(
        "DICOM (also a series or a zip), NIfTI, PNG, JPEG, TIFF", accept_multiple_files=True, key=key
    )
    st.caption("Read in this session only: nothing is stored, nothing leaves this machine.")
    if files:
        st.session_state.pop(CANCELLED, None)
        with uploads.taken_once(files):
            _take(key, files)
        decoding.forget(key)
        state.uploads += 1
        st.rerun()
    if CANCELLED in st.session_state:
        st.info(
            f"Cancelled. {st.session_state[CANCELLED]} file(s) that were read already are dropped; what was open "
            "before is still open."
        )
    deidentifying.section()


def show_errors() -> None:
    """What went wrong with the last files; of many the first."""
    errors = session().errors
    for sentence in errors[:MOST_ERRORS]:
        say_error(sentence)
    if len(errors) > MOST_ERRORS:
        st.caption(f"{len(errors) - MOST_ERRORS} more files could not be read.")
