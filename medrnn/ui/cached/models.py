"""The catalogue as a visitor sees it, networks with their weights, and what is known of their states."""

import threading
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from medrnn.models import catalog
from medrnn.models.cards import Card
from medrnn.types import Reading
from medrnn.ui.state import session

if TYPE_CHECKING:  # torch is not imported here
    from medrnn.explanation.evidence.cost import Speed
    from medrnn.explanation.index.states import StateIndex
    from medrnn.explanation.index.trajectories import ProbeReport, Projection
    from medrnn.models.classifier import Classifier
    from medrnn.models.novelty import NoveltyModel


Made = TypeVar("Made")
Key = tuple[Hashable, ...]


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def _cards(folder: Path) -> dict[str, Card]:
    return catalog.list_cards(with_private=True)


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def _damaged(folder: Path) -> dict[str, str]:
    return catalog.list_damaged(with_private=True)


def _seen(found: dict[str, Made]) -> dict[str, Made]:
    """Without what belongs to others: a private run is seen by who holds its name."""
    held = session().held
    return {name: one for name, one in found.items() if not catalog.is_private(name) or name in held}


def cards() -> dict[str, Card]:
    """The catalogue as this visitor sees it, at most two seconds old."""
    return _seen(_cards(catalog.runs_folder()))


def damaged() -> dict[str, str]:
    """Folders whose model cannot be used, and why, likewise."""
    return _seen(_damaged(catalog.runs_folder()))


def forget_cards() -> None:
    """Look at the folders anew: a model came or went."""
    _cards.clear()
    _damaged.clear()


@st.cache_resource(max_entries=8, show_spinner=False)
def device_lock(device: str) -> threading.Lock:
    """One piece of work at a time on a device."""
    return threading.Lock()


@st.cache_resource(max_entries=24, show_spinner=False)
def loaded(
    model_id: str, digest: str, device: str
) -> "tuple[Classifier, NoveltyModel | None, list[Classifier]]":
    """A network, the score of what it knows, and the networks of its other seeds, shared by all visitors."""
    card = catalog.find_card(model_id)
    return catalog.load_model(model_id, device), catalog.load_novelty(card), catalog.load_seeds(card, device)


def model(card: Card, device: str) -> "Classifier":
    """The network of a card on a device, shared by all visitors: hold ``device_lock`` while it runs."""
    return loaded(card.id, card.digest, device)[0].as_read(card.config.reading)


@st.cache_data(max_entries=48, show_spinner=False)
def _speed(digest: str, device: str, method: str, _card: Card, _reading: Reading) -> "Speed":
    from medrnn.explanation.evidence.cost import measure

    with device_lock(device):
        return measure(model(_card, device), _reading.sequence, _card.config.reading, method=method)


def evidence_seconds(card: Card, reading: Reading, device: str, method: str) -> float:
    """About how long all evidence about a map takes here; measured once a network, device and method."""
    from medrnn.explanation.evidence.cost import cost_of, seconds

    cost = cost_of(
        model(card, device),
        reading.sequence,
        method=method,
        reading=card.config.reading,
        others=len(loaded(card.id, card.digest, device)[2]),
        is_recurrent=card.config.model.is_recurrent,
    )
    return seconds(cost, _speed(card.digest, device, method, card, reading))


@st.cache_resource(max_entries=2, show_spinner=False)
def _state_index(digest: str, module: str, written: float, _card: Card) -> "StateIndex":
    from medrnn.explanation.index.states import load_index

    return load_index(_card, _card.config.data, module)


def _written(card: Card, module: str) -> float:
    """When the index of a module was made; it has to be there (``states.find_index``)."""
    from medrnn.explanation.index.states import index_path

    return index_path(card, card.config.data, module).stat().st_mtime


def state_index(card: Card, module: str) -> "StateIndex":
    """The index of a module's states over the model's data set, which is no upload; it has to be there."""
    return _state_index(card.digest, module, _written(card, module), card)


@st.cache_data(max_entries=16, show_spinner=False)
def _fitted(
    fit: str, digest: str, module: str, written: float, layer: int, direction: str, _card: Card
) -> Any:
    from medrnn.explanation.index import trajectories

    return getattr(trajectories, fit)(state_index(_card, module), layer, direction)


def projection(card: Card, module: str, layer: int, direction: str) -> "Projection":
    """Principal components of the states of a module's layer over the data set."""
    found: Projection = _fitted(
        "fit_projection", card.digest, module, _written(card, module), layer, direction, card
    )
    return found


def probe(card: Card, module: str, layer: int, direction: str) -> "ProbeReport":
    """What a linear read-out of a module's layer tells at each step."""
    found: ProbeReport = _fitted("probe", card.digest, module, _written(card, module), layer, direction, card)
    return found
