"""The settings of a run, and its start."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import INITS, ModelConfig, ReadingConfig, TrainConfig
from medrnn.config.network import check_network
from medrnn.datasets import is_shipped
from medrnn.datasets.weak import say_weak
from medrnn.errors import MedrnnError
from medrnn.training.again import YOUR_DATA, settings_line, settings_text
from medrnn.training.defaults import Shape, fit_defaults, fit_network
from medrnn.training.presets import ALL
from medrnn.ui import cached, network, sidebar
from medrnn.ui.data import offered
from medrnn.ui.foreign import say_error
from medrnn.ui.runs import fields, images, kept, learning
from medrnn.ui.runs.said import in_words
from medrnn.ui.state import bound, session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

FITS, CHANGED = (
    "fits",
    "changed",
)  # the recipe that follows from the data; a run's settings that are to be changed
FIRST_DATA = "pneumoniamnist"
FILE = "medrnn-settings.json"
TITLES = {
    FITS: "What fits the data",
    CHANGED: "As the run that you copied",
    "quick": "Quick: a small network, under a minute",
    "mnist-lstm": "mnist-lstm: the article's three layers over digits",
    "official-best": "official-best: sweeps behind a stem, 28 px",
    "mnist-renet": "mnist-renet: the same over digits",
    "chest-renet": "chest-renet: 2-D sweeps behind a stem, 64 px",
    "chest-rows": "chest-rows: rows behind the same stem",
    "chest-cnn": "chest-cnn: a convolutional network beside it",
    "chest-kinds": "chest-kinds: sweeps, bacteria or virus",
    "blood-renet": "blood-renet: sweeps in colour, eight kinds of cells",
    "rate-too-low": "To see: a learning rate too low",
    "rate-right": "To see: the same with a good one",
    "rate-too-high": "To see: the same, too high",
    "rnn-unclipped": "To see: a plain RNN, gradients not clipped",
    "rnn-clipped": "To see: the same, clipped at 1",
}


def recipes() -> list[str]:
    """The recipes that can be chosen, first the one that the form comes up with."""
    state = session()
    first = [CHANGED] if state.draft else []
    return [
        *first,
        *(["quick", FITS] if state.reading else [FITS, "quick"]),
        *(n for n in ALL if n != "quick"),
    ]


def _follow() -> None:
    """The data of a recipe come with it; what fits the data takes those that are chosen."""
    state = session()
    state.recipe = st.session_state["train__recipe"]
    if begun := _recipe(state.recipe):
        state.learn_from = begun.data


def _recipe(name: str) -> TrainConfig | None:
    """Its settings; None for the one that follows from the data."""
    if name == CHANGED:
        return session().draft
    return ALL.get(name)


def _choose() -> tuple[TrainConfig, Shape]:
    """The recipe and the data, and what the fields begin with."""
    state, known = session(), recipes()
    if asked := offered.from_address():
        state.learn_from, state.recipe = asked, FITS
    if state.recipe not in known:
        state.recipe = known[0]
        if begun := _recipe(state.recipe):
            state.learn_from = begun.data
    st.session_state["train__recipe"] = state.recipe
    st.selectbox(
        "Recipe",
        known,
        key="train__recipe",
        format_func=lambda name: TITLES.get(name, name),
        on_change=_follow,
        help="All fields below start from the recipe and can be changed. What fits the data follows from their size, "
        "colour and number.",
    )
    state.learn_from = state.learn_from or FIRST_DATA
    names = offered.names()
    data = bound(
        st.selectbox,
        "Data",
        names,
        "learn_from",
        format_func=offered.title,
        help=" ".join(f"{one.title}: {one.about}" for one in map(offered.offered, names)),
    )
    shape = cached.learnt_from(data)[0]
    begun = _recipe(state.recipe) or fit_defaults(shape)
    reading = begun.reading
    if state.reading and state.recipe not in (FITS, CHANGED):
        reading = state.reading
    elif shape.channels == "rgb" and begun.data != data:
        reading = replace(reading, channels="rgb")
    elif shape.channels == "grey":
        reading = replace(reading, channels="grey")
    reading = shape.reading or (ReadingConfig() if reading.is_series else reading)
    model = fit_network(replace(begun.model, classes=len(shape.counts)), reading)
    if begun.reading.is_series and not reading.is_series:  # a recipe for series, on images
        model = replace(model, encoder="none", **fields.NO_STEM)
    return replace(begun, data=data, reading=reading, model=model), shape


def _network(config: TrainConfig, shape: Shape, key: str) -> TrainConfig:
    """Reading and network, drawn as they are chosen; of the recipe that follows from the data behind a heading."""
    is_open = session().recipe != FITS
    with st.expander("How it reads", is_open, key=f"train__network-{key}", on_change="rerun") as box:
        if shape.reading:
            core, reading = "stack", fields.series(config.reading, key)
        else:
            core = fields.core(config.model, key)
            reading = fields.reading(config.reading, core, shape.channels == "rgb", key)
        model = replace(config.model, features=reading.features)
        model = _init(fields.network(model, core, reading, key), key)
        check_network(model, reading)
        if box.open:
            network.show(model, reading, key="train", name="new")
    return replace(config, model=model, reading=reading)


def _init(model: ModelConfig, key: str) -> ModelConfig:
    if not model.is_recurrent:
        return model
    init = kept.choice(
        "Initial weights",
        list(INITS),
        model.init,
        INITS,
        f"train__init-{key}",
        "How the weights begin. With torch's own an LSTM's gradient fades over 28 steps; look at the first epochs.",
    )
    return replace(model, init=init)


def _set_back() -> None:
    session().forms += 1


def _about(config: TrainConfig, shape: Shape) -> None:
    """What was chosen for the data, in a sentence, and the way back to it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if session().recipe == FITS:
            (rows, columns), colour = config.reading.size, " in colour" if config.reading.is_colour else ""
            weighed = ", every class counts alike" if config.class_weights == "balanced" else ""
            if shape.reading:
                size = f"{shape.reading.count} of {shape.reading.patch} x {shape.reading.patch} pixels"
                what = f"series of {size}"
            else:
                size = f"{shape.size[0]} x {shape.size[1]} pixels"
                what = f"images of {size}: read at {rows} x {columns}{colour}"
            st.caption(
                f"For {sum(shape.counts):,} {what}, {config.steps:,} steps of {config.batch}{weighed}."
            )
        st.button(
            "Start values",
            on_click=_set_back,
            icon=":material/undo:",
            type="tertiary",
            key="train__back",
            help="Puts every field back to what the recipe says.",
        )


