"""A handful of made-up images on which nothing is learnt but that torch is ready."""

import numpy as np

from medrnn.datasets import Dataset, Split

IMAGES = 24


def stripes(side: int = 8) -> Dataset:
    """Images (image, side, side) of two classes: a bright stripe in the upper or in the lower half."""
    labels = np.arange(IMAGES) % 2
    images = np.zeros((IMAGES, side, side), np.uint8)
    for k, label in enumerate(labels):
        images[k, k // 2 % (side // 2) + label * (side // 2)] = 200
    split = Split(images, labels.astype(np.int64))
    return Dataset("stripes", "Stripes", ("upper", "lower"), split, split, split)
