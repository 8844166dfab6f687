"""A file as small pictures: the same as a model reads, at every size; volumes by every cut."""

import numpy as np
import pytest

from medrnn import sequences
from medrnn.config import CUTS, ReadingConfig
from medrnn.datasets.drawing import SIDES, cut, draw
from medrnn.imaging import read
from medrnn.imaging.samples import read_sample
from tests.imaging.made import make_dicom


@pytest.mark.parametrize("name", ["chest-film-normal-1", "ct-small", "us-colour", "blood-cells"])
def test_a_picture_is_what_a_model_reads(name):
    study = read_sample(name)
    drawn = draw(study)
    assert drawn.size == (study.rows, study.columns) and set(drawn.pictures) == {
        (side, "none") for side in SIDES
    }
    is_colour = sequences.source_of(study).is_colour
    for side in SIDES:
        config = ReadingConfig(size=(side, side), channels="rgb" if is_colour else "grey")
        grid = sequences.read_study(study, config, from_colour=True).grid
        assert np.array_equal(drawn.pictures[side, "none"], np.rint(255 * grid).astype(np.uint8))
    assert drawn.nbytes == sum(side * side for side in SIDES) * (3 if is_colour else 1)


def test_a_volume_has_a_picture_a_cut():
    frames = np.stack([np.full((30, 30), 50 * k, np.uint8) for k in range(5)])
    drawn = draw(read(make_dicom(frames, frames=5, WindowCenter=128, WindowWidth=256)), (28,))
    assert drawn.frames == 5 and set(drawn.pictures) == {(28, how) for how in CUTS if how != "none"}
    levels = {how: int(one[0, 0]) for (_, how), one in drawn.pictures.items()}
    assert levels["middle"] == levels["mean"] < levels["maximum"]


@pytest.mark.parametrize(("how", "expected"), [("middle", 7), ("mean", 4), ("maximum", 9)])
def test_a_cut_of_whole_numbers_stays_whole(how, expected):
    frames = np.array([1, 2, 7, 9, 2], np.uint8)[:, None, None]
    assert cut(frames, how).dtype == np.uint8 and cut(frames, how)[0, 0] == expected
