"""Answers to many images without labels as CSV."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from medrnn.compare.own import OwnAnswer, OwnImage
from medrnn.config import DISCLAIMER
from medrnn.models.cards import Card
from medrnn.models.inference import TableWriter
from medrnn.models.sets import set_cell, set_of

HEAD = ("file", "frame", "model", "verdict", "answer")
TAIL = ("reason", "error", "key", "prediction_set", "note")


def classes_of(cards: Sequence[Card]) -> list[str]:
    """The classes of all models, each once, in the order of the models."""
    return list(dict.fromkeys(name for card in cards for name in card.classes))


def columns(cards: Sequence[Card]) -> list[str]:
    """``file, frame, model, verdict, answer``, a probability a class under its name, ``reason, error, key,
    prediction_set, note``."""
    return [*HEAD, *classes_of(cards), *TAIL]


def row(name: str, image: OwnImage, card: Card, answer: OwnAnswer, classes: Sequence[str]) -> list[Any]:
    """One line: an image and a model.

    Args:
        name: of the file.
        image: the image; frames count from 0.
        card: of the model.
        answer: its own.
        classes: of all models; one that this model does not have stays empty.
    """
    key = image.study.key if image.study else ""
    if answer.probabilities is None or answer.verdict is None or answer.answer is None:
        frame = "" if image.study is None else image.frame
        return [name, frame, card.id, "", "", *[""] * len(classes), "", answer.reason, key, "", DISCLAIMER]
    said = dict(zip(card.classes, answer.probabilities.tolist(), strict=True))
    return [
        name,
        image.frame,
        card.id,
        answer.verdict.name,
        card.classes[answer.answer],
        *(said.get(one, "") for one in classes),
        answer.reason,
        "",
        key,
        set_cell(set_of(card, answer.probabilities), card.classes),
        DISCLAIMER,
    ]


def rows(
    names: Sequence[str],
    images: Sequence[OwnImage],
    cards: Sequence[Card],
    answers: Sequence[Sequence[OwnAnswer]],
) -> Iterator[list[Any]]:
    """Image after image, one line a model.

    Args:
        names: of the files of the images.
        images: in order.
        cards: of the models.
        answers: of each model to each image; one that has answered fewer has no line for the others.
    """
    classes = classes_of(cards)
    for k, (name, image) in enumerate(zip(names, images, strict=True)):
        for card, told in zip(cards, answers, strict=True):
            if k < len(told):
                yield row(name, image, card, told[k], classes)


def answers_csv(
    images: Sequence[OwnImage], cards: Sequence[Card], answers: Sequence[Sequence[OwnAnswer]]
) -> str:
    """The whole table as text; files are called by their place, from 1, never by the names that they came with."""
    out = io.StringIO()
    writer = TableWriter(out)
    writer.writerow(columns(cards))
    writer.writerows(rows([f"file {image.file}" for image in images], images, cards, answers))
    return out.getvalue()
