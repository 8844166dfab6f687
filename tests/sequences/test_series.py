"""A series as a sheet of slices: which frames, at which distance, what lies outside, and the way back."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices, sheet_of
from medrnn.errors import ConfigError, ReadingError
from medrnn.imaging import words
from medrnn.sequences import boxes, draw_crop, lines, on_sheet, place, read_study, slices_first
from medrnn.types import Geometry, Study, Window

PLACE = Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), slice_mm=2.0)


def volume(frames=20, side=8, *, geometry=PLACE, spacing=(1.0, 1.0)):
    """Frame k is of value k throughout, but its first pixel, which is 255."""
    values = np.repeat(np.arange(frames, dtype=np.uint8), side * side).reshape(frames, side, side).copy()
    values[:, 0, 0] = 255
    window = Window(127.5, 255.0, "computed")
    return Study("k", "NIfTI", values, values, window, spacing_mm=spacing, geometry=geometry)


def values_of(reading):
    """(step,) what each step reads, in grey values of the frames' lower right corner."""
    return np.round(255 * reading.sequence[:, -1], 3)


@pytest.mark.parametrize("count", [*range(2, 41), 300, 500])
def test_every_slice_has_a_place_on_the_sheet_and_few_places_are_empty(count):
    down, across = sheet_of(count)
    assert count <= down * across < count + across
    assert down <= across <= 3 * down


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("count", [2, 5, 12])
def test_slices_lie_line_by_line_and_come_back(count, direction):
    config = read_slices(count, 3, direction=direction)
    stack = np.random.default_rng(0).random((2, count, 9), np.float32)
    sheet = place(stack, config)
    assert sheet.shape == (2, *config.size)
    np.testing.assert_array_equal(lines(sheet, config), stack)
    table = boxes(config, (0, 0, *config.size[::-1])).astype(int)
    for step, (x, y, width, height) in enumerate(table):
        np.testing.assert_array_equal(sheet[0, y : y + height, x : x + width].ravel(), stack[0, step])
    assert sheet.sum() == pytest.approx(stack.sum(), rel=1e-5)  # the empty places hold nothing
    assert torch.equal(place(torch.from_numpy(stack), config), torch.from_numpy(sheet))


def test_the_first_slice_is_read_first_or_last():
    forward, back = (read_study(volume(), read_slices(5, 8, direction=way)) for way in ("forward", "reverse"))
    np.testing.assert_array_equal(values_of(forward), values_of(back)[::-1])
    assert forward.frames == back.frames[::-1]
    np.testing.assert_array_equal(forward.grid, back.grid)  # the sheet does not turn


def test_without_a_distance_the_whole_series_is_spread_over_the_steps():
    found = read_study(volume(20), read_slices(5, 8))
    np.testing.assert_allclose(found.frames, [0, 4.75, 9.5, 14.25, 19])
    np.testing.assert_allclose(values_of(found), [0, 4.75, 9.5, 14.25, 19], atol=1e-3)


@pytest.mark.parametrize("frames", [2, 3, 500])
def test_series_of_2_to_500_slices_are_read(frames):
    found = read_study(volume(frames, 4), read_slices(12, 4))
    assert found.frames[0] == 0 and found.frames[-1] == frames - 1


@pytest.mark.parametrize(
    ("apart", "frame", "first"), [(2.0, 10, 8), (4.0, 10, 6), (2.0, 0, 0), (2.0, 19, 15)]
)
def test_at_a_distance_the_frame_in_view_is_the_middle_as_far_as_the_series_reaches(apart, frame, first):
    found = read_study(volume(), read_slices(5, 8, slice_mm=apart), frame=frame)
    expected = first + np.arange(5) * apart / 2
    np.testing.assert_allclose(found.frames, expected)
    np.testing.assert_allclose(values_of(found), expected, atol=1e-3)
    assert found.warnings == ()


def test_between_two_frames_their_mean_weighted_by_the_distance_is_read():
    found = read_study(volume(), read_slices(4, 8, slice_mm=3.0), frame=2)
    np.testing.assert_allclose(found.frames, [0, 1.5, 3, 4.5])
    np.testing.assert_allclose(values_of(found), [0, 1.5, 3, 4.5], atol=1e-3)


def test_what_lies_outside_of_a_short_series_is_black_and_said():
    found = read_study(volume(3), read_slices(7, 8, slice_mm=2.0), frame=1)
    assert found.frames == (-2, -1, 0, 1, 2, 3, 4)
    assert not found.sequence[[0, 1, 5, 6]].any() and found.sequence[2:5].any(1).all()
    assert "4 of the 7 slices that the model reads lie outside of the series" in found.warnings[-1]


def test_the_middle_of_a_slice_is_read_at_the_size_of_a_pixel_that_is_asked_for():
    wide = volume(side=40, spacing=(0.5, 0.5))
    found = read_study(wide, read_slices(5, 8, pixel_mm=2.0))
    assert found.crop == (4, 4, 32, 32)  # 8 pixels of 2 mm are 32 of half a mm
    assert found.canvas == (0, 0, 3 * 32, 2 * 32)
    np.testing.assert_allclose(found.boxes[4], [32, 32, 32, 32])
    unknown = read_study(replace(wide, spacing_mm=None), read_slices(5, 8, pixel_mm=2.0))
    assert unknown.crop == (0, 0, 40, 40)


