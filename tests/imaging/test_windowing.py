"""What is drawn, against the standard's pseudo-code in float64."""

import math
from dataclasses import replace

import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.windowing import apply_window, compute_window, display
from medrnn.types import Window
from tests.imaging.made import RAMP, make_dicom

VALUES = np.array([[-2000.0, -160.5, -160, -159.5, 0], [39.5, 40, 239, 239.5, 3000]])


def standard(x: float, window: Window) -> float:
    """PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2 with ymin 0 and ymax 1, one value at a time."""
    c, w = window.center, window.width
    if window.function == "SIGMOID":
        return 1 / (1 + math.exp(min(-4 * (x - c) / w, 700)))
    if window.function == "LINEAR_EXACT":
        if x <= c - w / 2:
            return 0
        return 1 if x > c + w / 2 else (x - c) / w + 0.5
    if x <= c - 0.5 - (w - 1) / 2:
        return 0
    return 1 if x > c - 0.5 + (w - 1) / 2 else (x - (c - 0.5)) / (w - 1) + 0.5


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(40, 400), (-600.25, 1500.5), (0, 1), (239, 2), (100, 3)])
def test_a_window_is_that_of_the_standard(function, center, width):
    window = Window(center, width, "file", function)
    expected = [[standard(x, window) for x in row] for row in VALUES]
    drawn = apply_window(VALUES, window)
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn, expected, atol=1e-7)


def test_a_narrow_window_far_from_zero_keeps_neighbours_apart():
    values = np.array([[2**30, 2**30 + 1, 2**30 + 2]], np.int32)
    drawn = apply_window(values, Window(2**30 + 1, 2, "file", "LINEAR_EXACT"))
    assert drawn.tolist() == [[0.0, 0.5, 1.0]]


def test_another_window_may_be_asked_for():
    study = read(make_dicom(RescaleSlope=1, RescaleIntercept=-20))
    window = Window(0, 40, "file", "LINEAR_EXACT")
    np.testing.assert_allclose(
        display(study, window=window), np.clip((RAMP - 20.0) / 40 + 0.5, 0, 1), atol=1e-7
    )


def test_the_computed_window_runs_from_the_half_to_the_99_and_a_half_percentile():
    values = np.random.default_rng(0).normal(100, 20, (3, 50, 60)).astype(np.float32)
    window = compute_window(values)
    low, high = np.percentile(values.astype(np.float64), [0.5, 99.5])
    assert (window.center, window.width) == pytest.approx(((low + high) / 2, high - low))
    assert (window.source, window.function) == ("computed", "LINEAR_EXACT")


def test_the_sample_of_a_large_image_sees_every_column():
    row = np.arange(64, dtype=np.int16)
    values = np.broadcast_to(row, (1, 64 * 2_000_000 // 64, 64))  # an even step would always meet one column
    window = compute_window(values)
    assert window.width == pytest.approx(63, abs=1.5)


def test_a_constant_image_has_a_window():
    window = compute_window(np.full((1, 4, 4), 700, np.int16))
    assert (window.center, window.width) == (700, 1)


def test_an_eight_bit_grey_image_gets_the_whole_range():
    window = read(make_dicom((RAMP % 7).astype(np.uint8))).window
    assert (window.center, window.width, window.function) == (127.5, 255, "LINEAR_EXACT")


@pytest.mark.parametrize("frame", [-1, 2, 99])
def test_a_frame_out_of_range_names_the_range(frame):
    study = read(make_dicom(np.stack([RAMP, RAMP]), 2))
    with pytest.raises(ImageError, match=f"Expected a frame from 0 to 1, got {frame}"):
        display(study, frame)


def test_negative_infinity_and_nan_are_black():
    drawn = apply_window(np.array([[-np.inf, np.nan, 5.0, np.inf]]), Window(5, 10, "file", "LINEAR_EXACT"))
    assert drawn.tolist() == [[0.0, 0.0, 0.5, 1.0]]


TABLE = Window(
    101.5, 4, "file", "LUT", np.array([0, 65535, 13107, 26214], "<u2").tobytes()
)  # inputs 100 to 103


def test_a_table_is_read_at_the_nearest_input_and_its_ends_go_on():
    values = np.array([[-np.inf, 0, 99, 100, 100.4, 100.6], [101, 102, 103, 104, 1e9, np.inf]])
    expected = [[0, 0, 0, 0, 0, 1], [1, 0.2, 0.4, 0.4, 0.4, 0.4]]
    np.testing.assert_allclose(apply_window(values, TABLE), expected, atol=1e-7)


def test_nan_is_black_whatever_the_table_begins_with():
    white = replace(TABLE, table=b"\xff\xff" * 4)
    assert apply_window(np.array([[np.nan, 1.0]]), white).tolist() == [[0.0, 1.0]]


def test_a_table_is_stretched_with_its_span():
    wide = replace(TABLE, center=200.0, width=400.0)  # each of the 4 entries holds for 100 values from 0 on
    drawn = apply_window(np.array([[0, 99, 100, 199, 250, 399]]), wide)
    np.testing.assert_allclose(drawn, [[0, 0, 1, 1, 0.2, 0.4]], atol=1e-7)


def test_a_window_with_a_table_can_be_compared_hashed_and_named_shortly():
    other = replace(TABLE, table=memoryview(bytearray(TABLE.table)))
    assert other == TABLE and hash(other) == hash(TABLE) and len({TABLE, other}) == 1
    assert replace(TABLE, table=TABLE.table[::-1]) != TABLE
    assert "table" not in repr(TABLE)
