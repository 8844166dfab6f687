"""Other images of a data set, whose steps stand in for those of an image, or which it is compared with."""

import numpy as np
import torch

from medrnn.datasets import Dataset
from medrnn.evaluation.evaluate import to_grids, to_steps
from medrnn.explanation.attribution.asking import check_seed
from medrnn.models.cards import Card

MOST_OTHERS = 256  # images of a data set that are drawn from


def others_of(data: Dataset, card: Card, *, limit: int = MOST_OTHERS, seed: int = 0) -> np.ndarray:
    """Training images of a data set as a model reads them; for a short series the first slices of those long enough.

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
    train, steps = data.train, card.config.reading.steps
    long_enough = (
        np.flatnonzero(train.lengths >= steps) if train.lengths is not None else np.arange(len(train))
    )
    order = np.random.default_rng(check_seed(seed)).permutation(len(long_enough))[:limit]
    some = train.some(np.sort(long_enough[order]))
    counts = None if some.lengths is None else torch.from_numpy(some.lengths)
    found, *_ = to_steps(to_grids(some.images, card.whole), card.whole, counts)
    return np.ascontiguousarray(found[:, :steps].numpy(), np.float32)
