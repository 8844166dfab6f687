"""What can be compared, and which view shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from medrnn.types import Study
from medrnn.ui import address, parts
from medrnn.ui.compare import images, own_view, set_view
from medrnn.ui.state import bound, session

Shared = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Mode:
    """One way to compare.

    Attributes:
        title: on its button.
        says: one sentence under the page's title.
        view: draws it, and returns what the address keeps of it.
        needs_study: an image has to be open; the view gets it.
    """

    title: str
    says: str
    view: Callable[..., Shared]
    needs_study: bool = True


MODES = {
    "models": Mode("One image", "Several models read the same image, under one cursor.", images.one_image),
    "images": Mode("Two images", "One model reads two images, under one cursor.", images.two_images),
    "set": Mode(
        "A data set", "Several models answer the same test images.", set_view.view, needs_study=False
    ),
    "own": Mode(
        "Your own images",
        "Several models answer a folder or a zip of yours.",
        own_view.view,
        needs_study=False,
    ),
}


def choose() -> Mode:
    """The buttons; an address may bring the choice."""
    state = session()
    state.mode = address.take("mode", MODES) or state.mode or next(iter(MODES))
    bound(
        st.segmented_control,
        "Compare",
        list(MODES),
        "mode",
        required=True,
        wrap=True,
        label_visibility="collapsed",
        format_func=lambda name: MODES[name].title,
        help="What stands beside each other: models on one image, images before one model, models on all test "
        "images of a data set, or on many images of your own.",
    )
    return MODES[state.mode]


def show(mode: Mode) -> None:
    """The view of a mode; the address keeps what it shows."""
    study: Study | None = parts.require_study() if mode.needs_study else None
    shared = mode.view(study) if mode.needs_study else mode.view()
    address.share(mode=session().mode, **shared)
