"""Study -> Reading and back: which place of the image is read at which step."""

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.errors import ReadingError
from medrnn.imaging import windowing
from medrnn.types import Applied, Reading, Source, Study

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", np.ndarray, "Tensor")
Crop = tuple[int, int, int, int]
MOST_LONG = 100.0  # a picture of senseless pixels is not drawn longer than this, in widths
STRETCHED = 0.05  # relative: from here on it is said
SQUARE = 1e-3  # relative: how far pixels may be off a square and still be taken as one
LUMA = np.array(
    [0.299, 0.587, 0.114], np.float32
)  # ITU-R BT.601, the weights of YBR_FULL (PS3.3 C.7.6.3.1.2)


def tile_order(config: ReadingConfig) -> list[int]:
    """Which tile is read at each step; tiles are numbered line by line from the top left."""
    columns = config.size[1] // config.tile[1]
    order = np.arange(config.steps).reshape(-1, columns)
    if config.order == "snake":
        order[1::2] = order[1::2, ::-1]
    tiles: list[int] = order.ravel()[:: 1 if config.direction == "forward" else -1].tolist()
    return tiles


def lines(images: Array, config: ReadingConfig) -> Array:
    """Images as sequences: one row, column or patch at each step.

    Args:
        images: (..., row, column), in colour (..., row, column, 3), a NumPy array or a tensor.
        config: the order, the direction and the channels.

    Returns:
        (..., step, feature) of the same kind.
    """
    tall, wide = config.tile
    down, across = config.size[0] // tall, config.size[1] // wide
    lead: tuple[int, ...] = tuple(images.shape[: -3 if config.is_colour else -2])
    tiles = images.reshape((*lead, down, tall, across, wide * config.planes)).swapaxes(-3, -2)
    return tiles.reshape((*lead, config.steps, config.features))[..., tile_order(config), :]


def tile_places(config: ReadingConfig) -> list[int]:
    """At which step each tile is read; tiles are numbered line by line from the top left."""
    places: list[int] = np.argsort(tile_order(config)).tolist()
    return places


def place(values: Array, config: ReadingConfig) -> Array:
    """The inverse of ``lines``: (..., step, feature) back to (..., row, column), in colour (..., row, column, 3)."""
    tall, wide = config.tile
    down, across = config.size[0] // tall, config.size[1] // wide
    lead: tuple[int, ...] = tuple(values.shape[:-2])
    tiles = values[..., tile_places(config), :]
    tiles = tiles.reshape((*lead, down, across, tall, wide * config.planes)).swapaxes(-3, -2)
    return tiles.reshape((*lead, *config.size, 3) if config.is_colour else (*lead, *config.size))


