"""What the cards of the shipped models say beside their weights, made anew (``make scores``), without training.

The "unlike" score is fitted as training would leave it (``--figures`` leaves it as it is); the operating point, how
sure its answers are and what simple ways reach are those of the weights as they are, on the same splits as every other
figure of the card. ``--sure`` writes how sure alone, in two minutes.
"""

import copy
import sys
from collections.abc import Sequence
from dataclasses import replace

from medrnn.config import DISCLAIMER
from medrnn.datasets import DATASETS, Dataset, kinds_of, knows_of, limits_of, load_dataset
from medrnn.evaluation.baselines import compare
from medrnn.evaluation.evaluate import answer_split
from medrnn.evaluation.metrics import operating_point
from medrnn.models.cards import Card, read_card, write_card
from medrnn.models.catalog import MODELS, SHIPPED, load_model
from medrnn.training.run import assess_answers, describe_preprocessing, name_network, with_novelty

FIGURES, SURE = "--figures", "--sure"


def _with_sure(card: Card, data: Dataset) -> Card:
    """How far its probabilities can be believed."""
    model, reading = load_model(card.folder), card.config.reading
    val, test = (answer_split(model, split, reading) for split in (data.val, data.test))
    return replace(card, sure=assess_answers(val, test, data))


def _with_figures(card: Card, data: Dataset) -> Card:
    """The operating points, and what simple ways reach on the same test images."""
    model, reading = load_model(card.folder), card.config.reading
    metrics = copy.deepcopy(card.metrics)
    for figures, split in ((metrics["val"], data.val), (metrics["test"], data.test)):
        point = operating_point(answer_split(model, split, reading), split.labels)
        if point:
            figures["operating_point"] = point
    answers = answer_split(model, data.test, reading)
    if not DATASETS[card.config.data].whole:  # of a part the regression would learn from less
        metrics["baselines"] = compare(answers, data)
    return replace(card, metrics=metrics)


def _with_words(card: Card) -> Card:
    """Title, limits and what the model knows, as training would say them today."""
    name = card.config.data
    return replace(
        card,
        title=f"{card.data['title']} {name_network(card.config)}",
        preprocessing=describe_preprocessing(card.config),
        limits=(f"{DISCLAIMER}.", *limits_of(name)),
        kinds=kinds_of(name),
        knows=knows_of(name),
    )


def make_sure(names: Sequence[str] = MODELS) -> None:
    """Write how sure the answers of shipped models are, and nothing else of their cards."""
    for name in names:
        card = read_card(SHIPPED / name)
        write_card(_with_sure(card, load_dataset(card.config.data)))


def refit(names: Sequence[str] = MODELS, *, only_figures: bool = False) -> None:
    """Write the scores of shipped models, and their cards with them.

    Of a set that is shipped in part the score stays: it was fitted on the whole.

    Args:
        names: of the models; all by default.
        only_figures: the score of each stays as it is.
    """
    for name in names:
        card = _with_words(read_card(SHIPPED / name))
        data = load_dataset(card.config.data)
        card = _with_sure(_with_figures(card, data), data)
        stays = only_figures or DATASETS[card.config.data].whole
        write_card(card if stays else with_novelty(card, data))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word not in (FIGURES, SURE)]
    if SURE in sys.argv:
        make_sure(words or MODELS)
    else:
        refit(words or MODELS, only_figures=FIGURES in sys.argv)
