"""The network by itself: weights of each gate, recurrent spectrum, fixed points for the line in view."""

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.explanation.memory.dynamics import FixedPoint, find_fixed_points, gate_weights
from medrnn.models.cells import CELLS
from medrnn.ui import cached, parts
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.long_work import is_agreed
from medrnn.ui.lab.scene import Scene


def _matrices(scene: Scene) -> None:
    layer, way = scene.layer, scene.direction
    module = scene.module
    found = scene.keep(
        "weights", scene.passage.name, layer, way, make=lambda: gate_weights(module, layer, way)
    )
    dark = parts.is_dark()
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**Weights of each gate of {scene.part}**")
        norms = {g.symbol: (g.input, g.recurrent, g.bias) for g in found}
        show(scene, plots.weight_norms(norms, dark=dark), "weights", "Norms of each gate's weights")
        st.caption(
            "How strongly each gate listens to what is read, to the state before, and how far it leans without either "
            "(Frobenius norms of the input and recurrent weights, Euclidean norm of the bias)."
        )
    with right:
        st.markdown("**Recurrent spectrum of each gate**")
        figure = plots.spectrum({g.symbol: g.eigenvalues for g in found}, dark=dark)
        show(scene, figure, "spectrum", "Eigenvalues of each gate's recurrent weights")
        radius = ", ".join(f"{g.symbol} {np.abs(g.eigenvalues).max():.2f}" for g in found)
        st.caption(
            f"Inside the circle a memory would fade from step to step, outside it would grow (eigenvalues of W_h). "
            f"Largest in size: {radius}."
        )
    for symbol in sorted(CELLS[scene.card.config.model.cell].turned):
        st.caption(f"{symbol} as torch stores it, which is 1 less the usual gate of the heat maps.")


def _find_points(scene: Scene) -> tuple[FixedPoint, ...]:
    trace, line = scene.trace, scene.trace.input[scene.step]
    if scene.layer:
        line = np.concatenate([trace.part(scene.layer - 1, way)["h"][scene.step] for way in trace.directions])
    with cached.device_lock(scene.device):
        return find_fixed_points(scene.module, trace, line, scene.layer, scene.direction)


def _say(points: tuple[FixedPoint, ...], scene: Scene) -> None:
    read = "read" if not scene.layer else "got from the layer below"
    if not points:
        st.info(
            f"No fixed point was found from {scene.part}'s states, if it {read} this step's input for ever."
        )
        return
    for k, point in enumerate(points, 1):
        size = np.abs(point.eigenvalues).max()
        kind = "stable" if point.is_stable else "unstable"
        fade = (
            f"; a disturbance halves in {-np.log(2) / np.log(size):.3g} steps at the slowest"
            if size < 1
            else ""
        )
        st.markdown(f"{k}. **{kind}**, largest eigenvalue {size:.3f} in size{fade}.")


def _dynamics(scene: Scene) -> None:
    what = f"the {scene.line} of step {scene.step + 1}"
    if scene.layer:
        what = f"what layer {scene.layer} showed at step {scene.step + 1}"
    st.markdown(f"**Where {scene.part} would come to rest if it read {what} for ever**")
    size = 2 * len(scene.trace.part(scene.layer, scene.direction)["h"][0])  # of the Jacobian, h and C
    if not is_agreed("points", 50 * size**3, f"{scene.key}/{scene.part}/{scene.step}"):
        return
    with st.spinner("Looking for fixed points"):
        points = scene.keep(
            "points",
            *(scene.link, scene.layer, scene.direction, scene.step),
            make=lambda: _find_points(scene),
        )
    _say(points, scene)
    if not points:
        return
    path = scene.trace.part(scene.layer, scene.direction)["h"].astype(np.float64)
    middle = path.mean(0)
    axes = np.linalg.svd(path - middle, full_matrices=False)[2][:2].T
    states = np.stack([point.state[: path.shape[1]] for point in points])
    dark, stable = parts.is_dark(), [point.is_stable for point in points]
    left, right = st.columns(2, gap="medium")
    with left:
        figure = plots.fixed_points(
            (path - middle) @ axes, (states - middle) @ axes, stable, step=scene.step, dark=dark
        )
        show(scene, figure, "fixed-points", "Fixed points beside the path of the state", has_steps=True)
    with right:
        found = {f"fixed point {k}": point.eigenvalues for k, point in enumerate(points, 1)}
        show(
            scene,
            plots.spectrum(found, dark=dark),
            "jacobian",
            "Eigenvalues of the step's Jacobian at each fixed point",
        )
    st.caption(
        "Sussillo and Barak 2013: states that one step leaves as they are, looked for from 12 states of the reading by "
        "Powell's method in float64; the eigenvalues are those of the step's Jacobian there. Others may exist."
    )


def view(scene: Scene) -> None:
    """Weights and spectrum of the chosen layer and direction, and its fixed points at the step in view."""
    _matrices(scene)
    _dynamics(scene)
