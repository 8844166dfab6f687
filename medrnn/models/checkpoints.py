"""Weights on disk: safetensors, named by their SHA-256."""

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from medrnn.errors import CatalogError
from medrnn.models.classifier import RecurrentClassifier


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_weights(model: RecurrentClassifier, path: Path) -> str:
    """Write the weights and return their digest."""
    save_file({name: weight.detach().cpu().contiguous() for name, weight in model.state_dict().items()}, path)
    return digest(path)


def load_weights(model: RecurrentClassifier, path: Path, expected: str) -> None:
    """Fill the model from a file that its card names.

    Raises:
        CatalogError: the file is missing, is not the one of the card, or does not fit the model.
    """
    if not path.is_file():
        raise CatalogError(
            f"Expected weights in {path.name} beside the card; the file is missing. Train the model again."
        )
    if digest(path) != expected:
        raise CatalogError(
            "The weights are not the ones that the card describes (SHA-256 differs). Train the model again."
        )
    try:
        model.load_state_dict(load_file(path))
    except (RuntimeError, SafetensorError):
        raise CatalogError(
            "The weights do not fit the model that the card describes. Train the model again."
        ) from None