def boxes(config: ReadingConfig, crop: Crop) -> np.ndarray:
    """Where each step reads.

    Args:
        config: order, direction and size.
        crop: x, y, width, height of the part that is read, in image pixels.

    Returns:
        (step, 4) float32: x, y, width, height in image pixels, in reading order.
    """
    x, y, width, height = crop
    tall, wide = config.tile[0] * height / config.size[0], config.tile[1] * width / config.size[1]
    down, across = np.divmod(tile_order(config), config.size[1] // config.tile[1])
    table = [x + across * wide, y + down * tall, np.full(config.steps, wide), np.full(config.steps, tall)]
    return np.stack(table, 1).astype(np.float32)


def center_square(study: Study) -> Crop:
    """The centred square of the short edge: x, y, width, height in image pixels.

    It is a square in the patient: where pixels are not square it has fewer rows than columns or the reverse, so
    that a circle stays a circle when the crop is brought to the model's size.
    """
    tall = study.pixel_height if abs(study.pixel_height - 1) > SQUARE else 1.0
    side = min(study.rows * tall, study.columns)  # in widths of a pixel
    width, height = (
        min(whole, max(2, round(v))) for whole, v in ((study.columns, side), (study.rows, side / tall))
    )
    return ((study.columns - width) // 2, (study.rows - height) // 2, width, height)


def resize(picture: np.ndarray, crop: Crop, size: tuple[int, int]) -> np.ndarray:
    """Cut the crop out and bring it to the model's size: bicubic with antialiasing, clipped to [0, 1].

    A crop of exactly the model's size is handed on unchanged.

    Args:
        picture: (row, column) or (row, column, 3) float32 in [0, 1].
        crop: x, y, width, height inside the picture.
        size: (rows, columns) wanted.

    Returns:
        (rows, columns) or (rows, columns, 3) float32 in [0, 1].
    """
    if picture.ndim == 3:
        return np.stack([resize(picture[..., k], crop, size) for k in range(picture.shape[2])], -1)
    from PIL import Image

    x, y, width, height = crop
    cut = np.ascontiguousarray(picture[y : y + height, x : x + width], dtype=np.float32)
    if cut.shape == size:
        return cut
    small = Image.fromarray(cut).resize(size[::-1], Image.Resampling.BICUBIC)
    return np.clip(np.asarray(small, np.float32), 0, 1)


def grey(study: Study, frame: int = 0, *, from_colour: bool = False) -> np.ndarray:
    """The frame as a windowed grey picture, bright is dense.

    Args:
        study: any study.
        frame: counted from 0.
        from_colour: turn real colour into luminance (BT.601); three equal channels are grey anyway.

    Returns:
        (row, column) float32 in [0, 1].

    Raises:
        ReadingError: the image is in colour and ``from_colour`` is False.
        ImageError: there is no such frame.
    """
    picture = windowing.display(study, frame)
    if picture.ndim == 2:
        return picture
    if (picture == picture[..., :1]).all():
        return np.ascontiguousarray(picture[..., 0])
    if not from_colour:
        raise ReadingError(
            "Expected a grey image, got colour (3 channels). Convert it to grey (--grey, from_colour=True)."
        )
    return picture @ LUMA


def luminance(grids: np.ndarray, *, is_colour: bool) -> np.ndarray:
    """Images (..., row, column[, 3]) in grey (..., row, column), BT.601."""
    found: np.ndarray = grids @ LUMA if is_colour else grids
    return found


def colour(study: Study, frame: int = 0) -> np.ndarray:
    """The frame as it is shown, (row, column, 3) float32 in [0, 1]; grey has three equal channels."""
    picture = windowing.display(study, frame)
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, -1)


def source_of(study: Study, frame: int = 0) -> Source:
    """What the study says of itself: modality and body part of its tags, colour where channels differ."""
    picture, tags = windowing.display(study, frame), dict(study.tags)
    return Source(
        modality=tags.get("Modality", ""),
        body_part=tags.get("Body part", ""),
        is_colour=picture.ndim == 3 and not bool((picture == picture[..., :1]).all()),
    )


def _applied(study: Study, crop: Crop, config: ReadingConfig) -> tuple[Applied, ...]:
    """Everything that ``read_study`` and the decoding before it did, in order."""
    rows, columns = config.size
    done = list(study.applied)
    if study.colour is None and not any(step.name == "window" for step in done):
        done.append(windowing.window_step(study.window))
    if study.is_colour and not config.is_colour:
        done.append(Applied("colour-to-grey", (("weights", "ITU-R BT.601, where the channels differ"),)))
    done.append(Applied("crop", tuple(zip(("x", "y", "width", "height"), crop, strict=True))))
    if crop[2:] != (columns, rows):
        how = ("method", "bicubic, antialiased, clipped")
        tall = ("pixel_height", study.pixel_height)
        done.append(Applied("resize", (("rows", rows), ("columns", columns), how, tall)))
    return (*done, Applied("read", (("order", config.order), ("direction", config.direction))))


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
    return (config.size[0] / config.size[1]) * width / (height * study.pixel_height)


def read_study(
    study: Study,
    config: ReadingConfig,
    *,
    frame: int = 0,
    crop: Crop | None = None,
    from_colour: bool = False,
) -> Reading:
    """Turn one frame of a study into what a model reads.

    Order of operations: modality transform, window, MONOCHROME1 inversion, crop, resize, lines.

    Args:
        study: the image.
        config: the reading that the model was trained on.
        frame: counted from 0.
        crop: x, y, width, height in image pixels; by default the centred square of the short edge in mm.
        from_colour: convert a colour image to grey.

    Returns:
        Reading: its sequence is (step, feature) float32 in [0, 1].

    Raises:
        ReadingError: colour without ``from_colour``, or a crop that does not fit.
        ImageError: there is no such frame.
    """
    crop = check_crop(study, crop or center_square(study))
    picture = colour(study, frame) if config.is_colour else grey(study, frame, from_colour=from_colour)
    grid = resize(picture, crop, config.size)
    warnings = list(study.warnings)
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
        boxes=boxes(config, crop),
        crop=crop,
        config=config,
        study_key=study.key,
        frame=frame,
        warnings=tuple(warnings),
        source=source,
        applied=_applied(study, crop, config),
    )


def draw_crop(study: Study, reading: Reading, side: int) -> np.ndarray:
    """The part that a model reads, as the eye sees it at full resolution or ``side`` pixels, whichever is less.

    In colour where the model reads colour.

    Args:
        study: the image.
        reading: made from it.
        side: the most pixels of the longer edge.

    Returns:
        (row, column) or (row, column, 3) uint8.
    """
    _, _, width, height = reading.crop
    tall = min(height * study.pixel_height, MOST_LONG * width)  # in widths of a pixel
    scale = min(1.0, side / max(width, tall))
    size = (max(2, round(tall * scale)), max(2, round(width * scale)))
    is_colour = reading.config.is_colour
    picture = colour(study, reading.frame) if is_colour else grey(study, reading.frame, from_colour=True)
    drawn = resize(picture, reading.crop, size)
    return (255 * drawn).round().astype(np.uint8)
