"""What a cell is: one frozen record with everything that the rest of the code has to know of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor, nn

from medrnn.models.cells.peephole_module import PeepholeLSTM

Recurrent = nn.RNN | nn.LSTM | nn.GRU | PeepholeLSTM
"""A recurrent module: torch's own or one of ours. All are built and called alike and say their sizes alike."""

Weights = dict[str, Tensor]
"""The weights of one layer and direction by their name without its layer, such as "weight_ih"."""

Arrays = dict[str, Tensor]
"""Gates and states by their symbol."""

Step = Callable[[Tensor, Arrays, Weights], Arrays]
Batched = Callable[[Weights, Tensor, Tensor, Arrays], Arrays]
Jacobian = Callable[[Arrays, Arrays, Weights], Arrays]

GATE = (0.0, 1.0)
SIGNED = (-1.0, 1.0)
LONG_MEMORY = (-100.0, 100.0)  # C has no bounds: it grows by up to 1 a step. What a person may hold it at
TORCH_WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@dataclass(frozen=True)
class Keeping:
    """The gate that says which share of its memory a unit keeps at a step.

    Attributes:
        symbol: of the gate.
        is_reverse: True where the gate is the share that is made new, so that ``1 - gate`` is kept.
    """

    symbol: str
    is_reverse: bool = False

    @property
    def formula(self) -> str:
        """The share that is kept, as people write it."""
        return f"1 - {self.symbol}" if self.is_reverse else self.symbol

    def share(self, gate: np.ndarray) -> np.ndarray:
        """What is kept at each step, from 0 to 1, of any shape."""
        return 1 - gate if self.is_reverse else gate


@dataclass(frozen=True, eq=False)
class Cell:
    """A recurrent cell: its module, its symbols, and its equations in the three forms that are needed.

    Attributes:
        name: its key in ``CELLS`` and in ``ModelConfig.cell``.
        module: the class that runs it, built and called like ``nn.RNNBase``.
        mode: what ``module.mode`` says.
        layout: name of each weight of one layer to the gates in the order of its rows, a unit a row.
        ranges: symbol of each gate and state to its (lowest, highest) value, in display order.
        memory: the states that one step hands to the next; the first is what the layer shows.
        step: one step of the written-out equations: x (..., feature), the states before it by symbol, the weights;
            gives every gate and state (..., unit).
        batched: the same over all steps at once, given the states ``h`` of a run: weights, x and h
            (step, batch, ...) in the order in which they are read, and the states before the first step by symbol,
            each (batch, unit), none for zeros; gives every gate and state (step, batch, unit). Its ``h`` follows from
            its gates, so that it can be compared with the ``h`` given.
        jacobian: of one step in closed form: gates and states of the step, states before it, weights. "hh" is
            dh/dh_before (unit, unit), with a second state also "hC", "Ch" and "CC".
        example: gate or state and the value at which every step forgets everything, for the first what-if.
        candidate: what a step would write, a member of the rows: the one through which the input's signal goes, where
            gates only let it pass.
        fused: torch's function for one layer, or None where the module itself is run.
        keeps: the gate that keeps; None where there is none.
        holding: gates and their values at which ``C`` stays as it is; empty where there is no ``C``.
        scaled: the gate on the recurrent part of the sum inside the candidate; empty for none.
        turned: gates that the trace shows as 1 less what the rows of the weights compute.
        starts_open: the gate whose bias begins at 1 in a good initialisation; empty for none.
        options: what ``module`` takes besides sizes.
        note: what a reader should know of its symbols; empty for nothing.
    """

    name: str
    module: type[Recurrent]
    mode: str
    layout: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, tuple[float, float]]
    memory: tuple[str, ...]
    step: Step
    batched: Batched
    jacobian: Jacobian
    example: tuple[str, float]
    candidate: str
    fused: Callable[..., Any] | None = None
    keeps: Keeping | None = None
    holding: Mapping[str, float] = field(default_factory=dict)
    scaled: str = ""
    turned: frozenset[str] = frozenset()
    starts_open: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        """The gates in the order of the rows of the recurrent weights."""
        return self.layout["weight_hh"]

    @property
    def is_bounded(self) -> bool:
        """True where the state that is shown stays within finite bounds."""
        return bool(np.isfinite(self.ranges[self.memory[0]]).all())


def torch_layout(*gates: str) -> dict[str, tuple[str, ...]]:
    """The layout of torch's own cells: every weight has all gates."""
    return dict.fromkeys(TORCH_WEIGHTS, gates)
