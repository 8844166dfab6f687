"""The settings of a run, and its start."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import AUGMENTS, CELLS, DIRECTIONS, INITS, READOUTS, ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets.shipped import DATASETS
from medrnn.errors import MedrnnError
from medrnn.training.again import YOUR_DATA, train_line
from medrnn.training.presets import PRESETS
from medrnn.ui import sidebar
from medrnn.ui.foreign import say_error
from medrnn.ui.reading_choice import ARROWS
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

QUICK = TrainConfig(
    data="pneumoniamnist",
    model=ModelConfig(cell="lstm", layers=1, width=64, dropout=0.1, readout="mean+max"),
    epochs=5,
    batch=64,
    augment="light",
    keep="best",
)
OWN_PRESET = "pneumonia-lstm-forward"  # the recipe that the line for own data names
RECIPES = {"quick": QUICK, **PRESETS}


def _recipe() -> TrainConfig:
    name = st.selectbox(
        "Recipe",
        list(RECIPES),
        key="train__recipe",
        format_func=lambda name: "Quick: a small network, under a minute" if name == "quick" else name,
        help="All fields below start from the recipe and can be changed.",
    )
    config = RECIPES[name]
    reading = session().reading
    return replace(config, reading=reading) if reading else config


def _network(config: TrainConfig, key: str) -> ModelConfig:  # no field has bounds: beyond them, a browser sends nothing
    model = config.model
    cell = st.pills(
        "Cell",
        list(CELLS),
        default=model.cell,
        format_func=CELLS.__getitem__,
        required=True,
        wrap=True,
        key=f"train__cell-{key}",
    )
    with st.container(horizontal=True):
        layers = st.number_input("Layers", value=model.layers, key=f"train__layers-{key}", width=104)
        width = st.number_input("Units", value=model.width, key=f"train__width-{key}", width=104)
        dropout = st.number_input(
            "Dropout", value=model.dropout, step=0.05, key=f"train__dropout-{key}", width=104
        )
    both = st.toggle("Read in both directions", model.is_bidirectional, key=f"train__both-{key}")
    return replace(model, cell=cell, layers=layers, width=width, dropout=dropout, is_bidirectional=both)


def _reading(config: TrainConfig, key: str) -> ReadingConfig:
    reading = config.reading
    with st.container(horizontal=True):
        order = st.pills(
            "Order",
            reading.orders,
            default=reading.order,
            format_func=str.capitalize,
            required=True,
            wrap=True,
            key=f"train__order-{key}",
        )
        direction = st.pills(
            "Direction",
            list(DIRECTIONS),
            default=reading.direction,
            required=True,
            wrap=True,
            key=f"train__direction-{key}",
            format_func=ARROWS[order].__getitem__,
        )
    return replace(reading, order=order, direction=direction)


def _length(config: TrainConfig, key: str) -> TrainConfig:
    with st.container(horizontal=True):
        epochs = st.number_input("Epochs", value=config.epochs, key=f"train__epochs-{key}", width=104)
        batch = st.number_input("Batch", value=config.batch, key=f"train__batch-{key}", width=104)
        seed = st.number_input("Seed", value=config.seed, key=f"train__seed-{key}", width=104)
    return replace(config, epochs=epochs, batch=batch, seed=seed)


def _more(config: TrainConfig, key: str) -> TrainConfig:
    with st.expander("More settings"):
        at = list(READOUTS).index(config.model.readout)
        readout = st.selectbox(
            "Read out", list(READOUTS), at, format_func=READOUTS.__getitem__, key=f"train__readout-{key}"
        )
        with st.container(horizontal=True):
            rate = st.number_input(
                "Learning rate",
                value=config.learning_rate,
                step=1e-4,
                format="%.5f",
                key=f"train__rate-{key}",
                width=150,
            )
            limit = st.number_input(
                "Training images",
                value=config.limit,
                step=500,
                key=f"train__limit-{key}",
                width=150,
                help="The first so many; 0 takes all.",
            )
        init = st.selectbox(
            "Initial weights",
            list(INITS),
            list(INITS).index(config.model.init),
            format_func=INITS.__getitem__,
            key=f"train__init-{key}",
        )
        augment = st.selectbox(
            "Change training images at random",
            list(AUGMENTS),
            list(AUGMENTS).index(config.augment),
            format_func=AUGMENTS.__getitem__,
            key=f"train__augment-{key}",
        )
        st.caption(f"From your own MedMNIST file or folder of images, on the command line ({YOUR_DATA}):")
        st.code(train_line("mine", YOUR_DATA, preset=OWN_PRESET), language="bash", wrap_lines=True)
    model = replace(config.model, readout=readout, init=init)
    return replace(config, model=model, learning_rate=rate, limit=limit, augment=augment)


def settings() -> "tuple[TrainConfig | None, DeltaGenerator]":
    """Data, network, reading and recipe, and the place for the start button.

    The settings are None, with a sentence on the page, where they do not go together.
    """
    config = _recipe()
    key = f"{st.session_state['train__recipe']}-{config.reading.order}-{config.reading.direction}"
    names = list(DATASETS)
    data = st.selectbox(
        "Data",
        names,
        names.index(config.data),
        format_func=lambda name: DATASETS[name].title,
        key=f"train__data-{key}",
        help=" ".join(f"{source.title}: {source.about} {source.licence}." for source in DATASETS.values()),
    )
    place = st.container()
    try:
        config = replace(config, data=data, model=_network(config, key), reading=_reading(config, key))
        return _more(_length(config, key), key), place
    except MedrnnError as error:
        say_error(error)
        return None, place


def start(config: TrainConfig) -> None:
    """Start the run and show it; where it cannot start, the sentence that says why."""
    from medrnn.training.runs.processes import start_run

    try:
        session().run = start_run(config, sidebar.chosen_device())
    except MedrnnError as error:
        say_error(error)
        return
    st.rerun()
