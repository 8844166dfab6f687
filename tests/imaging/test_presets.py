"""Windows to choose from."""

import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging.presets import CT_WINDOWS, list_windows
from medrnn.imaging.samples import read_sample
from medrnn.imaging.windowing import display


def test_ct_offers_its_usual_windows_and_they_draw_their_ends_black_and_white():
    study = read_sample("ct-abdomen")
    windows = list_windows(study)
    assert list(windows) == ["computed", *CT_WINDOWS, "full range"]
    drawn, hu = display(study, window=windows["soft tissue"]), study.values[0]
    assert drawn[hu <= -160].max() == 0
    assert drawn[hu >= 240].min() == 1
    whole = display(study, window=windows["full range"])
    assert (whole.min(), whole.max()) == (0, 1)
    assert np.unravel_index(whole.argmax(), whole.shape) == np.unravel_index(hu.argmax(), hu.shape)


def test_other_modalities_have_the_files_window_and_the_whole_range():
    assert list(list_windows(read_sample("chest-cr"))) == ["from the file", "full range"]


def test_colour_has_no_window():
    assert list_windows(read_sample("us-colour")) == {}


def test_a_frame_that_is_not_there_is_refused():
    with pytest.raises(ImageError, match="from 0 to 9"):
        list_windows(read_sample("mr-multiframe"), 10)
