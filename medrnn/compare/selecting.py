"""Which images of a comparison are looked at, and in which order."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.compare.sets import Compared
from medrnn.models.class_names import name_classes

MARGIN = 0.2  # between the two most probable classes: below it an answer is unsure


def margins(compared: Compared) -> np.ndarray:
    """How far each answer is ahead of the next class, (model, image), 0 to 1."""
    two = np.stack([np.sort(one.probabilities, axis=1)[:, -2:] for one in compared.models])
    found: np.ndarray = two[..., 1] - two[..., 0]
    return found


def spread(compared: Compared) -> np.ndarray:
    """How far the models lie apart, (image,): of the class where it is most, highest minus lowest probability."""
    found: np.ndarray = np.ptp(np.stack([one.probabilities for one in compared.models]), axis=0).max(1)
    return found


def _every(compared: Compared) -> np.ndarray:
    return np.full(len(compared), fill_value=True)


def _wrong(compared: Compared) -> np.ndarray:
    return np.asarray((~compared.all_right).any(axis=0))


def _unsure(compared: Compared) -> np.ndarray:
    return np.asarray((margins(compared) < MARGIN).any(axis=0))


@dataclass(frozen=True)
class Choice:
    """One way to choose or to order images.

    Attributes:
        title: on its button.
        about: what it shows, a part of a sentence.
        of: (image,) bool of a filter; (image,) numbers of an order, the smallest first.
    """

    title: str
    about: str
    of: Callable[[Compared], np.ndarray]


FILTERS = {
    "all": Choice("All", "every image", _every),
    "wrong": Choice("Wrong", "at least one model does not give the label", _wrong),
    "disagree": Choice("Disagree", "the models give different answers", lambda found: ~found.agrees),
    "unsure": Choice(
        "Unsure",
        f"at least one model's two most probable classes lie less than {100 * MARGIN:.0f} % apart",
        _unsure,
    ),
}
ORDERS = {
    "number": Choice("Number in the set", "as they lie in the set", lambda found: np.arange(len(found))),
    "unsure": Choice("Least sure first", "by the least sure model", lambda found: margins(found).min(0)),
    "apart": Choice("Furthest apart first", "by how far the models' p differ", lambda found: -spread(found)),
    "worst": Choice(
        "Most wrong first",
        "by the mean probability of the label",
        lambda found: np.mean(
            [one.probabilities[range(len(found)), found.labels] for one in found.models], 0
        ),
    ),
}


def select(compared: Compared, which: str = "all", order: str = "number", text: str = "") -> np.ndarray:
    """Indices of images.

    Args:
        compared: the answers.
        which: a key of ``FILTERS``.
        order: a key of ``ORDERS``.
        text: a number of an image, counted from 1, or a part of the name of its label, of an answer or of a group;
            "" for all.
    """
    chosen = FILTERS[which].of(compared)
    if words := text.strip().lower():
        chosen = chosen & _says(compared, words)
    (rows,) = np.nonzero(chosen)
    ordered: np.ndarray = rows[np.argsort(ORDERS[order].of(compared)[rows], kind="stable")]
    return ordered


def _says(compared: Compared, words: str) -> np.ndarray:
    if words.isdecimal():
        return np.asarray(np.arange(1, len(compared) + 1) == int(words[:9]))
    is_meant = np.array([words in name.lower() for name in name_classes(compared.classes)])
    found: np.ndarray = is_meant[compared.labels]
    for one in compared.models:
        found = found | is_meant[one.answers]
    for names in compared.metadata.groups.values():
        found = found | np.array([words in name.lower() for name in names.tolist()])
    return found
