"""The choices of a map and the evidence beside it."""

from dataclasses import replace

import numpy as np
import streamlit as st

from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Prediction, Reading
from medrnn.ui import address
from medrnn.ui.foreign import plain
from medrnn.ui.state import bound, session


def controls(card: Card, prediction: Prediction) -> tuple[str, str, str]:
    """Method, class and baseline; an address may bring them."""
    from medrnn.explanation.attribution.baselines import BASELINES
    from medrnn.explanation.attribution.methods import methods_for

    state, methods = session(), methods_for(card)
    for name, values in (("method", methods), ("target", card.classes), ("baseline", BASELINES)):
        setattr(state, name, address.take(name, values) or getattr(state, name))
    bound(
        st.selectbox,
        "Method",
        list(methods),
        "method",
        format_func=lambda name: methods[name].title,
        help="How the map is computed. Methods ask different questions, so look what they have in common.",
    )
    if state.target not in card.classes:
        state.target = card.classes[prediction.answer]
    called = dict(zip(card.classes, name_classes(card.classes), strict=True))
    bound(
        st.selectbox,
        "Class",
        list(card.classes),
        "target",
        format_func=lambda name: plain(called.get(name, name)),
        help="For and against which class the pixels speak.",
    )
    method = methods[state.method]
    if method.has_baseline:
        bound(
            st.selectbox,
            "Baseline",
            list(BASELINES),
            "baseline",
            format_func=lambda name: BASELINES[name],
            help="What the image is compared with. A map that changes much with it says little.",
        )
    st.caption(method.says)
    return state.method, state.target, state.baseline


def _reach(found: Attribution, reading: Reading) -> float:
    """Share of all absolute values that lies in the last quarter of the steps read."""
    from medrnn.sequences import lines

    by_step = np.abs(lines(found.values, replace(reading.config, channels="grey"))).sum(-1)
    total = float(by_step.sum())
    return float(by_step[-(len(by_step) // 4) :].sum()) / total if total else 0.0


def evidence(found: Attribution, reading: Reading, inference: Inference, core: str) -> None:
    """How far to trust the map, measured on this image; where it lies in the reading for a network with one order."""
    from medrnn.explanation.export import pack_attribution

    if found.completeness_error is not None:
        st.metric(
            "Left unexplained",
            f"{100 * found.completeness_error:.2f} %",
            help="How far the sum of all values is from the difference between the class's score on the image and on "
            "the baseline.",
        )
        st.caption("Near 0 the map accounts for the whole score (completeness error).")
    else:
        st.caption(
            "This method does not promise to account for the whole score, so there is no completeness error."
        )
    if core == "stack":
        _late(found, reading)
    st.download_button(
        "Map (NPZ)",
        pack_attribution(found, inference),
        f"medrnn-map-{found.model}-{found.method}-{reading.study_key[:8]}.npz",
        on_click="ignore",
        icon=":material/download:",
        help="The values in the model's own grid, with method, class, baseline and how it was made.",
    )


def _late(found: Attribution, reading: Reading) -> None:
    """How much of the map lies where the reading ended."""
    st.metric(
        f"Lies in the last quarter of {reading.config.order}",
        f"{100 * _reach(found, reading):.0f} %",
        help="The share of the map in the last quarter of the steps read. It would be 25 % if no step counted more. "
        "A recurrent network's gradients fade toward the steps it read first, so a much larger share may tell "
        "more of the network than of the image.",
    )
