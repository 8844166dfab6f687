"""Maps against masks whose figures are known."""

import numpy as np
import pytest

from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices
from medrnn.errors import ConfigError
from medrnn.explanation.evidence.localise import localise, mask_in_grid, mask_in_reading, mask_of_box
from medrnn.explanation.evidence.verdict import judge
from medrnn.sequences import read_study
from medrnn.types import Study, Window


@pytest.fixture
def mask():
    found = np.zeros((8, 10), np.uint8)
    found[2:5, 3:7] = 1
    return found


def test_a_map_equal_to_the_mask_is_all_inside(mask):
    found = localise(mask, mask)
    assert (found.pointing, found.mass, found.rank) == (1, 1, 1)
    assert found.pixels == 12 and found.share == 12 / 80 and found.times == pytest.approx(80 / 12)


def test_an_even_map_has_what_the_mask_has_of_the_image(mask):
    found = localise(np.full((8, 10), 0.3), mask)
    assert found.pointing == found.rank == found.share == pytest.approx(found.mass)
    assert found.times == pytest.approx(1) and found.beyond == pytest.approx(0)


def test_a_map_beside_the_mask_is_all_outside(mask):
    found = localise(1 - mask, mask)
    assert (found.pointing, found.mass, found.rank) == (0, 0, 0)
    assert found.beyond == pytest.approx(-12 / 68)
    assert localise(mask, mask).beyond == 1


def test_what_speaks_against_the_class_does_not_count(mask):
    values = np.where(mask, 1.0, -5.0)
    assert localise(values, mask).mass == 1
    nothing = localise(-np.abs(values), mask)
    assert (nothing.pointing, nothing.mass, nothing.rank) == (0, 0, 0)


def test_where_no_map_could_be_better_nothing_is_judged(mask):
    cases = [(np.zeros((8, 10)), mask), (-1.0 - mask, mask), (1.0 + mask, np.ones((8, 10)))]
    for found in (localise(*one) for one in cases):
        assert judge("localisation", found.beyond).level == "unknown"


def test_rank_and_mass_written_out(rng, mask):
    values = rng.random((8, 10))
    found = localise(values, mask)
    strongest = sorted(np.ndindex(8, 10), key=lambda at: -values[at])[:12]
    assert found.rank == sum(mask[at] for at in strongest) / 12
    assert found.pointing == mask[strongest[0]]
    assert found.mass == pytest.approx(sum(values[at] for at in np.ndindex(8, 10) if mask[at]) / values.sum())


def test_a_row_that_ties_points_by_its_share(mask):
    values = np.zeros((8, 10))
    values[3] = 2
    assert localise(values, mask).pointing == 4 / 10


def test_a_box_is_a_mask(mask):
    np.testing.assert_array_equal(mask_of_box((3, 2, 4, 3), (8, 10)), mask != 0)
    assert mask_of_box((-2, -2, 3, 3), (8, 10)).sum() == 1


def test_a_mask_of_an_image_comes_into_the_grid_of_the_model(mask):
    large = np.kron(np.pad(mask, 1), np.ones((4, 4), np.uint8))
    np.testing.assert_array_equal(mask_in_grid(large, (4, 4, 40, 32), (8, 10)), mask != 0)
    half = np.zeros((4, 4), np.uint8)
    half[:, :1] = 1
    assert not mask_in_grid(half, (0, 0, 4, 4), (1, 1)).any()
    half[:, :2] = 1
    assert mask_in_grid(half, (0, 0, 4, 4), (1, 1)).all()


@pytest.mark.parametrize("other", [np.zeros((8, 10)), np.ones((4, 4))])
def test_no_mask_is_refused(other):
    with pytest.raises(ConfigError, match="mask: expected"):
        localise(np.ones((8, 10)), other)


def test_a_mask_of_a_volume_lies_on_the_sheet_where_its_slices_do():
    labels = np.zeros((6, 8, 8), np.uint8)
    labels[2, :4, :4] = labels[5, 4:, 4:] = 1
    window = Window(0.5, 1.0, "computed")
    study = Study("k", "NIfTI", labels, labels, window)
    reading = read_study(study, read_slices(6, 4, direction="reverse"))  # a sheet of 2 x 3 slices of 4 x 4
    expected = np.zeros((8, 12), bool)
    expected[0:2, 8:10] = True  # the third slice: upper line, last place
    expected[6:8, 10:12] = True  # the sixth: lower line, last place
    np.testing.assert_array_equal(mask_in_reading(labels, reading), expected)
    one = read_study(study, ReadingConfig(size=(4, 4)), frame=2)
    np.testing.assert_array_equal(mask_in_reading(labels, one), mask_in_grid(labels[2], (0, 0, 8, 8), (4, 4)))
