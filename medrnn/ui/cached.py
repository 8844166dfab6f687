"""Every cache of the app.

Shared between visitors: the shipped samples, what is made of them, cards and weights. Per visitor, bounded and keyed by
content: whatever is made from any other image. Arguments with an underscore are not hashed; their keys stand beside
them.
"""

import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import streamlit as st

from medrnn import disk, sequences
from medrnn.config import ReadingConfig
from medrnn.errors import DataError
from medrnn.imaging import samples
from medrnn.models import catalog
from medrnn.models.cards import Card
from medrnn.types import Attribution, Mask, Prediction, Reading, Study, Trace
from medrnn.ui.serving.kept import Kept
from medrnn.ui.state import session

if TYPE_CHECKING:  # torch is not imported here
    from medrnn.compare.figures import Comparison
    from medrnn.compare.sets import SetAnswers
    from medrnn.datasets import Dataset
    from medrnn.datasets.examine import Examined
    from medrnn.datasets.metadata import Metadata
    from medrnn.evaluation.outcome import Answers, Outcome
    from medrnn.explanation.index.states import StateIndex
    from medrnn.explanation.index.trajectories import ProbeReport, Projection
    from medrnn.explanation.tracing.trace import BatchTrace
    from medrnn.models.classifier import Classifier
    from medrnn.models.novelty import NoveltyModel
    from medrnn.training.defaults import Shape

Made = TypeVar("Made")
Key = tuple[Hashable, ...]
SHARED = 512  # things made of samples that are kept
FEW = 6  # training images that stand for a set
LESSONS = 64  # results of lessons that are kept
LOOKED = 5_000  # images of each split that are looked through for copies while a page waits
PACKED = 16  # samples packed for the browser, each at most as large as ``viewer.MAX_BYTES``

_samples, _masks = Kept(len(samples.SAMPLES)), Kept(len(samples.SAMPLES))
_shared, _packed = Kept(SHARED), Kept(PACKED)
_whole_sets = Kept(3)  # shipped data sets with all their images
_sets, _set_answers, _comparisons = Kept(16), Kept(64), Kept(32)  # of shipped data sets, which are no upload
_outcomes = Kept(32)  # likewise
_lessons = Kept(LESSONS)
_looked_at = Kept(32)  # a few images of the data sets of runs
_everybodys: set[str] = set()  # content keys of samples that were opened, and of their readings as they open


def sample(sample_id: str) -> Study:
    """A shipped image, one for all visitors."""
    study = _samples.get(sample_id, lambda: samples.read_sample(sample_id))
    _everybodys.add(study.key)
    return study


def sample_mask(sample_id: str) -> Mask | None:
    """The mask that ships with it, one for all visitors; None where none does."""
    return _masks.get(sample_id, lambda: samples.read_sample_mask(sample_id, sample(sample_id)))


class _OfImages(Generic[Made]):
    """One kind of thing made of images: one for all visitors where that is a sample as it ships, else for one."""

    def __init__(self, kind: str, own: int) -> None:
        """Begin empty.

        Args:
            kind: names what is made.
            own: how many things of other images are kept for a visitor.
        """

        def for_one(key: Key, _make: Callable[[], Made]) -> Made:
            return _make()

        for_one.__qualname__ = f"{__name__}.{kind}"  # by its name Streamlit tells one cache from another
        self._kind = kind
        self._for_one = st.cache_data(scope="session", max_entries=own, show_spinner=False)(for_one)

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        """The thing under a key, made where it is not there.

        Args:
            key: the content key of the image or of its reading, then all else that the thing depends on.
            make: makes it.
        """
        if key[0] in _everybodys:
            return _shared.get((self._kind, *key), make)
        return self._for_one(key, make)


