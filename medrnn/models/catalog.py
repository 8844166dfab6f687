"""Every model that can be used: the shipped ones in display order, then the ones trained here, newest first."""

import os
import re
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medrnn import disk
from medrnn.config import ASSETS, ROOT
from medrnn.errors import CatalogError
from medrnn.models.cards import Card, read_card, seed_file

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier
    from medrnn.models.novelty import NoveltyModel

SHIPPED = ASSETS / "models"
MODELS = (
    "chest-renet",
    "chest-rows",
    "chest-cnn",
    "chest-kinds",
    "blood-renet",
    "ms-slices",
    "pneumonia-lstm-forward",
    "pneumonia-gru-forward",
    "pneumonia-rnn-forward",
    "pneumonia-lstm",
    "pneumonia-gru",
    "pneumonia-rnn",
    "official-best",
    "pneumonia-lstm-up",
    "pneumonia-lstm-columns",
    "pneumonia-lstm-left",
    "pneumonia-lstm-raster",
    "pneumonia-lstm-snake",
    "mnist-renet",
    "mnist-lstm",
    "mnist-gru",
    "mnist-rnn",
)


FILES = ("card.json", "model.safetensors", "novelty.safetensors")
ADOPTED = "adopted.json"  # beside a card whose weights were brought from elsewhere
HEADER_BYTES = 1 << 20  # of weights beyond the numbers themselves: their names and shapes
MOST_WEIGHTS = 1 << 30  # bytes
MOST_REMEMBERED = 2_000  # folders
OWN_DATA = "own:"  # how the name of a data set begins that a visitor brought
_PRIVATE = "own-[0-9a-f]{32}"


def runs_folder() -> Path:
    """Where training runs are kept: ``$MEDRNN_RUNS``, else ``runs`` in the project."""
    return Path(os.environ.get("MEDRNN_RUNS") or ROOT / "runs")


def is_private(run_id: str) -> bool:
    """True of a run on data that somebody brought: its name is a token, and only who knows it gets to see the run."""
    return re.fullmatch(_PRIVATE, run_id) is not None


def is_brought(data: str) -> bool:
    """True of a data set that a visitor brought from the browser: a run on it is private."""
    return data.startswith(OWN_DATA)


def private_id() -> str:
    """A name for such a run that nobody can guess: 128 random bits."""
    return f"own-{secrets.token_hex(16)}"


def check_files(card: Card) -> None:
    """The files that a card names are its own and hold numbers; whether they fit the network is seen when it loads.

    Raises:
        CatalogError: the weights or the score are missing, others, damaged, or hold NaN or infinity.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    most = HEADER_BYTES + min(MOST_WEIGHTS, 4 * card.parameters)
    for name, digest in weight_files(card).items():
        data = disk.read_named(card.folder / name, most, digest, "The weights")
        try:
            weights = load(data).values()
        except (SafetensorError, ValueError, KeyError, TypeError):
            raise CatalogError("The weights cannot be read. Train the model again.") from None
        if not all(np.isfinite(weight).all() for weight in weights):
            raise CatalogError("The weights hold values that are no finite numbers. Train the model again.")
    load_novelty(card)


def weight_files(card: Card) -> dict[str, str]:
    """The weights in a model's folder, its own first, then those of further seeds: name to SHA-256."""
    others = {seed_file(seed): digest for seed, digest in card.other_seeds.items()}
    return {"model.safetensors": card.digest, **others}


@lru_cache(maxsize=MOST_REMEMBERED)
def _checked(folder: Path, files: tuple[disk.Signature | None, ...]) -> Card | CatalogError:
    """A folder's card, or what is wrong with it, remembered until one of its files is another."""
    if folder.is_symlink():
        return CatalogError(f"{folder.name!r} is a link, which is not followed. Move the folder itself here.")
    try:
        card = read_card(folder)
        if folder.parent != SHIPPED:
            check_files(card)
        return card
    except CatalogError as error:
        return error


def examine(folder: Path) -> Card | CatalogError:
    """The model in a folder, checked with all its files, or why it cannot be used."""
    files = [*(folder / name for name in FILES), *sorted(folder.glob(seed_file("*")))]
    return _checked(folder, tuple(disk.signature(file) for file in files))


def _listed() -> Iterator[tuple[Path, Card | CatalogError]]:
    """Every folder that holds a card, usable or not: the shipped ones in order, then the runs, newest first."""
    shipped = [SHIPPED / name for name in MODELS]
    for folder in (*shipped, *disk.folders(runs_folder())):
        if os.path.lexists(folder / "card.json"):
            yield folder, examine(folder)


def list_cards(*, with_private: bool = False) -> dict[str, Card]:
    """Every usable model by its id; a folder with a damaged card is left out, see ``list_damaged``.

    Args:
        with_private: also those of data that somebody brought, for who picks out what a visitor may see.
    """
    cards: dict[str, Card] = {}
    for folder, card in _listed():
        if isinstance(card, Card) and (with_private or not is_private(folder.name)):
            cards.setdefault(card.id, card)
    return cards


def list_damaged(*, with_private: bool = False) -> dict[str, str]:
    """Folders whose card cannot be used, by name, and why, a sentence each; ``with_private`` as ``list_cards``."""
    return {
        folder.name: str(card)
        for folder, card in _listed()
        if isinstance(card, CatalogError) and (with_private or not is_private(folder.name))
    }


def find_card(name: str | Path) -> Card:
    """The card of a model id, or of a folder that holds one.

    Raises:
        CatalogError: neither.
    """
    private = [runs_folder() / str(name)] if is_private(str(name)) else []  # its name is the key to it
    for folder in (Path(name), *private):
        if os.path.lexists(folder / "card.json"):
            return read_card(folder)
    cards = list_cards()
    if str(name) not in cards:
        raise CatalogError(
            f"Expected a model out of {', '.join(cards)}, or a folder with one; got {str(name)!r}."
        )
    return cards[str(name)]


def load_model(name: str | Path, device: str = "cpu") -> "Classifier":
    """The network of a model id or folder in evaluation mode, ``model.rnn`` as torch made it.

    Raises:
        CatalogError: unknown, or its weights are not those of the card.
        DeviceError: there is no such device.
    """
    card = find_card(name)
    return _load(card, "model.safetensors", card.digest, device)


def _load(card: Card, file: str, digest: str, device: str) -> "Classifier":
    from medrnn.models.checkpoints import load_weights
    from medrnn.models.devices import find_device, memory_guard
    from medrnn.models.networks import build_network

    target = find_device(device)
    model = build_network(card.config.model, card.config.reading)
    load_weights(model, card.folder / file, digest)
    with memory_guard():
        return model.to(target).eval().requires_grad_(False)


def load_seeds(card: Card, device: str = "cpu") -> "list[Classifier]":
    """The networks of the same recipe under further seeds, in evaluation mode; none where no such weights are kept.

    Raises:
        CatalogError: weights are not those of the card.
        DeviceError: there is no such device.
    """
    return [_load(card, name, digest, device) for name, digest in list(weight_files(card).items())[1:]]


def load_novelty(card: Card) -> "NoveltyModel | None":
    """The model's picture of its own training data, where it has one.

    Raises:
        CatalogError: it is not the one of the card, or is damaged.
    """
    from medrnn.models.novelty import load_novelty as load

    path = card.folder / "novelty.safetensors"
    return load(path, card.novelty, card.whole.size) if os.path.lexists(path) else None
