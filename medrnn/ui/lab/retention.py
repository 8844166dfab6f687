"""How open the gates stand, how long each unit keeps what it has, and which units do nothing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.explanation.memory.retention import half_life, idle_units, keeping, mm_per_step, saturation
from medrnn.sequences import mm_between
from medrnn.ui import parts
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene

if TYPE_CHECKING:
    from medrnn.models.cells.cell import Keeping


def _gates(part: Mapping[str, np.ndarray], scene: Scene) -> None:
    shares = {symbol: (found.left, found.right) for symbol, found in saturation(part).items()}
    st.markdown(f"**How open the gates of {scene.part} stand**")
    figure = plots.saturation_scatter(shares, dark=parts.is_dark())
    show(
        scene,
        figure,
        "saturation",
        "Share of the steps at which each gate is closed against the share at which it is open",
    )
    st.caption(
        "One point a unit and gate: the further right, the more often it is shut, the further up, the more often it is "
        "wide open. On the dotted line it is one of the two at every step (saturated; after Karpathy, Johnson and "
        "Fei-Fei 2015); at the upper left of f a unit only adds up."
    )


def _lives(keeps: "Keeping", lives: np.ndarray, scene: Scene) -> None:
    if scene.reading.config.is_series:
        mm, along = mm_between(scene.reading, scene.study), "along the series"
    else:
        mm, along = mm_per_step(scene.boxes, scene.study.spacing_mm), "of the image"
    st.markdown(f"**How long each unit of {scene.part} keeps half of what it has**")
    show(
        scene,
        plots.half_lives(lives, scene.steps, mm, along, dark=parts.is_dark()),
        "half-life",
        "Half-life of each unit",
    )
    middle = float(np.median(lives))
    reach = "" if mm is None else f" ({middle * mm:.3g} mm {along})"
    scale = "" if mm is not None else scene.named(" The image has no scale, so there are no mm.")
    st.caption(
        f"After {middle:.3g} steps{reach} the middle unit has lost half of what it held, told nothing new; "
        f"{int((lives >= scene.steps).sum())} of {len(lives)} units keep half over the whole reading. Half-life: "
        f"-ln 2 / ln f, with the geometric mean of {keeps.formula} over the steps.{scale}"
    )


def view(scene: Scene) -> None:
    """Saturation and half-life of the chosen layer and direction."""
    part = scene.trace.part(scene.layer, scene.direction)
    idle, keeps, lives = np.flatnonzero(idle_units(part)), keeping(part), half_life(part)
    if keeps is None or lives is None:
        far, every = int((np.abs(part["h"]) > 0.9).sum()), part["h"].size
        st.info(
            f"A plain RNN has no gates to open or close, and no forget gate with a half-life. {far:,} of its "
            f"{every:,} states lie beyond 0.9 in size, near their end (saturated); its memory is in the view Horizon."
        )
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            _gates(part, scene)
        with right:
            _lives(keeps, lives, scene)
    units = part["h"].shape[1]
    numbers = ", ".join(map(str, idle[:40])) + (" and more" if len(idle) > 40 else "")
    st.markdown(
        f"**Idle: {len(idle)} of {units} units of {scene.part}** move by less than 0.001 over the whole reading"
        + (f": {numbers}." if len(idle) else ".")
    )
