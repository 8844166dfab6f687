"""The cases that a network holds to be alike: the training images whose state before the head is nearest.

Beside them stand the nearest by pixels: what looks alike without any network. Distances are Euclidean; "usual" says how
far a training image is from its own nearest other one, so that a distance can be called near or far.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.datasets import Dataset
from medrnn.datasets.checks import require_images, require_one_length
from medrnn.errors import ConfigError, DataError
from medrnn.evaluation.evaluate import to_grids
from medrnn.explanation.attribution.asking import check_seed
from medrnn.explanation.beyond.seen import see, seen_of
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.predict import check_reading
from medrnn.models.tensors import to_tensor
from medrnn.sequences import lines
from medrnn.types import Reading

Tell = Callable[[float], None]
MOST = 50  # cases
SAMPLED = 500  # training images whose own nearest one says what is usual


@dataclass(frozen=True, eq=False, repr=False)
class Gallery(Brief):
    """The training images of a model as it sees them.

    Attributes:
        model, digest: which model.
        data: name of the set.
        classes: names of the labels.
        labels: (image,) index of the class; the row is the image's in the training split.
        answers: (image,) index of the class that the model says.
        states: (image, state) float32, what the head sees.
        pixels: (image, value) uint8, the image as the model reads it.
    """

    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    labels: np.ndarray
    answers: np.ndarray
    states: np.ndarray
    pixels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False, repr=False)
class Cases(Brief):
    """Training images that are near, the nearest first.

    Attributes:
        rows: (case,) in the training split, from 0.
        labels: (case,) index of the class.
        answers: (case,) index of the class that the model says.
        distances: (case,) Euclidean: of states, or of grey values from 0 to 1.
        usual: median distance of a training image to the nearest other one.
        shares: (class,) of the cases, those with that label.
    """

    rows: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    distances: np.ndarray
    usual: float
    shares: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Nearest(Brief):
    """The cases nearest to one image.

    Attributes:
        model, digest, data, classes: see ``Gallery``.
        answer: index of the class that the model says of the image.
        by_state: nearest by what the head sees.
        by_pixels: nearest by the picture alone.
    """

    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    answer: int
    by_state: Cases
    by_pixels: Cases

    @property
    def shared(self) -> int:
        """Cases that stand in both lists."""
        return len(np.intersect1d(self.by_state.rows, self.by_pixels.rows))


def build_gallery(
    model: Classifier, card: Card, data: Dataset, *, tell: Tell = lambda share: None
) -> Gallery:
    """Read every training image once.

    Args:
        model: the card's own, on the device that is to run; given back as found.
        card: of the model.
        data: a set whose classes are the model's.
        tell: called with the share that is done; what it raises ends the work.

    Raises:
        DataError: the set has other classes, no training images, or series of unlike lengths.
        DeviceError: the GPU's memory ran out.
    """
    if data.classes != card.classes:
        raise DataError(
            f"Expected a set with the classes of {card.id}, {', '.join(card.classes)}, "
            f"got {', '.join(data.classes)}. Choose a set that the model can answer."
        )
    require_images(data, "train")
    require_one_length(data, "A search for the nearest cases")
    states, answers = see(model, data.train.images, tell=tell)
    grids = to_grids(data.train.images, card.config.reading).numpy()
    pixels = np.rint(255 * grids).astype(np.uint8).reshape(len(grids), -1)
    return Gallery(
        *(card.id, card.digest, data.name, data.classes),
        *(data.train.labels, answers.argmax(1), states, pixels),
    )


def _usual(values: np.ndarray, seed: int) -> float:
    """Median distance of some of the images to the nearest other one."""
    from sklearn.neighbors import NearestNeighbors

    some = np.random.default_rng(seed).permutation(len(values))[:SAMPLED]
    found, _ = NearestNeighbors(n_neighbors=2).fit(values).kneighbors(values[some])
    return float(np.median(found[:, 1]))


def _cases(gallery: Gallery, values: np.ndarray, own: np.ndarray, count: int, seed: int) -> Cases:
    from sklearn.neighbors import NearestNeighbors

    distances, rows = NearestNeighbors(n_neighbors=count).fit(values).kneighbors(own[None])
    labels = gallery.labels[rows[0]]
    shares = np.bincount(labels, minlength=len(gallery.classes)) / count
    return Cases(rows[0], labels, gallery.answers[rows[0]], distances[0], _usual(values, seed), shares)


def find_nearest(
    model: Classifier, card: Card, reading: Reading, gallery: Gallery, *, count: int = 5, seed: int = 0
) -> Nearest:
    """The training images nearest to an image, by state and by pixels.

    Args:
        model: the card's own; given back as found.
        card: of the model.
        reading: the image as the model reads it.
        gallery: of the same model.
        count: how many cases, 1 to ``MOST``.
        seed: of the images whose own nearest one says what is usual.

    Raises:
        ConfigError: the count is out of range, or the gallery is another model's.
        ReadingError: the reading is not the model's.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    seed = check_seed(seed)
    most = min(MOST, len(gallery) - 1)
    if not 1 <= count <= most:
        raise ConfigError(f"count: expected 1 to {most} cases, got {count}.")
    if gallery.digest != card.digest:
        raise ConfigError(
            f"Expected the training images as {card.id} sees them, got those of {gallery.model}."
        )
    states, logits = seen_of(model, to_tensor(reading.sequence)[None])
    pixels = np.asarray(reading.grid, np.float32).reshape(-1)
    unit = gallery.pixels.astype(np.float32) / np.float32(255)
    return Nearest(
        *(gallery.model, gallery.digest, gallery.data, gallery.classes, int(logits[0].argmax())),
        _cases(gallery, gallery.states, states[0].float().cpu().numpy(), count, seed),
        _cases(gallery, unit, pixels, count, seed),
    )


def nearest_of_another(model: Classifier, card: Card, reading: Reading, gallery: Gallery) -> int:
    """The training image nearest by state of which both the label and the model's answer are another class.

    Args:
        model: the card's own; given back as found.
        card: of the model.
        reading: the image as the model reads it.
        gallery: of the same model.

    Returns:
        its row in the training split.

    Raises:
        DataError: there is none.
        ReadingError: the reading is not the model's.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    states, logits = seen_of(model, to_tensor(reading.sequence)[None])
    answer = int(logits[0].argmax())
    others = np.flatnonzero((gallery.labels != answer) & (gallery.answers == gallery.labels))
    if not len(others):
        raise DataError(
            f"Expected training images that {card.id} answers rightly with another class than "
            f"{gallery.classes[answer]}, got none. Choose a baseline instead."
        )
    distances = np.linalg.norm(gallery.states[others] - states[0].float().cpu().numpy(), axis=1)
    return int(others[distances.argmin()])


def sequence_of(gallery: Gallery, row: int, reading: ReadingConfig) -> np.ndarray:
    """A training image as the model reads it, (step, feature) float32 in [0, 1]."""
    planes = (3,) if reading.is_colour else ()
    grid = gallery.pixels[row].reshape(*reading.size, *planes).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(lines(grid, reading))
