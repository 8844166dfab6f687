"""Does the answer depend on where in the sequence something is read? The image moved, and other reading orders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from medrnn import sequences
from medrnn.brief import Brief
from medrnn.errors import CatalogError, ReadingError
from medrnn.evaluation.evaluate import answer
from medrnn.models import catalog
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.predict import check_reading, predict
from medrnn.sequences import Crop
from medrnn.types import Reading, Study

AXES = {"down": "down", "across": "to the right"}
REACH = 0.25  # of the image's side
Loader = Callable[[Card], Classifier]


@dataclass(frozen=True, eq=False, repr=False)
class ShiftCurve(Brief):
    """The answer while the image, or a patch of it, is moved along one axis.

    Attributes:
        axis: a key of ``AXES``.
        shifts: (shift,) int64, ascending, in pixels of the model's input grid; positive is down or to the right.
        probabilities: (shift, class) float32.
    """

    axis: str
    shifts: np.ndarray
    probabilities: np.ndarray

    @property
    def spread(self) -> np.ndarray:
        """(class,) largest less smallest probability over the shifts, from 0 to 1."""
        spread: np.ndarray = np.ptp(self.probabilities, axis=0)
        return spread

    @property
    def agreement(self) -> float:
        """Share of the shifts, 0 left out, with the answer of the image as it is; 1 where there is no other."""
        answers = self.probabilities.argmax(1)
        moved = answers[self.shifts != 0]
        return float((moved == answers[self.shifts == 0]).mean()) if len(moved) else 1.0


@dataclass(frozen=True, eq=False, repr=False)
class ShiftTest(Brief):
    """How far the answer moves while what is read moves.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        classes: names, in the order of the probabilities.
        region: x, y, width, height of the patch in the model's input grid, None for the whole image.
        background: grey value in [0, 1] on which the patch is laid; None where the edge was repeated.
        curves: one for each of ``AXES``.
    """

    model: str
    digest: str
    classes: tuple[str, ...]
    region: Crop | None
    background: float | None
    curves: Mapping[str, ShiftCurve]


def shift_image(grid: np.ndarray, down: int, across: int) -> np.ndarray:
    """The image moved, its edge repeated: (row, column) or (row, column, 3) of the same size and type."""
    rows, columns = (np.arange(n) - k for n, k in zip(grid.shape[:2], (down, across), strict=True))
    moved: np.ndarray = grid[
        np.clip(rows, 0, grid.shape[0] - 1)[:, None], np.clip(columns, 0, grid.shape[1] - 1)
    ]
    return moved


def shift_patch(grid: np.ndarray, region: Crop, down: int, across: int, background: float) -> np.ndarray:
    """A patch cut out and laid on an even grey, moved: (row, column) or (row, column, 3) of the same size and type."""
    x, y, width, height = region
    made = np.full_like(grid, background)
    made[y + down : y + down + height, x + across : x + across + width] = grid[y : y + height, x : x + width]
    return made


def _whole_shifts(size: int, reach: int | None) -> np.ndarray:
    most = round(size * REACH) if reach is None else min(reach, size - 1)
    return np.arange(-most, most + 1)


def _patch_shifts(size: int, start: int, extent: int, reach: int | None) -> np.ndarray:
    """Every shift that keeps start to start + extent inside size, and within reach."""
    found = np.arange(-start, size - start - extent + 1)
    return found if reach is None else found[np.abs(found) <= reach]


def _check_region(region: Crop, size: tuple[int, ...]) -> Crop:
    x, y, width, height = (int(v) for v in region)
    if min(x, y) < 0 or min(width, height) < 1 or x + width > size[1] or y + height > size[0]:
        raise ReadingError(
            f"Expected a patch inside the model's input of {size[1]} x {size[0]} pixels, got x {x}, y {y}, "
            f"{width} x {height}. Choose a place inside."
        )
    return x, y, width, height


def _moved_images(grid: np.ndarray, axis: str, reach: int | None) -> dict[int, np.ndarray]:
    """The whole image at each shift."""
    shifts = _whole_shifts(grid.shape[0 if axis == "down" else 1], reach)
    return {int(k): shift_image(grid, *((k, 0) if axis == "down" else (0, k))) for k in shifts}


def _moved_patches(
    grid: np.ndarray, axis: str, reach: int | None, region: Crop, background: float
) -> dict[int, np.ndarray]:
    """The patch at each shift."""
    x, y, width, height = region
    if axis == "down":
        shifts = _patch_shifts(grid.shape[0], y, height, reach)
        return {int(k): shift_patch(grid, region, k, 0, background) for k in shifts}
    shifts = _patch_shifts(grid.shape[1], x, width, reach)
    return {int(k): shift_patch(grid, region, 0, k, background) for k in shifts}


def shift_test(
    model: Classifier,
    card: Card,
    reading: Reading,
    region: Crop | None = None,
    *,
    background: float | None = None,
    reach: int | None = None,
) -> ShiftTest:
    """Move the image, or a patch of it over an even background, pixel by pixel and ask the model each time.

    Args:
        model: on the device that is to run; given back as found.
        card: the model's own.
        reading: made with the card's reading.
        region: x, y, width, height of the patch in the model's input grid; by default the whole image is moved
            and its edge repeated.
        background: grey value in [0, 1] around the patch, by default the mean of the image.
        reach: at most so many pixels; by default a quarter of the side, and for a patch wherever it fits.

    Raises:
        ReadingError: the reading is not the model's, or the patch is not inside.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    if reach is not None and reach < 0:
        raise ReadingError(f"reach: expected at least 0 pixels, got {reach}.")
    grid, fill, curves = reading.grid, None, {}
    if region is not None:
        region = _check_region(region, grid.shape)
        fill = float(grid.mean()) if background is None else float(background)
    for axis in AXES:
        if region is None or fill is None:
            made = _moved_images(grid, axis, reach)
        else:
            made = _moved_patches(grid, axis, reach, region, fill)
        grids = torch.from_numpy(np.stack(list(made.values())))
        curves[axis] = ShiftCurve(axis, np.array(list(made)), answer(model, grids, reading.config))
    return ShiftTest(card.id, card.digest, card.classes, region, fill, curves)


