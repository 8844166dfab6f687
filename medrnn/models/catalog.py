"""Every model that can be used: the shipped ones in display order, then the ones trained here, newest first."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.config import ASSETS, CELLS, ROOT, TrainConfig
from medrnn.errors import CatalogError, ConfigError

if TYPE_CHECKING:
    from medrnn.models.classifier import RecurrentClassifier
    from medrnn.models.novelty import NoveltyModel

SHIPPED = ASSETS / "models"
MODELS = (
    "pneumonia-lstm-forward",
    "pneumonia-gru-forward",
    "pneumonia-rnn-forward",
    "pneumonia-lstm",
    "pneumonia-gru",
    "pneumonia-rnn",
    "pneumonia-lstm-up",
    "pneumonia-lstm-columns",
    "pneumonia-lstm-left",
    "pneumonia-lstm-raster",
    "pneumonia-lstm-snake",
    "mnist-lstm",
    "mnist-gru",
    "mnist-rnn",
)


def runs_folder() -> Path:
    """Where training runs are kept: ``$MEDRNN_RUNS``, else ``runs`` in the project."""
    return Path(os.environ.get("MEDRNN_RUNS") or ROOT / "runs")


@dataclass(frozen=True)
class Card:
    """A model card, as ``card.json`` beside the weights.

    Attributes:
        id, title: kebab-case name, and what a page calls it.
        config: everything that the training depended on, the reading and the seed among it.
        classes: names in the order of the answer.
        data: name, title, about, licence, counts of the data set.
        preprocessing: crop, window, polarity, size, scale: what is done to an image before it is read.
        metrics: {"val", "test": {n, accuracy, auc, loss, intervals}, "seeds": [...], "mean": {...}}.
        limits: sentences.
        licence: of the weights.
        parameters: number of weights.
        digest: SHA-256 of ``model.safetensors``.
        versions, device, elapsed_s: what it was trained with, and how long it took.
        command: prints the same figures again.
        folder: where the card was read.
    """

    id: str
    title: str
    config: TrainConfig
    classes: tuple[str, ...]
    data: Mapping[str, Any]
    preprocessing: Mapping[str, Any]
    metrics: Mapping[str, Any]
    limits: tuple[str, ...]
    licence: str
    parameters: int
    digest: str
    versions: Mapping[str, str]
    device: str
    elapsed_s: float
    command: str
    folder: Path

    @property
    def reading(self) -> str:
        """Its reading in words."""
        return self.config.reading.title

    @property
    def summary(self) -> str:
        """The network in words, such as "LSTM, 2 x 128, both directions"."""
        model = self.config.model
        ways = "both directions" if model.is_bidirectional else "forward only"
        return f"{CELLS[model.cell]}, {model.layers} x {model.width}, {ways}"


def read_card(folder: Path) -> Card:
    """The card in a folder.

    Raises:
        CatalogError: there is none, or it cannot be read.
    """
    try:
        raw = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        raw |= {"config": TrainConfig.from_dict(raw["config"]), "folder": folder}
        raw |= {"classes": tuple(raw["classes"]), "limits": tuple(raw["limits"])}
        return Card(**raw)
    except FileNotFoundError:
        raise CatalogError(
            f"Expected a model in {folder.name!r}, found no card.json. See 'python -m medrnn models'."
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ConfigError):
        raise CatalogError(f"The card of {folder.name!r} cannot be read. Train the model again.") from None


def write_card(card: Card) -> None:
    """Write ``card.json`` in one move, so that a half-written card is never read."""
    raw = {name: value for name, value in vars(card).items() if name != "folder"}
    raw["config"] = card.config.to_dict()
    part = card.folder / "card.json.part"
    part.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    part.replace(card.folder / "card.json")


def list_cards() -> dict[str, Card]:
    """Every usable model by its id. A run folder with an unreadable card is left out."""
    folders = [SHIPPED / name for name in MODELS if (SHIPPED / name / "card.json").is_file()]
    if runs_folder().is_dir():
        folders += sorted((f.parent for f in runs_folder().glob("*/card.json")), reverse=True)
    cards = {}
    for folder in folders:
        try:
            card = read_card(folder)
        except CatalogError:
            if folder.parent == SHIPPED:
                raise
            continue
        cards.setdefault(card.id, card)
    return cards


def find_card(name: str | Path) -> Card:
    """The card of a model id, or of a folder that holds one.

    Raises:
        CatalogError: neither.
    """
    if (Path(name) / "card.json").is_file():
        return read_card(Path(name))
    cards = list_cards()
    if str(name) not in cards:
        raise CatalogError(
            f"Expected a model out of {', '.join(cards)}, or a folder with one; got {str(name)!r}."
        )
    return cards[str(name)]


def load_model(name: str | Path, device: str = "cpu") -> "RecurrentClassifier":
    """The network of a model id or folder in evaluation mode, ``model.rnn`` as torch made it.

    Raises:
        CatalogError: unknown, or its weights are not those of the card.
        DeviceError: there is no such device.
    """
    from medrnn.models.checkpoints import load_weights
    from medrnn.models.classifier import RecurrentClassifier
    from medrnn.models.devices import find_device, memory_guard

    card = find_card(name)
    target = find_device(device)
    model = RecurrentClassifier(card.config.model)
    load_weights(model, card.folder / "model.safetensors", card.digest)
    with memory_guard():
        return model.to(target).eval().requires_grad_(False)


def load_novelty(card: Card) -> "NoveltyModel | None":
    """The model's picture of its own training data, where it has one."""
    from medrnn.models.novelty import load_novelty as load

    path = card.folder / "novelty.safetensors"
    return load(path) if path.is_file() else None