_readings = _OfImages[Reading]("reading", own=16)
_known = _OfImages[bool]("known", own=64)
_predictions = _OfImages[Prediction]("prediction", own=64)
_traces = _OfImages["BatchTrace"]("traces", own=8)
_lines = _OfImages[Trace]("trace", own=8)
_attributions = _OfImages[Attribution]("attribution", own=32)
_pictures = _OfImages[np.ndarray]("picture", own=4)
_ranges = _OfImages[tuple[float, float]]("range", own=16)


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
def _cards() -> dict[str, Card]:
    return catalog.list_cards(with_private=True)


@st.cache_data(ttl=2, max_entries=1, show_spinner=False)
def _damaged() -> dict[str, str]:
    return catalog.list_damaged(with_private=True)


def _seen(found: dict[str, Made]) -> dict[str, Made]:
    """Without what belongs to others: a private run is seen by who holds its name."""
    held = session().held
    return {name: one for name, one in found.items() if not catalog.is_private(name) or name in held}


def cards() -> dict[str, Card]:
    """The catalogue as this visitor sees it, at most two seconds old."""
    return _seen(_cards())


def damaged() -> dict[str, str]:
    """Folders whose model cannot be used, and why, likewise."""
    return _seen(_damaged())


def forget_cards() -> None:
    """Look at the folders anew: a model came or went."""
    _cards.clear()
    _damaged.clear()


@st.cache_resource(max_entries=8, show_spinner=False)
def device_lock(device: str) -> threading.Lock:
    """One piece of work at a time on a device."""
    return threading.Lock()


@st.cache_resource(max_entries=24, show_spinner=False)
def _model(
    model_id: str, digest: str, device: str
) -> "tuple[Classifier, NoveltyModel | None, list[Classifier]]":
    card = catalog.find_card(model_id)
    return catalog.load_model(model_id, device), catalog.load_novelty(card), catalog.load_seeds(card, device)


def model(card: Card, device: str) -> "Classifier":
    """The network of a card on a device, shared by all visitors: hold ``device_lock`` while it runs."""
    return _model(card.id, card.digest, device)[0]


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


def reading(
    study: Study, config: ReadingConfig, frame: int, crop: sequences.Crop | None, from_colour: bool
) -> Reading:
    """The image as a model reads it.

    Args:
        study: the image.
        config: the reading.
        frame: counted from 0.
        crop: x, y, width, height in pixels; None for the centred square.
        from_colour: a colour image becomes grey (BT.601) instead of being refused.
    """

    def make() -> Reading:
        return sequences.read_study(study, config, frame=frame, crop=crop, from_colour=from_colour)

    key = study.key if crop is None else f"{study.key}/a part"
    found = _readings.get((key, config, frame, crop, from_colour), make)
    if key in _everybodys:
        _everybodys.add(found.key)
    return found


def _key(card: Card, read: Reading, device: str, *more: Hashable) -> Key:
    return read.key, card.digest, device, *more


def is_known(card: Card, read: Reading) -> bool:
    """Whether a reading is within what a model knows, without its answer."""
    from medrnn.models.verdict import judge_reading

    key = read.key, card.digest, card.novelty
    return _known.get(key, lambda: judge_reading(card, read)[0].is_within)


def prediction(card: Card, read: Reading, device: str) -> Prediction:
    """The answer of a model."""
    from medrnn.models.predict import predict

    def make() -> Prediction:
        network, novelty, seeds = _model(card.id, card.digest, device)
        with device_lock(device):
            return predict(network, card, read, novelty, seeds)

    return _predictions.get(_key(card, read, device, card.id), make)


def traces(card: Card, read: Reading, device: str, module: str) -> "BatchTrace":
    """Every gate and state of a recurrent module of a model, of all its sequences."""
    from medrnn.explanation.tracing.inside import trace_inside

    def make() -> "BatchTrace":
        network = model(card, device)
        with device_lock(device):
            return trace_inside(network, read.sequence, module).cpu()

    return _traces.get(_key(card, read, device, module), make)


def trace(card: Card, read: Reading, device: str, module: str, line: int) -> Trace:
    """The same of one of its sequences."""
    key = _key(card, read, device, module, line)
    return _lines.get(key, lambda: traces(card, read, device, module).one(line))


