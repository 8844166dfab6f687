"""Every cache of the app.

Shared between visitors: the shipped samples, what is made of them, cards and weights. Per visitor, bounded and keyed by
content: whatever is made from any other image. Arguments with an underscore are not hashed; their keys stand beside
them.
"""

import threading
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.imaging import samples
from medrnn.models import catalog
from medrnn.models.cards import Card
from medrnn.types import Attribution, Prediction, Reading, Study, Trace
from medrnn.ui.serving.kept import Kept

Made = TypeVar("Made")
Key = tuple[Hashable, ...]
SHARED = 512  # things made of samples that are kept
PACKED = 16  # samples packed for the browser, each at most as large as ``viewer.MAX_BYTES``

_samples, _shared, _packed = Kept(len(samples.SAMPLES)), Kept(SHARED), Kept(PACKED)
_everybodys: set[str] = set()  # content keys of samples that were opened, and of their readings as they open


def sample(sample_id: str) -> Study:
    """A shipped image, one for all visitors."""
    study = _samples.get(sample_id, lambda: samples.read_sample(sample_id))
    _everybodys.add(study.key)
    return study


def _of_image(own: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Keep what a function makes of an image: one for all visitors where that is a sample as it ships, else for one.

    The function's first argument is the key, and that begins with the content key of the image or of its reading.

    Args:
        own: how many things of other images are kept for a visitor.
    """

    def keep(make: Callable[..., Any]) -> Callable[..., Any]:
        for_one = st.cache_data(scope="session", max_entries=own, show_spinner=False)(make)

        @wraps(make)
        def get(key: Key, *made_of: Any) -> Any:
            if key[0] in _everybodys:
                return _shared.get((make.__name__, *key), lambda: make(key, *made_of))
            return for_one(key, *made_of)

        return get

    return keep


def packed(study_key: str, key: Hashable, make: Callable[[], bytes]) -> bytes:
    """What travels to the browser: of a sample packed once, of any other image whenever it is needed."""
    return _packed.get((study_key, key), make) if study_key in _everybodys else make()


@st.cache_resource(max_entries=1, show_spinner=False)
def thumbnails() -> dict[str, np.ndarray]:
    """The small picture of every shipped image, a PNG file as (byte,) uint8."""
    return {
        name: np.frombuffer(one.thumbnail.read_bytes(), np.uint8) for name, one in samples.SAMPLES.items()
    }


@st.cache_data(scope="session", max_entries=16, show_spinner=False)
def _thumbnail(key: str, _study: Study) -> np.ndarray:
    return np.frombuffer(samples.draw_small(_study), np.uint8)


def thumbnail(study: Study) -> np.ndarray:
    """The same of an opened one."""
    return _thumbnail(study.key, study)


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def cards() -> dict[str, Card]:
    """The catalogue, at most two seconds old."""
    return catalog.list_cards()


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def damaged() -> dict[str, str]:
    """Folders whose model cannot be used, and why, at most two seconds old."""
    return catalog.list_damaged()


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
    from medrnn.explanation.index.states import load_index

    return load_index(_card, _card.config.data)


def state_index(card: Card):  # noqa: ANN201
    """The index of a model's states over its data set; it has to be there (``states.find_index``)."""
    from medrnn.explanation.index.states import index_path

    return _state_index(card.digest, index_path(card, card.config.data).stat().st_mtime, card)


@st.cache_data(max_entries=16, show_spinner=False)
def _of_index(kind: str, digest: str, written: float, layer: int, direction: str, _card: Card):  # noqa: ANN202
    from medrnn.explanation.index import trajectories

    made = {"projection": trajectories.fit_projection, "probe": trajectories.probe}[kind]
    return made(state_index(_card), layer, direction)


def _about_index(kind: str, card: Card, layer: int, direction: str):  # noqa: ANN202
    from medrnn.explanation.index.states import index_path

    written = index_path(card, card.config.data).stat().st_mtime
    return _of_index(kind, card.digest, written, layer, direction, card)


def projection(card: Card, layer: int, direction: str):  # noqa: ANN201
    """Principal components of the states of a layer over the data set."""
    return _about_index("projection", card, layer, direction)


def probe(card: Card, layer: int, direction: str):  # noqa: ANN201
    """What a linear read-out of a layer's state tells at each step."""
    return _about_index("probe", card, layer, direction)


@_of_image(own=16)
def _reading(key: Key, _study: Study) -> Reading:
    _, config, frame, crop, from_colour = key
    return sequences.read_study(_study, config, frame=frame, crop=crop, from_colour=from_colour)


def reading(
    study: Study, config: ReadingConfig, frame: int, crop: sequences.Crop | None, from_colour: bool
) -> Reading:
    """The image as a model reads it."""
    key = study.key if crop is None else f"{study.key}/a part"
    found = _reading((key, config, frame, crop, from_colour), study)
    if key in _everybodys:
        _everybodys.add(found.key)
    return found


def _key(card: Card, read: Reading, device: str, *more: Hashable) -> Key:
    return read.key, card.digest, device, *more


@_of_image(own=64)
def _is_known(key: Key, _card: Card, _reading: Reading) -> bool:
    from medrnn.models.verdict import judge_reading

    return judge_reading(_card, _reading)[0].is_within


def is_known(card: Card, read: Reading) -> bool:
    """Whether a reading is within what a model knows, without its answer."""
    return _is_known((read.key, card.digest, card.novelty), card, read)


@_of_image(own=64)
def _prediction(key: Key, _card: Card, _reading: Reading, _device: str) -> Prediction:
    from medrnn.models.predict import predict

    model, novelty = _model(_card.id, _card.digest, _device)
    with device_lock(_device):
        return predict(model, _card, _reading, novelty)


def prediction(card: Card, read: Reading, device: str) -> Prediction:
    """The answer of a model."""
    return _prediction(_key(card, read, device, card.id), card, read, device)


@_of_image(own=8)
def _trace(key: Key, _card: Card, _reading: Reading, _device: str) -> Trace:
    from medrnn.explanation.tracing.trace import trace as run

    model, _ = _model(_card.id, _card.digest, _device)
    with device_lock(_device):
        return run(model, _reading.sequence)


def trace(card: Card, read: Reading, device: str) -> Trace:
    """Every gate and state of a model."""
    return _trace(_key(card, read, device), card, read, device)


@_of_image(own=32)
def _attribution(key: Key, _card: Card, _reading: Reading, _device: str) -> Attribution:
    from medrnn.explanation.attribution import explain_reading

    method, target, baseline = key[-3:]
    model, _ = _model(_card.id, _card.digest, _device)
    with device_lock(_device):
        return explain_reading(model, _card, _reading, method=method, target=target, baseline=baseline)


def attribution(
    card: Card, read: Reading, device: str, method: str, target: str, baseline: str
) -> Attribution:
    """How much each pixel moved the score of a class."""
    return _attribution(_key(card, read, device, method, target, baseline), card, read, device)


@_of_image(own=4)
def _picture(key: Key, _study: Study, _reading: Reading) -> np.ndarray:
    return sequences.draw_crop(_study, _reading, key[-1])


def picture(study: Study, read: Reading, side: int) -> np.ndarray:
    """The part that is read as the eye sees it, (row, column) uint8, at most ``side`` pixels long."""
    return _picture((read.key, side), study, read)


@_of_image(own=16)
def _range(key: Key, _study: Study) -> tuple[float, float]:
    values = _study.values[key[-1]]
    return values.min(), values.max()


def value_range(study: Study, frame: int) -> tuple[float, float]:
    """The smallest and the largest value of a frame."""
    return _range((study.key, frame), study)


@st.cache_data(scope="session", max_entries=96, show_spinner=False)
def _of_reading(key: Key, _make: Callable[[], Any]) -> Any:
    return _make()


def of_reading(
    kind: str, card: Card, read: Reading, device: str, *arguments: Hashable, make: Callable[[], Made]
) -> Made:
    """What a view of the laboratory makes of a reading by a model; always the visitor's own, as masks and edits are.

    Args:
        kind: names what is made.
        card, read, device: by which model, of what, and where.
        arguments: all else that it depends on.
        make: makes it, the first time.
    """
    return _of_reading(_key(card, read, device, kind, *arguments), make)
