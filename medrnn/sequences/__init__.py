"""Study -> Reading and back: which place of the image, or which slice of the series, is read at which step."""

from medrnn.sequences.frames import SlicePlace, box_of, mm_between, slice_places
from medrnn.sequences.pictures import LUMA, center_square, colour, grey, luminance, resize, source_of
from medrnn.sequences.read import check_crop, draw_crop, read_study
from medrnn.sequences.tiles import (
    Crop,
    boxes,
    change_each,
    lines,
    on_sheet,
    place,
    slices_first,
    tile_order,
    tile_places,
)

__all__ = [
    "LUMA",
    "Crop",
    "SlicePlace",
    "box_of",
    "boxes",
    "center_square",
    "change_each",
    "check_crop",
    "colour",
    "draw_crop",
    "grey",
    "lines",
    "luminance",
    "mm_between",
    "on_sheet",
    "place",
    "read_study",
    "resize",
    "slice_places",
    "slices_first",
    "source_of",
    "tile_order",
    "tile_places",
]
