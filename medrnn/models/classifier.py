"""What all networks share, and the first of them: encoder, layers over one sequence, read-out, linear head."""

import copy
from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.config.network import check_network
from medrnn.models import encoders
from medrnn.models.cells import CELLS, Cell, Recurrent
from medrnn.models.readouts import Attention, mean_max, mean_max_prefixes, width_of
from medrnn.models.same_mask import run_with_same_mask

ANY = ReadingConfig()
TOGETHER = 64  # prefixes of a long sequence that are run at once


class Classifier(nn.Module):
    """Reads the steps of an image and answers with one logit a class.

    Whatever it is made of, it is given the steps of its reading: (batch, step, feature). A network over the image puts
    them back into place first. So every picture of what went in has one shape.

    Attributes:
        config: what it is made of.
        reading: what it reads.
    """

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None = None) -> None:
        super().__init__()
        self.config = config
        self.reading = reading or ANY
        if reading or config.encoder != "none" or config.core != "stack":
            check_network(config, self.reading)
        self.encoder = encoders.MAKERS[config.encoder](config, self.reading)

    def as_read(self, reading: ReadingConfig) -> Self:
        """The same network, with the same weights, for a series of fewer slices (``Card.as_read``)."""
        if reading == self.reading:
            return self
        found = copy.copy(self)
        found.reading = reading
        return found

    def _finish(self, states: int) -> None:
        """Read-out and head, for so many states at a place; the last parts, so that seeds give what they gave."""
        self.dropout = nn.Dropout(self.config.dropout)
        if self.config.readout == "attention":
            self.attention = Attention(states)
        self.head = nn.Linear(width_of(self.config.readout, states), self.config.classes)

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        raise NotImplementedError

    def prefix_logits(self, sequences: Tensor) -> Tensor | None:
        """The answer to every prefix: what the model says when reading ends after step t.

        What a prefix is, each kind of network says for itself:

        - Layers over one sequence: the image ends after step t. Behind a stem a step is a row (or column) of its map,
          and the stem has looked a few pixels further (``networks.describe``: the receptive field).
        - Two streams: rows and columns end after step t, each in its own direction.
        - Sweeps: the last sweep runs along the columns, and ends after row t of its map. Sweeps before it have seen
          all of the row they were in; where there is more than one pair, all of the image.
        - A convolutional network: it has none, its layers see the whole image at once.

        Args:
            sequences: (batch, step, feature).

        Returns:
            (batch, step, class); the last step equals ``forward``. None for a convolutional network.
        """
        raise NotImplementedError

    def recurrent(self) -> dict[str, Recurrent]:
        """Every recurrent module inside by its name, in the order in which they read."""
        raise NotImplementedError

    def pool(self, outputs: Tensor, is_there: Tensor | None = None) -> Tensor:
        """What the head sees of states (batch, place, state), for a read-out that takes all places alike.

        Args:
            outputs: the states.
            is_there: (batch, place) bool, which places count; None for all.
        """
        if self.config.readout == "attention":
            pooled: Tensor = self.attention(outputs, is_there)
            return pooled
        return mean_max(outputs, is_there)

    def pool_prefixes(self, outputs: Tensor) -> Tensor:
        """``pool`` of the places up to each one, (batch, place, ...)."""
        if self.config.readout == "attention":
            return self.attention.prefixes(outputs)
        return mean_max_prefixes(outputs)

    def answer(self, pooled: Tensor) -> Tensor:
        """Logits of what was read out."""
        logits: Tensor = self.head(self.dropout(pooled))
        return logits


def make_recurrent(config: ModelConfig, features: int, layers: int = 1) -> Recurrent:
    """The module of the configuration's cell, begun as it says."""
    cell = CELLS[config.cell]
    rnn: Recurrent = cell.module(
        features,
        config.width,
        layers,
        batch_first=True,
        bidirectional=config.is_bidirectional,
        dropout=config.dropout if layers > 1 else 0.0,
        **cell.options,
    )
    if config.init == "good":
        initialize(rnn, cell)
    return rnn


def states_of(config: ModelConfig) -> int:
    """States of a layer at a place, both directions."""
    return config.width * (2 if config.is_bidirectional else 1)


def own_last(outputs: Tensor, width: int, lengths: Tensor | None = None) -> Tensor:
    """Each direction's own last step of (batch, step, unit x direction), of sequences of so many steps."""
    ends = -1 if lengths is None else lengths - 1
    ahead = outputs[torch.arange(len(outputs), device=outputs.device), ends, :width]
    return torch.cat([ahead, outputs[:, 0, width:]], -1)


