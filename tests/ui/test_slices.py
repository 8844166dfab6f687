"""Which part of a series is read is said where it is a part, and only there."""

from medrnn.config.reading import read_slices
from medrnn.sequences import read_study
from medrnn.ui.slices import say_part
from tests.sequences.test_series import volume


def test_a_part_of_a_series_is_said_to_be_one():
    study = volume(20)
    said = say_part(read_study(study, read_slices(5, 8, slice_mm=2.0), frame=10), study)
    assert (
        said
        == "The answer is about a box of **8 x 8 mm** in **frames 9 to 13**, not about all of the series."
    )
    cropped = read_study(study, read_slices(5, 8), crop=(0, 0, 4, 4))
    assert "4 x 4 mm" in say_part(cropped, study)


def test_all_of_a_series_is_called_no_part():
    study = volume(20)
    assert say_part(read_study(study, read_slices(5, 8)), study) == ""
    short = volume(3)
    assert say_part(read_study(short, read_slices(5, 8, short="masked")), short) == ""
