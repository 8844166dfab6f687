"""Uploaded bytes, and how they go again."""

from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def forget(files: "list[UploadedFile]") -> None:
    """Let the server drop the bytes, once what is wanted of them was made; the uploader then gets another key."""
    if context := get_script_run_ctx():
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
