"""A model as files: card, weights, settings, and the line that trains it again from them."""

import json
from functools import partial

import streamlit as st

from medrnn import disk
from medrnn.errors import MedrnnError
from medrnn.models.cards import Card
from medrnn.models.catalog import HEADER_BYTES, is_private
from medrnn.training.again import YOUR_DATA, settings_line


def called(card: Card) -> str:
    """What a model is called in names of files: the id of a private one is a secret and stays out of them."""
    return "own-model" if is_private(card.id) else card.id


def name_of(card: Card, what: str) -> str:
    """Of a download, without its ending."""
    return f"medrnn-{called(card)}-{what}"


def card_json(card: Card) -> str:
    """All that the card says, as it lies beside the weights."""
    return json.dumps(json.loads((card.folder / "card.json").read_text()), indent=1)


def weights(card: Card) -> bytes:
    """The weights, only as long as they are the ones of the card.

    Raises:
        CatalogError: they are gone, or others.
    """
    most = HEADER_BYTES + 4 * card.parameters + (1 << 20)  # and what a batch norm counts
    return disk.read_named(card.folder / "model.safetensors", most, card.digest, "The weights")


def settings(card: Card) -> str:
    """Everything that the training depended on, as ``train --config`` takes it."""
    return json.dumps(card.config.to_dict(), indent=1)


def threads_of(card: Card) -> int:
    """With how many threads it was trained; 0 where nobody wrote that down."""
    from medrnn.training.runs.events import Started
    from medrnn.training.runs.states import read_run

    try:
        marks = read_run(card.folder.name).told.marks
    except MedrnnError:
        return 0
    return next((mark.threads for mark in marks if isinstance(mark, Started)), 0)


def line(card: Card) -> str:
    """What trains it again from the downloaded settings."""
    return settings_line(
        f"{name_of(card, 'settings')}.json",
        f"{called(card)}-again",
        card.config.data,
        threads=threads_of(card),
        device=card.device,
    )


def row(card: Card) -> None:
    """The buttons, side by side."""
    files = (
        ("Card (JSON)", card_json, "card", "json", "application/json", "All that the card says: data, settings, "
         "figures, limits."),
        ("Weights (safetensors)", weights, "weights", "safetensors", "application/octet-stream", "The weights by their "
         "names, as torch loads them: safetensors.torch.load_file."),
        ("Settings (JSON)", settings, "settings", "json", "application/json", "Everything that the training depended "
         "on; the line beside it trains the model again from this file."),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, make, what, end, kind, about in files[: None if card.is_measured else 2]:
            st.download_button(
                label,
                partial(make, card),
                f"{name_of(card, what)}.{end}",
                kind,
                on_click="ignore",
                key=f"files__{what}-{card.id}",
                icon=":material/download:",
                help=about,
            )
        if not card.is_measured:
            return
        with st.popover("Train it again", type="tertiary", icon=":material/terminal:"):
            _again(card)


def _again(card: Card) -> None:
    st.markdown("In the folder of the program, with the settings beside it:")
    st.code(line(card), language=None, wrap_lines=True)
    said = "On the CPU with as many threads the weights come out the same, bit for bit."
    if YOUR_DATA in line(card):
        said += f" {YOUR_DATA} stands for the set as the page Data saves it, with its choices: Set (npz)."
    st.caption(said)
