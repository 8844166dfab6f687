"""What the cards of the shipped models say beside their weights, made anew (``make scores``), without training.

The "unlike" score is fitted as training would leave it; the operating point is that of the weights as they are, on the
same splits as every other figure of the card.
"""

import copy
from dataclasses import replace

from medrnn.datasets import Dataset, load_dataset
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import operating_point
from medrnn.models.cards import Card, read_card, write_card
from medrnn.models.catalog import MODELS, SHIPPED, load_model
from medrnn.training.run import with_novelty


def _with_operating_points(card: Card, data: Dataset) -> Card:
    model, reading = load_model(card.folder), card.config.reading
    metrics = copy.deepcopy(card.metrics)
    for figures, split in ((metrics["val"], data.val), (metrics["test"], data.test)):
        point = operating_point(answer(model, to_grids(split.images, reading), reading), split.labels)
        if point:
            figures["operating_point"] = point
    return replace(card, metrics=metrics)


def refit() -> None:
    """Write the score of every shipped model, and its card with it."""
    for name in MODELS:
        card = read_card(SHIPPED / name)
        data = load_dataset(card.config.data)
        write_card(with_novelty(_with_operating_points(card, data), data))


if __name__ == "__main__":
    refit()
