"""Drawn masks against winding numbers and Pillow; shares of boxes against overlaps counted pixel by pixel; figures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from medrnn.errors import ImageError
from medrnn.imaging.masks.figures import measure_labels
from medrnn.imaging.masks.read import draw_mask, shares
from medrnn.types import Geometry, Mask, Study, Window
from tests.imaging.masks.made import make_series

ROWS, COLUMNS = 20, 30
STAR = [(15 + 9 * math.sin(k * 0.8 * math.pi), 10 - 9 * math.cos(k * 0.8 * math.pi)) for k in range(5)]


def make_study(frames=1, values=None, **fields) -> Study:
    values = np.zeros((frames, ROWS, COLUMNS), np.float32) if values is None else values
    return Study("key", "PNG", values, values, Window(0, 1, "computed"), **fields)


def winding_number(x: float, y: float, corners: np.ndarray) -> int:
    """Turns of the polygon round a point, by the sum of the angles under which its edges are seen."""
    to = corners - (x, y)
    angles = np.arctan2(to[:, 1], to[:, 0])
    turns = (np.diff(np.append(angles, angles[0])) + np.pi) % (2 * np.pi) - np.pi
    return round(turns.sum() / (2 * np.pi))


def test_a_star_is_even_odd():
    labels = draw_mask(make_study(), 0, [STAR]).labels
    assert labels[0, 10, 15] == 0 and labels[0, 4, 15] == 1  # its middle is wound round twice


@pytest.mark.parametrize("corners", [3, 4, 7, 40])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_polygons_agree_with_winding_numbers(corners, seed):
    polygon = np.random.default_rng(seed).uniform((-5, -5), (COLUMNS + 5, ROWS + 5), (corners, 2))
    labels = draw_mask(make_study(), 0, [polygon]).labels[0]
    for r in range(ROWS):
        for c in range(COLUMNS):
            assert labels[r, c] == winding_number(c + 0.5, r + 0.5, polygon) % 2, (r, c)


def test_a_convex_polygon_agrees_with_pillow_but_for_its_edge():
    polygon = [(3.2, 4.1), (25.3, 2.4), (22.7, 17.2), (6.4, 15.8)]
    picture = Image.new("1", (COLUMNS * 8, ROWS * 8))
    ImageDraw.Draw(picture).polygon([(8 * x, 8 * y) for x, y in polygon], fill=1)
    covered = np.asarray(picture).reshape(ROWS, 8, COLUMNS, 8).mean((1, 3))
    labels = draw_mask(make_study(), 0, [polygon]).labels[0]
    assert (labels[covered > 0.75] == 1).all() and (labels[covered < 0.25] == 0).all()
    assert labels.sum() == pytest.approx(covered.sum(), rel=0.02)


def test_a_box_of_whole_pixels_is_these_pixels_and_a_half_one_takes_centres():
    labels = draw_mask(make_study(), 0, [(3, 2, 5, 4)]).labels[0]
    expected = np.zeros((ROWS, COLUMNS))
    expected[2:6, 3:8] = 1
    np.testing.assert_array_equal(labels, expected)
    half = draw_mask(make_study(), 0, [(3.6, 2.4, 5, 4)]).labels[0]
    np.testing.assert_array_equal(np.argwhere(half).min(0), (2, 4))
    np.testing.assert_array_equal(np.argwhere(half).max(0), (5, 8))


def test_boxes_side_by_side_share_no_pixel_and_leave_none_out():
    left, right = (draw_mask(make_study(), 0, [box]).labels for box in ((0, 0, 7.5, 20), (7.5, 0, 22.5, 20)))
    np.testing.assert_array_equal(left + right, 1)


def test_regions_add_up_on_their_frames():
    study = make_study(3)
    first = draw_mask(study, 2, [(0, 0, 4, 4), (2, 2, 4, 4)])
    both = draw_mask(study, 0, [(1, 1, 1, 1)], onto=first)
    assert both.labels.sum((1, 2)).tolist() == [1, 0, 28] and first.labels.sum() == 28
    assert (both.source, both.names, both.study_key) == ("drawn", ("drawn region",), "key")


@pytest.mark.parametrize(
    ("frame", "shape", "match"),
    [
        (1, (0, 0, 4, 4), "a frame from 0 to 0, got 1"),
        (-1, (0, 0, 4, 4), "a frame from 0 to 0, got -1"),
        (0, [(0, 0), (4, 4)], r"3 to 10,000 corners.*shape \(2, 2\)"),
        (0, (0, 0, 4), r"shape \(3,\)"),
        (0, [(0, 0), (4, 0), (math.nan, 4)], "far away or no number"),
        (0, [(0, 0), (4, 0), (1e300, 4)], "far away or no number"),
        (0, (3.6, 2.6, 0.7, 0.7), "centre inside, got none"),
        (0, (99, 99, 4, 4), "centre inside, got none"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(frame, shape, match):
    with pytest.raises(ImageError, match=match):
        draw_mask(make_study(), frame, [shape])


def test_a_region_is_added_to_a_drawn_mask_of_the_same_study_only():
    study = make_study()
    drawn = draw_mask(study, 0, [(0, 0, 4, 4)])
    for other in (replace(drawn, study_key="other"), replace(drawn, source="PNG")):
        with pytest.raises(ImageError, match="Begin a new one"):
            draw_mask(study, 0, [(0, 0, 4, 4)], onto=other)


def overlap(low: float, high: float, pixel: int) -> float:
    return max(0.0, min(high, pixel + 1) - max(low, pixel))


def counted_share(inside: np.ndarray, box) -> float:
    """Overlap of the box with each pixel, summed one by one in float64."""
    x, y, width, height = (float(v) for v in box)
    area = sum(overlap(x, x + width, c) * overlap(y, y + height, r) for r, c in np.argwhere(inside))
    return area / (width * height)


def test_shares_agree_with_overlaps_counted_pixel_by_pixel(rng):
    labels = rng.integers(0, 3, (ROWS, COLUMNS)).astype(np.uint8)
    corners = rng.uniform((-3, -3), (COLUMNS, ROWS), (60, 2))
    boxes = np.hstack([corners, rng.uniform(0.1, 15, (60, 2))]).astype(np.float32)
    found = shares(labels, boxes, 2)
    assert found.dtype == np.float32 and found.shape == (60,)
    np.testing.assert_allclose(found, [counted_share(labels == 2, box) for box in boxes], atol=1e-6)


def test_shares_by_numbers():
    labels = np.zeros((4, 4), np.uint8)
    labels[1, 1] = 5
    boxes = [(1, 1, 1, 1), (0.5, 0.5, 1, 1), (0, 0, 4, 4), (1, 1, 0, 3), (9, 9, 1, 1), (-1, 1, 4, 1)]
    assert shares(labels, np.array(boxes), 5).tolist() == [1, 0.25, 0.0625, 0, 0, 0.25]
    assert shares(labels, np.array(boxes), 4).tolist() == [0] * 6
    assert shares(np.full((4, 4), 5, np.uint8), np.array([(0, 0, 4, 4), (3, 3, 2, 2)]), 5).tolist() == [
        1,
        0.25,
    ]
    assert shares(labels, np.empty((0, 4)), 5).shape == (0,)


def test_figures_of_a_flat_image_by_numbers():
    values = np.zeros((1, ROWS, COLUMNS), np.float32)
    values[0, 0, :4] = 2, 4, 6, np.nan
    labels = np.zeros((1, ROWS, COLUMNS), np.uint8)
    labels[0, 0, :4], labels[0, 5, :2] = 1, 3
    study = make_study(values=values, spacing_mm=(0.5, 0.8))
    first, third = measure_labels(Mask("key", labels, ("a", "b", "c"), "PNG"), study)
    assert (first.label, first.name, first.pixels, first.mean) == (1, "a", 4, 4)
    assert first.sd == pytest.approx(math.sqrt(8 / 3)) and first.volume_mm3 is None
    assert first.area_mm2 == pytest.approx(1.6)
    assert (third.label, third.name, third.pixels, third.mean, third.sd) == (3, "c", 2, 0, 0)


def test_figures_of_a_volume_agree_with_numpy(rng):
    study = make_series(3)
    labels = rng.integers(0, 3, study.stored.shape).astype(np.uint8)
    padding = rng.random(study.stored.shape) > 0.7
    found = measure_labels(Mask(study.key, labels, ("a", "b"), "NIfTI"), replace(study, padding=padding))
    for figures in found:
        inside = study.values[(labels == figures.label) & ~padding]
        assert figures.mean == pytest.approx(inside.mean()) and figures.sd == pytest.approx(inside.std())
        assert figures.pixels == (labels == figures.label).sum() and figures.area_mm2 is None
        assert figures.volume_mm3 == pytest.approx(figures.pixels * 0.5 * 0.75 * 2)
    assert [f.label for f in found] == [1, 2]


def test_without_spacing_or_grey_values_there_are_no_such_figures():
    labels = np.ones((2, ROWS, COLUMNS), np.uint8)
    colour = make_study(values=np.zeros((2, ROWS, COLUMNS, 3), np.uint8))
    [figures] = measure_labels(Mask("key", labels, ("a",), "PNG"), colour)
    assert (figures.area_mm2, figures.volume_mm3, figures.mean, figures.sd) == (None, None, None, None)
    geometry = Geometry((0, 0, 0), (1, 0, 0, 0, 1, 0), None)
    [figures] = measure_labels(
        Mask("key", labels, ("a",), "PNG"), make_study(2, spacing_mm=(1, 1), geometry=geometry)
    )
    assert figures.volume_mm3 is None and figures.mean == 0
