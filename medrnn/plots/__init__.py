"""Pure plots: a record in, a ``go.Figure`` out. No session, no ``show``."""

from medrnn.plots.answers import answer_bars
from medrnn.plots.curves import run_curves

__all__ = ["answer_bars", "run_curves"]
