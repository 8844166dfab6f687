"""Named windows to choose from: the image's own, the usual ones of its kind, the whole range."""

import numpy as np

from medrnn.imaging.windowing import check_frame
from medrnn.types import Study, Window

CT_WINDOWS = {  # center, width in HU, as the OHIF viewer has them; "mediastinum" of Radiopaedia, "Windowing (CT)"
    "soft tissue": (40.0, 400.0),
    "mediastinum": (50.0, 350.0),
    "lung": (-600.0, 1500.0),
    "bone": (480.0, 2500.0),
    "brain": (40.0, 80.0),
    "liver": (90.0, 150.0),
}


def list_windows(study: Study, frame: int = 0) -> dict[str, Window]:
    """Windows by name in the order of display; none for colour.

    Args:
        study: any study.
        frame: whose smallest and largest value make "full range".

    Returns:
        "from the file" or "computed", or "file 1", "file 2", "LUT 1", ... where a file brings several; the CT windows
        where the values are in HU; "full range". Grey values of MR, counts of PET and ultrasound have no usual window.

    Raises:
        ImageError: there is no such frame.
    """
    check_frame(study, frame)
    if study.is_colour:
        return {}
    own = {"from the file" if study.window.source == "file" else "computed": study.window}
    if len(study.windows) > 1:
        own = dict(study.windows)
    usual = {
        name: Window(center, width, "computed", "LINEAR") for name, (center, width) in CT_WINDOWS.items()
    }
    low, high = (float(v) for v in (np.nanmin(study.values[frame]), np.nanmax(study.values[frame])))
    whole = {"full range": Window((low + high) / 2, high - low or 1.0, "computed")}
    return own | (usual if study.unit == "HU" else {}) | whole
