"""A run that goes on by one batch a press: what a batch does to the loss, to the weights and to the answers."""

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from medrnn import plots
from medrnn.config import TrainConfig
from medrnn.datasets.as_study import as_address
from medrnn.datasets.own import is_own
from medrnn.errors import MedrnnError
from medrnn.models.class_names import name_classes
from medrnn.ui import cached, figure, parts
from medrnn.ui.foreign import say_error
from medrnn.ui.runs import buttons
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.stepper import Batch, Stepper

TEN = 10
SHOWN = 8  # images of a batch
MOST = 1_000  # batches that are remembered


@dataclass(eq=False)
class ByHand:
    """A run by hand and what its batches did.

    Attributes:
        stepper: learns.
        losses, before, after: of each batch, see ``stepper.Batch``.
        last: the last one.
        error: why it goes on no more, "" where it does.
    """

    stepper: "Stepper"
    losses: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    last: "Batch | None" = None
    error: str = ""


def section(config: TrainConfig | None) -> None:
    """Its buttons, and what the last batch did."""
    with st.expander(
        "One batch a press", bool(session().by_hand), key="train__by-hand", on_change="rerun"
    ) as box:
        if box.open:
            _view(config)


def _view(config: TrainConfig | None) -> None:
    run = session().by_hand
    st.caption(
        "The settings above, here and now on up to 2,000 training images: look at the loss and at the gradient before "
        "and after clipping, and at what a batch does to the answers for its own images. No model is kept."
    )
    with st.container(horizontal=True):
        for label, count in (("Next batch", 1), (f"{TEN} batches", TEN)):
            st.button(
                label,
                icon=":material/skip_next:" if count == 1 else ":material/fast_forward:",
                on_click=_go_on,
                args=[config, count],
                disabled=config is None or bool(run and (run.error or run.stepper.is_over)),
                key=f"train__by-hand-{count}",
                help="Learns from the next images in the order of the seed, by the recipe as it began.",
            )
        if run:
            st.button(
                "From the start",
                icon=":material/restart_alt:",
                on_click=_put_away,
                key="train__by-hand-away",
                help="Forgets what was learnt; the next batch begins with the settings as they stand above.",
            )
    buttons.say_refused()
    if not run:
        return
    if config and config != run.stepper.config:
        st.info("The settings above have changed since it began. From the start takes them.")
    if run.error:
        say_error(run.error)
    if run.last:
        _draw(run, run.last)


def _put_away() -> None:
    session().by_hand = None


def _go_on(config: TrainConfig | None, count: int) -> None:
    """Learn so many batches, beginning the run where there is none."""
    state = session()
    try:
        with cached.device_lock("cpu"):
            run = state.by_hand = state.by_hand or _begin(config)
            if is_own(run.stepper.config.data):  # no folder of a run names it
                state.trained_on.add(run.stepper.config.data)
            for _ in range(count):
                if not run.stepper.is_over:
                    _remember(run, run.stepper.step())
    except MedrnnError as error:
        if state.by_hand:
            state.by_hand.error = str(error)
        else:
            state.refused = str(error)


def _begin(config: TrainConfig | None) -> ByHand:
    from medrnn.datasets import load_dataset
    from medrnn.training.stepper import Stepper

    assert config is not None
    return ByHand(Stepper(config, load_dataset(config.data)))


def _remember(run: ByHand, batch: "Batch") -> None:
    run.last = batch
    for values, value in ((run.losses, batch.loss), (run.before, batch.gradient), (run.after, batch.clipped)):
        values.append(value)
        del values[:-MOST]


def _draw(run: ByHand, batch: "Batch") -> None:
    said = (
        f"Batch {batch.step} of {run.stepper.steps:,}: loss {batch.loss:.3f}, gradient {batch.gradient:.3g}, "
        f"{batch.clipped:.3g} after clipping. At a learning rate of {batch.rate:.2g} the weights moved by "
        f"{100 * batch.change:.2g} % of their length."
    )
    st.markdown(said)
    figure.draw(
        plots.by_batches(run.losses, run.before, run.after, dark=parts.is_dark()),
        "one-batch-a-press",
        said,
        place="train",
    )
    _answers(run, batch)


def _answers(run: ByHand, batch: "Batch") -> None:
    """Images of the batch, and how likely their own class was before the step and is after it."""
    names = [escape(name) for name in name_classes(run.stepper.classes)]
    st.caption("Images of the batch with their label, and its probability before the step and after it.")
    cells = "".join(
        f'<figure style="margin:0"><img src="{as_address(image)}" alt="An image of the batch" style="width:100%;'
        f'image-rendering:pixelated;border-radius:4px"><figcaption>{names[label]}<br>'
        f"{100 * before[label]:.0f} → {100 * after[label]:.0f} %</figcaption></figure>"
        for image, label, before, after in list(
            zip(batch.images, batch.labels.tolist(), batch.before, batch.after, strict=True)
        )[:SHOWN]
    )
    st.html(
        '<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(96px,1fr));gap:12px">'
        f"{cells}</div>"
    )
