"""Uploaded bytes, and how they go again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def forget(files: "list[UploadedFile]") -> None:
    """Let the server drop the bytes, once what is wanted of them was made; the uploader then gets another key."""
    if context := get_script_run_ctx():
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


@contextmanager
def taken_once(files: "list[UploadedFile]") -> Iterator[None]:
    """Forget the bytes at the end, also where something goes wrong.

    A script that Streamlit ends early comes again with the same files: then they are kept.
    """
    try:
        yield
    except Exception:  # what ends a script early is none
        forget(files)
        raise
    forget(files)


def held_bytes() -> int:
    """What the server holds of uploads of all visitors."""
    context = get_script_run_ctx()
    stats = context.uploaded_file_mgr.get_stats() if context else {}
    return sum(stat.byte_length for family in stats.values() for stat in family)