def _again(config: TrainConfig) -> None:
    """These settings as a file, and the line that trains by it on the command line."""
    own = "" if is_shipped(config.data) else f" ({YOUR_DATA} is the set as the page Data saves it)"
    st.caption(f"The same on the command line, with these settings as a file{own}:")
    st.code(settings_line(FILE, "mine", config.data), language=None, wrap_lines=True)
    st.download_button(
        "These settings (JSON)",
        settings_text(config),
        FILE,
        "application/json",
        on_click="ignore",
        key="train__settings",
        icon=":material/download:",
        help="Every field above, as the command line reads it.",
    )


def settings() -> "tuple[TrainConfig | None, DeltaGenerator]":
    """Data, network, reading and recipe, and the place for the start button.

    The settings are None, with a sentence on the page, where they do not go together.
    """
    try:
        config, shape = _choose()
    except MedrnnError as error:
        say_error(error)
        return None, st.container()
    reading = config.reading
    key = f"{session().recipe}-{config.data}-{reading.title}-{reading.size}-{session().forms}"
    place = st.container()
    about, begun = st.container(), config
    try:
        for line in say_weak(cached.learnt_from(config.data)[2]):
            st.warning(line, icon=":material/warning:")
        config = _network(config, shape, key)
        config = learning.length(config, key)
        config = learning.learning(config, sum(shape.counts), key)
        config = images.images(config, cached.learnt_from(config.data)[1], key)
        _again(config)
    except MedrnnError as error:
        say_error(in_words(error))
        with about:
            _about(begun, shape)
        return None, place
    with about:
        _about(config, shape)
    return config, place


def start(config: TrainConfig) -> None:
    """Start the run, which the page then shows; where it cannot start, the sentence that says why.

    A run with the very same settings that goes on is shown instead: a second press of the button asks for nothing new.
    """
    from medrnn.training.runs.processes import start_run

    state = session()
    try:
        if config == state.begun and _goes_on(state.run):
            return
        state.hold(start_run(config, sidebar.chosen_device()))
        state.begun = config
    except MedrnnError as error:
        say_error(error)


def _goes_on(run_id: str) -> bool:
    from medrnn.training.runs.processes import read_run

    try:
        return read_run(run_id).is_live
    except MedrnnError:
        return False
