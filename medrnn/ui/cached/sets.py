"""Data sets with what was found in them, and what models answer to their test images."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn import disk
from medrnn.errors import DataError
from medrnn.models import catalog
from medrnn.models.cards import Card
from medrnn.ui.cached.models import device_lock, model
from medrnn.ui.serving.kept import Kept

if TYPE_CHECKING:  # torch is not imported here
    from medrnn.compare.figures import Comparison
    from medrnn.compare.sets import SetAnswers
    from medrnn.datasets import Dataset
    from medrnn.datasets.examine import Examined
    from medrnn.datasets.metadata import Metadata
    from medrnn.datasets.weak import Weak
    from medrnn.explanation.beyond.nearest import Gallery
    from medrnn.training.defaults import Shape


FEW = 6  # training images that stand for a set
LOOKED = 5_000  # images of each split that are looked through for copies while a page waits
_whole_sets = Kept(3)  # shipped data sets with all their images
_sets, _set_answers, _comparisons = Kept(16), Kept(64), Kept(32)  # of shipped data sets, which are no upload
_galleries = Kept(6)  # the training images of shipped sets as networks see them
_looked_at = Kept(32)  # a few images of the data sets of runs


def shipped_set(name: str) -> "tuple[Dataset, str, Metadata]":
    """A shipped data set (of train and val one image each), its digest, and what is known of its test images."""
    from dataclasses import replace

    from medrnn.datasets import load_dataset
    from medrnn.datasets.metadata import metadata_of

    def make() -> "tuple[Dataset, str, Metadata]":
        whole = load_dataset(name)
        part = replace(whole, train=whole.train.first(1), val=whole.val.first(1))
        return part, whole.digest, metadata_of(name)

    return _sets.get(name, make)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_set(name: str) -> "tuple[Dataset, Examined]":
    return _looked_through(name)


def _looked_through(name: str) -> "tuple[Dataset, Examined]":
    from medrnn.datasets import load_dataset
    from medrnn.datasets.examine import examine

    data = load_dataset(name)
    return data, examine(data, LOOKED)


def whole_set(name: str) -> "tuple[Dataset, Examined]":
    """A data set with all its images and what was found in it: a shipped one for all visitors, another for its own.

    Args:
        name: a key of ``DATASETS``, or "own:" and a token; of one that is deleted ``forget_own`` is told.
    """
    from medrnn.datasets import is_shipped

    return _whole_sets.get(name, lambda: _looked_through(name)) if is_shipped(name) else _own_set(name)


def forget_own(name: str) -> None:
    """Let go of a set of the visitor's own, and of the others that were looked at: it was deleted."""
    _own_set.clear()
    _own_test_part.clear()
    _sets.drop((name, "learnt from"))


def gallery(card: Card, device: str, tell: Callable[[float], None]) -> "Gallery":
    """The training images of a model that learnt from a shipped set as it sees them, for all visitors.

    Args:
        card: of the model.
        device: where.
        tell: called with the share that is done, where it is made now.
    """
    import copy

    from medrnn.datasets import load_dataset
    from medrnn.explanation.beyond.nearest import build_gallery

    def make() -> "Gallery":
        network = copy.deepcopy(model(card, device))  # nobody waits for it
        return build_gallery(network, card, load_dataset(card.config.data), tell=tell)

    return _galleries.get((card.digest, device), make)


