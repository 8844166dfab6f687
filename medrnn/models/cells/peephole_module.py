"""An LSTM with peepholes as a module, built and called like ``torch.nn.LSTM``; torch has none of its own."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
PEEPHOLES = ("i", "f", "o")


class PeepholeLSTM(nn.Module):
    """Gates that also see the cell state (Gers and Schmidhuber 2000): ``i`` and ``f`` that before, ``o`` that after.

    Weights have the names, shapes and order of rows (i, f, g, o) of ``torch.nn.LSTM``; each layer and direction has
    ``weight_ch_l0`` (3 unit,) more, the peepholes of i, f and o. The loop over the steps is written in Python: about
    as fast as ``nn.LSTMCell`` in a loop, slower than the fused ``nn.LSTM``.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype: see ``nn.LSTM``.
    """

    mode = "PEEPHOLE"
    proj_size = 0

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = (
            bias,
            batch_first,
            dropout,
            bidirectional,
        )
        for suffix, size in self._places():
            shapes: dict[str, tuple[int, ...]] = {
                "weight_ih": (4 * hidden_size, size),
                "weight_hh": (4 * hidden_size, hidden_size),
            }
            if bias:
                shapes |= {"bias_ih": (4 * hidden_size,), "bias_hh": (4 * hidden_size,)}
            shapes["weight_ch"] = (len(PEEPHOLES) * hidden_size,)
            for name, shape in shapes.items():
                weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
                self.register_parameter(name + suffix, weight)
        self.reset_parameters()

    def _places(self) -> Iterator[tuple[str, int]]:
        """The end of the weights' names and the input size of each layer and direction, in the order of reading."""
        size = self.input_size
        for layer in range(self.num_layers):
            for way in ("", "_reverse")[: 1 + self.bidirectional]:
                yield f"_l{layer}{way}", size
            size = self.hidden_size * (1 + self.bidirectional)

    def reset_parameters(self) -> None:
        """Even draws within 1 / sqrt(unit), as in ``nn.LSTM``."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: there is no fused code that asks for weights in one piece."""

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read a batch, or one sequence without a batch axis.

        Args:
            x: (step, batch, feature), (batch, step, feature) with ``batch_first``, or (step, feature).
            state: ``h`` and ``C`` before the first step, each (layer x direction, batch, unit), without the batch
                axis where ``x`` has none; zeros by default.

        Returns:
            The last layer's ``h`` in the axes of ``x``, and ``h`` and ``C`` after the last step, as ``state``.
        """
        if not isinstance(x, Tensor) or x.ndim not in (2, 3):
            raise TypeError(
                f"Expected a tensor of 2 or 3 axes, got {type(x).__name__}. Pad instead of packing."
            )
        is_single, is_turned = x.ndim == 2, self.batch_first and x.ndim == 3
        level = x[:, None] if is_single else x.transpose(0, 1) if is_turned else x
        if state is not None and is_single:
            state = (state[0][:, None], state[1][:, None])
        output, (h, cell) = self._read_layers(level, state)
        if is_single:
            return output[:, 0], (h[:, 0], cell[:, 0])
        return output.transpose(0, 1) if is_turned else output, (h, cell)

    def _read_layers(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """The same for x (step, batch, feature)."""
        ways, last = 1 + self.bidirectional, []
        zero = x.new_zeros(x.shape[1], self.hidden_size)
        for layer in range(self.num_layers):
            outputs = []
            for way, ending in enumerate(("", "_reverse")[:ways]):
                place = layer * ways + way
                start = (zero, zero) if state is None else (state[0][place], state[1][place])
                read = x.flip(0) if way else x
                output, end = self._read(read, start, f"_l{layer}{ending}")
                outputs.append(output.flip(0) if way else output)
                last.append(end)
            x = torch.cat(outputs, -1)
            if layer < self.num_layers - 1:
                x = nn.functional.dropout(x, self.dropout, self.training)
        return x, (torch.stack([h for h, _ in last]), torch.stack([cell for _, cell in last]))

    def _read(self, x: Tensor, state: State, suffix: str) -> tuple[Tensor, State]:
        """One layer and direction: its ``h`` (step, batch, unit), and ``h`` and ``C`` (batch, unit) at the end."""
        names = ("weight_ih", "weight_hh", "weight_ch")
        weight_ih, weight_hh, weight_ch = (getattr(self, name + suffix) for name in names)
        see_i, see_f, see_o = weight_ch.chunk(3)
        bias = getattr(self, "bias_ih" + suffix) + getattr(self, "bias_hh" + suffix) if self.bias else None
        h, cell = state
        kept = []
        for row in nn.functional.linear(x, weight_ih, bias):
            i, f, g, o = torch.addmm(row, h, weight_hh.T).chunk(4, -1)
            cell = (f + see_f * cell).sigmoid() * cell + (i + see_i * cell).sigmoid() * g.tanh()
            h = (o + see_o * cell).sigmoid() * cell.tanh()
            kept.append(h)
        return torch.stack(kept), (h, cell)
