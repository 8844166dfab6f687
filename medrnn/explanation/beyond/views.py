"""The "shortcut" check: what a model answers with the lungs blanked, and with all but the lungs blanked.

What answers as well without lungs as with them has found something else to go by: how a film was framed, its edges, its
grey. What is blanked becomes one grey, the mean of all pictures, so that nothing of the single picture is left there.
The outline itself stays visible, and its size and shape alone may tell the classes apart; so the outlines alone are
answered too, in two greys that are the same for every picture.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from medrnn.brief import Brief
from medrnn.datasets import Dataset
from medrnn.datasets.outlines import Outlines
from medrnn.errors import DataError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import measure
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.inference import TableWriter, table_head

Tell = Callable[[float], None]
VIEWS = {
    "whole": "the whole picture",
    "lungs": "the lungs alone, all else blanked",
    "no-lungs": "all but the lungs, which are blanked",
    "outline": "the outline alone, in two greys",
}
FEWEST = 10


@dataclass(frozen=True, eq=False, repr=False)
class Views(Brief):
    """The answers of a model to the pictures of a test split whose lungs are outlined, in each of ``VIEWS``.

    Attributes:
        model, digest: which model.
        data: name of the set.
        classes: their names.
        rows: (image,) of the pictures in the split, from 0.
        labels: (image,) index of the class.
        probabilities: (view, image, class) in the order of ``VIEWS``.
        greys: of 0 to 1: what is blanked becomes the first; an outline alone has the second in the lungs and the third
            around them.
    """

    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    rows: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    greys: tuple[float, float, float]

    def of(self, view: str) -> np.ndarray:
        """(image, class) probabilities of one of ``VIEWS``."""
        found: np.ndarray = self.probabilities[list(VIEWS).index(view)]
        return found

    def figures(self) -> dict[str, dict[str, Any]]:
        """Of each view: accuracy, balanced accuracy, AUC and loss with 95 % intervals (``metrics.measure``), and the
        share ``same`` of the pictures that are answered as the whole one is.
        """
        whole = self.of("whole").argmax(1)
        return {
            view: measure(self.of(view), self.labels)
            | {"same": float((self.of(view).argmax(1) == whole).mean())}
            for view in VIEWS
        }


def blank(images: np.ndarray, lungs: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[float, float, float]]:
    """The pictures as each of ``VIEWS`` shows them.

    Args:
        images: (image, row, column) uint8.
        lungs: (image, row, column) bool.

    Returns:
        view to (image, row, column) uint8, and the greys of ``Views``.
    """
    grey, inside, around = (
        np.uint8(np.rint(float(images[where].mean()))) for where in (np.ones_like(lungs), lungs, ~lungs)
    )
    views = {
        "whole": images,
        "lungs": np.where(lungs, images, grey),
        "no-lungs": np.where(lungs, grey, images),
        "outline": np.where(lungs, inside, around),
    }
    return views, (float(grey) / 255, float(inside) / 255, float(around) / 255)


def _check(card: Card, data: Dataset, outlines: Outlines) -> None:
    if data.classes != card.classes:
        raise DataError(
            f"Expected a set with the classes of {card.id}, {', '.join(card.classes)}, "
            f"got {', '.join(data.classes)}. Choose a model that learnt from it."
        )
    if outlines.lungs.shape != data.test.images.shape:
        raise DataError(
            f"Expected an outline for each of the {len(data.test)} grey pictures, got {outlines.lungs.shape}."
        )
    if int(outlines.is_known.sum()) < FEWEST:
        raise DataError(
            f"Expected at least {FEWEST} pictures with outlined lungs, got {outlines.is_known.sum()}."
        )


def answer_views(
    model: Classifier, card: Card, data: Dataset, outlines: Outlines, *, tell: Tell = lambda share: None
) -> Views:
    """What a model answers to each view of the test pictures whose lungs are outlined.

    Args:
        model: the card's own, on the device that is to run; given back as found.
        card: of the model.
        data: its test split holds grey pictures.
        outlines: of that split.
        tell: called with the share that is done.

    Raises:
        DataError: the set has other classes, or hardly any outlines.
        DeviceError: the GPU's memory ran out.
    """
    _check(card, data, outlines)
    rows, reading, found = np.flatnonzero(outlines.is_known), card.config.reading, []
    shown, greys = blank(data.test.images[rows], outlines.lungs[rows])
    for k, view in enumerate(VIEWS):
        found.append(answer(model, to_grids(shown[view], reading), reading))
        tell((k + 1) / len(VIEWS))
    return Views(
        card.id, card.digest, data.name, data.classes, rows, data.test.labels[rows], np.stack(found), greys
    )


def views_csv(found: Views) -> str:
    """Every picture as CSV text: its row in the split, its label, the probability of each class in each view."""
    out = io.StringIO()
    out.write(table_head(None))
    writer = TableWriter(out)
    writer.writerow(["row", "label", *(f"{view} {name}" for view in VIEWS for name in found.classes)])
    for k, row in enumerate(found.rows.tolist()):
        shares = found.probabilities[:, k].ravel().tolist()
        writer.writerow([row, found.classes[found.labels[k]], *shares])
    return out.getvalue()
