"""Parts of a study as pictures in [0, 1]: in grey or colour, cut out, brought to a size."""

import numpy as np

from medrnn.errors import ReadingError
from medrnn.imaging import windowing
from medrnn.sequences.tiles import Crop
from medrnn.types import Source, Study

SQUARE = 1e-3  # relative: how far pixels may be off a square and still be taken as one
LUMA = np.array(
    [0.299, 0.587, 0.114], np.float32
)  # ITU-R BT.601, the weights of YBR_FULL (PS3.3 C.7.6.3.1.2)


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