def attribution(
    card: Card, read: Reading, device: str, method: str, target: str, baseline: str
) -> Attribution:
    """How much each pixel moved the score of a class.

    Args:
        card: by which model.
        read: of what.
        device: where.
        method: a key of ``attribution.METHODS``.
        target: a class of the card.
        baseline: a key of ``attribution.BASELINES``.
    """
    from medrnn.explanation.attribution import explain_reading

    def make() -> Attribution:
        network = model(card, device)
        with device_lock(device):
            return explain_reading(network, card, read, method=method, target=target, baseline=baseline)

    return _attributions.get(_key(card, read, device, method, target, baseline), make)


def picture(study: Study, read: Reading, side: int) -> np.ndarray:
    """The part that is read as the eye sees it, (row, column) uint8, at most ``side`` pixels long."""
    return _pictures.get((read.key, side), lambda: sequences.draw_crop(study, read, side))


def value_range(study: Study, frame: int) -> tuple[float, float]:
    """The smallest and the largest value of a frame."""

    def make() -> tuple[float, float]:
        values = study.values[frame]
        return float(values.min()), float(values.max())

    return _ranges.get((study.key, frame), make)


@st.cache_data(scope="session", max_entries=96, show_spinner=False)
def _of_reading(key: Key, _make: Callable[[], Any]) -> Any:
    return _make()


def of_reading(
    kind: str, card: Card, read: Reading, device: str, *arguments: Hashable, make: Callable[[], Made]
) -> Made:
    """What a view of the laboratory makes of a reading by a model; always the visitor's own, as masks and edits are.

    Args:
        kind: names what is made.
        card: by which model.
        read: of what.
        device: where.
        arguments: all else that it depends on.
        make: makes it, the first time.
    """
    made: Made = _of_reading(_key(card, read, device, kind, *arguments), make)
    return made


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


def learnt_from(name: str) -> "tuple[Shape, np.ndarray]":
    """The shape of a data set, and a few of its training images, of every class the first ones.

    A visitor's own set is found by its name alone, which nobody else knows.
    """
    from medrnn.datasets import load_dataset
    from medrnn.training.defaults import shape_of

    def make() -> "tuple[Shape, np.ndarray]":
        data = load_dataset(name)
        labels, most = data.train.labels, -(-FEW // len(data.classes))
        places = [np.flatnonzero(labels == k)[:most] for k in range(len(data.classes))]
        return shape_of(data, name), data.train.images[np.concatenate(places)[:FEW]]

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


def _mark(name: str) -> disk.Signature | None:
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
    return _own_test_part(name, _mark(name))


def _val_answers(card: Card, name: str, device: str) -> "Answers":
    from medrnn.datasets import load_dataset
    from medrnn.evaluation.evaluate import answer, to_grids
    from medrnn.evaluation.outcome import Answers

    val, reading, network = load_dataset(name).val, card.config.reading, model(card, device)
    if not len(val):
        return Answers(np.empty((0, len(card.classes)), np.float32), val.labels)
    with device_lock(device):
        return Answers(answer(network, to_grids(val.images, reading), reading), val.labels)


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
            found = answer_images(network, card, data.test.images, progress)
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

    return _outcomes.get(key, make) if is_shared else _own_outcome((*key, _mark(name)), make)


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


def of_lesson(lesson: str, *arguments: Hashable, make: Callable[[], Made]) -> Made:
    """What a lesson computes: on shipped data alone, so made once for all visitors, on the CPU, one at a time.

    Args:
        lesson: its id.
        arguments: all else that it depends on, such as the values of its knobs.
        make: makes it, the first time; it may run shared models, for ``device_lock`` is held.
    """

    def locked() -> Made:
        from threadpoolctl import threadpool_limits

        with (
            device_lock("cpu"),
            threadpool_limits(1),
        ):  # many small products: more threads only wait for each other
            return make()

    return _lessons.get((lesson, *arguments), locked)
