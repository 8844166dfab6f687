"""Uploaded files at work: the place in the queue, how far they are, and the way out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from medrnn.errors import ImageError
from medrnn.imaging.files.nested import Count
from medrnn.imaging.files.pairs import pair_up
from medrnn.imaging.guard.batch import Batch
from medrnn.imaging.signatures import kind_of
from medrnn.ui.state import KEY, session
from medrnn.ui.study import uploads

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TOO_MUCH = "Expected files that come to at most {} MB, these are more. Take fewer at a time."


def visitor() -> str:
    """Whose turn it is: one a browser tab."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


class Progress:
    """One line that says how far the files are, and a button that ends the work.

    Streamlit ends a script that is no longer wanted (another widget was pressed, the tab was closed) where it reads
    the session's state or draws; ``watch`` does the one whenever it is asked and the other where there is news.
    """

    def __init__(self, key: str, cancel: Callable[[], None]) -> None:
        """Draw it; ``cancel`` is called when its button was pressed, before the page is drawn again."""
        with st.container(horizontal=True, vertical_alignment="center"):
            self._line = st.empty()
            st.button(
                "Cancel",
                key=f"{key}-cancel",
                on_click=cancel,
                icon=":material/close:",
                help="Drops the files that are not decoded yet.",
            )
        self._file, self._files, self._said = 0, 1, ""

    def begin(self, file: int, files: int) -> None:
        """The next file, counted from 0, of how many."""
        self._file, self._files = file, max(file + 1, files)
        self.watch(None)

    def watch(self, before: int | None) -> None:
        """See ``guard.Batch``."""
        _ = KEY in st.session_state  # where the script is no longer wanted, this ends it
        words = f"File {self._file + 1} of {self._files}"
        if before is not None:
            words += f" waits: {before} of others " + ("is" if before == 1 else "are") + " before it"
        if words != self._said:
            self._said = words
            self._line.progress(self._file / self._files, words)


@dataclass(frozen=True)
class Origin:
    """Where a file came from, as its visitor knows it: shown to nobody else, logged nowhere.

    Attributes:
        file: the name of the file that was brought, without folders.
        member: of a zip, the path of the file in it.
    """

    file: str
    member: str = ""

    @property
    def folder(self) -> str:
        """The innermost folder of the zip in which it lies."""
        return PurePosixPath(self.member).parent.name

    @property
    def name(self) -> str:
        """Of both, as an error begins."""
        return f"{self.file}: {self.member}" if self.member else self.file


@dataclass
class Decoded:
    """What was made so far of the files in an uploader, so that a press elsewhere does not begin anew."""

    files: tuple[str, ...]
    origins: list[Origin] = field(default_factory=list)
    found: list[Any] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def _unpacked(batch: Batch, files: "list[UploadedFile]", count: Count) -> Iterator[tuple[Any, Origin]]:
    """Each file, and each one in a zip, or what was wrong with a zip; and whence.

    ``count`` knows how many there are, as far as is known.
    """
    for file in files:
        data, whole = file.getvalue(), Origin(PurePosixPath(file.name.replace("\\", "/")).name)
        if kind_of(data) != "zip":
            yield data, whole
            continue
        before, inside = count.files, Count(left_out=count.left_out)  # each zip has the whole limit
        try:
            for one, name in batch.unpack(data, inside):
                count.files = before + max(0, inside.files - 1)
                yield one, replace(whole, member=name)
        except ImageError as error:
            yield error.with_traceback(None), whole


def _paired(unpacked: Iterator[tuple[Any, Origin]]) -> Iterator[tuple[Any, Origin]]:
    """A NIfTI header and its pixels as one file."""
    origins: dict[str, Origin] = {}

    def named() -> Iterator[tuple[Any, str]]:
        for data, origin in unpacked:
            origins[origin.name] = origin
            yield data, origin.name

    for data, name in pair_up(named()):
        yield data, origins[name]


def perform_all(
    key: str,
    files: "list[UploadedFile]",
    operation: str,
    *,
    cancel: Callable[[], None],
    about: Any = None,
    most_bytes: int | None = None,
) -> Iterator[Any]:
    """The result of an operation on each file, and on each one in a zip, in guarded processes.

    What goes wrong is an ``ImageError`` in its place. Where the script ends early and the same files come again, it
    goes on where it was.

    Args:
        key: of the uploader.
        files: as the uploader gives them.
        operation: a name in ``guard.OPERATIONS``; not asked again where the work goes on.
        about: what the operation takes besides the bytes.
        cancel: called where the visitor wants no more of it.
        most_bytes: of results that are bytes, all together.

    Raises:
        ImageError: they are more.
    """
    names, decoded = uploads.ids(files), session().decoded
    if key not in decoded or decoded[key].files != names:
        decoded[key] = Decoded(names)
    kept = decoded[key]
    progress = Progress(key, cancel)
    with Batch(visitor(), batch_bytes=sum(f.size for f in files), watch=progress.watch) as batch:
        yield from kept.found
        count = Count(files=len(files), left_out=kept.left_out)
        kept.left_out.clear()
        for number, (data, origin) in enumerate(_paired(_unpacked(batch, files, count))):
            if number < len(kept.found):
                continue
            progress.begin(number, count.files)
            kept.found.append(_result(batch, operation, data, about))
            kept.origins.append(origin)
            if most_bytes is not None and sum(map(_bytes, kept.found)) > most_bytes:
                raise ImageError(TOO_MUCH.format(most_bytes >> 20))
            yield kept.found[-1]


def _bytes(made: Any) -> int:
    return 0 if isinstance(made, ImageError) else len(made)


def _result(batch: Batch, operation: str, data: Any, about: Any) -> Any:
    if isinstance(data, ImageError):
        return data
    try:
        return batch.perform(operation, data, about)
    except ImageError as error:
        return error.with_traceback(None)  # it would hold the file


def origins(key: str) -> list[Origin]:
    """Whence each result of ``perform_all`` came, until ``forget``."""
    kept = session().decoded.get(key)
    return kept.origins if kept else []


def left_out(key: str) -> Counter[str]:
    """What lay beside the images and was left out, by reason, until ``forget``."""
    kept = session().decoded.get(key)
    return kept.left_out if kept else Counter()


def forget(key: str) -> int:
    """Let go of what was made of the files in an uploader; returns how many that were."""
    kept = session().decoded.pop(key, None)
    return len(kept.found) if kept else 0
