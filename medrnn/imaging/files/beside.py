"""What lies beside the images in a zip, a folder or on a disc: it is left out, and how much and why is counted.

A disc, as hospitals hand it out, holds DICOM files and a viewer: programs, pages, icons, a directory of the images.
"""

from collections.abc import Iterable

from medrnn.imaging.buffers import Data
from medrnn.imaging.signatures import kind_of

HIDDEN, DIRECTORY, VIEWER = "hidden", "directory", "viewer"
_DISC = ("dicomdir", "autorun.inf")
_PROGRAMS = (".exe", ".inf", ".dll", ".app", ".msi")


def why_by_name(name: str) -> str:
    """HIDDEN or DIRECTORY for what a file manager or a DICOM exporter adds, by its path with "/"; "" for others."""
    parts = name.split("/")
    if parts[0] == "__MACOSX" or parts[-1].startswith("."):
        return HIDDEN
    return DIRECTORY if parts[-1].upper() == "DICOMDIR" else ""


def is_disc(names: Iterable[str]) -> bool:
    """True where the files are those of a disc with its viewer."""
    last = [name.split("/")[-1].lower() for name in names]
    return any(name in _DISC or name.endswith(_PROGRAMS) for name in last)


def why_by_kind(data: Data | memoryview, is_of_disc: bool) -> str:
    """VIEWER for what is no DICOM, NIfTI or zip on a disc, pictures among them; "" for others."""
    kinds = ("DICOM", "NIfTI", "NIfTI header", "gzip", "zip")
    return VIEWER if is_of_disc and kind_of(data) not in kinds else ""
