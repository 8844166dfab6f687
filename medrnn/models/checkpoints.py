"""Weights on disk: safetensors, named by their SHA-256."""

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from medrnn import disk
from medrnn.errors import CatalogError
from medrnn.models.catalog import HEADER_BYTES
from medrnn.models.classifier import Classifier


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_weights(model: Classifier, path: Path) -> str:
    """Write the weights and return their digest.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    weights = {name: weight.detach().cpu().contiguous() for name, weight in model.state_dict().items()}
    return disk.write_named(path, save(weights), "the weights")


def load_weights(model: Classifier, path: Path, expected: str) -> None:
    """Fill the model from a file that its card names.

    Args:
        model: filled in place, on the device where it lies.
        path: the safetensors file.
        expected: its SHA-256, hexadecimal, as the card names it.

    Raises:
        CatalogError: the file is missing, larger than the model, not the one of the card, does not fit the model, or
            holds values that are no numbers.
    """
    most = HEADER_BYTES + sum(weight.nbytes for weight in model.state_dict().values())
    data = disk.read_named(path, most, expected, "The weights")
    try:
        weights = load(data)
        if {w.dtype for w in weights.values()} != {w.dtype for w in model.state_dict().values()}:
            raise ValueError
        model.load_state_dict(weights)
    except (RuntimeError, SafetensorError, ValueError, KeyError, TypeError):
        raise CatalogError(
            "The weights do not fit the model that the card describes. Train the model again."
        ) from None
    if not all(torch.isfinite(weight).all() for weight in weights.values()):
        raise CatalogError("The weights hold values that are no finite numbers. Train the model again.")
