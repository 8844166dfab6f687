"""What a visitor chose in the figures of one model; kept while pages change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from medrnn.evaluation.thresholds import STEPS
from medrnn.models.cards import Card
from medrnn.ui import address
from medrnn.ui.state import session

MIDDLE = STEPS // 2  # the threshold before a choice
MOST = 50  # models whose choices are kept

Value = TypeVar("Value")


@dataclass
class Chosen:
    """The choices.

    Attributes:
        cell: (label, answer) of the confusion matrix, None before a click.
        images: of each wall of pictures the test image that was opened, by the wall's name.
        starts: of each wall the first picture that is shown.
        target: the class that is told from the rest; None before a choice.
        thresholds: of each class, in thousandths.
        cost: what a miss costs, a key of ``threshold.COSTS``.
        prevalence: how common the class is, a key of ``threshold.COMMON``.
        said: the class whose probabilities the reliability diagram shows, ``reliable.ANSWER`` for the answer.
        way: how it is cut into bins, a key of ``calibration.WAYS``.
        picture: in which format figures are saved, "png" or "svg".
    """

    cell: tuple[int, int] | None = None
    images: dict[str, int] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    target: int | None = None
    thresholds: dict[int, int] = field(default_factory=dict)
    cost: str = "1"
    prevalence: str = ""
    said: int = -1
    way: str = "width"
    picture: str = "png"


def of(model: str) -> Chosen:
    """The choices of a model, begun where there are none."""
    every = session().after
    found = every.pop(model, None) or Chosen()
    every[model] = found  # the newest last
    while len(every) > MOST:
        every.pop(next(iter(every)))
    return found


def bound(
    widget: Callable[..., object], label: str, options: Sequence[Value], name: str, model: str, **look: Any
) -> Value:
    """``state.bound`` of a field of a model's choices.

    Args:
        widget: ``st.selectbox``, ``st.segmented_control``, ...
        label: as the widget takes it.
        options: likewise, at least one; a value that is no option becomes the first one.
        name: a field of ``Chosen``.
        model: its id.
        look: more arguments for the widget.
    """
    chosen, key = of(model), f"after__{name}-{model}"
    if getattr(chosen, name) not in options:
        setattr(chosen, name, options[0])
    st.session_state[key] = getattr(chosen, name)
    widget(label, options, key=key, on_change=lambda: setattr(chosen, name, st.session_state[key]), **look)
    value: Value = getattr(chosen, name)
    return value


class _Thresholds:
    """Those that a slider can have."""

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str)  # ``address`` takes no other text than a percentage


def shared(card: Card | None) -> dict[str, str | int | None]:
    """What the address keeps of a model's figures, and what it asked for when the visit began."""
    if card is None or not card.is_measured:
        return {}
    choices = of(card.id)
    if asked := address.take("target", card.classes):
        choices.target = card.classes.index(asked)
    is_pair = len(card.classes) == 2
    if not is_pair and choices.target is None:
        choices.target = 0
    k = 1 if is_pair or choices.target is None else choices.target
    if text := address.take("threshold", _Thresholds()):
        choices.thresholds[k] = round(float(text) * STEPS / 100)
    at = choices.thresholds.get(k, MIDDLE)
    return {
        "target": None if is_pair else card.classes[k],
        "threshold": None if at == MIDDLE else f"{100 * at / STEPS:g}",
    }
