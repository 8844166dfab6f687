"""How sure: the answer under other seeds, small shifts and dropout at test time, beside its prediction set."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn import plots
from medrnn.errors import MedrnnError
from medrnn.models.sets import limits_of, say_of
from medrnn.ui import cached, operating, parts, tables
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene

if TYPE_CHECKING:
    from medrnn.compare.uncertain import Spread


def view(scene: Scene) -> None:
    """All ways in one figure and one table, with what each says and costs."""
    try:
        found = scene.keep("sure", make=lambda: _ask(scene))
    except MedrnnError as error:
        say_error(error)
        return
    from medrnn.compare.uncertain import WAYS

    answer, known = scene.prediction.answer, scene.prediction.verdict.is_within
    name, limits = scene.classes[answer], limits_of(scene.card)
    _head(scene)
    rows = [_row(one, answer) for one in found]
    drawn = plots.answers_again(
        found,
        [WAYS[one.way][0] for one in found],
        answer,
        name,
        limit=limits[answer] if limits else None,
        is_known=known,
        dark=parts.is_dark(),
    )
    told = "; ".join(f"{row['What is varied']}: {row['Mean']}, SD {row['SD']}" for row in rows if row["SD"])
    show(scene, drawn, "sure", f"The probability of {plain(name, 60)} asked again. {told}")
    tables.small(rows, f"The probability of {plain(name, 60)} asked again, with mean, spread and cost")
    for one in found:
        title, says = WAYS[one.way]
        st.caption(f"**{title}**: {scene.named(says)}. {_cost(one)}")
    st.caption(
        "Diamonds: mean and standard deviation; the dotted line: from where on the class stays in a prediction set. "
        "A narrow spread does not make an answer right: all of these share the training data."
    )


def _ask(scene: Scene) -> "tuple[Spread, ...]":
    from medrnn.compare.uncertain import ask_again

    network, _, seeds = cached.loaded(scene.card.id, scene.card.digest, scene.device)
    with st.spinner("Asking again"), cached.device_lock(scene.device):
        return ask_again(network, scene.reading, seeds)


def _head(scene: Scene) -> None:
    """What cannot be told, or that one class is left, with what was measured of that."""
    said = operating.sure_sentence(scene.card, scene.prediction)
    if not scene.prediction.verdict.is_within:
        st.caption(
            scene.named("Of an image of another kind this tells of the network, not of what is in the image.")
        )
    elif doubt := say_of(scene.prediction):
        st.markdown(f"**{shown(doubt[:1].upper() + doubt[1:], 120)}.** {said}")
    elif said:
        st.markdown(said)


def _row(one: "Spread", k: int) -> dict[str, Any]:
    from medrnn.compare.uncertain import WAYS

    title = WAYS[one.way][0]
    if not one.passes:
        return {
            "What is varied": title,
            "Passes": "0",
            "Mean": one.where,
            "SD": "",
            "From to": "",
            "Same answer": "",
        }
    said = 100 * one.answers[:, k]
    return {
        "What is varied": title,
        "Passes": f"{one.passes}",
        "Mean": f"{said.mean():.1f} %",
        "SD": f"{said.std():.1f} points",
        "From to": f"{said.min():.1f} to {said.max():.1f} %",
        "Same answer": f"{one.agree(k)} of {one.passes}",
    }


def _cost(one: "Spread") -> str:
    if not one.passes:
        return f"Not here: {one.where}."
    cost = f"{one.networks} trainings, {one.passes} passes" if one.way == "seeds" else f"{one.passes} passes"
    left = f" Left out {one.where}, masks from seed {one.seed}." if one.where else ""
    return f"Cost: {cost}.{left}"
