"""The shipped models beside published figures, in one table."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from medrnn.models.cards import Card, Figures
from medrnn.models.catalog import MODELS, SHIPPED, list_cards

NAMES = ("accuracy", "balanced_accuracy", "auc")


@dataclass(frozen=True)
class Figure:
    """A figure of one or several seeds.

    Attributes:
        mean: over the seeds, 0 to 1.
        error: standard error of that mean, None of one seed.
        seeds: how many.
    """

    mean: float
    error: float | None
    seeds: int

    def __str__(self) -> str:
        """Such as ".957 ± .002"."""
        said = f"{self.mean:.3f}".removeprefix("0")
        return said if self.error is None else f"{said} ± {self.error:.3f}".replace("± 0", "± ")


@dataclass(frozen=True)
class Row:
    """One model on one test part.

    Attributes:
        name: a model's id, or what the source calls it.
        network: in words.
        data: what was tested on, in words.
        tested: images.
        parameters: None where the source does not say.
        accuracy, balanced_accuracy, auc: None where nobody says.
        source: of a published figure, else empty.
    """

    name: str
    network: str
    data: str
    tested: int
    parameters: int | None
    accuracy: Figure
    auc: Figure | None
    balanced_accuracy: Figure | None = None
    source: str = ""


def _published(name: str, data: str, tested: int, accuracy: float, auc: float) -> Row:
    return Row(
        name,
        "CNN" if name.startswith("ResNet") else "found by a search",
        data,
        tested,
        None,
        Figure(accuracy, None, 1),
        Figure(auc, None, 1),
        source="Yang et al. 2023, Scientific Data 10:41 (MedMNIST v2)",
    )


PUBLISHED = (
    _published("ResNet-18, 28 px", "PneumoniaMNIST", 624, 0.854, 0.944),
    _published("ResNet-50, 224 px", "PneumoniaMNIST", 624, 0.884, 0.962),
    _published("AutoML Vision", "PneumoniaMNIST", 624, 0.946, 0.991),
    _published("ResNet-18, 28 px", "BloodMNIST (another split)", 3421, 0.958, 0.998),
    Row(
        "ReNet",
        "GRU sweeps over patches, 2 pairs",
        "MNIST",
        10_000,
        None,
        Figure(0.9955, None, 1),
        None,
        source="Visin et al. 2015, arXiv:1505.00393",
    ),
)


def over_seeds(card: Card, name: str) -> Figure | None:
    """A figure on the test split: mean and standard error over the seeds of a card, its own where there is one seed."""
    rows: list[Figures] = [row["test"] for row in card.metrics.get("seeds", [])] or [card.metrics["test"]]
    known = [row.get(name) for row in rows]
    values = [float(value) for value in known if isinstance(value, int | float)]
    if not values or len(values) < len(rows):
        return None
    error = float(np.std(values, ddof=1)) / sqrt(len(values)) if len(values) > 1 else None
    return Figure(float(np.mean(values)), error, len(values))


def _row(card: Card) -> Row:
    accuracy, balanced, auc = (over_seeds(card, name) for name in NAMES)
    assert accuracy is not None, "every card has an accuracy"
    reading = card.config.reading
    is_usual = (reading.order, reading.direction) == ("rows", "forward")
    return Row(
        card.id,
        card.summary if is_usual else f"{card.summary}, {reading.title}",
        card.data["title"],
        card.metrics["test"]["n"],
        card.parameters,
        accuracy,
        auc,
        balanced,
    )


def zoo() -> tuple[Row, ...]:
    """Every shipped model in the order of the catalogue, then the published figures.

    Test parts differ: only rows of the same data and count can be compared.
    """
    cards = list_cards()
    found = [cards[name] for name in MODELS if name in cards and cards[name].folder.parent == SHIPPED]
    return (*map(_row, found), *PUBLISHED)


def to_markdown(rows: tuple[Row, ...]) -> str:
    """The table as it stands in the README."""
    lines = [
        "| model | network | tested on | parameters | accuracy | balanced | AUC |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = f"*{row.name}*" if row.source else f"`{row.name}`"
        size = "" if row.parameters is None else f"{row.parameters:,}"
        figures = [str(one) if one else "" for one in (row.accuracy, row.balanced_accuracy, row.auc)]
        cells = [name, row.network, f"{row.data} ({row.tested:,})", size, *figures]
        lines.append(f"| {' | '.join(cells)} |")
    sources = ", ".join(dict.fromkeys(row.source for row in rows if row.source))
    return "\n".join([*lines, "", f"Models in italics as published: {sources}."])