def learnt_from(name: str) -> "tuple[Shape, np.ndarray, Weak]":
    """The shape of a data set, a few of its training images, of every class the first ones, and what is weak in it.

    A visitor's own set is found by its name alone, which nobody else knows.
    """
    from medrnn.datasets import load_dataset
    from medrnn.datasets.weak import find_weak
    from medrnn.training.defaults import shape_of

    def make() -> "tuple[Shape, np.ndarray, Weak]":
        data = load_dataset(name)
        labels, most = data.train.labels, -(-FEW // len(data.classes))
        places = [np.flatnonzero(labels == k)[:most] for k in range(len(data.classes))]
        return shape_of(data, name), data.train.images[np.concatenate(places)[:FEW]], find_weak(data)

    return _sets.get((name, "learnt from"), make)


def validation_images(name: str, indices: tuple[int, ...]) -> "list[tuple[str, int, str]]":
    """Validation images of a data set: each as an address that holds it, the index of its class and its name.

    Args:
        name: of a shipped set, or of one that the visitor brought.
        indices: of the images; one beyond the set is left out.

    Raises:
        DataError: a folder or a file on the command line's side, whose images no page shows; or it is gone.
    """
    from medrnn.datasets import is_shipped, load_dataset
    from medrnn.datasets.as_study import as_address
    from medrnn.models.class_names import name_class

    if not (is_shipped(name) or catalog.is_brought(name)):
        raise DataError("Expected a data set that pages may show, this one was named on the command line.")

    def make() -> "list[tuple[str, int, str]]":
        data = load_dataset(name)
        known = [k for k in indices if k < len(data.val)]
        labels = [int(data.val.labels[k]) for k in known]
        return [
            (as_address(data.val.images[k]), label, name_class(data.classes[label], data.classes))
            for k, label in zip(known, labels, strict=True)
        ]

    return _looked_at.get((name, indices), make)


def set_pictures(name: str) -> tuple[str, ...]:
    """Each test image of a shipped data set as an address that holds it."""
    from medrnn.datasets.as_study import as_address

    def make() -> tuple[str, ...]:
        return tuple(map(as_address, shipped_set(name)[0].test.images))

    return _sets.get((name, "pictures"), make)


def set_answers(
    card: Card, name: str, device: str, progress: Callable[[int, int], None] | None = None
) -> "SetAnswers":
    """The answers of a model to the test images of a shipped data set, for all visitors."""
    from medrnn.compare.sets import answer_images

    def make() -> "SetAnswers":
        network = model(card, device)
        with device_lock(device):
            return answer_images(network, card, shipped_set(name)[0].test.images, progress)

    return _set_answers.get((card.id, card.digest, name, device), make)


def comparison(
    chosen: tuple[Card, ...], name: str, device: str, target: int, specificity: float
) -> "Comparison":
    """All figures of several models on the test images of a shipped data set, for all visitors."""
    from medrnn.compare.figures import compare
    from medrnn.compare.sets import put_together

    def make() -> "Comparison":
        data, digest, metadata = shipped_set(name)
        answers = [set_answers(card, name, device) for card in chosen]
        return compare(put_together(data, answers, metadata, digest), target=target, specificity=specificity)

    key = tuple((card.id, card.digest) for card in chosen), name, device, target, specificity
    return _comparisons.get(key, make)


def mark_of(name: str) -> disk.Signature | None:
    """What changes with data that are not shipped; None where they are gone."""
    from medrnn.datasets.own import FACTS, PREFIX, is_own, own_folder

    return disk.signature(own_folder() / name.removeprefix(PREFIX) / FACTS if is_own(name) else Path(name))


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _own_test_part(name: str, mark: disk.Signature | None) -> "tuple[Dataset, str, Metadata]":
    from dataclasses import replace

    from medrnn.datasets import load_dataset
    from medrnn.datasets.metadata import Metadata

    whole = load_dataset(name)
    part = replace(whole, train=whole.train.first(1), val=whole.val.first(1))
    patients = whole.test.groups
    if patients is not None:  # an image of nobody known is a patient of its own
        patients = np.where(patients < 0, -1 - np.arange(len(patients)), patients)
    return part, whole.digest, Metadata({}, patients)


def own_set(name: str) -> "tuple[Dataset, str, Metadata]":
    """``shipped_set`` of data that are not shipped, for their visitor alone, and only as long as they are there.

    Raises:
        DataError: they are not there any more, or damaged.
    """
    return _own_test_part(name, mark_of(name))
