"""The maps of one answer in the linked picture."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import ReadingConfig
from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Prediction, Reading, Study
from medrnn.ui import cached, following, sidebar
from medrnn.ui.attribution.choices import Choices
from medrnn.ui.components.maps import maps
from medrnn.ui.foreign import plain, shown
from medrnn.ui.slices import name_steps

ALREADY = 0.5  # probability of the class from which on a baseline says it itself
SIDE = 448  # pixels of the picture's longer side


def steps_of(reading: ReadingConfig) -> np.ndarray:
    """(row, column) int32: at which step each pixel of the network's grid is read, from 0."""
    from medrnn.sequences import place

    grey = replace(reading, channels="grey")
    steps = np.repeat(np.arange(grey.steps, dtype=np.int32)[:, None], grey.features, 1)
    found: np.ndarray = place(steps, grey)
    return found


def _axis(card: Card) -> maps.Axis:
    """Where the sums at the steps stand; of a network that does not read step by step nowhere."""
    reading = card.config.reading
    if card.config.model.core != "stack":
        return ""
    if reading.is_patched:
        return "order"
    return "rows" if reading.order == "rows" else "columns"


def _strongest(values: np.ndarray) -> str:
    row, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    return f"strongest in row {row + 1}, column {column + 1} of {values.shape[0]} by {values.shape[1]}"


def _panel(card: Card, found: Attribution) -> maps.Panel:
    from medrnn.explanation.attribution.methods import METHODS

    method, target = METHODS[found.method], plain(name_class(found.target, card.classes), 40)
    say = partial(named, reading=card.config.reading)
    compared = say(f" They are drawn from {found.others} training images.") if found.others else ""
    return maps.Panel(
        title=method.title,
        values=found.values,
        is_signed=found.is_signed,
        ends=(f"against {target}", f"for {target}", f"sensitive, {target}"),
        says=say(method.says.split(" (")[0].rstrip(".") + ".") + compared,
        alt=f"{method.title} for {target}, {_strongest(found.values)}.",
    )


def _compared(card: Card, reading: Reading, asked: Choices) -> maps.Compared | None:
    """The baseline and what the model makes of it; None where no map in view has one."""
    from medrnn.explanation.attribution.baselines import BASELINES
    from medrnn.explanation.attribution.methods import METHODS

    if not any(METHODS[name].has_baseline for name in asked.methods):
        return None
    picture, found = cached.compared_with(card, reading, sidebar.chosen_device(), asked.baseline, asked.seed)
    share = float(found[card.classes.index(asked.target)])
    target = plain(name_class(asked.target, card.classes), 40)
    return maps.Compared(
        picture,
        f"Compared with: {named(BASELINES[asked.baseline], reading.config)}. Of it the model says {target} "
        f"{100 * share:.1f} %.",
        share,
    )


def _say_baseline(card: Card, asked: Choices, compared: maps.Compared | None, prediction: Prediction) -> None:
    """Where the baseline is answered with the class itself, the maps explain little."""
    if compared is None or asked.step is not None or compared.share < ALREADY:
        return
    own = float(prediction.probabilities[card.classes.index(asked.target)])
    target = shown(name_class(asked.target, card.classes), 40)
    st.markdown(
        f":material/warning: Of the baseline itself the model says {target} {100 * compared.share:.0f} %: maps "
        f"that compare with it explain the way from there to {100 * own:.0f} %, not the {100 * own:.0f} %. "
        f"{_instead(card, asked, compared.share)}"
    )


def _instead(card: Card, asked: Choices, share: float) -> str:
    """What to ask for where the baseline is of the class already: of two classes the other one."""
    others = [name for name in card.classes if name != asked.target]
    if len(others) > 1:
        return "Try another baseline."
    other = shown(name_class(others[0], card.classes), 40)
    return f"Choose the class {other} above, of which it says {100 * (1 - share):.0f} %, or another baseline."


def _say_step(card: Card, asked: Choices, prediction: Prediction) -> None:
    """The answer at the step that is explained."""
    if asked.step is None or prediction.steps is None:
        return
    share = 100 * float(prediction.steps[asked.step][card.classes.index(asked.target)])
    target = shown(name_class(asked.target, card.classes), 40)
    st.markdown(
        f"The maps explain the answer after step {asked.step + 1}: {target} **{share:.1f} %**. What comes later was "
        "not read yet, so nothing of it counts."
    )


def link_of(card: Card, reading: Reading) -> str:
    """Pictures on the page that share the step of a series."""
    return f"map/{card.digest[:12]}/{reading.key}"


def _series(card: Card, study: Study, reading: Reading) -> maps.Series | None:
    """Where each slice of a series lies; None of an image."""
    if not reading.frames:
        return None
    start = following.step_of(reading)
    return maps.Series(link_of(card, reading), start, name_steps(reading, study), reading.config.tile)


def show(
    card: Card,
    study: Study,
    reading: Reading,
    found: Sequence[Attribution],
    asked: Choices,
    prediction: Prediction,
    inference: Inference,
) -> None:
    """The image and its maps beside each other.

    Args:
        card: of the model.
        study: the image.
        reading: of it.
        found: the maps.
        asked: what was chosen.
        prediction: the model's answer.
        inference: how the answer was made, for the saved picture.
    """
    config, axis = card.config.reading, _axis(card)
    target = plain(name_class(asked.target, card.classes), 40)
    when = "" if asked.step is None else f", after step {asked.step + 1}"
    compared, what = _compared(card, reading, asked), named("image", config)
    _say_step(card, asked, prediction)
    _say_baseline(card, asked, compared, prediction)
    maps.show(
        cached.picture(study, reading, SIDE),
        [_panel(card, one) for one in found],
        steps=steps_of(config),
        axis=axis,
        line="" if card.config.model.encoder == "stem" else config.line,  # a stem reads several at a time
        is_backward=config.direction == "reverse" and axis != "order",
        key="map-sheet",
        title=f"What {plain(card.title, 60)} was sensitive to in this {what}, class {target}{when}.",
        file=f"medrnn-map-{card.id[:40]}-{reading.study_key[:8]}",
        inference=inference,
        compared=compared,
        series=_series(card, study, reading),
    )
