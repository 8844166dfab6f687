"""The networks by what reads, and how one is built."""

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


def build_network(config: ModelConfig, reading: ReadingConfig) -> Classifier:
    """A new network, its weights drawn from torch's generator.

    Raises:
        ConfigError: the network and the reading do not go together.
    """
    return NETWORKS[config.core](config, reading)
