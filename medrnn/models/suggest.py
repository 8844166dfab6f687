"""Which models fit a study: what it says of itself against what each card says, before anything is read.

``verdict`` judges an answer by the same facts; here they choose who is asked. Nothing is decoded and no network loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from medrnn.models.cards import Card
from medrnn.models.verdict import SILENT
from medrnn.types import Source

KINDS = ("fits", "unknown", "contradicts")  # the best first

Size = tuple[int, int]


@dataclass(frozen=True)
class Fact:
    """One thing that a study says and what the model learnt from.

    Attributes:
        what: "modality", "body part", "colour", "size" or "frames".
        came: what the study says: DICOM's code, "colour" or "grey", rows x columns, or how many frames.
        known: what the model knows of it, none where its images have none.
        agrees: False where the two contradict each other.
    """

    what: Literal["modality", "body part", "colour", "size", "frames"]
    came: str
    known: tuple[str, ...]
    agrees: bool


@dataclass(frozen=True)
class Fit:
    """How a model goes with a study.

    Attributes:
        card: of the model.
        kind: one of ``KINDS``: "fits" where the file says what the model learnt from and nothing contradicts,
            "unknown" where it says nothing of that.
        facts: the reasons.
    """

    card: Card
    kind: Literal["fits", "unknown", "contradicts"]
    facts: tuple[Fact, ...]


def suggest(
    cards: Iterable[Card], source: Source, size: Size | None = None, frames: int | None = None
) -> list[Fit]:
    """Every model with how it fits, the best first.

    Among those that fit alike, models of known data come first, then those that read more pixels, then the order of the
    catalogue.

    Args:
        cards: the catalogue, in its order.
        source: what the study says of itself.
        size: (rows, columns) of the part of the study that will be read, None where nobody knows.
        frames: of the study, None where nobody knows; one image is no series.
    """
    fits = [_fit(card, tuple(_facts(card, source, size, frames))) for card in cards]

    def order(fit: Fit) -> tuple[int, bool, int]:
        rows, columns = fit.card.config.reading.shown_size
        return KINDS.index(fit.kind), fit.card.kinds is None, -rows * columns

    return sorted(fits, key=order)


def best_of_each_set(fits: Iterable[Fit], most: int) -> list[Fit]:
    """The first of each data set, at most so many: models of one set answer the same question."""
    found: dict[str, Fit] = {}
    for fit in fits:
        found.setdefault(fit.card.data["name"], fit)
    return list(found.values())[:most]


def _fit(card: Card, facts: tuple[Fact, ...]) -> Fit:
    if not all(fact.agrees for fact in facts):
        return Fit(card, "contradicts", facts)
    is_said = any(fact.what in ("modality", "body part") for fact in facts)
    return Fit(card, "fits" if is_said else "unknown", facts)


def _facts(card: Card, source: Source, size: Size | None, frames: int | None) -> Iterable[Fact]:
    if card.config.reading.is_series and frames is not None:
        yield Fact("frames", f"{frames}", ("a series",), frames > 1)
    if kinds := card.kinds:
        modalities, parts = tuple(kinds["modalities"]), tuple(kinds["body_parts"])
        if source.modality not in SILENT:
            yield Fact("modality", source.modality, modalities, source.modality in modalities)
        if source.body_part:
            yield Fact("body part", source.body_part, parts, source.body_part in parts)
        yield Fact(
            "colour",
            _shade(source.is_colour),
            (_shade(kinds["is_colour"]),),
            source.is_colour == kinds["is_colour"],
        )
    if size is not None:
        rows, columns = card.config.reading.shown_size
        is_enough = size[0] >= rows and size[1] >= columns
        yield Fact("size", f"{size[0]} x {size[1]}", (f"{rows} x {columns}",), is_enough)


def _shade(is_colour: bool) -> str:
    return "colour" if is_colour else "grey"