@dataclass(frozen=True, eq=False, repr=False)
class OrderAnswer(Brief):
    """What one model of the catalogue answers.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        summary, reading: network and reading in words.
        order, direction: of the reading, keys of ``config.ORDERS`` and ``config.DIRECTIONS``.
        is_bidirectional: the network reads the sequence from both ends.
        probabilities: (class,) float64.
    """

    model: str
    digest: str
    summary: str
    reading: str
    order: str
    direction: str
    is_bidirectional: bool
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class OrderTest(Brief):
    """One image read in several orders. The models differ in their training too, not in the order alone.

    Attributes:
        data: name of the data set that all were trained on.
        classes: names, in the order of the probabilities.
        answers: one a model, in the catalogue's order.
    """

    data: str
    classes: tuple[str, ...]
    answers: tuple[OrderAnswer, ...]

    @property
    def probabilities(self) -> np.ndarray:
        """(model, class) float64."""
        return np.stack([one.probabilities for one in self.answers])

    @property
    def spread(self) -> np.ndarray:
        """(class,) largest less smallest probability over the models, from 0 to 1."""
        spread: np.ndarray = np.ptp(self.probabilities, axis=0)
        return spread

    @property
    def agreement(self) -> float:
        """Share of the models that give the most frequent answer."""
        return float(np.bincount(self.probabilities.argmax(1)).max() / len(self.answers))


def order_cards(
    data: str, *, cell: str | None = None, is_bidirectional: bool | None = None
) -> tuple[Card, ...]:
    """The models of a data set that read one sequence and answer with the same classes as the first of them.

    Args:
        data: the data set's name.
        cell: only of this cell.
        is_bidirectional: only such that read both ways, or only such that do not.

    Raises:
        CatalogError: there is none.
    """
    found = [
        card
        for card in catalog.list_cards().values()
        if card.data["name"] == data
        and card.config.model.core == "stack"
        and cell in (None, card.config.model.cell)
        and is_bidirectional in (None, card.config.model.is_bidirectional)
    ]
    if not found:
        raise CatalogError(
            f"Expected a model trained on {data!r}, found none. See 'python -m medrnn models'."
        )
    return tuple(card for card in found if card.classes == found[0].classes)


def _ask(card: Card, load: Loader, study: Study, frame: int, crop: Crop | None, grey: bool) -> OrderAnswer:
    reading = sequences.read_study(study, card.config.reading, frame=frame, crop=crop, from_colour=grey)
    found = predict(load(card), card, reading)
    return OrderAnswer(
        model=card.id,
        digest=card.digest,
        summary=card.summary,
        reading=card.reading,
        order=card.config.reading.order,
        direction=card.config.reading.direction,
        is_bidirectional=card.config.model.is_bidirectional,
        probabilities=found.probabilities,
    )


def order_test(
    study: Study,
    data: str,
    *,
    frame: int = 0,
    crop: Crop | None = None,
    from_colour: bool = False,
    cards: tuple[Card, ...] | None = None,
    load: Loader = lambda card: catalog.load_model(card.folder),
) -> OrderTest:
    """Read one image in every order and direction that the catalogue has a model for.

    Args:
        study: the image.
        data: name of the data set that the models were trained on.
        frame: counted from 0.
        crop: x, y, width, height in image pixels; by default the centred square of the short edge.
        from_colour: convert a colour image to grey.
        cards: which models, by default ``order_cards(data)``.
        load: gives the network of a card, on the CPU by default.

    Raises:
        CatalogError: there is no such model, or one that reads no one sequence.
        ReadingError, ImageError: see ``sequences.read_study``.
        DeviceError: the GPU's memory ran out.
    """
    chosen = order_cards(data) if cards is None else cards
    if not chosen:
        raise CatalogError("Expected at least one model, got none. Choose one.")
    other = next((card.id for card in chosen if card.config.model.core != "stack"), None)
    if other:
        raise CatalogError(f"{other} does not read one sequence: it has no order of reading. Leave it out.")
    answers = tuple(_ask(card, load, study, frame, crop, from_colour) for card in chosen)
    return OrderTest(data, chosen[0].classes, answers)
