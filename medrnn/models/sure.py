"""What a card says of its probabilities: ``evaluation.sure`` measures it, once; ``models.sets`` makes use of it."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from medrnn.models.fields import Count, Interval, Positive, Seconds, Share


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
