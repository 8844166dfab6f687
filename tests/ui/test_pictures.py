"""The sheet of pictures that is taken home, and its table."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from medrnn.config import DISCLAIMER
from medrnn.ui.lab.pictures import Picture, draw_sheet, table


def pictures(count):
    grey = [np.full((28, 14), 20 * k, np.uint8) for k in range(count - 1)]
    colour = np.zeros((7, 7, 3), np.uint8)
    colour[..., 0] = 200
    return [Picture(p, f"picture {k} " + "with words " * 4, {"n": k}) for k, p in enumerate([*grey, colour])]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_every_picture_stands_on_the_sheet_at_its_width(count):
    with Image.open(io.BytesIO(draw_sheet(pictures(count), "Images and steps", 84))) as sheet:
        shown = np.asarray(sheet)
    assert (shown[..., 0] == 200).sum() >= 84 * 84 * 0.99  # the colour one, enlarged
    for k in range(1, count - 1):
        found = np.argwhere((shown == 20 * k).all(-1))
        height, width = np.ptp(found, axis=0) + 1
        assert height >= 168 and width >= 84
    last = shown[-25:]
    assert (last < 128).any()  # the research-only line


def test_the_table_has_a_row_a_picture():
    first, *rest = table(pictures(3)).splitlines()
    assert DISCLAIMER in first
    assert [row["n"] for row in csv.DictReader(rest)] == ["0", "1", "2"]
