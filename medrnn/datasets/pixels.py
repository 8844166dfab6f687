"""Images of an npz file as a set holds them: volumes cut, sizes brought down."""

from dataclasses import replace

import numpy as np

from medrnn import sequences
from medrnn.config import CUTS, ReadingConfig
from medrnn.config.reading import MOST_SLICES, read_slices, sheet_of
from medrnn.datasets.choices import Choices
from medrnn.datasets.drawing import cut, sheet
from medrnn.errors import ConfigError, DataError

MOST_SIDE = 224  # pixels; larger images are brought down to it
MOST_SLICE = 64  # likewise of a slice of a series


def is_volume(images: np.ndarray) -> bool:
    """True for (image, slice, row, column) and (image, slice, row, column, 3)."""
    return images.ndim == 5 or (images.ndim == 4 and images.shape[3] != 3)


def without_one(images: np.ndarray) -> np.ndarray:
    """(..., row, column, 1) as (..., row, column)."""
    return images[..., 0] if images.ndim > 3 and images.shape[-1] == 1 else images


def check_images(images: np.ndarray, split: str) -> None:
    """Refuse what are no images.

    Raises:
        DataError: another kind or shape.
    """
    if images.dtype != np.uint8 or not 3 <= images.ndim <= 5 or (images.ndim == 5 and images.shape[4] != 3):
        raise DataError(
            f"{split}_images: expected uint8 (image, row, column), with 3 behind it in colour or slices before the "
            f"rows of volumes, got {images.dtype} {images.shape}. Bring other values to 0 to 255."
        )
    if len(images) and min(images.shape[1:3]) < 2:
        raise DataError(
            f"{split}_images: expected at least 2 x 2 pixels, got {images.shape}. Take larger images."
        )


def as_images(images: np.ndarray, split: str, choices: Choices) -> np.ndarray:
    """Volumes cut, sizes brought down.

    Args:
        images: uint8, as ``check_images`` lets them pass.
        split: of them, for the sentence.
        choices: which cut, which size.

    Returns:
        (image, row, column) or (image, row, column, 3) uint8.

    Raises:
        DataError: they are volumes, and no cut was chosen.
    """
    if is_volume(images):
        if choices.cut == "none":
            ways = ", ".join(f"{way} ({words.lower()})" for way, words in CUTS.items() if way != "none")
            raise DataError(
                f"{split}_images: expected images, got volumes of {images.shape[1]} slices. Choose what of each is "
                f"learnt, the cut (--cut on the command line): {ways}."
            )
        if choices.cut == "slices":
            return _as_sheets(images, split, choices.side)
        shape = (0, *images.shape[2:])
        images = np.stack([cut(one, choices.cut) for one in images]) if len(images) else images.reshape(shape)
    side = choices.side or (MOST_SIDE if max(images.shape[1:3]) > MOST_SIDE else 0)
    return _to_side(images, side) if side else images


def series_reading(slices: int, sheets: np.ndarray, *, is_masked: bool = False) -> ReadingConfig:
    """How series are read that lie on sheets (image, row, column[, 3]), maybe of fewer slices than a sheet has room."""
    side = sheets.shape[2] // sheet_of(slices)[1]
    found = read_slices(slices, side, short="masked" if is_masked else "filled")
    return replace(found, channels="rgb" if sheets.ndim == 4 else "grey")


def to_series(reading: ReadingConfig) -> np.ndarray:
    """(5,) float64: what ``known_series`` takes to know how series are read.

    How many slices, mm between them, mm a pixel, 1 where the median sets the scale, 1 where shorter ones are masked.
    """
    is_median = reading.scale == "median"
    return np.array(
        [reading.slices, reading.slice_mm, reading.pixel_mm, is_median, reading.is_masked], np.float64
    )


def known_series(told: np.ndarray | None, sheets: np.ndarray) -> ReadingConfig | None:
    """The reading of series as a file tells it; None where it tells of none.

    Args:
        told: from ``to_series``.
        sheets: (image, row, column[, 3]), of the series that it tells of.

    Raises:
        DataError: it tells of what the sheets are not.
    """
    if told is None:
        return None
    try:
        slices, slice_mm, pixel_mm, is_median, is_masked = (float(value) for value in told.reshape(-1))
        reading = replace(
            series_reading(int(slices), sheets, is_masked=bool(is_masked)),
            slice_mm=slice_mm,
            pixel_mm=pixel_mm,
            scale="median" if is_median else "window",
        )
    except (ConfigError, ValueError, OverflowError, ZeroDivisionError):
        reading = None
    if reading is None or sheets.shape[1:3] != reading.size:
        raise DataError(
            f"series: expected what these images of {sheets.shape[1]} x {sheets.shape[2]} pixels are the sheets of, "
            "got something else. Leave the array out to have them read as images."
        )
    return reading


def check_lengths(lengths: np.ndarray | None, images: int, split: str) -> np.ndarray | None:
    """(image,) int64, how many slices lie on each sheet; None where a file does not say.

    Raises:
        DataError: not one whole number from 1 on for each image.
    """
    if lengths is None:
        return None
    if lengths.size != images or lengths.dtype.kind not in "iu" or (images and lengths.min() < 1):
        raise DataError(
            f"{split}_lengths: expected {images} whole numbers from 1 on, got others. Save them again."
        )
    return lengths.reshape(-1).astype(np.int64)


def _as_sheets(volumes: np.ndarray, split: str, side: int) -> np.ndarray:
    """Each volume (image, slice, row, column[, 3]) as the sheet of its slices, each brought to a square."""
    count = volumes.shape[1]
    if not 2 <= count <= MOST_SLICES:
        raise DataError(
            f"{split}_images: expected volumes of 2 to {MOST_SLICES} slices, got {count}. Choose another cut."
        )
    wanted = side or min(MOST_SLICE, *volumes.shape[2:4])
    square = _to_side(volumes.reshape(-1, *volumes.shape[2:]), wanted)
    stacks = square.reshape(len(volumes), count, *square.shape[1:])
    if len(stacks):
        return np.stack([sheet(one) for one in stacks])
    shape: np.ndarray = sheet(np.zeros(stacks.shape[1:], np.uint8))
    return shape[None][:0]


def _to_side(images: np.ndarray, side: int) -> np.ndarray:
    """The centred square of each, bicubic with antialiasing; as they are where they have the size."""
    if images.shape[1:3] == (side, side):
        return images
    rows, columns = images.shape[1:3]
    short = min(rows, columns)
    crop = ((columns - short) // 2, (rows - short) // 2, short, short)
    made = np.empty((len(images), side, side, *images.shape[3:]), np.uint8)
    for k, image in enumerate(images):
        grid = sequences.resize(image.astype(np.float32) / 255, crop, (side, side))
        made[k] = np.rint(255 * grid)
    return made
