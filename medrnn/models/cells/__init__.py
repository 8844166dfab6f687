"""The recurrent cells, one record each, in display order.

To add one: a file with its ``CELL`` and a line here; its title stands in ``config.CELLS``, which knows no torch.
A module that torch does not have is one more member of ``Recurrent``.
"""

from medrnn.models.cells import gru, lstm, peephole, rnn
from medrnn.models.cells.cell import Arrays, Cell, Recurrent, Weights
from medrnn.models.cells.loop import run_layer

__all__ = ["CELLS", "MODULES", "Arrays", "Cell", "Recurrent", "Weights", "find_cell", "run_layer"]

CELLS: dict[str, Cell] = {"rnn": rnn.CELL, "lstm": lstm.CELL, "gru": gru.CELL, "peephole": peephole.CELL}
_BY_MODE = {cell.mode: cell for cell in (*CELLS.values(), rnn.RELU)}
MODULES = tuple(cell.module for cell in CELLS.values())


def find_cell(mode: str) -> Cell:
    """The record of a module's ``mode``: of one of ``CELLS``, or of torch's RNN with a ReLU, which is only traced."""
    return _BY_MODE[mode]
