"""Padding of float pixels is drawn as padding and leaves the computed window alone."""

import io

import numpy as np
import pydicom
import pytest
from pydicom import uid

from medrnn.imaging.deidentify.copy import deidentify
from medrnn.imaging.windowing import display
from medrnn.imaging.words import say_all
from tests.imaging.made import make_dataset, to_bytes
from tests.imaging.same import roundtrip

KINDS = {"Float": (np.float32, "FL", "OF"), "DoubleFloat": (np.float64, "FD", "OD")}


def parametric(array: np.ndarray, kind: str, **padding) -> bytes:
    _, vr, pixels = KINDS[kind]
    ds = make_dataset(array)
    del ds.PixelData, ds.PixelRepresentation, ds.HighBit, ds.BitsStored
    ds.SOPClassUID = uid.ParametricMapStorage
    ds.add_new(f"{kind}PixelData", pixels, array.tobytes())
    for name, value in padding.items():
        ds.add_new(f"{kind}PixelPadding{name}", vr, value)
    return to_bytes(ds)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("padding", "share"),
    [
        ({"Value": -1000.1}, lambda a: np.isclose(a, -1000.1)),
        ({"Value": -1000.1, "RangeLimit": -500.0}, lambda a: a <= -500),
        ({"Value": -500.0, "RangeLimit": -1000.5}, lambda a: a <= -500),
        ({"Value": float("nan")}, np.isnan),
        ({}, None),
    ],
)
def test_padding_is_drawn_black_and_not_looked_at(kind, padding, share):
    array = np.linspace(0, 1, 100).reshape(10, 10).astype(KINDS[kind][0])
    array[0, :3], array[1, :3], array[2, 0] = -1000.1, -700, np.nan
    study = roundtrip(parametric(array, kind, **padding))
    if share is None:
        assert study.padding is None
        return
    expected = share(array)
    assert expected.any() and np.array_equal(study.padding[0], expected)
    assert (display(study)[expected] == 0).all() and "padding drawn black" in say_all(study)
    rest = array[~expected & np.isfinite(array)].astype(np.float64)
    low, high = np.percentile(rest, (0.5, 99.5))
    assert (study.window.center, study.window.width) == pytest.approx(((low + high) / 2, high - low))


def test_numbers_of_the_header_do_not_pass_into_a_copy():
    array = np.full((4, 4), -7.0, np.float32)
    array[1:] = 1.5
    ds = pydicom.dcmread(io.BytesIO(deidentify(parametric(array, "Float", Value=-7.25, RangeLimit=-6.125))))
    assert (ds.FloatPixelPaddingValue, ds.FloatPixelPaddingRangeLimit) == (-7.0, -7.0)
