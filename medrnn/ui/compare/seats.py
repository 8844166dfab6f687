"""What is compared of single images: which models read which study, and what each made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from medrnn.errors import MedrnnError
from medrnn.imaging.samples import SAMPLES
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.models.inference import Inference, infer
from medrnn.models.places import passages
from medrnn.types import Attribution, Prediction, Reading, Study
from medrnn.ui import cached, parts, sidebar
from medrnn.ui.foreign import plain, shown
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

MOST, FIRST = 6, 4  # models beside each other; of them at the start


@dataclass(frozen=True, eq=False)
class Seat:
    """One study read by one model.

    Attributes:
        study, card, reading, prediction: what the names say.
        scene: its recurrent module that reads last; None of a network without one.
        title: what tells it from its neighbours.
        sample: id of the study where it ships with the app, else empty.
    """

    study: Study
    card: Card
    reading: Reading
    prediction: Prediction
    scene: Scene | None
    title: str
    sample: str = ""

    @property
    def label(self) -> str:
        """The class that the set of a shipped sample gives it; empty where it gives none, or none of the model's."""
        found = SAMPLES.get(self.sample)
        return found.label if found and found.label in self.card.classes else ""

    @property
    def inference(self) -> Inference:
        """How its answer was made."""
        return infer(self.card, self.reading, device=self.prediction.device, found=self.prediction)

    def called(self, name: str) -> str:
        """One of its classes as people read it."""
        return name_class(name, self.card.classes)

    def class_like(self, first: "Seat") -> str:
        """The class that the first one answers, where this model knows it, else its own answer."""
        wanted = first.prediction.classes[first.prediction.answer]
        return wanted if wanted in self.card.classes else self.card.classes[self.prediction.answer]

    def map(self, method: str, target: str, baseline: str) -> Attribution:
        """Which pixels this answer was sensitive to, kept."""
        return cached.attribution(self.card, self.reading, sidebar.chosen_device(), method, target, baseline)


def first_models(own: Card, cards: dict[str, Card]) -> list[str]:
    """The chosen model, and others that learnt the same classes from the same data, each network once if it can be."""
    alike = [
        card
        for card in cards.values()
        if card.data["name"] == own.data["name"] and card.classes == own.classes
    ]
    found, seen = [own.id], {(own.config.model.cell, own.config.model.core)}
    for card in sorted(alike, key=lambda card: card.config.reading != own.config.reading):
        kind = (card.config.model.cell, card.config.model.core)
        if card.id not in found and kind not in seen and card.config.reading.direction == "forward":
            found.append(card.id)
            seen.add(kind)
    return found[:FIRST]


def _read(study: Study, card: Card) -> Reading:
    state = session()
    return cached.reading(
        study,
        card.config.reading,
        state.frames.get(study.key, 0),
        state.crops.get(study.key),
        study.key in state.from_colour,
    )


def _scene(study: Study, card: Card, reading: Reading, found: Prediction) -> Scene | None:
    if not card.config.model.is_recurrent:
        return None
    passage = list(passages(card.config.model, card.config.reading).values())[-1]
    line = passage.lines // 2 if passage.is_sweep else 0
    trace = cached.trace(card, reading, sidebar.chosen_device(), passage.name, line)
    return Scene(study, card, reading, found, passage, trace, line)


def seat(study: Study, card: Card, title: str, sample: str) -> Seat:
    """Let a model read a study.

    Args:
        study: what is read.
        card: by which model.
        title: of the column.
        sample: id of the study where it ships with the app.

    Raises:
        MedrnnError: it cannot.
    """
    reading = _read(study, card)
    card = card.as_read(reading.config)
    found = cached.prediction(card, reading, sidebar.chosen_device())
    return Seat(study, card, reading, found, _scene(study, card, reading, found), title, sample)


def seats(wanted: Sequence[tuple[Study, Card, str, str]]) -> list[Seat]:
    """Every one that can be had (arguments of ``seat``); of the others one sentence each says why not."""
    found = []
    for study, card, title, sample in wanted:
        try:
            found.append(seat(study, card, title, sample))
        except MedrnnError as error:
            st.warning(f"{shown(title)} is left out. {shown(error)}", icon=":material/warning:")
    return found


def require_grey(study: Study, cards: Sequence[Card]) -> None:
    """Of a colour image the switch to grey, where a model needs it; the page ends where it is off."""
    for card in cards:
        if study.is_colour and not card.config.reading.is_colour:
            parts.require_reading(study, card.config.reading)
            return


def other_images(study: Study) -> dict[str, str]:
    """What can stand beside a study: content key of an opened one, or "sample/" and its id, to how it is called."""
    state = session()
    found = {key: name for key, name in state.labels.items() if key != study.key}
    opened = {state.samples.get(key) for key in state.studies}
    return found | {
        f"sample/{name}": f"{one.title} (sample)" for name, one in SAMPLES.items() if name not in opened
    }


def take_image(name: str) -> tuple[Study, str]:
    """One of ``other_images``, and its id where it is a sample."""
    state = session()
    if name in state.studies:
        return state.studies[name], state.samples.get(name, "")
    sample = name.removeprefix("sample/")
    return cached.sample(sample), sample


def title_of(card: Card) -> str:
    """A model as a column calls it."""
    return plain(card.id)
