"""What evidence amounts to: numbers against stated thresholds. Facts only; ``words`` says them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from medrnn.explanation.evidence.curves import DRAWS

LEVELS = {"pass": "passes", "warning": "a warning", "fail": "fails", "unknown": "cannot be said"}
ORDERS = f"share of {DRAWS} random orders that the map beats, 0 to 1, a tie counts half"


@dataclass(frozen=True)
class Threshold:
    """From where on a number is a warning, and from where on the map fails.

    Attributes:
        title: what is counted, in a few words.
        unit: what the number is.
        good: "low" or "high".
        warns: of what is good low, a number of this or more is a warning; of what is good high, a lower one.
        fails: likewise the map fails.
        means: one sentence, what a bad number would mean.
    """

    title: str
    unit: str
    good: str
    warns: float
    fails: float
    means: str


THRESHOLDS: Mapping[str, Threshold] = {
    "randomisation": Threshold(
        "all weights drawn anew",
        "rank correlation of the absolute maps, -1 to 1",
        "low",
        0.2,
        0.5,
        "A map that stays when the weights are random shows the image, and nothing that was learnt (Adebayo 2018).",
    ),
    "deletion": Threshold(
        "deletion",
        ORDERS,
        "high",
        0.95,
        0.5,
        "What the map marks first should move the answer sooner than pixels in random order (Petsiuk 2018).",
    ),
    "insertion": Threshold(
        "insertion",
        ORDERS,
        "high",
        0.95,
        0.5,
        "What the map marks first should bring the answer back sooner than pixels in random order (Petsiuk 2018).",
    ),
    "road": Threshold(
        "ROAD",
        ORDERS,
        "high",
        0.95,
        0.5,
        "The same with pixels that are filled from around them, so that the picture stays like one that the model "
        "knows (Rong 2022).",
    ),
    "completeness": Threshold(
        "completeness gap",
        "share of the difference of the two scores",
        "low",
        0.05,
        0.2,
        "The values should sum to the difference of the scores of image and baseline; a gap is an error of computation "
        "(Sundararajan 2017).",
    ),
    "infidelity": Threshold(
        "infidelity",
        "share of the effect of squares taken away that the map does not foretell, 0 to 1",
        "low",
        0.5,
        0.9,
        "A map that cannot foretell what a square taken away does to the score does not say what the model uses "
        "(Yeh 2019).",
    ),
    "sensitivity": Threshold(
        "sensitivity",
        "largest change of the map under changes of 2 % of the grey range, as a share of the map",
        "low",
        0.5,
        1.0,
        "A change that nobody sees should not give another map (Yeh 2019).",
    ),
    "seeds": Threshold(
        "another seed",
        "mean rank correlation, -1 to 1",
        "high",
        0.8,
        0.5,
        "A map that is another one each time is mostly chance; draw more samples.",
    ),
    "models": Threshold(
        "another model trained alike",
        "mean rank correlation, -1 to 1",
        "high",
        0.5,
        0.2,
        "Models of one recipe answer alike; where their maps differ, a map is of this model and not of the image.",
    ),
    "time": Threshold(
        "time bias",
        "share of the map on the last (or first) third of the steps of shuffled images, over a third",
        "low",
        1.5,
        2.5,
        "When the steps are shuffled none should win; where the late ones do, the map shows when a step was read and "
        "not what it holds (Ismail 2019).",
    ),
    "localisation": Threshold(
        "localisation",
        "share of the map in the mask, from 0 for what an even grey has there to 1 for all of it",
        "high",
        0.3,
        0.0,
        "At 0 a map has no more in the mask than an even grey has, below 0 it has less (Arras 2022).",
    ),
}


@dataclass(frozen=True)
class Verdict:
    """One number against its thresholds.

    Attributes:
        name: a key of ``THRESHOLDS``.
        level: a key of ``LEVELS``.
        value: in the threshold's unit; None where it is not defined.
    """

    name: str
    level: str
    value: float | None

    @property
    def threshold(self) -> Threshold:
        """What it was held against."""
        return THRESHOLDS[self.name]


def judge(name: str, value: float | None) -> Verdict:
    """A number against its thresholds.

    Args:
        name: a key of ``THRESHOLDS``.
        value: in its unit; None or NaN where it is not defined.
    """
    if value is None or math.isnan(value):
        return Verdict(name, "unknown", None)
    known = THRESHOLDS[name]
    is_low = known.good == "low"

    def is_bad(limit: float) -> bool:
        return value >= limit if is_low else value < limit

    return Verdict(
        name, "fail" if is_bad(known.fails) else "warning" if is_bad(known.warns) else "pass", value
    )
