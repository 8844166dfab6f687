"""Two streams: one recurrent network reads the rows, one the columns, and the head sees what both kept."""

import torch
from torch import Tensor

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.models.cells import Recurrent
from medrnn.models.classifier import Classifier, make_recurrent, own_last, states_of
from medrnn.models.encoders import to_images


class StreamClassifier(Classifier):
    """``rows`` reads line by line from the top, ``columns`` from the left; of pixels, or of a stem's map."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None = None) -> None:
        super().__init__(config, reading)
        planes = config.stem[-1] if config.stem else self.reading.planes
        down, across = (side // config.stride for side in self.reading.size)
        self.rows = make_recurrent(config, across * planes, config.layers)
        self.columns = make_recurrent(config, down * planes, config.layers)
        self._finish(2 * states_of(config))

    def encode(self, sequences: Tensor) -> tuple[Tensor, Tensor]:
        """What either stream reads, each (batch, step, feature)."""
        is_bare = self.config.encoder == "none"
        image = to_images(sequences, self.reading) if is_bare else self.encoder(sequences)
        return image.flatten(2), image.transpose(1, 2).flatten(2)

    def _read(self, rows: Tensor, columns: Tensor) -> Tensor:
        """What the head sees of both streams."""
        found = self.rows(rows)[0], self.columns(columns)[0]
        if self.config.readout == "last":
            return torch.cat([own_last(outputs, self.config.width) for outputs in found], -1)
        if self.config.readout == "mean+max":
            return torch.cat([self.pool(outputs) for outputs in found], -1)
        return self.pool(torch.cat([_as_long(outputs, found) for outputs in found], -1))

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        return self.answer(self._read(*self.encode(sequences)))

    def prefix_logits(self, sequences: Tensor) -> Tensor:
        """One pass a step; the shorter stream stays at its end."""
        rows, columns = self.encode(sequences)
        ends = range(1, max(rows.shape[1], columns.shape[1]) + 1)
        return torch.stack([self.answer(self._read(rows[:, :t], columns[:, :t])) for t in ends], 1)

    def recurrent(self) -> dict[str, Recurrent]:
        """The rows' network, then the columns'."""
        return {"rows": self.rows, "columns": self.columns}


def _as_long(outputs: Tensor, both: tuple[Tensor, ...]) -> Tensor:
    """The states of a stream, its last repeated where the other one has more steps."""
    most = max(one.shape[1] for one in both)
    places = torch.arange(most, device=outputs.device).clamp(max=outputs.shape[1] - 1)
    return outputs[:, places]