class RecurrentClassifier(Classifier):
    """Layers of one cell over one sequence: the steps as they are, encoded, or the rows of a stem's map.

    ``rnn`` is the cell's module (torch's own for RNN, LSTM and GRU), untouched, so that it can be traced and compared
    with the equations.
    """

    def __init__(self, config: ModelConfig, reading: ReadingConfig | None = None) -> None:
        super().__init__(config, reading)
        self.rnn = make_recurrent(config, self._features(), config.layers)
        self._finish(states_of(config))

    def _features(self) -> int:
        """What a step of the network has: of a stem's map all channels along a line across the reading."""
        config, (rows, columns) = self.config, self.reading.size
        if config.encoder == "stem":
            across = columns if self.reading.order == "rows" else rows
            return across // config.stride * config.encoded_values
        return config.encoded_values

    def encode(self, sequences: Tensor) -> Tensor:
        """What the recurrent layers read, (batch, step, feature)."""
        found: Tensor = self.encoder(sequences)
        if self.config.encoder != "stem":
            return found
        if self.reading.order == "columns":
            found = found.transpose(1, 2)
        if self.reading.direction == "reverse":
            found = found.flip(1)
        return found.flatten(2)

    def forward(self, sequences: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Logits.

        Args:
            sequences: (batch, step, feature).
            lengths: (batch,) how many steps of each there are. What stands behind them is neither encoded nor read: the
                answer is that of the shorter sequence by itself. None where all have as many.

        Returns:
            (batch, class).
        """
        if lengths is not None:
            return self._masked(sequences, lengths)
        encoded, config = self.encode(sequences), self.config
        if self.training and config.mask == "same" and config.layers > 1 and config.dropout:
            outputs = run_with_same_mask(self.rnn, encoded, config.dropout)
        else:
            outputs, _ = self.rnn(encoded)
        return self.answer(self.read_out(outputs))

    def _masked(self, sequences: Tensor, lengths: Tensor) -> Tensor:
        """``forward`` of sequences of unlike lengths: packed, so that each direction begins at its own first step."""
        is_there = (
            torch.arange(sequences.shape[1], device=sequences.device) < lengths.to(sequences.device)[:, None]
        )
        each = self.encode(sequences[is_there][None])[0]
        encoded = each.new_zeros(*is_there.shape, each.shape[-1]).masked_scatter(is_there[..., None], each)
        packed = pack_padded_sequence(encoded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=len(is_there[0]))
        if self.config.readout == "last":
            return self.answer(own_last(outputs, self.config.width, lengths.to(outputs.device)))
        return self.answer(self.pool(outputs, is_there))

    def read_out(self, outputs: Tensor) -> Tensor:
        """What the head sees of the last layer's states (batch, step, unit x direction)."""
        return own_last(outputs, self.config.width) if self.config.readout == "last" else self.pool(outputs)

    def prefix_logits(self, sequences: Tensor) -> Tensor:
        """One pass where the network only looks back, one pass a step where it is bidirectional."""
        return self.prefixes_of(self.encode(sequences))

    def prefixes_of(self, encoded: Tensor) -> Tensor:
        """``prefix_logits`` of what ``encode`` gave."""
        if self.config.is_bidirectional:
            return torch.stack([self.answer(self.read_out(one)) for one in self._each_prefix(encoded)], 1)
        outputs, _ = self.rnn(encoded)
        return self.answer(outputs if self.config.readout == "last" else self.pool_prefixes(outputs))

    def _each_prefix(self, encoded: Tensor) -> Iterator[Tensor]:
        """The states of every prefix of (batch, step, feature), (batch, t, state) for t from 1 on.

        Of long sequences ``TOGETHER`` prefixes are run as one packed batch: as many steps, but so many at once.
        """
        steps = encoded.shape[1]
        is_plain = isinstance(self.rnn, nn.RNN | nn.LSTM | nn.GRU)
        together = TOGETHER if is_plain and steps > TOGETHER else 1
        for first in range(1, steps + 1, together):
            ends = torch.arange(first, min(first + together, steps + 1))
            if len(ends) == 1:
                yield self.rnn(encoded[:, :first])[0]
                continue
            most = int(ends[-1])
            some = encoded[:, None, :most].expand(-1, len(ends), -1, -1).flatten(0, 1)
            lengths = ends.repeat(len(encoded))
            packed = pack_padded_sequence(some, lengths, batch_first=True, enforce_sorted=False)
            outputs, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
            outputs = outputs.reshape(len(encoded), len(ends), most, -1)
            for k, end in enumerate(ends.tolist()):
                yield outputs[:, k, :end]

    def step_answers(self, sequences: Tensor) -> tuple[Tensor, Tensor] | None:
        """What the head says of each step's states alone, and how much of it counts.

        The read-out by attention is a weighted mean of the states and the head is linear, so the logits of the
        image are exactly the weighted mean of those of its steps (Ilse et al. 2018, with the head before the mean). In
        both directions a step's states know all other steps too.

        Args:
            sequences: (batch, step, feature).

        Returns:
            (batch, step, class) logits and (batch, step) weights, each row sums to 1; None for another read-out.
        """
        return self.steps_of(self.encode(sequences))

    def steps_of(self, encoded: Tensor) -> tuple[Tensor, Tensor] | None:
        """``step_answers`` of what ``encode`` gave."""
        if self.config.readout != "attention":
            return None
        outputs, _ = self.rnn(encoded)
        return self.answer(outputs), self.attention.weights(outputs)

    def recurrent(self) -> dict[str, Recurrent]:
        """The one network."""
        return {"rnn": self.rnn}


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
