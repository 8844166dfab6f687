"""How sure an answer is: what a card says of its probabilities, and which classes of an image cannot be excluded.

``evaluation.sure`` measures it, once; what is done with it here takes no more than the card.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

import numpy as np
from msgspec import Meta

from medrnn.models.fields import Count, Interval, Positive, Seconds, Share

if TYPE_CHECKING:
    from medrnn.models.cards import Card

LEVEL = 0.9  # share of a class whose sets are to hold it


class Temperature(TypedDict):
    """What temperature scaling does on the validation images (``evaluation.temperature``).

    Attributes:
        value: fitted on all of them.
        folds: of the cross-validation.
        by: what a fold holds as a whole.
        before, after: mean loss in nats of the images left out, as answered and scaled by what the others gave.
        is_on: True where that lowers it.
    """

    value: Annotated[float, Meta(gt=0)]
    folds: Positive
    by: str
    before: Seconds
    after: Seconds
    is_on: bool


class Covered(TypedDict):
    """How often the sets of one class's images hold that class.

    Attributes:
        count: validation images of the class, on which its limit was set.
        limit: least probability, 0 to 1, with which the class stays in a set.
        halves: mean share over random halves of the validation images, each set by the other half.
        spread: standard deviation of that share over the halves.
        held_out: images of the class in a half.
        test: share of the class's test images.
        test_count: so many.
        test_interval: Wilson's 95 %; all None where the test split has none of it.
    """

    count: Positive
    limit: Share
    halves: Share
    spread: Share
    held_out: Positive
    test: Share | None
    test_count: Count
    test_interval: Interval | None


class Sizes(TypedDict):
    """How many classes the sets hold.

    Attributes:
        mean: over the images.
        empty: share of the images without any.
        one: with one.
        more: with several.
    """

    mean: Seconds
    empty: Share
    one: Share
    more: Share


class Sets(TypedDict):
    """Prediction sets, a class at a time.

    Attributes:
        level: share of each class that is to be covered.
        rounds: random halves.
        classes: in the order of the answer.
        halves: sizes in the halves.
        test: sizes on the test images.
    """

    level: Share
    rounds: Positive
    classes: list[Covered]
    halves: Sizes
    test: Sizes


class Measured(TypedDict):
    """A figure with its 95 % interval; none where a class is of too few patients or images."""

    value: Seconds
    interval: Annotated[list[Seconds], Meta(min_length=2, max_length=2)] | None


class ReliableBin(TypedDict):
    """A point of the reliability diagram of the answer: ``evaluation.calibration.Bin``."""

    low: Share
    high: Share
    count: Positive
    said: Share
    came: Share
    interval: Interval


class Sure(TypedDict):
    """What a card says of its probabilities.

    Attributes:
        seed: of halves, folds and resamples.
        val: validation images of each class.
        unit: what resamples draw as a whole, "patient" or "image".
        rounds: resamples behind the intervals; 0 where there are too few units.
        ece, brier: on the test images, as answered.
        bins: of equal width, of the answer, on the test images.
        temperature, sets: left out where a class has too few validation images (``evaluation.sure.LEAST``).
    """

    seed: Count
    val: list[Count]
    unit: str
    rounds: Count
    ece: Measured
    brier: Measured
    bins: list[ReliableBin]
    temperature: NotRequired[Temperature]
    sets: NotRequired[Sets]


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


def scaled_by(card: "Card", probabilities: np.ndarray) -> np.ndarray | None:
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


def limits_of(card: "Card") -> list[float] | None:
    """The least probability with which each class stays in a set; None of a model that is not calibrated."""
    sets = card.sure.get("sets") if card.sure else None
    return [one["limit"] for one in sets["classes"]] if sets else None


def set_of(card: "Card", probabilities: np.ndarray) -> tuple[int, ...] | None:
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


def joined(names: Sequence[str], word: str = "or") -> str:
    """Such as "a, b or c"."""
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def say_set(kept: Sequence[int] | None, names: Sequence[str]) -> str:
    """What stands in place of an answer that is not the only one possible; "" where one class is left, or unknown.

    Args:
        kept: the classes that cannot be excluded; None of a model that is not calibrated.
        names: of all classes, as people read them.
    """
    if kept is None or len(kept) == 1:
        return ""
    percent = f"{100 * LEVEL:.0f} %"
    if not kept:
        return f"{'neither' if len(names) == 2 else 'no'} class is usual at {percent}"
    if len(kept) == len(names) > 2:
        return f"any of the {len(names)} classes: cannot tell at {percent}"
    return f"{joined([names[k] for k in kept])}: cannot tell at {percent}"
