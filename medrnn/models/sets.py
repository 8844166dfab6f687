"""Which classes of an image cannot be excluded, probabilities after the temperature; what is said of both.

It takes no more than the card, which holds what ``evaluation.sure`` measured.
"""

from collections.abc import Sequence

import numpy as np

from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.types import Prediction

LEVEL = 0.9  # share of a class whose sets are to hold it
AT = f"at {100 * LEVEL:.0f} %"
MOST_NAMED = 3  # classes whose coverage is told one by one


def logs(probabilities: np.ndarray) -> np.ndarray:
    """Logits (..., class) up to a constant an image, which no softmax sees, of probabilities."""
    found: np.ndarray = np.log(np.maximum(probabilities.astype(np.float64), np.finfo(np.float32).tiny))
    return found


def scale(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """The probabilities of the logits divided by a temperature: above 1 softer, below 1 sharper.

    Args:
        probabilities: (..., class) of a softmax.
        temperature: above 0.

    Returns:
        (..., class) float64, each row sums to 1.
    """
    from scipy.special import softmax

    found: np.ndarray = softmax(logs(probabilities) / temperature, axis=-1)
    return found


def scaled_by(card: Card, probabilities: np.ndarray) -> np.ndarray | None:
    """The probabilities (..., class) after the card's temperature; None where it is not on."""
    told = card.sure.get("temperature") if card.sure else None
    return scale(probabilities, told["value"]) if told and told["is_on"] else None


def members(probabilities: np.ndarray, limits: Sequence[float] | np.ndarray) -> np.ndarray:
    """Which classes cannot be excluded.

    Args:
        probabilities: (..., class), each row sums to 1.
        limits: the least probability with which each class stays.

    Returns:
        (..., class) bool.
    """
    found: np.ndarray = probabilities >= np.asarray(limits)
    return found


def limits_of(card: Card) -> list[float] | None:
    """The least probability with which each class stays in a set; None of a model that is not calibrated."""
    sets = card.sure.get("sets") if card.sure else None
    return [one["limit"] for one in sets["classes"]] if sets else None


def set_of(card: Card, probabilities: np.ndarray) -> tuple[int, ...] | None:
    """The classes of one image that cannot be excluded at ``LEVEL``, by their index.

    Args:
        card: of the model that answers.
        probabilities: (class,) of its answer.

    Returns:
        None of a model that is not calibrated.
    """
    limits = limits_of(card)
    if limits is None:
        return None
    return tuple(np.flatnonzero(members(probabilities, limits)).tolist())


def joined(names: Sequence[str]) -> str:
    """Such as "a, b or c"."""
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def say_set(kept: Sequence[int] | None, answer: int, names: Sequence[str]) -> str:
    """What stands in place of an answer that is not the one class left; "" where it is, or nothing is known.

    Args:
        kept: the classes that cannot be excluded; None of a model that is not calibrated.
        answer: the most probable class.
        names: of all classes, as people read them.
    """
    if kept is None or tuple(kept) == (answer,):
        return ""
    if not kept:
        return f"{'neither' if len(names) == 2 else 'no'} class is usual {AT}"
    if len(kept) == 1:
        return f"{names[kept[0]]} alone is usual {AT}, though less probable"
    if len(kept) == len(names) > 2:
        return f"any of the {len(names)} classes: cannot tell {AT}"
    return f"{joined([names[k] for k in kept])}: cannot tell {AT}"


def say_of(found: Prediction) -> str:
    """The same of a prediction whose image is of the kind that its model knows; of others the verdict speaks."""
    if not found.verdict.is_within:
        return ""
    return say_set(found.kept, found.answer, name_classes(found.classes))


def set_cell(kept: Sequence[int] | None, classes: Sequence[str]) -> str:
    """A prediction set as a cell of a table: names between semicolons, "none"; "" of a model that is not calibrated."""
    if kept is None:
        return ""
    return "; ".join(classes[k] for k in kept) or "none"


def say_covered(card: Card, names: Sequence[str]) -> str:
    """How often such sets held the right class on the test images, a class at a time; "" where nobody measured."""
    sets = card.sure.get("sets") if card.sure else None
    if not sets:
        return ""
    told = [(name, one["test"]) for name, one in zip(names, sets["classes"], strict=True)]
    shares = [(name, share) for name, share in told if share is not None]
    if len(shares) > MOST_NAMED:
        name, least = min(shares, key=lambda one: one[1])
        rest = max(share for _, share in shares)
        said = f"from {100 * least:.0f} % ({name}) to {100 * rest:.0f} %"
    else:
        said = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)
    return f"Classes that it cannot exclude at {100 * LEVEL:.0f} % held the right one on test: {said}."
