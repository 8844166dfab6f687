"""Several models on the test part of one data set: their answers to every image, how fast they are, how large."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.config.what import named
from medrnn.datasets.metadata import NOTHING, Metadata
from medrnn.datasets.records import Dataset
from medrnn.datasets.sets import is_shipped
from medrnn.models.cards import Card

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

Progress = Callable[[int, int], None]
BATCH = 64  # images between two words of progress


@dataclass(frozen=True)
class LeftOut:
    """A model that cannot be compared on a data set, and why: "classes", "size" or "colour"."""

    card: Card
    why: str

    def say(self, data: Dataset) -> str:
        """One sentence, without the names of classes."""
        (rows, columns), (has_rows, has_columns) = self.card.config.reading.size, data.size
        return {
            "classes": "its classes are not those of the set",
            "size": f"it reads {rows} x {columns} pixels, these images have {has_rows} x {has_columns}",
            "colour": "it reads colour, these images are grey"
            if self.card.config.reading.is_colour
            else "it reads grey values, these images are in colour",
        }[self.why]


def who_fits(cards: Iterable[Card], data: Dataset) -> tuple[list[Card], list[LeftOut]]:
    """The models that can be compared on a data set: its classes, its size, its colour; and those that cannot.

    A model knows one size. Of a shipped set images that would have to be resized are not its own, so it is left out;
    images of a visitor's own set are made smaller, as everywhere, but never larger.

    Args:
        cards: in the order of the catalogue.
        data: the set.
    """
    fit, left = [], []
    for card in cards:
        why = _why_not(card, data)
        if why:
            left.append(LeftOut(card, why))
        else:
            fit.append(card)
    return fit, left


def _why_not(card: Card, data: Dataset) -> str:
    if card.classes != data.classes:
        return "classes"
    size = card.config.reading.size
    if size != data.size and (is_shipped(data.name) or size[0] > min(data.size)):
        return "size"
    return "colour" if card.config.reading.is_colour != (data.channels == "rgb") else ""


@dataclass(frozen=True, eq=False, repr=False)
class SetAnswers(Brief):
    """The answers of one model to every image of a test part.

    Attributes:
        model, digest, title: of the model; SHA-256 of its weights.
        parameters: number of its weights.
        probabilities: (image, class) float32, each row sums to 1.
        elapsed_ms: of one image alone, as ``models.predict`` measures: the fastest of some warm runs.
        device: "cpu" or "cuda:0", ...
        learnt_from: name of the data set that it learnt from.
    """

    model: str
    digest: str
    title: str
    parameters: int
    probabilities: np.ndarray
    elapsed_ms: float
    device: str
    learnt_from: str

    @property
    def answers(self) -> np.ndarray:
        """(image,) indices of the most probable class."""
        found: np.ndarray = self.probabilities.argmax(1)
        return found


@dataclass(frozen=True, eq=False, repr=False)
class Compared(Brief):
    """Several models on the same images.

    Attributes:
        data, digest, title: name of the set, SHA-256 of its images and labels, what a page calls it.
        classes: names, in the order of the probabilities.
        labels: (image,) class indices.
        models: the answers of each, in the order of display.
        metadata: what is known of the images beside their labels.
        reading: of a set of series that of their sheets; None of images.
    """

    data: str
    digest: str
    title: str
    classes: tuple[str, ...]
    labels: np.ndarray
    models: tuple[SetAnswers, ...]
    metadata: Metadata = NOTHING
    reading: ReadingConfig | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def named(self, text: str) -> str:
        """A sentence of ours about images, about series where the set is of them (``config.what``)."""
        return named(text, self.reading)

    @property
    def all_right(self) -> np.ndarray:
        """(model, image) bool: whether each answers with the label."""
        return np.stack([one.answers == self.labels for one in self.models])

    @property
    def agrees(self) -> np.ndarray:
        """(image,) bool: all models give the same answer."""
        answers = np.stack([one.answers for one in self.models])
        found: np.ndarray = (answers == answers[0]).all(0)
        return found


def answer_images(
    model: "Classifier",
    card: Card,
    images: np.ndarray,
    progress: Progress | None = None,
    *,
    lengths: np.ndarray | None = None,
) -> SetAnswers:
    """Let a model answer every image, and measure how long one takes; the model is given back as found.

    Args:
        model: of the card, on the device where it is to run.
        card: its own.
        images: (image, row, column) or (image, row, column, 3) uint8 of the model's size, at least one.
        progress: is told how many images are answered, of how many.
        lengths: (image,) of series of unlike lengths how many slices each has.

    Raises:
        DeviceError: the GPU's memory ran out.
    """
    import torch

    from medrnn import sequences
    from medrnn.evaluation.evaluate import answer, to_grids
    from medrnn.models.devices import evaluating, exact_float32, memory_guard
    from medrnn.models.predict import warm_ms

    reading, parts = card.config.reading, []
    for at in range(0, len(images), BATCH):
        counts = None if lengths is None else lengths[at : at + BATCH]
        parts.append(answer(model, to_grids(images[at : at + BATCH], reading), reading, lengths=counts))
        if progress:
            progress(min(at + BATCH, len(images)), len(images))
    device = next(model.parameters()).device
    with evaluating(model), torch.inference_mode(), memory_guard(), exact_float32():
        x = sequences.lines(to_grids(images[:1], reading).to(device), reading)
        model(x)
        elapsed_ms = warm_ms(lambda: model(x).cpu())  # the copy waits for the device
    return SetAnswers(
        model=card.id,
        digest=card.digest,
        title=card.title,
        parameters=card.parameters,
        probabilities=np.concatenate(parts),
        elapsed_ms=elapsed_ms,
        device=str(device),
        learnt_from=card.data["name"],
    )


def put_together(
    data: Dataset, answers: Sequence[SetAnswers], metadata: Metadata = NOTHING, digest: str = ""
) -> Compared:
    """The record of several models on the test part of a set.

    Args:
        data: the set.
        answers: of each model to its test part.
        metadata: of the test part.
        digest: of the set where it is known already; else it is computed.
    """
    return Compared(
        data=data.name,
        digest=digest or data.digest,
        title=data.title,
        classes=data.classes,
        labels=data.test.labels,
        models=tuple(answers),
        metadata=metadata,
        reading=data.reading,
    )


def pick(found: Mapping[str, Card], wanted: Sequence[str], data: Dataset) -> list[Card]:
    """The cards of the models that were asked for.

    Args:
        found: cards by id.
        wanted: ids, at least one.
        data: the set on which they are to be compared.

    Raises:
        CatalogError: one of them cannot be compared on this set; says why and which can.
    """
    from medrnn.errors import CatalogError

    fit, left = who_fits([found[name] for name in wanted], data)
    if left:
        possible = ", ".join(card.id for card in who_fits(found.values(), data)[0]) or "none yet"
        raise CatalogError(
            f"Expected models with the classes and the size of {data.name}; {left[0].card.id} is none: "
            f"{left[0].say(data)}. Choose out of {possible}."
        )
    return fit
