"""Other images of a data set, whose steps stand in for those of an image, or which it is compared with."""

import numpy as np

from medrnn.datasets import Dataset
from medrnn.evaluation.evaluate import to_grids
from medrnn.explanation.attribution.asking import check_seed
from medrnn.models.cards import Card
from medrnn.sequences import lines

MOST_OTHERS = 256  # images of a data set that are drawn from


def others_of(data: Dataset, card: Card, *, limit: int = MOST_OTHERS, seed: int = 0) -> np.ndarray:
    """Training images of a data set as a model reads them.

    Args:
        data: of any size and colour that the model's reading can be made of.
        card: of the model.
        limit: at most so many.
        seed: of which.

    Returns:
        (image, step, feature) float32.

    Raises:
        DataError: the images cannot be read so.
    """
    images, reading = data.train.images, card.config.reading
    rows = np.sort(np.random.default_rng(check_seed(seed)).permutation(len(images))[:limit])
    found: np.ndarray = lines(to_grids(images[rows], reading).numpy(), reading)
    return np.ascontiguousarray(found, np.float32)
