"""Every cache of the app.

Shared between visitors: the shipped samples, cards and weights. Per visitor, bounded and keyed by content:
whatever is made from an image. Arguments with an underscore are not hashed; their keys stand beside them.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.imaging import samples
from medrnn.models import catalog
from medrnn.models.catalog import Card
from medrnn.types import Attribution, Prediction, Reading, Study, Trace

Made = TypeVar("Made")


@st.cache_resource(max_entries=4, show_spinner=False)
def sample(sample_id: str) -> Study:
    """A shipped image."""
    return samples.read_sample(sample_id)


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def cards() -> dict[str, Card]:
    """The catalogue, at most two seconds old."""
    return catalog.list_cards()


@st.cache_resource(max_entries=8, show_spinner=False)
def device_lock(device: str) -> threading.Lock:
    """One piece of work at a time on a device."""
    return threading.Lock()


@st.cache_resource(max_entries=24, show_spinner=False)
def _model(model_id: str, digest: str, device: str):  # noqa: ANN202  torch is not imported here
    return catalog.load_model(model_id, device), catalog.load_novelty(catalog.find_card(model_id))


def model(card: Card, device: str):  # noqa: ANN201  torch is not imported here
    """The network of a card on a device, shared by all visitors: hold ``device_lock`` while it runs."""
    return _model(card.id, card.digest, device)[0]


@st.cache_resource(max_entries=2, show_spinner=False)
def _state_index(digest: str, written: float, _card: Card):  # noqa: ANN202  of a data set, not of an upload
    from medrnn.explanation.states import load_index

    return load_index(_card, _card.config.data)


def state_index(card: Card):  # noqa: ANN201
    """The index of a model's states over its data set; it has to be there (``states.find_index``)."""
    from medrnn.explanation.states import index_path

    return _state_index(card.digest, index_path(card, card.config.data).stat().st_mtime, card)


@st.cache_data(max_entries=16, show_spinner=False)
def _of_index(kind: str, digest: str, written: float, layer: int, direction: str, _card: Card):  # noqa: ANN202
    from medrnn.explanation import trajectories

    made = {"projection": trajectories.fit_projection, "probe": trajectories.probe}[kind]
    return made(state_index(_card), layer, direction)


def _about_index(kind: str, card: Card, layer: int, direction: str):  # noqa: ANN202
    from medrnn.explanation.states import index_path

    written = index_path(card, card.config.data).stat().st_mtime
    return _of_index(kind, card.digest, written, layer, direction, card)


def projection(card: Card, layer: int, direction: str):  # noqa: ANN201
    """Principal components of the states of a layer over the data set."""
    return _about_index("projection", card, layer, direction)


def probe(card: Card, layer: int, direction: str):  # noqa: ANN201
    """What a linear read-out of a layer's state tells at each step."""
    return _about_index("probe", card, layer, direction)


@st.cache_data(scope="session", max_entries=16, show_spinner=False)
def _reading(
    key: str, config: ReadingConfig, frame: int, crop: sequences.Crop | None, from_colour: bool, _study: Study
) -> Reading:
    return sequences.read_study(_study, config, frame=frame, crop=crop, from_colour=from_colour)


def reading(
    study: Study, config: ReadingConfig, frame: int, crop: sequences.Crop | None, from_colour: bool
) -> Reading:
    """The image as a model reads it."""
    return _reading(study.key, config, frame, crop, from_colour, study)


@st.cache_data(scope="session", max_entries=64, show_spinner=False)
def _is_known(digest: str, novelty: str, key: str, _card: Card, _reading: Reading) -> bool:
    from medrnn.models.verdict import judge_reading

    return judge_reading(_card, _reading)[0].is_within


def is_known(card: Card, read: Reading) -> bool:
    """Whether a reading is within what a model knows, without its answer."""
    return _is_known(card.digest, card.novelty, read.key, card, read)


@st.cache_data(scope="session", max_entries=64, show_spinner=False)
def _prediction(
    model_id: str, digest: str, device: str, key: str, _reading: Reading, _card: Card
) -> Prediction:
    from medrnn.models.predict import predict

    model, novelty = _model(model_id, digest, device)
    with device_lock(device):
        return predict(model, _card, _reading, novelty)


def prediction(card: Card, read: Reading, device: str) -> Prediction:
    """The answer of a model."""
    return _prediction(card.id, card.digest, device, read.key, read, card)


@st.cache_data(scope="session", max_entries=8, show_spinner=False)
def _trace(model_id: str, digest: str, device: str, key: str, _reading: Reading) -> Trace:
    from medrnn.explanation.trace import trace as run

    model, _ = _model(model_id, digest, device)
    with device_lock(device):
        return run(model, _reading.sequence)


def trace(card: Card, read: Reading, device: str) -> Trace:
    """Every gate and state of a model."""
    return _trace(card.id, card.digest, device, read.key, read)


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _attribution(
    model_id: str,
    digest: str,
    device: str,
    key: str,
    method: str,
    target: str,
    baseline: str,
    _reading: Reading,
    _card: Card,
) -> Attribution:
    from medrnn.explanation.attribution import explain_reading

    model, _ = _model(model_id, digest, device)
    with device_lock(device):
        return explain_reading(model, _card, _reading, method=method, target=target, baseline=baseline)


def attribution(
    card: Card, read: Reading, device: str, method: str, target: str, baseline: str
) -> Attribution:
    """How much each pixel moved the score of a class."""
    return _attribution(card.id, card.digest, device, read.key, method, target, baseline, read, card)


@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _picture(key: str, side: int, _study: Study, _reading: Reading) -> np.ndarray:
    return sequences.draw_crop(_study, _reading, side)


def picture(study: Study, read: Reading, side: int) -> np.ndarray:
    """The part that is read as the eye sees it, (row, column) uint8, at most ``side`` pixels long."""
    return _picture(read.key, side, study, read)


@st.cache_data(scope="session", max_entries=96, show_spinner=False)
def _of_reading(
    kind: str, digest: str, device: str, key: str, arguments: tuple[Hashable, ...], _make: Callable[[], Any]
) -> Any:
    return _make()


def of_reading(
    kind: str, card: Card, read: Reading, device: str, *arguments: Hashable, make: Callable[[], Made]
) -> Made:
    """What a view of the laboratory makes of a reading by a model.

    Args:
        kind: names what is made.
        card, read, device: by which model, of what, and where.
        arguments: all else that it depends on.
        make: makes it, the first time.
    """
    return _of_reading(kind, card.digest, device, read.key, arguments, make)
