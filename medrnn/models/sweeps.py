"""2-D sweeps after ReNet (Visin et al. 2015): a network reads along every row of a map, the next along every column.

After one pair each place knows of its whole row, and through it of every place of the image.
"""

from typing import cast

import torch
from torch import Tensor, nn

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.models.cells import Recurrent
from medrnn.models.classifier import Classifier, make_recurrent, states_of
from medrnn.models.encoders import to_images, to_map


def along_rows(rnn: Recurrent, values: Tensor) -> Tensor:
    """Read every row of a map (batch, row, column, channel) from the left: the rows are the batch."""
    batch, rows, columns, channels = values.shape
    outputs, _ = rnn(values.reshape(batch * rows, columns, channels))
    states: Tensor = outputs.reshape(batch, rows, columns, -1)
    return states


def along_columns(rnn: Recurrent, values: Tensor) -> Tensor:
    """Read every column of a map from the top: the columns are the batch."""
    return along_rows(rnn, values.transpose(1, 2)).transpose(1, 2)


class Sweep(nn.Module):
    """One pair: ``rows`` reads along the rows, ``columns`` along the columns of what came out."""

    def __init__(self, config: ModelConfig, channels: int) -> None:
        super().__init__()
        self.rows = make_recurrent(config, channels)
        self.columns = make_recurrent(config, states_of(config))

    def forward(self, values: Tensor) -> Tensor:
        """(batch, row, column, channel) to (batch, row, column, unit x direction)."""
        return along_columns(self.columns, along_rows(self.rows, values))


class SweepClassifier(Classifier):
    """Pairs of sweeps over pixels, patches or a stem's map; the head sees mean and maximum, or a weighted mean."""

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None = None) -> None:
        super().__init__(config, reading)
        channels = [self._channels()] + [states_of(config)] * (config.layers - 1)
        self.sweeps = nn.ModuleList(Sweep(config, count) for count in channels)
        self._finish(states_of(config))

    def _channels(self) -> int:
        if self.config.encoder == "stem":
            return self.config.stem[-1]
        if self.config.encoder != "none":
            return self.config.encoded
        return self.reading.features if self.reading.is_patched else self.reading.planes

    def encode(self, sequences: Tensor) -> Tensor:
        """The map that the first sweep reads, (batch, row, column, channel)."""
        found: Tensor = self.encoder(sequences)
        if self.config.encoder == "stem":
            return found
        return to_map(found, self.reading) if self.reading.is_patched else to_images(found, self.reading)

    def _before_last(self, sequences: Tensor) -> Tensor:
        """The map that the last sweep reads."""
        values = self.encode(sequences)
        for sweep in self.sweeps[:-1]:
            values = self.dropout(sweep(values))
        return along_rows(self.sweeps[-1].rows, values)  # type: ignore[arg-type]

    @property
    def last(self) -> Recurrent:
        """The network of the last sweep, along the columns."""
        found: Recurrent = self.sweeps[-1].columns  # type: ignore[assignment]
        return found

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        states = along_columns(self.last, self._before_last(sequences))
        return self.answer(self.pool(states.flatten(1, 2)))

    def prefix_logits(self, sequences: Tensor) -> Tensor:
        """After each row of the last sweep: one pass where it runs downward only, else one pass a row."""
        values = self._before_last(sequences)
        rows, columns = values.shape[1:3]
        if self.config.is_bidirectional:
            some = (along_columns(self.last, values[:, :t]) for t in range(1, rows + 1))
            return torch.stack([self.answer(self.pool(states.flatten(1, 2))) for states in some], 1)
        states = along_columns(self.last, values).flatten(1, 2)
        return self.answer(self.pool_prefixes(states)[:, columns - 1 :: columns])

    def recurrent(self) -> dict[str, Recurrent]:
        """Both networks of each pair."""
        named: dict[str, Recurrent] = {}
        for k, sweep in enumerate(cast(list[Sweep], self.sweeps)):
            named |= {f"sweeps.{k}.rows": sweep.rows, f"sweeps.{k}.columns": sweep.columns}
        return named
