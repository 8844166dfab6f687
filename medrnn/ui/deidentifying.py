"""De-identified copies of DICOM files, for those who must hand them on."""

import io
import zipfile

import streamlit as st

from medrnn.errors import ImageError
from medrnn.ui import uploads
from medrnn.ui.foreign import say_error
from medrnn.ui.state import session

KEY = "open__deidentified"


def _as_one(files: list[bytes]) -> bytes:
    """One file as it is, several as a zip."""
    if len(files) == 1:
        return files[0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, data in enumerate(files):
            archive.writestr(str(number), data)
    return buffer.getvalue()


def _export(files: list[bytes]) -> None:
    """In a guarded process; what comes back waits in the session for its download."""
    from medrnn.imaging.guard import Batch
    from medrnn.imaging.release import pack

    with Batch() as batch:
        found = batch.perform("deidentify", _as_one(files))
    errors = [one for one in found if isinstance(one, ImageError)]
    if len(errors) == len(found):
        raise errors[0] if errors else ImageError("Expected DICOM files, got an empty zip. Choose another.")
    made = [one if isinstance(one, ImageError) else bytes(one) for one in found]
    st.session_state[KEY] = (pack(made), len(found) - len(errors), len(errors))


def section() -> None:
    """Takes DICOM files or a zip of them, offers a zip of new ones."""
    state = session()
    with st.popover("De-identify DICOM files", icon=":material/shield_person:"):
        st.caption(
            "New files after PS3.15's basic profile, written from a list of what may stay. Words or a face within "
            "a picture stay there: look at the pictures before you hand them on."
        )
        files = st.file_uploader(
            "DICOM files, or a zip", accept_multiple_files=True, key=f"open__deidentify-{state.exports}"
        )
        if files:
            st.session_state.pop(KEY, None)
            try:
                with st.spinner(f"Writing {len(files)} file(s) anew"):
                    _export([file.getvalue() for file in files])
            except ImageError as error:
                say_error(error)
                return
            uploads.forget(files)
            state.exports += 1
            st.rerun()
        _download()


def _download() -> None:
    if KEY not in st.session_state:
        return
    data, written, left_out = st.session_state[KEY]
    st.write(
        f"{written} file(s) written"
        + (f", {left_out} left out because they cannot be read." if left_out else ".")
    )
    st.download_button(
        "Save the files (ZIP)",
        data,
        "medrnn-deidentified.zip",
        "application/zip",
        on_click="ignore",
        icon=":material/download:",
    )
