"""The gallery of samples and the drop zone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.samples import SAMPLES
from medrnn.types import Study
from medrnn.ui import deidentifying, sidebar, uploads
from medrnn.ui.components.gallery.gallery import Entry, show
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.imaging.members import Member

MOST_ERRORS = 5  # shown at once


def gallery() -> None:
    """Every shipped image with its name; a press opens it."""
    st.markdown("**Samples**")
    entries = [
        Entry(sample.id, sample.title, f"{sample.about} {sample.licence}.", sample.thumbnail)
        for sample in SAMPLES.values()
    ]
    show(entries, key="open-gallery", on_press=sidebar.open_sample)


def _decode(files: list[bytes]) -> "Iterator[Member | ImageError]":
    """Every file, and every file in a zip, in a guarded process; what goes wrong is an error in its place."""
    from medrnn.imaging.guard import Batch

    with Batch() as batch:
        for data in files:
            is_zip = data[:4] == b"PK\3\4"
            try:
                inside = batch.perform("unpack", data) if is_zip else [data]
            except ImageError as error:
                yield error
                continue
            for one in inside:
                try:
                    yield batch.perform("read", one)
                except ImageError as error:
                    yield error


def take(files: list[bytes]) -> None:
    """Decode what was dropped; series are stacked, each study or sentence is kept, the studies before stay."""
    from medrnn.imaging.series import stack

    state = session()
    state.errors = []
    try:
        found = stack(_decode(files))
    except ImageError as error:
        state.errors.append(str(error))
        return
    for index, study in found:
        if isinstance(study, Study):
            state.add(study)
        else:
            which = f"File {index + 1}: " if len(found) > 1 else ""
            state.errors.append(f"{which}{study}")


def drop_zone() -> None:
    """Takes files of any name, series and zips of them; what they are is told by their bytes."""
    state = session()
    st.markdown("**Your own**")
    files = st.file_uploader(
        "DICOM (also a series or a zip), NIfTI, PNG, JPEG, TIFF",
        accept_multiple_files=True,
        key=f"open__files-{state.uploads}",  # another key empties it
    )
    st.caption("Read in this session only: nothing is stored, nothing leaves this machine.")
    if files:
        with st.spinner(f"Decoding {len(files)} file(s)"):
            take([file.getvalue() for file in files])
        uploads.forget(files)
        state.uploads += 1
        st.rerun()
    deidentifying.section()


def show_errors() -> None:
    """What went wrong with the last files; of many the first."""
    errors = session().errors
    for sentence in errors[:MOST_ERRORS]:
        st.error(sentence)
    if len(errors) > MOST_ERRORS:
        st.caption(f"{len(errors) - MOST_ERRORS} more files could not be read.")
