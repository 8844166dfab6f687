"""Answers to many images without labels: of a folder, a zip or a series, each of whose frames counts as an image."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ImageError, MedrnnError
from medrnn.models.cards import Card
from medrnn.types import Reading, Study, Verdict

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier
    from medrnn.models.novelty import NoveltyModel
    from medrnn.sequences import Crop

PIECE = 16  # images answered at once


@dataclass(frozen=True, eq=False, repr=False)
class OwnImage(Brief):
    """One image that came, or why there is none.

    Attributes:
        file: its place among the files that came, from 1.
        study: None where it could not be read.
        frame: of the study, from 0.
        error: why it could not be read, one sentence; "" else.
    """

    file: int
    study: Study | None
    frame: int = 0
    error: str = ""

    @property
    def is_slice(self) -> bool:
        """True of one of several frames."""
        return self.study is not None and self.study.frames > 1


@dataclass(frozen=True, eq=False, repr=False)
class OwnAnswer(Brief):
    """What a model made of one image.

    Attributes:
        probabilities: (class,), None where the image could not be read by this model.
        verdict: whether the image is of the kind that the model knows, None likewise.
        reason: its sentence, or why it could not be read.
    """

    probabilities: np.ndarray | None
    verdict: Verdict | None
    reason: str

    @property
    def answer(self) -> int | None:
        """Index of the most probable class."""
        return None if self.probabilities is None else int(self.probabilities.argmax())

    @property
    def counts(self) -> bool:
        """True where the answer may be read as one."""
        return self.verdict is not None and self.verdict.is_within


def list_images(found: Iterable[tuple[int, Study | ImageError]]) -> list[OwnImage]:
    """Each frame of each study as an image, and an error in its place.

    Args:
        found: place of the file from 0, and what was made of it, as ``stack`` gives them.
    """
    images = []
    for index, one in found:
        if isinstance(one, Study):
            images += [OwnImage(index + 1, one, frame) for frame in range(one.frames)]
        else:
            images.append(OwnImage(index + 1, None, error=str(one)))
    return images


def answer_own(
    model: "Classifier",
    card: Card,
    images: Sequence[OwnImage],
    novelty: "NoveltyModel | None" = None,
    *,
    from_colour: bool = True,
    crop: "Crop | None" = None,
) -> Iterator[list[OwnAnswer]]:
    """Let a model answer images, a piece at a time, so that somebody can say how far it is or end it.

    Args:
        model: of the card, on the device where it is to run; given back as found after each piece.
        card: its own.
        images: each is read as the card says.
        novelty: of the card, for the verdict.
        from_colour: a colour image is turned to grey for a model of grey values, and is then of another kind.
        crop: x, y, width, height of the part that is read; None for the centred square.

    Yields:
        The answers to the next images, in their order.
    """
    for at in range(0, len(images), PIECE):
        yield _piece(model, card, images[at : at + PIECE], novelty, from_colour, crop)


def _piece(
    model: "Classifier",
    card: Card,
    images: Sequence[OwnImage],
    novelty: "NoveltyModel | None",
    from_colour: bool,
    crop: "Crop | None",
) -> list[OwnAnswer]:
    import torch

    from medrnn.evaluation.evaluate import answer
    from medrnn.sequences import on_sheet

    read = [_read(image, card, from_colour, crop) for image in images]
    readings = [one for one in read if isinstance(one, Reading)]
    if readings:
        wanted = card.whole
        grids = torch.from_numpy(np.stack([on_sheet(one.grid, one.config, wanted) for one in readings]))
        lengths = np.array([one.config.slices for one in readings]) if wanted.is_masked else None
        answers = iter(answer(model, grids, wanted, lengths=lengths))
    return [_judged(card, one, next(answers), novelty) if isinstance(one, Reading) else one for one in read]


def _read(image: OwnImage, card: Card, from_colour: bool, crop: "Crop | None") -> Reading | OwnAnswer:
    from medrnn import sequences

    if image.study is None:
        return OwnAnswer(None, None, image.error)
    try:
        return sequences.read_study(
            image.study, card.config.reading, frame=image.frame, crop=crop, from_colour=from_colour
        )
    except MedrnnError as error:
        return OwnAnswer(None, None, str(error))


def _judged(
    card: Card, reading: Reading, probabilities: np.ndarray, novelty: "NoveltyModel | None"
) -> OwnAnswer:
    from medrnn.models.verdict import explain_verdict, judge, score_of

    score = score_of(novelty, card, reading)
    verdict = judge(card, reading, score)
    return OwnAnswer(probabilities, verdict, explain_verdict(verdict, card, score))


def agrees(answers: Sequence[OwnAnswer], cards: Sequence[Card]) -> bool | None:
    """Whether all models that know an image give it the same class by name; None where fewer than two do.

    Args:
        answers: of each model to the image.
        cards: of the models.
    """
    said = {
        card.classes[one.answer]
        for one, card in zip(answers, cards, strict=True)
        if one.counts and one.answer is not None
    }
    count = sum(one.counts for one in answers)
    return len(said) == 1 if count > 1 else None
