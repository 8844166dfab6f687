"""The white list: the only tags that leave this package, each with a check of its value.

A text tag is shown only if its value is one of a known set, a number only in its plausible range, so that no
name, date, id or free text passes, whatever somebody wrote into it.
"""

from pydicom.dataset import Dataset

from medrnn.imaging.dicom.elements import number, uid_name, value_of

KNOWN = {
    "Modality": {
        "CR", "CT", "DX", "ES", "GM", "IO", "IVUS", "MG", "MR", "NM", "OCT", "OP", "OT", "PT", "PX", "RF",
        "RG", "RTDOSE", "RTIMAGE", "SC", "SEG", "SM", "TG", "US", "XA", "XC",
    },
    "BodyPartExamined": {
        "ABDOMEN", "ANKLE", "ARM", "BRAIN", "BREAST", "CHEST", "CSPINE", "ELBOW", "EXTREMITY", "FOOT", "HAND",
        "HEAD", "HEART", "HIP", "KNEE", "LEG", "LIVER", "LSPINE", "NECK", "PELVIS", "SHOULDER", "SKULL",
        "SPINE", "TSPINE", "WRIST",
    },
    "ViewPosition": {"AP", "PA", "LL", "RL", "LLD", "RLD", "LLO", "RLO", "CC", "MLO", "ML", "LM"},
    "Laterality": {"L", "R"},
    "PatientPosition": {"HFS", "HFP", "HFDL", "HFDR", "FFS", "FFP", "FFDL", "FFDR"},
}  # fmt: skip
NUMBERS = {  # keyword: unit, lowest, highest
    "BitsAllocated": ("", 1, 64),
    "BitsStored": ("", 1, 64),
    "SliceThickness": ("mm", 0, 1000),
    "SpacingBetweenSlices": ("mm", -1000, 1000),
    "KVP": ("kV", 0, 1000),
    "Exposure": ("mAs", 0, 100_000),
    "ExposureTime": ("ms", 0, 100_000),
    "RepetitionTime": ("ms", 0, 100_000),
    "EchoTime": ("ms", 0, 10_000),
    "FlipAngle": ("degrees", 0, 360),
    "MagneticFieldStrength": ("T", 0, 30),
}
LABELS = {
    "BodyPartExamined": "Body part",
    "ViewPosition": "View",
    "PatientPosition": "Patient position",
    "BitsAllocated": "Bits allocated",
    "BitsStored": "Bits stored",
    "SliceThickness": "Slice thickness",
    "SpacingBetweenSlices": "Slice distance",
    "KVP": "Tube voltage",
    "ExposureTime": "Exposure time",
    "RepetitionTime": "Repetition time",
    "EchoTime": "Echo time",
    "FlipAngle": "Flip angle",
    "MagneticFieldStrength": "Field strength",
}


def known_text(ds: Dataset, keyword: str) -> str | None:
    """The value of a text tag if it is one of its known set."""
    value = str(value_of(ds, keyword, "")).strip().upper()
    return value if value in KNOWN[keyword] else None


def safe_tags(ds: Dataset) -> tuple[tuple[str, str], ...]:
    """(name, value) of every tag on the white list whose value passes its check."""
    found = [("Kind of object", uid_name(value_of(ds, "SOPClassUID")))]
    found += [(LABELS.get(keyword, keyword), known_text(ds, keyword)) for keyword in KNOWN]
    for keyword, (unit, low, high) in NUMBERS.items():
        value = number(value_of(ds, keyword))
        is_plausible = value is not None and low <= value <= high
        found.append((LABELS.get(keyword, keyword), f"{value:g} {unit}".strip() if is_plausible else None))
    found.append(("Transfer syntax", uid_name(ds.file_meta.get("TransferSyntaxUID"))))
    return tuple((name, value) for name, value in found if value)