def test_the_median_of_all_that_is_not_background_gets_the_same_grey_in_every_series():
    for gain in (1.0, 7.0):
        values = gain * np.random.default_rng(0).integers(1, 30, (6, 8, 8)).astype(np.float32)
        values[:, :, :3] = 0
        study = replace(volume(6), stored=values, values=values)
        found = read_study(study, read_slices(6, 8, scale="median"))
        inside = found.sequence[found.sequence > 0]
        assert np.median(inside) == pytest.approx(140 / 255, abs=1e-4)


def test_a_part_of_inverted_slices_with_padding_is_what_is_cut_from_whole_pictures():
    values = np.random.default_rng(0).integers(-500, 500, (4, 12, 16)).astype(np.int16)
    padding = np.random.default_rng(1).random(values.shape) < 0.2
    window = Window(20.0, 700.0, "file", "LINEAR")
    study = replace(
        volume(4),
        stored=values,
        values=values,
        window=window,
        padding=padding,
        inverted=True,
        spacing_mm=None,
    )
    x, y, width, height = crop = (5, 2, 8, 8)
    found = read_study(study, read_slices(3, 8), crop=crop)
    pictures = np.where(padding, 0, 1 - np.clip((values - 19.5) / 699 + 0.5, 0, 1))
    cut = pictures[:, y : y + height, x : x + width]
    expected = [cut[0], (cut[1] + cut[2]) / 2, cut[3]]
    np.testing.assert_allclose(found.sequence.reshape(3, 8, 8), expected, atol=1e-6)


def test_one_image_is_no_series():
    with pytest.raises(ReadingError, match="Expected a series of slices, got one image"):
        read_study(volume(1), read_slices(5, 8))


def test_what_was_done_is_said():
    found = read_study(volume(), read_slices(5, 8, slice_mm=4.0), frame=10)
    said = [words.say(one) for one in found.applied if one.name == "slices"]
    assert said == ["5 slices read, from frame 7 to 15, 4 mm apart"]


def test_the_sheet_is_drawn_at_the_pixels_of_the_series():
    study = volume(side=16)
    drawn = draw_crop(study, read_study(study, read_slices(5, 4)), 600)
    assert drawn.shape == (32, 48)
    assert drawn[0, 16] == 255 and drawn[16, 32] == 0  # each slice's first pixel, and the place without one


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"slices": 1}, "slices"),
        ({"size": (8, 8)}, "lie on a sheet of"),
        ({"slice_mm": -1.0}, "slice_mm"),
        ({"scale": "own"}, "scale"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(more, words):
    with pytest.raises(ConfigError, match=words):
        replace(read_slices(5, 4), **more)


def test_only_slices_have_a_distance():
    with pytest.raises(ConfigError, match="only the order 'slices'"):
        ReadingConfig(slice_mm=2.0)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize(
    ("frames", "apart", "expected"),
    [
        (3, 2.0, [0, 1, 2]),
        (3, 4.0, [0, 2]),
        (4, 3.0, [0, 1.5, 3]),
        (3, 0.0, [0, 1, 2]),
        (9, 0.0, [0, 2, 4, 6, 8]),
        (20, 2.0, [8, 9, 10, 11, 12]),
    ],
)
def test_of_a_short_series_a_masked_reading_takes_the_slices_that_there_are(
    frames, apart, expected, direction
):
    config = read_slices(5, 8, slice_mm=apart, direction=direction, short="masked")
    found = read_study(volume(frames), config, frame=frames // 2)
    expected = expected if direction == "forward" else expected[::-1]
    np.testing.assert_allclose(found.frames, expected)
    np.testing.assert_allclose(values_of(found), expected, atol=1e-3)
    assert found.sequence.shape == (len(expected), 64) and found.warnings == ()
    assert config.knows(found.config) and found.config == config.of_slices(len(expected))
    again = read_study(volume(frames), found.config, frame=frames // 2)
    np.testing.assert_array_equal(again.grid, found.grid)
    drawn = draw_crop(volume(frames), found, 600)
    assert drawn.shape == found.grid.shape


def test_a_model_of_one_length_knows_no_other():
    filled, masked = read_slices(5, 8), read_slices(5, 8, short="masked")
    assert not filled.knows(read_slices(4, 8)) and filled.knows(filled)
    assert masked.knows(read_slices(4, 8)) and masked.knows(masked)
    assert not masked.knows(read_slices(6, 8)) and not masked.knows(read_slices(4, 7))
    assert not masked.knows(read_slices(4, 8, direction="reverse")) and not masked.knows(ReadingConfig())


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("channels", ["grey", "rgb"])
def test_a_short_sheet_lies_on_a_longer_one_from_its_first_slice(direction, channels):
    short = replace(read_slices(3, 4, direction=direction), channels=channels)
    steps = np.random.default_rng(0).random((3, short.features), np.float32)
    found = on_sheet(place(steps, short), short, short.of_slices(8))
    back = lines(found, short.of_slices(8))
    there = slice(0, 3) if direction == "forward" else slice(5, 8)
    np.testing.assert_array_equal(back[there], steps)
    assert np.count_nonzero(back) == np.count_nonzero(steps)
    first = slices_first(torch.from_numpy(back[None]), torch.tensor([3]), short.of_slices(8))
    np.testing.assert_array_equal(first[0].numpy(), steps)
