"""The drop zone for a data set: files are read one by one in guarded processes, with a line that says how far."""

from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn.datasets.files import Files
from medrnn.datasets.npz import WANTED, fitting_classes, in_splits
from medrnn.errors import DataError, MedrnnError
from medrnn.imaging.files.arrays import is_npz
from medrnn.imaging.files.nested import Count
from medrnn.imaging.guard.batch import Batch
from medrnn.imaging.signatures import kind_of
from medrnn.ui.data.brought import Brought, Gathering, remake, with_first_choices
from medrnn.ui.serving import room
from medrnn.ui.state import session
from medrnn.ui.study import decoding, uploads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.runtime.uploaded_file_manager import UploadedFile

STORED = (
    "Kept on this machine as small pixels and labels, without names of files, under a name that nobody can guess, "
    "until you delete it. The address of this page is the only way back to it after a reload: keep it. Nothing leaves "
    "this machine."
)


def _path(file: "UploadedFile") -> str:
    """Its path within the folder that was dropped, its name alone otherwise; never one that leads out."""
    parts = PurePosixPath(file.name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("..", "/", ".")) or "file"


def _each(batch: Batch, files: "list[UploadedFile]", count: Count) -> "Iterator[tuple[str, Any]]":
    """Every file, and each one in a zip, with its path; several zips are folders beside each other."""
    zips = sum(kind_of(file.getvalue()) == "zip" for file in files)
    for file in files:
        data, path = file.getvalue(), _path(file)
        if kind_of(data) != "zip":
            yield path, data
            continue
        before, inside = count.files, Count(left_out=count.left_out)
        folder = f"{PurePosixPath(path).with_suffix('')}/" if zips > 1 else ""
        for one, name in batch.unpack(data, inside, is_set=True):
            count.files = before + max(0, inside.files - 1)
            yield f"{folder}{name}", one


def _gather(key: str, files: "list[UploadedFile]", kept: Gathering) -> None:
    """Read what is not read yet.

    Raises:
        ImageError: a zip cannot be read.
        DataError: too much.
    """
    progress = decoding.Progress(key, partial(_cancel, uploads.ids(files)))
    with Batch(
        decoding.visitor(), batch_bytes=sum(file.size for file in files), watch=progress.watch
    ) as batch:
        count = Count(files=len(files))
        read = partial(batch.perform, "read")
        for number, (path, data) in enumerate(_each(batch, files, count)):
            if number < kept.done:
                continue
            progress.begin(number, count.files)
            kept.files.add(path, data, read)
            kept.done = number + 1
        kept.files.beside += sum(count.left_out.values())


def _arrays(key: str, file: "UploadedFile") -> Brought:
    progress = decoding.Progress(key, partial(_cancel, uploads.ids([file])))
    progress.begin(0, 1)
    with Batch(decoding.visitor(), batch_bytes=file.size, watch=progress.watch) as batch:
        found = batch.perform("arrays", file.getvalue(), WANTED)
    if not found.names:
        raise DataError(
            f"Expected the MedMNIST keys {', '.join(WANTED[:2])} and so on, or images and labels alone, got none of "
            "them."
        )
    arrays = in_splits(dict(zip(found.names, found.arrays, strict=True)))
    return Brought(arrays=arrays, classes=fitting_classes(arrays, found.classes))


def _cancel(names: tuple[str, ...]) -> None:
    uploads.forget(names)
    state = session()
    state.uploads += 1
    state.cancelled = state.gathering.done if state.gathering else 0
    state.gathering = None


def take(key: str, files: "list[UploadedFile]") -> str:
    """Read what was dropped and make a set of it; what went wrong with all of it, else "".

    Args:
        key: of the uploader.
        files: as it gives them.
    """
    state = session()
    state.cancelled = None
    try:
        room.check()
        if len(files) == 1 and is_npz(files[0].getvalue()):
            brought = _arrays(key, files[0])
        else:
            names = uploads.ids(files)
            if state.gathering is None or state.gathering.names != names:
                state.gathering = Gathering(names)
            _gather(key, files, state.gathering)
            brought = Brought(files=_required(state.gathering.files))
        choices = with_first_choices(brought)  # asks for the layout: what cannot be told apart ends here
        state.brought, state.gathering = room.take(brought), None
    except MedrnnError as error:
        state.gathering = None
        if (
            state.brought and not state.brought.name
        ):  # the files before made no set either: one sentence at a time
            state.brought = None
        return str(error)
    remake(state, choices)
    return ""


def _required(files: Files) -> Files:
    """Refuse files that make no set, before they take the place of those before.

    Raises:
        DataError: says what was found.
    """
    files.layout()
    return files


def zone() -> None:
    """Takes a zip, an npz file, a table with images, or a folder."""
    state = session()
    is_folder = st.session_state.get("data__folder", False)
    key = f"data__files-{state.uploads}-{is_folder}"  # another key empties it
    files = st.file_uploader(
        "A folder with a folder for each class"
        if is_folder
        else "A zip, an npz file, or a CSV table with images",
        accept_multiple_files="directory" if is_folder else True,
        key=key,
        help="A zip or folder with a folder for each class (also inside train, val and test), an npz file as MedMNIST "
        "has them or of images and labels alone, which are dealt out, or a CSV table with a column of files and one of "
        "labels beside the images. DICOM, NIfTI, PNG, JPEG, TIFF and PGM; what is no image is left out and counted "
        "below.",
    )
    st.toggle(
        "Choose a folder", key="data__folder", help="The browser then asks for a folder instead of files."
    )
    st.caption(STORED)
    if files:
        with uploads.taken_once(files):
            state.no_set = take(key, files)
        state.uploads += 1
        st.rerun()  # with an empty uploader: what is dropped next does not lie beside what was refused
    if state.cancelled is not None:
        st.info(
            f"Cancelled. Files of it that had been read: {state.cancelled}, dropped. What was here before stays."
        )
