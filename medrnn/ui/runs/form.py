"""The settings of a run, and its start."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import AUGMENTS, INITS, ModelConfig, TrainConfig
from medrnn.config.network import check_network
from medrnn.datasets.shipped import DATASETS
from medrnn.errors import MedrnnError
from medrnn.training.again import YOUR_DATA, train_line
from medrnn.training.presets import PRESETS
from medrnn.ui import network, sidebar
from medrnn.ui.foreign import say_error
from medrnn.ui.runs import fields
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
TITLES = {
    "quick": "Quick: a small network, under a minute",
    "chest-renet": "chest-renet: 2-D sweeps behind a stem, 64 px",
    "chest-rows": "chest-rows: rows behind the same stem",
    "chest-cnn": "chest-cnn: a convolutional network beside it",
    "chest-kinds": "chest-kinds: sweeps, bacteria or virus",
    "blood-renet": "blood-renet: sweeps in colour, eight kinds of cells",
}


def _recipe() -> TrainConfig:
    name = st.selectbox(
        "Recipe",
        list(RECIPES),
        key="train__recipe",
        format_func=lambda name: TITLES.get(name, name),
        help="All fields below start from the recipe and can be changed.",
    )
    config = RECIPES[name]
    reading = session().reading
    return replace(config, reading=reading) if reading else config


def _network(config: TrainConfig, is_recipes: bool, key: str) -> TrainConfig:
    """Reading and network, drawn as they are chosen. A data set in colour that no recipe chose is read in colour."""
    source = DATASETS[config.data]
    begun = config.reading if is_recipes or not source.is_colour else replace(config.reading, channels="rgb")
    key = f"{key}-{config.data}"
    core = fields.core(config.model, key)
    reading = fields.reading(begun, core, source.is_colour, key)
    model = replace(config.model, features=reading.features, classes=len(source.classes))
    model = fields.network(model, core, reading, key)
    check_network(model, reading)
    network.show(model, reading, key="train", name="new")
    return replace(config, model=model, reading=reading)


def _length(config: TrainConfig, key: str) -> TrainConfig:
    with st.container(horizontal=True):
        epochs = st.number_input(
            "Epochs",
            value=config.epochs,
            key=f"train__epochs-{key}",
            width=104,
            help="How often every training image is seen. Look at the curves: more helps until the "
            "validation loss rises.",
        )
        batch = st.number_input(
            "Batch",
            value=config.batch,
            key=f"train__batch-{key}",
            width=104,
            help="Images a step. Larger ones give smoother curves and fewer steps.",
        )
        seed = st.number_input(
            "Seed",
            value=config.seed,
            key=f"train__seed-{key}",
            width=104,
            help="Of the initial weights and the order of the images. Another seed shows how much of a "
            "result is chance.",
        )
    return replace(config, epochs=epochs, batch=batch, seed=seed)


def _more(config: TrainConfig, key: str) -> TrainConfig:
    with st.expander("More settings"):
        with st.container(horizontal=True):
            rate = st.number_input(
                "Learning rate",
                value=config.learning_rate,
                step=1e-4,
                format="%.5f",
                key=f"train__rate-{key}",
                width=150,
                help="The largest of the schedule. Too high and the loss jumps, too low and it hardly falls.",
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
            help="How the weights begin. With torch's own an LSTM's gradient fades over 28 steps; look "
            "at the first epochs.",
        )
        augment = st.selectbox(
            "Change training images at random",
            list(AUGMENTS),
            list(AUGMENTS).index(config.augment),
            format_func=AUGMENTS.__getitem__,
            key=f"train__augment-{key}",
            help="Shifts, turns and grey values that change at every epoch, so that the network cannot "
            "learn the images by heart.",
        )
        st.caption(f"From your own MedMNIST file or folder of images, on the command line ({YOUR_DATA}):")
        st.code(train_line("mine", YOUR_DATA, preset=OWN_PRESET), language="bash", wrap_lines=True)
    model = replace(config.model, init=init)
    return replace(config, model=model, learning_rate=rate, limit=limit, augment=augment)


def settings() -> "tuple[TrainConfig | None, DeltaGenerator]":
    """Data, network, reading and recipe, and the place for the start button.

    The settings are None, with a sentence on the page, where they do not go together.
    """
    config = _recipe()
    begun = config.reading
    key = f"{st.session_state['train__recipe']}-{begun.title}-{begun.size[0]}-{begun.size[1]}"
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
        config = _network(replace(config, data=data), data == config.data, key)
        return _more(_length(config, key), key), place
    except MedrnnError as error:
        say_error(error)
        return None, place


def start(config: TrainConfig) -> None:
    """Start the run and show it; where it cannot start, the sentence that says why."""
    from medrnn.training.runs.processes import start_run

    try:
        session().hold(start_run(config, sidebar.chosen_device()))
    except MedrnnError as error:
        say_error(error)
        return
    st.rerun()
