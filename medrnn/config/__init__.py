"""Frozen settings of a reading, a network and a training run, with checks, to and from plain dicts."""

from pathlib import Path

from medrnn.config.network import CELLS, CORES, ENCODERS, INITS, READOUTS, ModelConfig
from medrnn.config.reading import CHANNELS, DIRECTIONS, ORDERS, PATCHED, ReadingConfig
from medrnn.config.training import AUGMENTS, AVERAGES, KEEPS, OPTIMIZERS, SCHEDULES, TrainConfig

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
DISCLAIMER = "Research and teaching only, not for diagnosis"

__all__ = [
    "ASSETS",
    "AUGMENTS",
    "AVERAGES",
    "CELLS",
    "CHANNELS",
    "CORES",
    "DIRECTIONS",
    "DISCLAIMER",
    "ENCODERS",
    "INITS",
    "KEEPS",
    "OPTIMIZERS",
    "ORDERS",
    "PATCHED",
    "READOUTS",
    "ROOT",
    "SCHEDULES",
    "ModelConfig",
    "ReadingConfig",
    "TrainConfig",
]
