"""The white list: the only tags that leave this package, each with a check of its value.

A text tag is shown only if its value is one of a known set, so that no name, date, id or free text passes, whatever
somebody wrote into it.
"""

import math
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID, UID_dictionary

KNOWN = {
    "Modality": {
        "CR", "CT", "DX", "ES", "GM", "IO", "IVUS", "MG", "MR", "NM", "OCT", "OP", "OT", "PT", "PX", "RF", "RG",
        "RTIMAGE", "SC", "SEG", "SM", "TG", "US", "XA", "XC",
    },
    "BodyPartExamined": {
        "ABDOMEN", "ANKLE", "ARM", "BRAIN", "BREAST", "CHEST", "CSPINE", "ELBOW", "EXTREMITY", "FOOT", "HAND", "HEAD",
        "HEART", "HIP", "KNEE", "LEG", "LIVER", "LSPINE", "NECK", "PELVIS", "SHOULDER", "SKULL", "SPINE", "TSPINE",
        "WRIST",
    },
    "ViewPosition": {"AP", "PA", "LL", "RL", "LLD", "RLD", "LLO", "RLO", "CC", "MLO", "ML", "LM"},
    "Laterality": {"L", "R"},
    "PatientPosition": {"HFS", "HFP", "HFDL", "HFDR", "FFS", "FFP", "FFDL", "FFDR"},
}  # fmt: skip
NUMBERS = {
    "BitsAllocated": "", "BitsStored": "", "SliceThickness": "mm", "SpacingBetweenSlices": "mm", "KVP": "kV",
    "Exposure": "mAs", "RepetitionTime": "ms", "EchoTime": "ms", "FlipAngle": "degrees",
    "MagneticFieldStrength": "T",
}  # fmt: skip
LABELS = {
    "BodyPartExamined": "Body part", "ViewPosition": "View", "PatientPosition": "Patient position",
    "BitsAllocated": "Bits allocated", "BitsStored": "Bits stored", "SliceThickness": "Slice thickness",
    "SpacingBetweenSlices": "Slice distance", "KVP": "Tube voltage", "RepetitionTime": "Repetition time",
    "EchoTime": "Echo time", "FlipAngle": "Flip angle", "MagneticFieldStrength": "Field strength",
}  # fmt: skip


def number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def known_text(ds: Dataset, keyword: str) -> str | None:
    """The value of a text tag if it is one of its known set."""
    value = str(ds.get(keyword, "")).strip().upper()
    return value if value in KNOWN[keyword] else None


def uid_name(value: Any) -> str | None:
    """The registered name of a UID of the standard, or None for private and unknown ones."""
    return UID(str(value)).name if str(value) in UID_dictionary else None


def safe_tags(ds: Dataset) -> tuple[tuple[str, str], ...]:
    """(name, value) of every tag on the white list whose value passes its check."""
    found = [("Kind of object", uid_name(ds.get("SOPClassUID")))]
    found += [(LABELS.get(keyword, keyword), known_text(ds, keyword)) for keyword in KNOWN]
    for keyword, unit in NUMBERS.items():
        value = number(ds.get(keyword))
        found.append((LABELS.get(keyword, keyword), None if value is None else f"{value:g} {unit}".strip()))
    found.append(("Transfer syntax", uid_name(ds.file_meta.get("TransferSyntaxUID"))))
    return tuple((name, value) for name, value in found if value)
