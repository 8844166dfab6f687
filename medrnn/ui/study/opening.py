"""What can be opened and what is open: the gallery of samples, the drop zone, the images of this session."""

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.samples import SAMPLES
from medrnn.types import Study
from medrnn.ui import cached, sidebar
from medrnn.ui.components.tiles.tiles import Tile, pick
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.serving import room
from medrnn.ui.state import MAX_STUDIES, session
from medrnn.ui.study import decoding, deidentifying, suggested, uploads
from medrnn.ui.study.decoding import Origin
from medrnn.ui.study.naming import APART, Opened

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MOST_ERRORS = 5  # shown at once
MOST_NAME = 80  # characters of a file's name in a sentence
MOST_GONE = 3  # named of those that left
SORTED_BY_PERSON = ("DICOM", "NIfTI")  # whose folders are called after patients rather than classes


def images() -> None:
    """All that can be opened, folded once something was; a new key folds it again."""
    state = session()
    with st.expander(
        "Samples and your own images",
        expanded=state.study is None,
        icon=":material/folder_open:",
        key=f"open__images-{state.opens}",
    ):
        gallery()
        drop_zone()


def gallery() -> None:
    """Every shipped image with its name, one button each."""
    state = session()
    st.markdown("**Samples**")
    pick(
        [Tile(one.id, one.title, f"{one.about} {one.licence}.") for one in SAMPLES.values()],
        cached.thumbnails(),
        key="open-gallery",
        label="Samples",
        chosen=state.samples.get(state.current, ""),
        on_pick=sidebar.open_sample,
    )


def opened() -> None:
    """The images of this session, where there are several."""
    state = session()
    if len(state.studies) < 2:
        return
    names = {key: label.partition(APART) for key, label in state.labels.items()}
    pick(
        [Tile(key, name, detail=detail) for key, (name, _, detail) in names.items()],
        {key: cached.thumbnail(study) for key, study in state.studies.items()},
        key="open-opened",
        label="Open now",
        chosen=state.current,
        on_pick=sidebar.show_study,
        side=190,
        is_list=True,
    )


def _class_folder(study: Study, origin: Origin, among: Sequence[Origin]) -> str:
    """The folder in its zip, where that sorts pictures into several; "" else."""
    folders = {one.folder for one in among if one.member and one.file == origin.file}
    return origin.folder if len(folders) > 1 and study.kind not in SORTED_BY_PERSON else ""


def _take(key: str, files: "list[UploadedFile]") -> None:
    """Decode what was dropped; series are stacked, each study or sentence is kept, the studies before stay."""
    from medrnn.imaging.series.paths import with_left_out
    from medrnn.imaging.series.stack import stack

    state = session()
    state.errors, state.gone = [], []
    try:
        room.check()
        found = stack(
            decoding.perform_all(key, files, "read", cancel=partial(_cancel, key, uploads.ids(files)))
        )
    except ImageError as error:
        state.errors.append(str(error))
        return
    origins, first = decoding.origins(key), ""
    for index, one in found:
        study = with_left_out(one, decoding.left_out(key))
        folder = _class_folder(study, origins[index], origins) if isinstance(study, Study) else ""
        number = index + 1 if len(found) > 1 else 0
        if wrong := _add(study, Opened(time.time(), folder, number)):
            state.errors.append(f"{plain(origins[index].name, MOST_NAME)}: {wrong}")
        else:
            first = first or state.current
    if first in state.studies:
        state.current = first  # of several the first is shown
        suggested.choose()


def _add(study: Study | ImageError, opened: Opened) -> ImageError | None:
    """Keep a study; what is wrong with it, where it cannot be kept."""
    if isinstance(study, ImageError):
        return study
    try:
        session().add(room.take(study), opened=opened)
    except ImageError as error:
        return error.with_traceback(None)
    return None


def _cancel(key: str, names: tuple[str, ...]) -> None:
    uploads.forget(names)
    session().uploads += 1
    session().cancelled = decoding.forget(key)


def drop_zone() -> None:
    """Takes files of any name, series and zips of them; what they are is told by their bytes."""
    state = session()
    key = f"open__files-{state.uploads}"  # another key empties it
    st.markdown("**Your own**")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        files = st.file_uploader(
            "DICOM (also a series or a zip), NIfTI, PNG, JPEG, TIFF, PGM",
            accept_multiple_files=True,
            key=key,
            help="They are decoded on this machine, in a process of their own, and leave it nowhere. "
            "Look at what was done to them below.",
        )
    with right:
        st.caption("Read in this session only: nothing is stored, nothing leaves this machine.")
        deidentifying.section()
    if files:
        state.cancelled = None
        with uploads.taken_once(files):
            _take(key, files)
        decoding.forget(key)
        state.uploads += 1
        state.opens += 1
        st.rerun()
    if state.cancelled is not None:
        st.info(
            f"Cancelled. {state.cancelled} file(s) that were read already are dropped; what was open "
            "before is still open."
        )


def show_errors() -> None:
    """What went wrong with the last files, of many the first; and what had to leave for them."""
    errors, gone = session().errors, session().gone
    for sentence in errors[:MOST_ERRORS]:
        say_error(sentence)
    if len(errors) > MOST_ERRORS:
        st.caption(f"{len(errors) - MOST_ERRORS} more files could not be read.")
    if gone:
        named = ", ".join(shown(name) for name in gone[:MOST_GONE])
        more = f" and {len(gone) - MOST_GONE} more" if len(gone) > MOST_GONE else ""
        st.info(
            f"At most {MAX_STUDIES} images, and 1 GB of pixels, are open at once. The oldest left: {named}{more}. "
            "Bring them again to see them again.",
            icon=":material/inventory_2:",
        )
