"""A convolutional network beside the recurrent ones: the same stem, only longer, and nothing that reads."""

from torch import Tensor

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.models.cells import Recurrent
from medrnn.models.classifier import Classifier


class ConvolutionalClassifier(Classifier):
    """A stem and a read-out over its map. It has no steps, no states and no gates."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None = None) -> None:
        super().__init__(config, reading)
        self._finish(config.stem[-1])

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        return self.answer(self.pool(self.encoder(sequences).flatten(1, 2)))

    def prefix_logits(self, sequences: Tensor) -> None:
        """None: the whole image is seen at once."""
        return

    def recurrent(self) -> dict[str, Recurrent]:
        """None at all."""
        return {}
