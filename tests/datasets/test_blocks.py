"""Block means against torch's adaptive pooling, which cuts in the same places."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from medrnn.datasets.blocks import CHUNK, SIDE, block_means


@pytest.mark.parametrize("size", [(16, 16), (28, 28), (64, 48), (9, 33), (1, 1)], ids=str)
def test_the_blocks_are_those_of_adaptive_pooling(size, rng):
    images = rng.integers(0, 256, (5, *size), np.uint8)
    expected = F.adaptive_avg_pool2d(torch.from_numpy(images.astype(np.float64)), SIDE)
    np.testing.assert_allclose(block_means(images), expected, atol=1e-4)


def test_many_images_and_colours_are_each_their_own(rng):
    images = rng.integers(0, 256, (CHUNK + 3, 20, 20, 3), np.uint8)
    found = block_means(images)
    assert found.shape == (CHUNK + 3, SIDE, SIDE, 3)
    np.testing.assert_allclose(found[-1, ..., 1], block_means(images[-1:, ..., 1])[0], atol=1e-4)
