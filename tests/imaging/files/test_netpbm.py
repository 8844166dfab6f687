"""Netpbm images, held against bytes written by hand."""

import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import read


@pytest.mark.parametrize(
    ("head", "values"),
    [
        (b"P5\n3 2\n255\n", np.arange(6, dtype=np.uint8).reshape(2, 3) * 40),
        (b"P5\n# a comment\n3 2\n65535\n", (np.arange(6).reshape(2, 3) * 9000).astype(">u2")),
        (b"P6\n3 2\n255\n", np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14),
    ],
    ids=["grey", "16 bits", "colour"],
)
def test_the_samples_are_those_of_the_file(head, values):
    study = read(head + values.tobytes())
    np.testing.assert_array_equal(study.stored[0], values)
    assert (study.kind, study.frames, study.is_colour) == ("PNM", 1, values.ndim == 3)


@pytest.mark.parametrize("data", [b"P5\n3 2\n255\n123", b"P5\nno size", b"P6\n3 2\n0\n" + bytes(18)])
def test_what_is_damaged_is_said(data):
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(data)


def test_what_is_too_large_is_refused_before_it_is_decoded():
    with pytest.raises(ImageError, match="fewer pixels"):
        read(b"P5\n60000 60000\n255\n")
