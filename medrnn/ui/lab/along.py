"""A series: what is said of each slice that was read, then the whole series, block by block, beside a mask."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.errors import MedrnnError
from medrnn.ui import cached, parts
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.models.along import Along

ABOUT = (
    "The box goes over every slice, half a box at a time. At each slice stand the blocks that have it in their middle: "
    "their mean, and dotted the one that says **{name}** most surely, which among so many is soon high. Where less "
    "than half of a block is more than black, there is none."
)
BOTH = " It reads both ways, so what it says of a slice is said beside all others."


def _slices(scene: Scene) -> None:
    """The answer of each slice that was read."""
    found, name, model = scene.prediction, scene.classes[-1], scene.card.config.model
    if found.slices is None or found.weights is None:
        st.caption("This network's read-out gives no answer for a single slice; one with attention does.")
        return
    frames = np.array(scene.reading.frames) + 1
    is_inside = (frames >= 1) & (frames <= scene.study.frames)
    most = int(np.where(is_inside, found.weights, -1).argmax())
    st.markdown(
        f"Frame **{frames[most]:.4g}** counts most, {100 * found.weights[most]:.0f} % of the answer: by itself it says "
        f"{shown(name)} with {100 * found.slices[most, -1]:.0f} %.{BOTH if model.is_bidirectional else ''}"
    )
    figure = plots.slice_answers(
        frames, found.slices[:, -1], found.weights, name, step=scene.step, dark=parts.is_dark()
    )
    words = f"The answer of each slice; frame {frames[most]:.4g} counts most"
    show(scene, figure, "slices", words, has_steps=True)


def _read(scene: Scene) -> "Along":
    """Move the network along the series, with a bar."""
    from medrnn.models.along import read_along

    place = st.empty()
    bar = place.progress(0.0, "The whole series is read.")

    def tell(share: float) -> None:
        bar.progress(share, "The whole series is read.")

    try:
        network = cached.model(scene.card, scene.device)
        with cached.device_lock(scene.device):
            return read_along(network, scene.card, scene.study, tell=tell)
    finally:
        place.empty()


def _load(scene: Scene, found: "Along") -> np.ndarray | None:
    """(slice,) area of the mask in the frame nearest to each, cm2; None where there is no mask or no spacing."""
    mask, spacing = session().masks.get(scene.study.key), scene.study.spacing_mm
    if mask is None or spacing is None:
        return None
    areas = (mask.labels > 0).sum((1, 2)) * spacing[0] * spacing[1] / 100
    load: np.ndarray = areas[np.rint(found.frames).astype(int)]
    return load


def _whole(scene: Scene) -> None:
    """The whole series."""
    try:
        found = scene.keep("along", make=lambda: _read(scene))
    except MedrnnError as error:
        say_error(error)
        return
    if np.isnan(found.mean).all():
        st.caption(
            "No block of this series is full enough to be read: at least half of it has to be more than black."
        )
        return
    load, name = _load(scene, found), scene.classes[-1]
    at = int(np.nanargmax(found.mean))
    st.markdown(
        f"**{found.blocks:,} blocks** of the whole series: their mean is highest at frame "
        f"**{found.frames[at] + 1:.4g}**, {100 * found.mean[at]:.0f} % {shown(name)}."
    )
    if load is not None and load.any():
        known = ~np.isnan(found.mean)
        from scipy.stats import spearmanr

        rank = float(spearmanr(found.mean[known], load[known]).statistic)
        st.markdown(
            f"Where the mask has more, the mean of all blocks is {'higher' if rank > 0 else 'lower'}: rank correlation "
            f"{rank:.2f} over {known.sum()} slices (neighbours are alike, so this is no test)."
        )
    figure = plots.along_series(found, name, load, dark=parts.is_dark())
    show(scene, figure, "along", f"The answer along the series, highest at frame {found.frames[at] + 1:.4g}")


def view(scene: Scene) -> None:
    """The slices that were read, then all of the series on request."""
    _slices(scene)
    st.markdown("**The whole series**")
    name = shown(scene.classes[-1])
    if st.toggle(
        "Read the whole series",
        key=f"lab__along-{scene.key}",
        help="Takes some seconds. Look whether the answer rises where something lies, and where else it does.",
    ):
        st.caption(ABOUT.format(name=name))
        _whole(scene)
