"""Values of DICOM elements, taken without ever raising: what is damaged is as good as missing."""

import math
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID, UID_dictionary


def value_of(ds: Dataset, keyword: str, default: Any = None) -> Any:
    """The value of an element; ``default`` where it is missing or empty, None where it is no legal value."""
    try:
        found = ds.get(keyword)
    except Exception:  # pydicom converts on access, and raises with the value in the text
        return None
    return default if found is None or found == "" else found


def number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def uid_name(value: Any) -> str | None:
    """The registered name of a UID of the standard, or None for private and unknown ones."""
    return UID(str(value)).name if str(value) in UID_dictionary else None
