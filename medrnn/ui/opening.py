"""The gallery of samples and the drop zone."""

import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.samples import SAMPLES
from medrnn.types import Study
from medrnn.ui import sidebar
from medrnn.ui.state import session


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


def _unpack(files: list[bytes], errors: list[str]) -> list[bytes]:
    """The files, with those inside a zip instead of the zip."""
    from medrnn.imaging.archive import read_zip

    flat: list[bytes] = []
    for data in files:
        try:
            flat += read_zip(data) if data[:4] == b"PK\3\4" else [data]
        except ImageError as error:
            errors.append(str(error))
    return flat


def take(files: list[bytes]) -> None:
    """Decode what was dropped; series are stacked, each study or sentence is kept, the studies before stay."""
    from medrnn.imaging.series import read_series

    state = session()
    state.errors = []
    flat = _unpack(files, state.errors)
    try:
        found = read_series(flat)
    except ImageError as error:
        state.errors.append(str(error))
        return
    for index, study in found:
        if isinstance(study, Study):
            state.add(study)
        else:
            which = f"File {index + 1} of {len(flat)}: " if len(flat) > 1 else ""
            state.errors.append(f"{which}{study}")


def drop_zone() -> None:
    """Takes files of any name, series and zips of them; what they are is told by their bytes."""
    st.markdown("**Your own**")
    files = st.file_uploader(
        "DICOM (also a series or a zip), NIfTI, PNG, JPEG, TIFF",
        accept_multiple_files=True,
        key="open__files",
    )
    st.caption("Read in this session only: nothing is stored, nothing leaves this machine.")
    ids = tuple(file.file_id for file in files)
    if ids == session().uploads:
        return
    is_more = set(ids) - set(session().uploads)
    session().uploads = ids
    if is_more:
        with st.spinner(f"Decoding {len(files)} file(s)"):
            take([file.getvalue() for file in files])
        st.rerun()


def show_errors() -> None:
    """What went wrong with the last files."""
    for sentence in session().errors:
        st.error(sentence)
