"""Many images at once become what the model reads of one."""

import numpy as np
import pytest

from medrnn.config import ReadingConfig
from medrnn.evaluation.evaluate import to_grids
from medrnn.sequences import read_study
from medrnn.types import Study, Window


@pytest.mark.parametrize("size", [(28, 28), (12, 12)], ids=["as-it-is", "smaller"])
@pytest.mark.parametrize("channels", ["grey", "rgb"])
@pytest.mark.parametrize("planes", [(), (3,)], ids=["grey-images", "colour-images"])
def test_a_data_set_is_read_as_the_opened_image_is(planes, channels, size, rng):
    images, reading = (
        rng.integers(0, 256, (2, 28, 36, *planes), np.uint8),
        ReadingConfig(size=size, channels=channels),
    )
    found = to_grids(images, reading).numpy()
    assert found.dtype == np.float32
    for grid, image in zip(found, images, strict=True):
        colour = image[None] if planes else None
        grey = image.mean(-1)[None] if planes else image[None]
        study = Study("k", "PNG", grey, grey, colour=colour, window=Window(127.5, 255, "computed"))
        wanted = read_study(study, reading, from_colour=True).grid
        np.testing.assert_allclose(grid, wanted, atol=1e-5)
