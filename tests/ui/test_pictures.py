"""The sheet of pictures that is taken home, and its table."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from medrnn.config import DISCLAIMER
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card
from medrnn.models.inference import infer
from medrnn.sequences import read_study
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


def test_of_an_image_of_another_kind_the_sheet_and_the_table_say_so_and_how_it_was_made():
    card = find_card("pneumonia-lstm-forward")
    made = infer(card, read_study(read_sample("mr-brain"), card.config.reading), device="cpu")
    plain = Image.open(io.BytesIO(draw_sheet(pictures(3), "Images", 84)))
    with Image.open(io.BytesIO(draw_sheet(pictures(3), "Images", 84, made))) as sheet:
        assert sheet.height > plain.height  # the sentence is drawn too
        assert made.reason in sheet.text["Description"] and DISCLAIMER in sheet.text["Description"]
        assert json.loads(sheet.text["Inference"]) == made.to_dict()
    lines = table(pictures(3), made).splitlines()
    assert made.reason in lines[1] and json.loads(lines[2].split(": ", 1)[1]) == made.to_dict()
    assert [row["n"] for row in csv.DictReader(lines[3:])] == ["0", "1", "2"]
