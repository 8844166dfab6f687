"""Frozen settings of a reading, a network and a training run, with checks, to and from plain dicts."""

from pathlib import Path

from medrnn.config.augmentation import MIRRORS, Strength
from medrnn.config.network import CELLS, CORES, ENCODERS, INITS, MASKS, MOST_CLASSES, READOUTS, ModelConfig
from medrnn.config.reading import CHANNELS, DIRECTIONS, ORDERS, PATCHED, ReadingConfig
from medrnn.config.training import (
    AUGMENTS,
    AVERAGES,
    CLASS_WEIGHTS,
    CUTS,
    KEEPS,
    OPTIMIZERS,
    PRECISIONS,
    SAMPLERS,
    SCHEDULES,
    TrainConfig,
)

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
DISCLAIMER = "Research and teaching only, not for diagnosis"

__all__ = [
    "ASSETS",
    "AUGMENTS",
    "AVERAGES",
    "CELLS",
    "CHANNELS",
    "CLASS_WEIGHTS",
    "CORES",
    "CUTS",
    "DIRECTIONS",
    "DISCLAIMER",
    "ENCODERS",
    "INITS",
    "KEEPS",
    "MASKS",
    "MIRRORS",
    "MOST_CLASSES",
    "OPTIMIZERS",
    "ORDERS",
    "PATCHED",
    "PRECISIONS",
    "READOUTS",
    "ROOT",
    "SAMPLERS",
    "SCHEDULES",
    "ModelConfig",
    "ReadingConfig",
    "Strength",
    "TrainConfig",
]
