"""Our sentences about images say series where a model reads one, and are left alone where it reads an image."""

import pytest

from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices
from medrnn.config.what import named

SAID = {
    "An image and 3 images": "A series and 3 series",
    "Images, an image's set, image by image": "Series, a series' set, series by series",
    "the whole image, imagery and imaged": "the whole series, imagery and imaged",
}


@pytest.mark.parametrize("text", SAID)
def test_what_is_read_is_named_by_the_reading(text):
    assert named(text, read_slices(12, 32)) == SAID[text]
    assert named(text, ReadingConfig("rows")) == text
