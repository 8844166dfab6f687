"""Colours of a palette image (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9)."""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut

from medrnn.errors import ImageError
from medrnn.imaging.dicom.elements import value_of
from medrnn.imaging.dicom.tables import MOST_BITS, WHOLE, Table, first_input, look_up, read_table
from medrnn.imaging.limits import damage

BAD_PALETTE = "Expected a palette that covers its indices, this one is damaged. Export it as RGB."
COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class Palette:
    """A palette as the file holds it.

    Attributes:
        first: the index that gets the first colour.
        said: bits of an entry as the descriptor says, 1 to 16.
        entries: (entry, 3) uint16, red, green, blue.
    """

    first: int
    said: int
    entries: np.ndarray

    @property
    def colours(self) -> np.ndarray:
        """(entry, 3) as drawn, the largest number of the type is white: uint8 for at most 8 bits, else uint16.

        A table that says 16 bits and holds at most 12 was written with the size of its words.
        """
        held = int(self.entries.max()).bit_length()
        bits = held if held > self.said or (self.said == MOST_BITS and held <= 12) else self.said
        if bits <= 8:
            return self.entries.astype(np.uint8)
        stretched: np.ndarray = np.rint(self.entries * (65535 / (2**bits - 1)))
        return stretched.astype(np.uint16)


def _plain(ds: Dataset) -> Palette:
    is_little = ds.original_encoding[1] is not False
    tables = [read_table(ds, is_little, f"{colour}PaletteColorLookupTable") for colour in COLOURS]
    found = [t for t in tables if t is not None]
    if len(found) < 3 or len({t.entries.size for t in found}) > 1:
        raise ImageError(BAD_PALETTE)
    return Palette(found[0].first, max(t.said for t in found), np.stack([t.entries for t in found], 1))


def _segmented(ds: Dataset) -> Palette:
    """Expanded entry by entry by pydicom; a palette of alpha beside the colours is left out."""
    count, first, _ = (int(v) for v in ds.RedPaletteColorLookupTableDescriptor)
    found = apply_color_lut(np.arange(first, first + (count or WHOLE)), ds)[:, :3]
    return Palette(first, 8 * found.itemsize, found.astype(np.uint16))


def read_palette(ds: Dataset) -> Palette:
    """The palette of a palette image.

    Raises:
        ImageError: it is missing, short or damaged.
    """
    is_segmented = any(f"Segmented{colour}PaletteColorLookupTableData" in ds for colour in COLOURS)
    has_plain = all(value_of(ds, f"{colour}PaletteColorLookupTableData", b"") for colour in COLOURS)
    try:
        return _segmented(ds) if is_segmented and not has_plain else _plain(ds)
    except ImageError:
        raise
    except Exception as error:
        raise damage(error, BAD_PALETTE) from None


def colour_of(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """(frame, row, column, 3) of a palette image, None for others.

    Raises:
        ImageError: the palette is missing or short.
    """
    if ds.PhotometricInterpretation != "PALETTE COLOR":
        return None
    found = read_palette(ds)
    table = Table(found.first, found.said, found.entries[:, 0])
    return look_up(stored, first_input(table, stored), found.colours)
