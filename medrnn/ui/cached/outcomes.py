"""How good a model is on the test images of a data set: of a shipped one for all visitors, else for one."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from medrnn.models.cards import Card
from medrnn.ui.cached.models import Key, Made, device_lock, model
from medrnn.ui.cached.sets import mark_of, own_set, set_answers, shipped_set
from medrnn.ui.serving.kept import Kept

if TYPE_CHECKING:  # torch is not imported here
    from medrnn.evaluation.outcome import Answers, Outcome


_outcomes = Kept(32)  # likewise


def _val_answers(card: Card, name: str, device: str) -> "Answers":
    from medrnn.datasets import load_dataset
    from medrnn.evaluation.evaluate import answer_split
    from medrnn.evaluation.outcome import Answers

    val, reading, network = load_dataset(name).val, card.config.reading, model(card, device)
    if not len(val):
        return Answers(np.empty((0, len(card.classes)), np.float32), val.labels)
    with device_lock(device):
        return Answers(answer_split(network, val, reading), val.labels)


def _examine(
    card: Card, name: str, device: str, progress: Callable[[int, int], None] | None, *, is_shared: bool
) -> "Outcome":
    from medrnn.compare.sets import answer_images
    from medrnn.evaluation.outcome import Answers, examine

    if is_shared:
        (data, _, metadata), found = shipped_set(name), set_answers(card, name, device, progress)
    else:
        (data, _, metadata), network = own_set(name), model(card, device)
        with device_lock(device):
            found = answer_images(network, card, data.test.images, progress, lengths=data.test.lengths)
    test = Answers(found.probabilities, data.test.labels)
    return examine(test, data.classes, val=_val_answers(card, name, device), metadata=metadata)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _own_outcome(key: Key, _make: "Callable[[], Outcome]") -> "Outcome":
    return _make()


def outcome(
    card: Card, name: str, device: str, progress: Callable[[int, int], None] | None = None
) -> "Outcome":
    """All that is told of a model on the test images of a data set: of a shipped set for all visitors, else for one.

    Args:
        card: of the model; its classes are those of the set.
        name: of the set, as ``load_dataset`` takes it.
        device: where the model runs.
        progress: is told how many images are answered, of how many; of own data nothing, for what is cached for one
            visitor draws nothing.

    Raises:
        DataError: the data are not there any more, or damaged.
        DeviceError: the GPU's memory ran out.
    """
    from medrnn.datasets import is_shipped

    key, is_shared = (card.id, card.digest, name, device), is_shipped(name)

    def make() -> "Outcome":
        return _examine(card, name, device, progress if is_shared else None, is_shared=is_shared)

    return _outcomes.get(key, make) if is_shared else _own_outcome((*key, mark_of(name)), make)


@st.cache_resource(scope="session", max_entries=64, show_spinner=False)
def _of_outcome(key: Key, _make: Callable[[], Any]) -> Any:
    return _make()


def of_outcome(kind: str, card: Card, *arguments: Hashable, make: Callable[[], Made]) -> Made:
    """What is drawn of an outcome, for one visitor; nobody may change it.

    Args:
        kind: names what is made.
        card: of the model.
        arguments: all else that it depends on.
        make: makes it, the first time.
    """
    made: Made = _of_outcome((kind, card.id, card.digest, *arguments), make)
    return made
