"""A recurrent classifier: the module of one cell, a read-out, a linear head."""

import torch
from torch import Tensor, nn

from medrnn.config import ModelConfig
from medrnn.models.cells import CELLS, Cell, Recurrent


class RecurrentClassifier(nn.Module):
    """Reads a sequence and answers with one logit a class.

    ``rnn`` is the cell's module (torch's own for RNN, LSTM and GRU), untouched, so that it can be traced and compared
    with the equations.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        cell = CELLS[config.cell]
        self.rnn: Recurrent = cell.module(
            config.features,
            config.width,
            config.layers,
            batch_first=True,
            bidirectional=config.is_bidirectional,
            dropout=config.dropout if config.layers > 1 else 0.0,
            **cell.options,
        )
        states = config.width * (2 if config.is_bidirectional else 1)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(states * (2 if config.readout == "mean+max" else 1), config.classes)
        if config.init == "good":
            initialize(self.rnn, cell)

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        outputs, _ = self.rnn(sequences)
        logits: Tensor = self.head(self.dropout(self.read_out(outputs)))
        return logits

    def read_out(self, outputs: Tensor) -> Tensor:
        """What the head sees of the last layer's states (batch, step, unit x direction)."""
        if self.config.readout == "mean+max":
            return torch.cat([outputs.mean(1), outputs.amax(1)], -1)
        width = self.config.width
        return torch.cat(
            [outputs[:, -1, :width], outputs[:, 0, width:]], -1
        )  # each direction's own last step

    def prefix_logits(self, sequences: Tensor) -> Tensor:
        """The answer to every prefix: what the model says when the image ends after step t.

        Args:
            sequences: (batch, step, feature).

        Returns:
            (batch, step, class); the last step equals ``forward``. One pass where the network only looks
            back, one pass a step where it is bidirectional.
        """
        if self.config.is_bidirectional:
            return torch.stack([self(sequences[:, : t + 1]) for t in range(sequences.shape[1])], 1)
        outputs, _ = self.rnn(sequences)
        if self.config.readout == "mean+max":
            count = torch.arange(1, outputs.shape[1] + 1, device=outputs.device)[:, None]
            outputs = torch.cat([outputs.cumsum(1) / count, outputs.cummax(1).values], -1)
        logits: Tensor = self.head(self.dropout(outputs))
        return logits


def initialize(rnn: Recurrent, cell: Cell) -> None:
    """Orthogonal recurrent weights a gate, Glorot input weights, all else zero, forget bias 1.

    The forget bias goes into one of torch's two bias vectors only, so that their sum is 1
    (Jozefowicz et al. 2015; Saxe et al. 2014).
    """
    width = rnn.hidden_size
    for name, weight in rnn.named_parameters():
        if name.startswith("weight_hh"):
            for gate in weight.data.split(width):
                nn.init.orthogonal_(gate)
        elif name.startswith("weight_ih"):
            for gate in weight.data.split(width):
                nn.init.xavier_uniform_(gate)
        else:
            nn.init.zeros_(weight)
            if cell.starts_open and name.startswith("bias_ih"):
                nn.init.ones_(weight.data.split(width)[cell.rows.index(cell.starts_open)])
