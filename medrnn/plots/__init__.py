"""Pure plots: a record in, a ``go.Figure`` out. No session, no ``show``."""

from medrnn.plots.answers import answer_bars
from medrnn.plots.curves import run_curves
from medrnn.plots.interventions import effect_bars, effect_curves, order_bars, shift_curves, state_change
from medrnn.plots.table import figure_table
from medrnn.plots.units import activity, labels_over_steps, probe_accuracy, trajectories

__all__ = [
    "activity",
    "answer_bars",
    "effect_bars",
    "effect_curves",
    "figure_table",
    "labels_over_steps",
    "order_bars",
    "probe_accuracy",
    "run_curves",
    "shift_curves",
    "state_change",
    "trajectories",
]
