"""How a network learns: the optimiser, its learning rate, what bounds a step, which weights are kept."""

from dataclasses import replace
from functools import partial

import streamlit as st

from medrnn import plots
from medrnn.config import AVERAGES, KEEPS, OPTIMIZERS, PRECISIONS, SCHEDULES, TrainConfig
from medrnn.config.what import named
from medrnn.errors import ConfigError
from medrnn.ui import figure, parts
from medrnn.ui.runs import kept

BUDGETS = {"steps": "Steps", "epochs": "Epochs"}


def length(config: TrainConfig, key: str) -> TrainConfig:
    """How long it learns, from how many images at once, and the seed."""
    say = partial(named, reading=config.reading)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = kept.pills(
            "Budget",
            list(BUDGETS),
            "steps" if config.steps else "epochs",
            BUDGETS,
            f"train__budget-{key}",
            say(
                "How long it learns, in batches, which cost the same whatever the data, or in passes over all images."
            ),
        )
        config = _budget(config, by, key)
        batch = kept.number(
            "Batch",
            config.batch,
            f"train__batch-{key}",
            help=say("Images a step. Larger ones give smoother curves and fewer steps an epoch."),
        )
        seed = kept.number(
            "Seed",
            config.seed,
            f"train__seed-{key}",
            help=say(
                "Of the initial weights and the order of the images. Another seed shows how much of a result is chance."
            ),
        )
    return replace(config, batch=batch, seed=seed)


def _budget(config: TrainConfig, by: str, key: str) -> TrainConfig:
    if by == "epochs":
        epochs = kept.number(
            "Epochs",
            config.epochs,
            f"train__epochs-{key}",
            help=named(
                "How often every training image is seen. Look at the curves: more helps until the validation loss "
                "rises.",
                config.reading,
            ),
        )
        return replace(config, epochs=epochs, steps=0)
    steps = kept.number(
        "Steps",
        config.steps or 600,
        f"train__steps-{key}",
        step=100,
        help="Batches in all. Look at the curves: more helps until the validation loss rises.",
    )
    if steps < 1:  # 0 would mean epochs
        raise ConfigError(f"Steps: expected 1 or more, got {steps}.")
    return replace(config, steps=steps)


def learning(config: TrainConfig, images: int, key: str) -> TrainConfig:
    """The settings of the optimiser behind a heading that opens.

    Args:
        config: what they begin with.
        images: training images of the set, for the picture of the rate.
        key: of the fields.
    """
    with st.expander("How it learns", key=f"train__learning-{key}", on_change="rerun") as box:
        config = _optimizer(config, key)
        config = _schedule(config, key)
        if box.open:
            _draw_rate(config, images)
        config = _bounds(config, key)
        return _kept(config, key)


def _optimizer(config: TrainConfig, key: str) -> TrainConfig:
    optimizer = kept.choice(
        "Optimiser",
        list(OPTIMIZERS),
        config.optimizer,
        OPTIMIZERS,
        f"train__optimizer-{key}",
        "How a gradient becomes a step. Those with A adapt the step to each weight; SGD needs a larger learning rate.",
    )
    with st.container(horizontal=True):
        rate = kept.number(
            "Learning rate",
            config.learning_rate,
            f"train__rate-{key}",
            width=150,
            step=1e-4,
            format="%.5f",
            help="The largest of the schedule. Too high and the loss jumps, too low and it hardly falls.",
        )
        decay = config.weight_decay
        if optimizer == "adamw":
            decay = kept.number(
                "Weight decay",
                decay,
                f"train__decay-{key}",
                width=130,
                step=0.01,
                format="%.3f",
                help="Pulls every weight towards 0 at each step. Look at the gap between both losses.",
            )
    return replace(config, optimizer=optimizer, learning_rate=rate, weight_decay=decay)


def _schedule(config: TrainConfig, key: str) -> TrainConfig:
    schedule = kept.choice(
        "Learning-rate decay",
        list(SCHEDULES),
        config.schedule,
        SCHEDULES,
        f"train__schedule-{key}",
        "Large steps find the valley, small steps find its floor. Look at the curve below and at the end of the run.",
    )
    return replace(config, schedule=schedule)


def _draw_rate(config: TrainConfig, images: int) -> None:
    """The rate of every step, or why it cannot be known."""
    if config.schedule == "plateau":
        st.caption("Falls as the validation loss asks for it; the run draws it as it goes.")
        return
    from medrnn.training.schedules import rates

    steps = max(2, config.all_steps(images))
    found = rates(config.schedule, config.learning_rate, steps)
    figure.draw(
        plots.learning_rate(found, dark=parts.is_dark()),
        "learning-rate",
        f"The learning rate over {steps:,} steps: from {found[0]:.2g}, at most {found.max():.2g}, to {found[-1]:.2g}.",
        place="train",
    )


def _bounds(config: TrainConfig, key: str) -> TrainConfig:
    with st.container(horizontal=True):
        norm = kept.number(
            "Clip the norm at",
            config.clip,
            f"train__clip-{key}",
            width=150,
            step=0.5,
            help="Longest gradient over all weights; 0 leaves it. Look at the run's gradient norm: where it jumps, a "
            "plain RNN forgets what it had learnt.",
        )
        value = kept.number(
            "Clip values at",
            config.clip_value,
            f"train__clipvalue-{key}",
            width=150,
            step=0.1,
            help="Largest part of the gradient of any weight; 0 leaves it. It changes the direction, clipping the norm "
            "does not.",
        )
        smoothing = kept.number(
            "Label smoothing",
            config.label_smoothing,
            f"train__smoothing-{key}",
            width=150,
            step=0.05,
            help="Share of the target that is spread over all classes, so that the network is less sure of itself.",
        )
    return replace(config, clip=norm, clip_value=value, label_smoothing=smoothing)


def _kept(config: TrainConfig, key: str) -> TrainConfig:
    keep = kept.choice(
        "Weights that are kept",
        list(KEEPS),
        config.keep,
        KEEPS,
        f"train__keep-{key}",
        named(
            "Chosen on the validation images alone; the test images are read once, at the end.",
            config.reading,
        ),
    )
    average = kept.choice(
        "Average",
        list(AVERAGES),
        config.average,
        AVERAGES,
        f"train__average-{key}",
        "A moving average of the weights over the last steps is calmer than the weights themselves, and often better.",
    )
    with st.container(horizontal=True):
        patience = kept.number(
            "Patience",
            config.patience,
            f"train__patience-{key}",
            help="Epochs without a better one after which the run ends early; 0 never.",
        )
        precision = kept.pills(
            "Precision",
            list(PRECISIONS),
            config.precision,
            {"float32": "32 bits", "mixed": "Mixed"},
            f"train__precision-{key}",
            "Mixed computes with 16 bits where that is safe; only on a GPU, on a CPU it changes nothing.",
        )
    return replace(config, keep=keep, average=average, patience=patience, precision=precision)
