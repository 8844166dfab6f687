"""Weights from elsewhere become a model."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from medrnn.commands.common import show
from medrnn.errors import ConfigError

if TYPE_CHECKING:
    from medrnn.config import ReadingConfig, TrainConfig
    from medrnn.models.adopt.recognise import Found


def adopt(args: argparse.Namespace) -> int:
    """Weights from elsewhere (safetensors only) as a model in a folder: what no tensor tells is asked for."""
    from medrnn import disk
    from medrnn.models.adopt.header import MOST_BYTES, refuse_other_files
    from medrnn.training.adopted import Asked, adopt_own, examine
    from medrnn.training.adopted import adopt as make

    path = Path(args.weights)
    try:
        refuse_other_files(path.open("rb").read(64))  # before the whole is read
        data = disk.read_bytes(path.resolve(), MOST_BYTES)
    except OSError as error:
        raise ConfigError(
            f"adopt: expected a file of weights, {path.name!r} cannot be read: {disk.reason_of(error)}."
        ) from None
    classes = tuple(args.classes.split(","))
    if args.settings:
        card = adopt_own(data, _settings(Path(args.settings)), classes, Path(args.out))
    else:
        found = examine(data)
        reading = _reading(args, found)
        asked = Asked(classes, reading, args.readout, args.nonlinearity, args.mean, args.std)
        card = make(data, asked, Path(args.out))
    show(
        {
            "out": args.out,
            "network": card.config.model.title,
            "reading": card.reading,
            "classes": list(card.classes),
            "parameters": card.parameters,
            "digest": card.digest,
            "measured": card.is_measured,
        },
        args.json,
    )
    return 0


def _settings(path: Path) -> "TrainConfig":
    """Of a card the settings inside."""
    from typing import Any

    from medrnn import disk
    from medrnn.config import TrainConfig
    from medrnn.errors import CatalogError

    try:
        found = disk.read_json(path.resolve(), dict[str, Any])
    except (FileNotFoundError, CatalogError):
        raise ConfigError(
            f"adopt: expected settings or a card as JSON in {path.name!r}, it cannot be read."
        ) from None
    return TrainConfig.from_dict(found.get("config", found))


def _reading(args: argparse.Namespace, found: "Found") -> "ReadingConfig":
    """As asked; without a size a square as wide as a step of rows or columns is long."""
    from medrnn.config import ReadingConfig

    channels = "rgb" if args.colour else "grey"
    side = found.features // (3 if args.colour else 1)
    if not args.size and args.reading in ("raster", "snake"):
        raise ConfigError(
            "adopt: the size of an image read by patches stands in no weight, expected --size ROWS COLUMNS."
        )
    return ReadingConfig(args.reading, args.direction, tuple(args.size or (side, side)), args.patch, channels)
