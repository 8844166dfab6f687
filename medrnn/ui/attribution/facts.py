"""What can be said of each map at once, and its file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Reading
from medrnn.ui.foreign import shown

HELP = (
    "The score of a class is its logit, the number before probabilities are made; most maps are in its unit. "
    "Left unexplained (completeness error): near 0 the map accounts for the whole difference between the "
    "class's score on the image and on the baseline; other methods promise no such sum. The last quarter would "
    "hold 25 % if no step counted more: a recurrent network's gradients fade toward the steps it read first, so "
    "a share far above may tell more of the network than of the image."
)


def late_share(found: Attribution, reading: Reading) -> float | None:
    """Share of all absolute values that lies in the last quarter of the steps read; None of fewer than four steps."""
    from medrnn.sequences import lines

    by_step = np.abs(lines(found.values, replace(reading.config, channels="grey"))).sum(-1)
    if len(by_step) < 4:
        return None
    total = float(by_step.sum())
    return float(by_step[-(len(by_step) // 4) :].sum()) / total if total else 0.0


def show(
    card: Card, reading: Reading, found: Sequence[Attribution], step: int | None, inference: Inference
) -> None:
    """One column a map, in the order of the picture.

    Args:
        card: of the model.
        reading: what was read.
        found: the maps.
        step: whose answer they explain; None for the whole.
        inference: how the answer was made, for the files.
    """
    for column, one in zip(st.columns(len(found)), found, strict=True):
        with column:
            _one(card, reading, one, step, inference)


def _one(card: Card, reading: Reading, found: Attribution, step: int | None, inference: Inference) -> None:
    from medrnn.explanation.attribution.methods import METHODS
    from medrnn.explanation.export import pack_attribution

    st.markdown(f"**{shown(METHODS[found.method].title)}**")
    lines = [_says(found, METHODS[found.method].cost(reading.config))]
    if found.completeness_error is not None:
        lines.append(f"Left unexplained: {100 * found.completeness_error:.2f} % of the score")
    late = late_share(found, reading) if card.config.model.core == "stack" and step is None else None
    if late is not None:
        lines.append(f"In the last quarter of {reading.config.order}: {100 * late:.0f} % of the map")
    st.markdown("\n".join(f"- {line}" for line in lines), help=named(HELP, reading.config))
    st.download_button(
        "Map (NPZ)",
        lambda: pack_attribution(found, inference),
        f"medrnn-map-{found.model}-{found.method}-{reading.study_key[:8]}.npz",
        on_click="ignore",
        key=f"map__npz-{found.method}",
        icon=":material/download:",
        help="The values in the model's own grid, with method, class, baseline and how it was made.",
    )


def _says(found: Attribution, passes: int) -> str:
    drawn = f", seed {found.seed}" if found.seed is not None else ""
    return f"{passes:,} passes through the network{drawn}"
