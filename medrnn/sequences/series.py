"""Which slices of a series are read, and how they lie side by side on one sheet.

Where the distance of the slices is known and the reading asks for one, they are read at that distance along the normal,
between two slices by the mean weighted by their distance; what lies outside of the series is black, and said. Else the
whole series is spread over the steps, from its first slice to its last. A reading that is masked takes of a shorter
series only the slices that there are: it has fewer steps, and nothing stands in for the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.config.reading import sheet_of
from medrnn.errors import ReadingError
from medrnn.imaging import windowing
from medrnn.sequences.pictures import center_square, colour, grey, resize
from medrnn.sequences.tiles import Crop, tile_order
from medrnn.types import Applied, Study, Window

MEDIAN = 140 / 255  # grey value of the median of all that is not background, where a reading asks for it
TOLERANCE = 1e-6  # of a slice


@dataclass(frozen=True)
class Series:
    """Which slices of a study a reading takes.

    Attributes:
        frames: of each place of the sheet, the frame that lies there, counted from 0; between two frames a fraction.
        window: through which they are seen; None for the study's own.
        is_placed: True where they lie at the distance that the reading asks for.
    """

    frames: tuple[float, ...]
    window: Window | None
    is_placed: bool

    def outside(self, count: int) -> int:
        """How many of them lie outside of a study of so many frames."""
        return sum(not is_inside(at, count) for at in self.frames)


def is_inside(at: float, count: int) -> bool:
    """Whether a frame, counted from 0, lies within a series of so many; else what is read there is black."""
    return -TOLERANCE <= at <= count - 1 + TOLERANCE


def lay_out(study: Study, config: ReadingConfig, frame: int) -> Series:
    """Which frames are read.

    Args:
        study: a series, a volume or a file of several frames.
        config: a reading of slices; one that is masked takes at most so many.
        frame: the one in the middle, as far as the series reaches; without a distance it does not count.

    Raises:
        ReadingError: the study has one frame only.
        ImageError: there is no such frame.
    """
    if study.frames < 2:
        raise ReadingError(
            f"Expected a series of slices, got one image. A model that reads {config.title} needs a series, a "
            "volume or a file of several frames: open one, or choose another model."
        )
    windowing.check_frame(study, frame)
    apart = study.geometry.slice_mm if study.geometry else None
    last = study.frames - 1
    is_placed = bool(config.slice_mm and apart)
    step = config.slice_mm / apart if is_placed and apart else 1.0
    there = int(np.floor(last / step + TOLERANCE)) + 1
    count = min(config.slices, max(2, there)) if config.is_masked else config.slices
    if is_placed:
        reach = step * (count - 1)
        start = min(max(frame - reach / 2, 0.0), last - reach) if reach <= last else (last - reach) / 2
        start = float(
            np.floor(start)
        )  # on a frame, so that frames stay as they are where the distances allow it
        at = start + step * np.arange(count)
    else:
        at = np.linspace(0, last, count)
    return Series(tuple(at.tolist()), _window(study, config), is_placed)


def _window(study: Study, config: ReadingConfig) -> Window | None:
    """The window that brings the median of all values above 0 to the same grey value in every series."""
    if config.scale != "median":
        return None
    known = windowing.sample(study.values, study.padding)
    above = known[known > 0]
    if not above.size:
        return None
    white = float(np.median(above)) / MEDIAN
    return Window(white / 2, white, "computed")


def choose_crop(study: Study, config: ReadingConfig) -> Crop:
    """The part of each slice that is read: the middle of it at the reading's size of a pixel where both are known.

    Returns:
        x, y, width, height in image pixels; the centred square of the short edge where a size is not known, or where
        the image is smaller than what the model reads.
    """
    whole = center_square(study)
    if not (config.pixel_mm and study.spacing_mm):
        return whole
    tall, wide = (max(2, round(config.patch * config.pixel_mm / mm)) for mm in study.spacing_mm)
    if tall > whole[3] or wide > whole[2]:
        return whole
    return (study.columns - wide) // 2, (study.rows - tall) // 2, wide, tall


def pictures_at(
    study: Study, config: ReadingConfig, places: Sequence[float], window: Window | None
) -> Iterator[np.ndarray]:
    """What lies at places of a series: a frame, or the weighted mean of the two beside it.

    Args:
        study: the series.
        config: grey or in colour.
        places: in frames, counted from 0, maybe a fraction; black outside of the series.
        window: in place of the study's own.

    Yields:
        (row, column) or (row, column, 3) float32 in [0, 1]; not to be written to.
    """

    @lru_cache(maxsize=2)  # neighbours share a frame
    def one(frame: int) -> np.ndarray:
        if config.is_colour:
            return colour(study, frame)
        if study.is_colour:
            return grey(study, frame, from_colour=True)
        return windowing.display(study, frame, window)

    for at in places:
        low = min(max(int(np.floor(at + TOLERANCE)), 0), study.frames - 1)
        share = np.float32(at - low)
        if not is_inside(at, study.frames):
            yield np.zeros_like(one(low))
        elif share <= TOLERANCE or low == study.frames - 1:
            yield one(low)
        else:
            yield (1 - share) * one(low) + share * one(low + 1)


def _only(study: Study, crop: Crop) -> tuple[Study, Crop]:
    """The study of nothing but the crop, and the crop in it: what is not read need not be drawn.

    In colour it stays whole: whether a frame is grey is asked of all of it.
    """
    if study.is_colour:
        return study, crop
    x, y, width, height = crop
    part = (slice(None), slice(y, y + height), slice(x, x + width))
    padding = None if study.padding is None else study.padding[part]
    small = replace(study, stored=study.stored[part], values=study.values[part], padding=padding)
    return small, (0, 0, width, height)


def draw_sheet(
    study: Study, config: ReadingConfig, series: Series, crop: Crop, side: tuple[int, int]
) -> np.ndarray:
    """The slices side by side, each cut out and brought to a size.

    Args:
        study: the series.
        config: the reading.
        series: from ``lay_out``.
        crop: the part of each slice, in image pixels.
        side: (rows, columns) of each.

    Returns:
        (row, column) or (row, column, 3) float32 in [0, 1]; places without a slice are 0.
    """
    down, across = sheet_of(config.slices)
    tall, wide = side
    sheet = np.zeros((down * tall, across * wide, *((3,) if config.is_colour else ())), np.float32)
    part, crop = _only(study, crop)
    for place, picture in enumerate(pictures_at(part, config, series.frames, series.window)):
        top, left = place // across * tall, place % across * wide
        sheet[top : top + tall, left : left + wide] = resize(picture, crop, side)
    return sheet


def frames_read(config: ReadingConfig, series: Series) -> tuple[float, ...]:
    """The frame that each step reads, in reading order."""
    return tuple(series.frames[place] for place in tile_order(config))


def applied(series: Series, study: Study, crop: Crop) -> tuple[Applied, ...]:
    """What was done to make a series of slices of a study, of which ``crop`` was read."""
    first, last = series.frames[0], series.frames[-1]
    facts: tuple[tuple[str, float | str], ...] = (
        ("slices", len(series.frames)),
        ("first", first),
        ("last", last),
    )
    if series.is_placed and study.geometry and study.geometry.slice_mm:
        apart = (last - first) / (len(series.frames) - 1) * study.geometry.slice_mm
        facts = (*facts, ("apart_mm", round(apart, 6)))
    if study.spacing_mm:
        facts = (*facts, ("wide_mm", round(crop[2] * study.spacing_mm[1], 6)))
    return (Applied("slices", facts),)


def is_scale_known(done: tuple[Applied, ...], config: ReadingConfig) -> bool:
    """Whether a series was read at the distances in mm that the reading asks for, as far as it asks for any.

    Args:
        done: everything that was done to it (``Reading.applied``).
        config: the reading.
    """
    facts = {name for one in done if one.name == "slices" for name, _ in one.parameters}
    wanted = {name for name, mm in (("apart_mm", config.slice_mm), ("wide_mm", config.pixel_mm)) if mm}
    return wanted <= facts
