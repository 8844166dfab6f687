"""Says whether a de-identified file reads as the one that it was made from."""

import numpy as np
from pydicom import uid

from medrnn.imaging import read
from medrnn.imaging.deidentify.copy import deidentify
from medrnn.types import Study


def agree(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def assert_same(before: Study, after: Study) -> None:
    for name in ("stored", "values", "colour", "padding"):
        assert agree(getattr(before, name), getattr(after, name)), name
    for name in ("window", "inverted", "spacing_mm", "unit", "geometry"):
        assert getattr(before, name) == getattr(after, name), name
    is_ybr = before.photometric.startswith("YBR")
    assert after.photometric == ("RGB" if is_ybr else before.photometric)
    assert {t for t in set(before.tags) ^ set(after.tags) if t[0] != "Transfer syntax"} <= {
        ("Modality", "OT")
    }
    assert after.transfer_syntax == uid.ExplicitVRLittleEndian


def roundtrip(data: bytes) -> Study:
    before, after = read(data), read(deidentify(data))
    assert_same(before, after)
    return after
