"""The operating point of a model: its percentage on a scale round the threshold, and how often it is right there."""

import html
from typing import Literal

from medrnn.config.what import named
from medrnn.models.cards import Card, OperatingPoint
from medrnn.models.class_names import name_class, name_classes
from medrnn.models.sets import say_covered
from medrnn.plots.layout import ANSWER, OTHER
from medrnn.types import Prediction
from medrnn.ui.foreign import plain, shown

NONE_LEFT = "Of each class, 9 in 10 validation images got a higher probability."
NEXT = 2  # classes that are named after the answer


def place(p: float, threshold: float) -> float:
    """Where a probability stands on a scale from 0 to 1 whose middle is the threshold, linear on either side."""
    if p <= threshold:
        return 0.5 * p / threshold if threshold else 0.0
    return 0.5 + 0.5 * (p - threshold) / (1 - threshold)


def point_of(card: Card) -> OperatingPoint | None:
    """The operating point on the test split; None of a model with more than two classes, or that is not measured."""
    return card.metrics["test"].get("operating_point") if card.is_measured else None


def scale(card: Card, found: Prediction, *, dark: bool) -> str:
    """The percentage of the second class on its scale, as HTML; empty where there is no threshold."""
    point, mode = point_of(card), "dark" if dark else "light"
    if point is None:
        return ""
    p, threshold = float(found.probabilities[1]), point["threshold"]
    at, colour = 100 * place(p, threshold), (ANSWER if found.verdict.is_within else OTHER)[mode]
    low, high = (html.escape(plain(name, 24)) for name in card.classes)
    words = f"{high} {100 * p:.1f} %, on a scale whose middle is the threshold of {100 * threshold:.0f} %"
    bar = ""
    if spread := found.spread(1):
        first, last = (100 * place(v, threshold) for v in spread)
        words += f"; over {found.seed_count} seeds {100 * spread[0]:.1f} to {100 * spread[1]:.1f} %"
        bar = (
            f'<div style="position:absolute;top:1px;left:{first:.2f}%;width:{max(last - first, 0.3):.2f}%;height:12px;'
            f'border-radius:3px;background:{colour};opacity:0.35"></div>'
        )
    return f"""
<div role="img" aria-label="{words}">
  <div style="display:flex;justify-content:space-between;font-size:0.8333rem;opacity:0.8">
    <span>{low}</span><span>{100 * threshold:.0f} %</span><span>{high}</span>
  </div>
  <div style="position:relative;height:14px;margin-top:2px">
    <div style="position:absolute;top:5px;left:0;right:0;height:4px;border-radius:2px;background:currentColor;
      opacity:0.15"></div>
    <div style="position:absolute;top:5px;left:{min(at, 50):.2f}%;width:{abs(at - 50):.2f}%;height:4px;
      background:{colour}"></div>
    {bar}
    <div style="position:absolute;top:0;left:calc(50% - 1px);width:2px;height:14px;background:currentColor;
      opacity:0.6"></div>
    <div style="position:absolute;top:0;left:calc({at:.2f}% - 7px);width:14px;height:14px;border-radius:7px;
      background:{colour}"></div>
  </div>
</div>"""


def _rate(
    point: OperatingPoint,
    name: Literal["sensitivity", "specificity"],
    count: Literal["positives", "negatives"],
) -> str:
    low, high = point["intervals"][name]
    return f"{name} {100 * point[name]:.0f} % ({100 * low:.0f} to {100 * high:.0f}; n = {point[count]})"


def sentence(card: Card) -> str:
    """How often the model is right on its test split, with intervals: at its threshold, else of all its classes."""
    if not card.is_measured:
        return "Its weights are not measured here: nothing is known of how often it is right."
    point, test = point_of(card), card.metrics["test"]
    if point:
        rates = f"{_rate(point, 'sensitivity', 'positives')}, {_rate(point, 'specificity', 'negatives')}"
        return f"At this threshold on its test split: {rates}."
    span, images = "", named("images", card.config.reading)
    if intervals := test.get("intervals"):
        low, high = intervals["accuracy"]
        span = f" ({100 * low:.1f} to {100 * high:.1f})"
    return f"Right in {100 * test['accuracy']:.1f} %{span} of its {test['n']:,} test {images}."


def next_classes(found: Prediction) -> str:
    """The classes after the answer, where there are more than two."""
    if len(found.classes) < 3:
        return ""
    ranked = found.probabilities.argsort()[::-1][1 : 1 + NEXT]
    said = ", ".join(
        f"{shown(name_class(found.classes[k], found.classes), 60)} {100 * found.probabilities[k]:.1f} %"
        for k in ranked
    )
    return f"Next: {said}."


def seeds_sentence(found: Prediction) -> str:
    """How far training under other seeds moves this answer; empty where one seed alone is there."""
    spread = found.spread(found.answer)
    if spread is None or found.seeds is None:
        return ""
    low, high = spread
    agree = int((found.seeds.argmax(1) == found.answer).sum())
    others = len(found.seeds) - 1
    name = shown(name_class(found.classes[found.answer], found.classes), 60)
    said = (
        "all say the same"
        if agree == len(found.seeds)
        else f"{agree - 1} of the {others} others say the same"
    )
    return f"Trained {len(found.seeds)} times from other seeds: {100 * low:.1f} to {100 * high:.1f} % {name}, {said}."


def sure_sentence(card: Card, found: Prediction) -> str:
    """Why no class is left, and how often such sets held the right one."""
    if found.kept is None:
        return ""
    names = [shown(name, 60) for name in name_classes(card.classes)]
    why = "" if found.kept else f"{named(NONE_LEFT, card.config.reading)} "
    return f"{why}{say_covered(card, names)}"


def explain(card: Card) -> str | None:
    """What both rates mean, as Markdown; None where there are none."""
    point = point_of(card)
    if point is None:
        return None
    low, high = (shown(name, 60) for name in card.classes)
    images = named("images", card.config.reading)
    finds, leaves = round(100 * point["sensitivity"]), round(100 * point["specificity"])
    return (
        f"Of 100 test {images} labelled {high} the model calls {finds} {high}; of 100 labelled {low} it calls {leaves} "
        f"{low}. In brackets: 95 % intervals. Of {images} from elsewhere this says nothing."
    )
