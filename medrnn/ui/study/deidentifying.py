"""De-identified copies of DICOM files, for those who must hand them on."""

import secrets
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.limits import LIMIT_BYTES
from medrnn.imaging.words import say_left_out
from medrnn.ui.foreign import say_error
from medrnn.ui.serving import room
from medrnn.ui.state import session
from medrnn.ui.study import decoding, uploads

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from medrnn.imaging.deidentify.release import Packed


def _export(key: str, files: "list[UploadedFile]") -> None:
    """In guarded processes, under one salt; what comes back waits in the session for its download."""
    from medrnn.imaging.deidentify.release import pack

    state = session()
    state.salt = state.salt or secrets.token_hex(32)
    made = decoding.perform_all(
        key,
        files,
        "deidentify",
        cancel=partial(_cancel, key, uploads.ids(files)),
        about=state.salt,
        most_bytes=LIMIT_BYTES,
    )
    try:
        room.check()
        packed = pack(made)
    except ImageError as error:
        state.exported = error
        return
    state.exported = packed if packed.written else packed.wrong[0]
    state.beside = say_left_out(decoding.left_out(key))


def _end(key: str) -> int:
    """Let go of the salt and of what was made under it; returns how many files that were."""
    session().salt = ""
    session().exports += 1
    return decoding.forget(key)


def _cancel(key: str, names: tuple[str, ...]) -> None:
    uploads.forget(names)
    session().exported = f"Cancelled. {_end(key)} file(s) that were written anew already are dropped."


def section() -> None:
    """Takes DICOM files or a zip of them, offers a zip of new ones."""
    key = f"open__deidentify-{session().exports}"
    with st.popover("De-identify DICOM files", icon=":material/shield_person:"):
        st.caption(
            "New files after PS3.15's basic profile, written from a list of what may stay. Words or a face within "
            "a picture stay there: look at the pictures before you hand them on."
        )
        files = st.file_uploader(
            "DICOM files, or a zip",
            accept_multiple_files=True,
            key=key,
            help="They are written anew with what stands on a list of allowed elements only. Look at the "
            "pixels yourself: text burnt into them stays.",
        )
        if files:
            session().exported = None
            with uploads.taken_once(files):
                _export(key, files)
            _end(key)
            st.rerun()
        _show()


def _show() -> None:
    """What came of the last files."""
    made = session().exported
    if isinstance(made, ImageError):
        say_error(made)
    elif isinstance(made, str):
        st.info(made)
    elif made:
        _download(made)
        st.caption(session().beside)


def _download(made: "Packed") -> None:
    left_out = f", {len(made.wrong)} left out because they cannot be read." if made.wrong else "."
    st.write(f"{made.written} file(s) written{left_out}")
    st.download_button(
        "Save the files (ZIP)",
        made.data,
        "medrnn-deidentified.zip",
        "application/zip",
        on_click="ignore",
        icon=":material/download:",
        help="The copies, numbered; what was taken away is listed inside.",
    )
