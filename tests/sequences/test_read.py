"""Study to reading and back: places, resizing, polarity, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.config import ORDERS, ReadingConfig
from medrnn.errors import ConfigError, ImageError, ReadingError
from medrnn.sequences import boxes, center_square, lines, place, read_study, resize
from medrnn.types import Study, Window

READINGS = [
    ReadingConfig(order, direction, (4, 6), 2) for order in ORDERS for direction in ("forward", "reverse")
]


def study(pixels, **more):
    low, high = float(pixels.min()), float(pixels.max())
    window = Window((low + high) / 2, high - low or 1, "computed")
    return Study("k", "PNG", pixels[None], pixels[None], **{"window": window} | more)


@pytest.mark.parametrize("config", READINGS, ids=lambda c: c.title)
def test_each_step_reads_the_line_that_its_box_shows(config):
    picture = np.arange(24, dtype=np.float32).reshape(4, 6)
    sequence, table = lines(picture, config), boxes(config, (0, 0, 6, 4))
    assert sequence.shape == (config.steps, config.features)
    for row, (x, y, width, height) in zip(sequence, table.astype(int), strict=True):
        np.testing.assert_array_equal(picture[y : y + height, x : x + width].ravel(), row)


@pytest.mark.parametrize("config", READINGS, ids=lambda c: c.title)
def test_place_undoes_lines_for_arrays_and_tensors(config):
    batch = np.random.default_rng(0).random((3, 4, 6), np.float32)
    np.testing.assert_array_equal(place(lines(batch, config), config), batch)
    assert torch.equal(
        lines(torch.from_numpy(batch), config), torch.from_numpy(np.ascontiguousarray(lines(batch, config)))
    )


@pytest.mark.parametrize("config", READINGS, ids=lambda c: c.title)
def test_the_boxes_tile_the_crop(config):
    table = boxes(config, (10, 20, 60, 80))
    assert (table[:, 2] * table[:, 3]).sum() == pytest.approx(60 * 80)
    assert table[:, 0].min() == 10
    assert (table[:, 1] + table[:, 3]).max() == pytest.approx(100)


COLOUR = [replace(config, channels="rgb") for config in READINGS]


@pytest.mark.parametrize("config", COLOUR, ids=lambda c: c.title)
def test_in_colour_a_step_has_the_three_values_of_each_pixel_and_comes_back(config):
    picture = np.arange(72, dtype=np.float32).reshape(4, 6, 3)
    sequence, table = lines(picture, config), boxes(config, (0, 0, 6, 4))
    assert sequence.shape == (config.steps, config.features)
    for row, (x, y, width, height) in zip(sequence, table.astype(int), strict=True):
        np.testing.assert_array_equal(picture[y : y + height, x : x + width].ravel(), row)
    batch = np.stack([picture, 2 * picture])
    np.testing.assert_array_equal(place(lines(batch, config), config), batch)
    tensor = torch.from_numpy(batch)
    assert torch.equal(place(lines(tensor, config), config), tensor)


def test_a_grey_image_is_read_in_colour_with_three_equal_values():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    grey = study(pixels, window=Window(127.5, 255, "computed"))
    found = read_study(grey, ReadingConfig(channels="rgb"))
    assert found.sequence.shape == (28, 84)
    np.testing.assert_array_equal(found.grid, np.repeat(pixels[..., None] / np.float32(255), 3, -1))


def test_an_image_of_exactly_the_models_size_is_value_over_255():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    window = Window(127.5, 255, "computed")
    reading = read_study(study(pixels, window=window), ReadingConfig())
    np.testing.assert_array_equal(reading.grid, pixels.astype(np.float32) / np.float32(255))


def test_a_large_image_is_cut_to_its_centred_square_and_averaged():
    pixels = np.zeros((140, 200), np.uint8)
    pixels[:70, 30:170] = 255
    found = read_study(study(pixels), ReadingConfig())
    assert found.crop == (30, 0, 140, 140)
    np.testing.assert_allclose(found.grid[:12], 1, atol=0.01)
    np.testing.assert_allclose(found.grid[16:], 0, atol=0.01)
    np.testing.assert_allclose(found.boxes[3], [30, 15, 140, 5])


def test_resizing_keeps_the_mean_of_a_smooth_picture():
    y, x = np.mgrid[0:1:112j, 0:1:112j].astype(np.float32)
    picture = 0.5 + 0.3 * np.sin(3 * x) * np.cos(2 * y)
    small = resize(picture, (0, 0, 112, 112), (28, 28))
    np.testing.assert_allclose(small, picture.reshape(28, 4, 28, 4).mean((1, 3)), atol=0.01)


def test_monochrome1_reads_like_its_monochrome2_twin():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    window = Window(127.5, 255, "computed")
    twin = study(255 - pixels, window=window, inverted=True)
    plain = read_study(study(pixels, window=window), ReadingConfig())
    np.testing.assert_allclose(read_study(twin, ReadingConfig()).grid, plain.grid, atol=1e-6)


def test_three_equal_channels_are_grey_and_real_colour_is_refused_unless_converted():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    grey = np.stack([pixels] * 3, -1)
    np.testing.assert_allclose(read_study(study(grey), ReadingConfig()).grid, pixels / 255, atol=1e-6)
    colour = grey.copy()
    colour[..., 0] = 255
    with pytest.raises(ReadingError, match="Expected a grey image, got colour"):
        read_study(study(colour), ReadingConfig())
    found = read_study(study(colour), ReadingConfig(), from_colour=True)
    np.testing.assert_allclose(found.grid, (0.299 * 255 + 0.701 * pixels) / 255, atol=1e-5)
    assert "converted to grey" in found.warnings[-1]


@pytest.mark.parametrize("crop", [(0, 0, 1, 9), (-1, 0, 9, 9), (20, 0, 9, 9), (0, 25, 28, 9)])
def test_a_crop_that_does_not_fit_says_what_does(crop):
    with pytest.raises(ReadingError, match="inside 28 x 28, got x"):
        read_study(study(np.eye(28, dtype=np.uint8)), ReadingConfig(), crop=crop)


def test_an_image_of_one_pixel_is_refused():
    with pytest.raises(ReadingError, match="at least 2 x 2"):
        read_study(study(np.ones((1, 1), np.uint8)), ReadingConfig())


def test_an_even_image_is_read_with_a_warning():
    assert "one grey value" in read_study(study(np.full((9, 9), 7, np.uint8)), ReadingConfig()).warnings[-1]


def test_a_frame_that_is_not_there_is_refused():
    with pytest.raises(ImageError, match="frame"):
        read_study(study(np.eye(9, dtype=np.uint8)), ReadingConfig(), frame=1)


def test_the_centred_square_leaves_equal_margins():
    assert center_square(study(np.zeros((10, 21), np.uint8))) == (5, 0, 10, 10)


@pytest.mark.parametrize(
    ("order", "direction", "first", "second", "last"),
    [
        ("raster", "forward", (0, 0), (2, 0), (4, 2)),
        ("raster", "reverse", (4, 2), (2, 2), (0, 0)),
        ("snake", "forward", (0, 0), (2, 0), (0, 2)),
        ("snake", "reverse", (0, 2), (2, 2), (0, 0)),
    ],
)
def test_patches_are_read_in_their_order(order, direction, first, second, last):
    table = boxes(ReadingConfig(order, direction, (4, 6), 2), (0, 0, 6, 4))
    assert [tuple(box[:2]) for box in table[[0, 1, -1]].tolist()] == [first, second, last]
    assert len(table) == 6 and (table[:, 2:] == 2).all()


def test_a_snake_never_jumps():
    table = boxes(ReadingConfig("snake"), (0, 0, 28, 28))
    assert np.abs(np.diff(table[:, :2], axis=0)).sum(1).max() == 4


def test_a_patch_has_to_divide_the_size():
    with pytest.raises(ConfigError, match="patch: expected a divisor of 28 and 28, got 5"):
        ReadingConfig("raster", patch=5)
    assert ReadingConfig("rows", patch=5).steps == 28
