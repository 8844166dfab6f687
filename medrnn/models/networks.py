"""The networks by what reads, and how one is built."""

import torch

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.models.classifier import Classifier, RecurrentClassifier
from medrnn.models.convolutional import ConvolutionalClassifier
from medrnn.models.streams import StreamClassifier
from medrnn.models.sweeps import SweepClassifier

NETWORKS: dict[str, type[Classifier]] = {
    "stack": RecurrentClassifier,
    "streams": StreamClassifier,
    "sweeps": SweepClassifier,
    "none": ConvolutionalClassifier,
}


def build_untrained(config: ModelConfig, reading: ReadingConfig | None, seed: int) -> Classifier:
    """A network as it is before its first step of training, in evaluation mode; torch's generator is left as found.

    Hold the lock of the device that draws (the CPU) where others may draw at the same time.

    Args:
        config: what it is made of, with its ``init``.
        reading: what it is for; None for layers over sequences of any length.
        seed: from which its weights are drawn.

    Raises:
        ConfigError: the network and the reading do not go together.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return NETWORKS[config.core](config, reading).eval().requires_grad_(False)


def build_network(config: ModelConfig, reading: ReadingConfig) -> Classifier:
    """A new network, its weights drawn from torch's generator.

    Raises:
        ConfigError: the network and the reading do not go together.
    """
    return NETWORKS[config.core](config, reading)
