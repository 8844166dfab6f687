"""A study as a model reads it."""

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.config.reading import sheet_of
from medrnn.errors import ReadingError
from medrnn.imaging import windowing
from medrnn.sequences.pictures import SQUARE, center_square, colour, grey, resize, source_of
from medrnn.sequences.series import applied, choose_crop, draw_sheet, frames_read, is_scale_known, lay_out
from medrnn.sequences.tiles import Crop, boxes, lines
from medrnn.types import Applied, Reading, Study, Window

MOST_LONG = 100.0  # a picture of senseless pixels is not drawn longer than this, in widths
STRETCHED = 0.05  # relative: from here on it is said


def _applied(
    study: Study, crop: Crop, config: ReadingConfig, window: Window | None, more: tuple[Applied, ...]
) -> tuple[Applied, ...]:
    """Everything that ``read_study`` and the decoding before it did, in order."""
    rows, columns = config.shown_size
    done = [step for step in study.applied if window is None or step.name != "window"]
    if study.colour is None and not any(step.name == "window" for step in done):
        done.append(windowing.window_step(window or study.window))
    if study.is_colour and not config.is_colour:
        done.append(Applied("colour-to-grey", (("weights", "ITU-R BT.601, where the channels differ"),)))
    done.append(Applied("crop", tuple(zip(("x", "y", "width", "height"), crop, strict=True))))
    if crop[2:] != (columns, rows):
        how = ("method", "bicubic, antialiased, clipped")
        tall = ("pixel_height", study.pixel_height)
        done.append(Applied("resize", (("rows", rows), ("columns", columns), how, tall)))
    return (*done, *more, Applied("read", (("order", config.order), ("direction", config.direction))))


def check_crop(study: Study, crop: Crop) -> Crop:
    """The crop as whole numbers, or a ReadingError that says what the image allows."""
    x, y, width, height = (int(v) for v in crop)
    if study.rows < 2 or study.columns < 2:
        raise ReadingError(
            f"Expected an image of at least 2 x 2 pixels, got {study.columns} x {study.rows}. Open another one."
        )
    if width < 2 or height < 2 or x < 0 or y < 0 or x + width > study.columns or y + height > study.rows:
        raise ReadingError(
            f"Expected a crop box of at least 2 x 2 pixels inside {study.columns} x {study.rows}, "
            f"got x {x}, y {y}, {width} x {height}. Draw it again or use the centred square."
        )
    return x, y, width, height


def _stretch(study: Study, crop: Crop, config: ReadingConfig) -> float:
    """How much taller things are in the model's grid than they are, beside how much wider."""
    _, _, width, height = crop
    rows, columns = config.shown_size
    return (rows / columns) * width / (height * study.pixel_height)


def read_study(
    study: Study,
    config: ReadingConfig,
    *,
    frame: int = 0,
    crop: Crop | None = None,
    from_colour: bool = False,
) -> Reading:
    """Turn one frame of a study, or a series of its frames, into what a model reads.

    Order of operations: modality transform, window, MONOCHROME1 inversion, crop, resize, lines.

    Args:
        study: the image.
        config: the reading that the model was trained on.
        frame: counted from 0; of a series see ``series.lay_out``.
        crop: x, y, width, height in image pixels; by default the centred square of the short edge in mm, of a series
            see ``series.choose_crop``.
        from_colour: convert a colour image to grey.

    Returns:
        Reading: its sequence is (step, feature) float32 in [0, 1].

    Raises:
        ReadingError: colour without ``from_colour``, a crop that does not fit, or one image where a series is read.
        ImageError: there is no such frame.
    """
    series = lay_out(study, config, frame) if config.is_series else None
    crop = check_crop(study, crop or (choose_crop(study, config) if series else center_square(study)))
    if series and config.is_masked:
        config = config.of_slices(len(series.frames))
    done = applied(series, study, crop) if series else ()
    picture = colour(study, frame) if config.is_colour else grey(study, frame, from_colour=from_colour)
    grid = (
        draw_sheet(study, config, series, crop, config.shown_size)
        if series
        else resize(picture, crop, config.size)
    )
    warnings = list(study.warnings)
    if series and (outside := series.outside(study.frames)):
        warnings.append(
            f"{outside} of the {config.slices} slices that the model reads lie outside of the series and are black."
        )
    if series and not is_scale_known(done, config):
        warnings.append(
            f"The series says no distances in mm: it is not read at those that the model learnt ({config.slice_mm:g} "
            f"mm between slices, pixels of {config.pixel_mm:g} mm), but as a whole, spread over {config.slices} slices."
        )
    if study.is_colour and from_colour and not config.is_colour:
        warnings.append("The colour image was converted to grey.")
    source = source_of(study, frame)
    if config.is_colour and not source.is_colour:
        warnings.append("The grey image was read in colour: red, green and blue are equal.")
    stretch = _stretch(study, crop, config)
    if abs(stretch - 1) > STRETCHED and abs(study.pixel_height - 1) > SQUARE:
        warnings.append(f"The crop is no square in mm: what is read is stretched down by {stretch:.3g}.")
    if np.ptp(grid) == 0:
        warnings.append("What the model reads is of one grey value throughout.")
    return Reading(
        sequence=np.ascontiguousarray(lines(grid, config)),
        grid=grid,
        boxes=boxes(config, config.canvas(crop)),
        crop=crop,
        config=config,
        study_key=study.key,
        frame=frame,
        warnings=tuple(warnings),
        source=source,
        applied=_applied(study, crop, config, series.window if series else None, done),
        frames=frames_read(config, series) if series else (),
    )


def draw_crop(study: Study, reading: Reading, side: int) -> np.ndarray:
    """The part that a model reads, as the eye sees it at full resolution or ``side`` pixels, whichever is less.

    In colour where the model reads colour; of a series the sheet of its slices.

    Args:
        study: the image.
        reading: made from it.
        side: the most pixels of the longer edge.

    Returns:
        (row, column) or (row, column, 3) uint8.
    """
    _, _, width, height = reading.crop
    tall = min(height * study.pixel_height, MOST_LONG * width)  # in widths of a pixel
    down, across = sheet_of(reading.config.slices) if reading.config.is_series else (1, 1)
    scale = min(1.0, side / max(across * width, down * tall))
    size = (max(2, round(tall * scale)), max(2, round(width * scale)))
    if reading.config.is_series:
        series = lay_out(study, reading.config, reading.frame)
        drawn = draw_sheet(study, reading.config, series, reading.crop, size)
    else:
        is_colour = reading.config.is_colour
        picture = colour(study, reading.frame) if is_colour else grey(study, reading.frame, from_colour=True)
        drawn = resize(picture, reading.crop, size)
    return (255 * drawn).round().astype(np.uint8)
