"""Uploaded bytes, and how they go again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def ids(files: "list[UploadedFile]") -> tuple[str, ...]:
    """How Streamlit names them. What outlives a run, as a button's callback does, keeps these and not the files."""
    return tuple(file.file_id for file in files)


def _store(context: "ScriptRunContext") -> "MemoryUploadedFileManager":
    return cast("MemoryUploadedFileManager", context.uploaded_file_mgr)  # Streamlit has no other


def forget(names: tuple[str, ...]) -> None:
    """Let the server drop the bytes of files, by their ids; the uploader then gets another key."""
    if context := get_script_run_ctx():
        for name in names:
            _store(context).remove_file(context.session_id, name)


def _drop(files: "list[UploadedFile]") -> None:
    forget(ids(files))
    for file in files:
        file.close()  # lets go of the bytes, whoever still names the file


@contextmanager
def taken_once(files: "list[UploadedFile]") -> Iterator[None]:
    """Forget the bytes at the end, also where something goes wrong.

    A script that Streamlit ends early comes again with the same files: then they are kept.
    """
    try:
        yield
    except Exception:  # what ends a script early is none
        _drop(files)
        raise
    _drop(files)


def held_bytes() -> int:
    """What the server holds of uploads of all visitors."""
    context = get_script_run_ctx()
    stats = _store(context).get_stats() if context else {}
    return sum(stat.byte_length for family in stats.values() for stat in family)
