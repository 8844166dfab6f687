"""The scores of the shipped models made anew (``make scores``), as their training would leave them."""

from medrnn.datasets import load_dataset
from medrnn.models.cards import read_card, write_card
from medrnn.models.catalog import MODELS, SHIPPED
from medrnn.training.run import with_novelty


def refit() -> None:
    """Fit and write the score of every shipped model, and its card with it."""
    for name in MODELS:
        card = read_card(SHIPPED / name)
        write_card(with_novelty(card, load_dataset(card.config.data)))


if __name__ == "__main__":
    refit()
