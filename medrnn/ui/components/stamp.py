"""What a saved picture says of itself: that it is no diagnosis, whether its answer counts, and how it was made."""

from medrnn.config import DISCLAIMER
from medrnn.models.inference import Inference


def stamp(inference: Inference | None) -> dict[str, str]:
    """What ``savePicture`` takes beside the picture.

    Args:
        inference: of the answer that the picture shows, None where it shows none.

    Returns:
        ``note``, lines at the foot; ``says``, the verdict's sentence where the answer may not be read as one; and
        ``record``, the trace of inference as JSON, which goes into the file.
    """
    if inference is None:
        return {"note": DISCLAIMER}
    note = f"{DISCLAIMER}\n{inference.line}"
    return {"note": note, "says": inference.warning, "record": inference.to_json()}
