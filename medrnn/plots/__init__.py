"""Pure plots: a record in, a ``go.Figure`` out. No session, no ``show``."""

from importlib import import_module

from medrnn.plots.along import along_series, slice_answers
from medrnn.plots.answers import answer_rows
from medrnn.plots.compare import agreement_matrix, difference_maps, movements
from medrnn.plots.curves import run_curves
from medrnn.plots.data import class_counts, class_counts_alt
from medrnn.plots.evidence import perturbation_curve, randomised_ranks, step_shares
from medrnn.plots.interventions import effect_bars, effect_curves, order_bars, shift_curves, state_change
from medrnn.plots.layout import enlarge, stamp
from medrnn.plots.maps import state_map, unit_atlas
from medrnn.plots.network import layer_name, network, network_alt
from medrnn.plots.outcome import confusion_matrix, precision_recall_point, reliability_diagram, roc_point
from medrnn.plots.retention import half_lives, saturation_scatter
from medrnn.plots.sets import accuracy_costs, roc_curves
from medrnn.plots.standalone import library, to_html
from medrnn.plots.steps import name_steps
from medrnn.plots.table import figure_table
from medrnn.plots.training import by_batches, cross_validated, learning_rate
from medrnn.plots.uncertain import answers_again
from medrnn.plots.units import activity, labels_over_steps, probe_accuracy, trajectories
from medrnn.plots.weights import fixed_points, spectrum, weight_norms

import_module(
    "pandas"
)  # plotly asks for it where it is loaded, even while another thread is still loading it

__all__ = [
    "accuracy_costs",
    "activity",
    "agreement_matrix",
    "along_series",
    "answer_rows",
    "answers_again",
    "by_batches",
    "class_counts",
    "class_counts_alt",
    "confusion_matrix",
    "cross_validated",
    "difference_maps",
    "effect_bars",
    "effect_curves",
    "enlarge",
    "figure_table",
    "fixed_points",
    "half_lives",
    "labels_over_steps",
    "layer_name",
    "learning_rate",
    "library",
    "movements",
    "name_steps",
    "network",
    "network_alt",
    "order_bars",
    "perturbation_curve",
    "precision_recall_point",
    "probe_accuracy",
    "randomised_ranks",
    "reliability_diagram",
    "roc_curves",
    "roc_point",
    "run_curves",
    "saturation_scatter",
    "shift_curves",
    "slice_answers",
    "spectrum",
    "stamp",
    "state_change",
    "state_map",
    "step_shares",
    "to_html",
    "trajectories",
    "unit_atlas",
    "weight_norms",
]
