"""On which images a model is measured: the test split of the set that it learnt from, if that is at hand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medrnn.datasets import DATASETS, is_shipped
from medrnn.datasets.own import is_own
from medrnn.errors import ConfigError, MedrnnError
from medrnn.models.cards import Card
from medrnn.ui import cached

if TYPE_CHECKING:
    from medrnn.datasets import Dataset

GONE = "The data that this model learnt from are not here, so nothing can be measured anew; its card says what was."
OTHERS = "The data that this model learnt from are other ones today, so nothing is measured on them."


@dataclass(frozen=True, eq=False)
class Source:
    """A data set.

    Attributes:
        name: as ``load_dataset`` takes it; it may be a place or a secret, so no page shows it.
        data: the set, of train and val one image each.
        may_show: whether its images may be shown: it is shipped, or the visitor brought it.
    """

    name: str
    data: "Dataset"
    may_show: bool


def name_of(card: Card) -> str:
    """What ``load_dataset`` takes; "" where the card's folder does not say."""
    if is_shipped(card.config.data):
        return card.config.data
    from medrnn.training.runs.watch import read_settings

    try:
        return read_settings(card.folder / "config.json").data
    except (OSError, ConfigError, MedrnnError):
        return ""


def find(card: Card) -> Source | str:
    """The set of a card, or one sentence that says why there is none."""
    name = name_of(card)
    if not name:
        return GONE
    try:
        data, digest, _ = cached.shipped_set(name) if is_shipped(name) else cached.own_set(name)
    except MedrnnError:
        return GONE
    is_same = is_shipped(name) or card.data["name"] in (f"own-{digest[:12]}", data.name)
    if not is_same or data.classes != card.classes or not len(data.test):
        return OTHERS
    return Source(name, data, may_show=is_shipped(name) or is_own(name))


def part_only(name: str) -> str:
    """A word where only a part of the set is shipped: validation and test are whole; else nothing."""
    if not is_shipped(name) or not DATASETS[name].whole:
        return ""
    return (
        "Of the training images only a part is here; validation and test are whole, so the figures are too."
    )
