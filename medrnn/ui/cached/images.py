"""What is made of images: of shipped samples once for all visitors, of any other for its visitor alone."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
import streamlit as st

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.imaging import samples
from medrnn.models.cards import Card
from medrnn.types import Attribution, Mask, Prediction, Reading, Study, Trace
from medrnn.ui.cached.models import Key, Made, device_lock, loaded, model
from medrnn.ui.serving.kept import Kept

if TYPE_CHECKING:  # torch is not imported here
    from medrnn.explanation.tracing.trace import BatchTrace


SHARED = 512  # things made of samples that are kept
PACKED = 16  # samples packed for the browser, each at most as large as ``viewer.MAX_BYTES``
_samples, _masks = Kept(len(samples.SAMPLES)), Kept(len(samples.SAMPLES))
_shared, _packed = Kept(SHARED), Kept(PACKED)
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
        network, novelty, seeds = loaded(card.id, card.digest, device)
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


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_maps() -> Kept:
    """Of images that are no samples, for one visitor; no cache of Streamlit's, so that a bar can be drawn meanwhile."""
    return Kept(48)


def _others(card: Card) -> "np.ndarray | None":
    """Training images as a model reads them; None where its data are not shipped."""
    from medrnn.datasets import is_shipped, load_dataset

    if not is_shipped(card.config.data):
        return None
    from medrnn.explanation.attribution.others import others_of

    key = ("others", card.config.data, card.config.reading)
    found: np.ndarray = _shared.get(key, lambda: others_of(load_dataset(card.config.data), card))
    return found


def attribution(
    card: Card,
    read: Reading,
    device: str,
    method: str,
    target: str,
    baseline: str,
    *,
    step: int | None = None,
    seed: int = 0,
    tell: Callable[[float], None] = lambda share: None,
) -> Attribution:
    """How much each pixel moved the score of a class.

    Args:
        card: by which model.
        read: of what.
        device: where.
        method: a key of ``attribution.methods.METHODS``.
        target: a class of the card.
        baseline: a key of ``attribution.baselines.BASELINES``.
        step: whose answer is explained, counted from 0; None for the whole.
        seed: of what is drawn.
        tell: called with the share that is done, where it is made now; what it raises ends the work.
    """
    from medrnn.explanation.attribution.explain import explain_reading
    from medrnn.explanation.attribution.methods import METHODS

    def make() -> Attribution:
        network = model(card, device)
        others = _others(card) if METHODS[method].takes_others else None
        with device_lock(device):
            return explain_reading(
                network,
                card,
                read,
                method=method,
                target=target,
                baseline=baseline,
                step=step,
                seed=seed,
                others=others,
                tell=tell,
            )

    kept = _shared if read.key in _everybodys else _own_maps()
    return kept.get(("attribution", *_key(card, read, device, method, target, baseline, step, seed)), make)


def compared_with(
    card: Card, read: Reading, device: str, baseline: str, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """A baseline as it lies in the image, (row, column[, 3]) uint8, and the probabilities that the model gives it."""
    import torch

    from medrnn.explanation.attribution.baselines import make_baseline
    from medrnn.models.devices import exact_float32
    from medrnn.models.tensors import to_tensor
    from medrnn.sequences import place

    def make() -> tuple[np.ndarray, np.ndarray]:
        network = model(card, device)
        x = to_tensor(read.sequence).to(next(network.parameters()))
        base = make_baseline(baseline, x, card.config.reading, seed=seed)
        with device_lock(device), torch.no_grad(), exact_float32():
            found = network(base[None]).softmax(-1)[0]
        seen = np.clip(255 * place(base.cpu().numpy(), card.config.reading), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(seen), found.cpu().numpy()

    kept = _shared if read.key in _everybodys else _own_maps()
    return kept.get(("baseline", *_key(card, read, device, baseline, seed)), make)


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
