"""Images of the visitor's own, without labels: what several models answer to each of them."""

from collections import Counter

import streamlit as st

from medrnn.models.cards import Card
from medrnn.models.suggest import suggest
from medrnn.types import Study
from medrnn.ui import address, cached, parts, sidebar
from medrnn.ui.compare import own_batch, own_images
from medrnn.ui.compare.ids import Ids
from medrnn.ui.compare.own_batch import OwnBatch
from medrnn.ui.compare.set_choices import MOST
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.state import session
from medrnn.ui.study import decoding, uploads

VOTERS = 12  # images that are asked which model fits


def _first_models(batch: OwnBatch | None) -> list[str]:
    """The model that fits most of the first images best, else the chosen one."""
    cards = cached.cards()
    studies = [image.study for image in batch.images if image.study] if batch else []
    votes = Counter(name for study in studies[:VOTERS] if (name := _best(study)))
    if votes:
        return [votes.most_common(1)[0][0]]
    return [session().model] if session().model in cards else list(cards)[:1]


def _best(study: Study) -> str:
    """The model that fits an image best, "" where every one of them contradicts it."""
    from medrnn import sequences

    side = min(study.rows, study.columns)
    if side < 2:
        return ""
    (best, *_) = suggest(cached.cards().values(), sequences.source_of(study), (side, side), 1)
    return best.card.id if best.kind != "contradicts" else ""


def _keep() -> None:
    session().own_models = st.session_state["compare__own_models"]


def _choose_models(batch: OwnBatch | None) -> list[Card]:
    state, cards = session(), cached.cards()
    if asked := address.take("models", Ids(cards, MOST)):
        state.own_models = asked.split(",")
    chosen = [name for name in state.own_models if name in cards] or _first_models(batch)
    st.session_state["compare__own_models"] = chosen
    st.multiselect(
        f"Models, up to {MOST}",
        list(cards),
        key="compare__own_models",
        max_selections=MOST,
        on_change=_keep,
        format_func=plain,
        help="Each answers every image. One that an image is not of the kind for says so, and its answer stands in "
        "brackets: it means nothing.",
    )
    return [cards[name] for name in chosen]


def _drop_zone() -> None:
    state = session()
    is_folder = st.session_state.get("compare__own_folder", False)
    key = f"compare__own-{state.uploads}-{is_folder}"  # another key empties it
    files = st.file_uploader(
        "A folder" if is_folder else "Images, a series or a zip",
        accept_multiple_files="directory" if is_folder else True,
        key=key,
        help="DICOM, NIfTI, PNG, JPEG, TIFF, PGM. Each image, and each slice of a series, becomes a line of the table.",
    )
    st.toggle(
        "Choose a folder",
        key="compare__own_folder",
        help="The browser then asks for a folder instead of files.",
    )
    st.caption(
        "Read in this session only: nothing is stored, nothing leaves this machine. Names of files may name people, so "
        "none is shown: they are numbered in the order of their names."
    )
    if files:
        with uploads.taken_once(files):
            wrong = own_batch.take(key, files)
        decoding.forget(key)
        state.uploads += 1
        if wrong:
            say_error(wrong)
        else:
            st.rerun()
    if state.cancelled is not None:
        st.info(
            f"Cancelled. Files of it that had been read: {state.cancelled}, dropped. What was here before stays."
        )


def _go_on(batch: OwnBatch) -> None:
    batch.is_stopped = False


def view() -> dict[str, str | int | None]:
    """The whole mode; returns what the address keeps: the models, nothing of the images."""
    state = session()
    batch = state.own_batch
    with st.expander(
        "Bring images",
        expanded=batch is None,
        icon=":material/folder_open:",
        key=f"compare__bring-{state.uploads}",
    ):
        _drop_zone()
    cards = _choose_models(batch)
    if batch is None:
        st.info("No images yet. Drop a folder or a zip, and every image of it gets a line with its answers.")
    elif cards:
        device = sidebar.chosen_device()
        if batch.left_out:
            st.caption(shown(batch.left_out))
        with parts.guarded():
            own_batch.answer(batch, cards, device)
        if batch.is_stopped:
            st.info("Cancelled: the images answered so far are shown.")
            st.button(
                "Go on", on_click=_go_on, args=[batch], icon=":material/play_arrow:", key="compare__own-on"
            )
            cards = [card for card in cards if batch.of(card, device)] or cards  # those that came to answer
        own_images.section(batch, cards, device)
    return {"models": ",".join(card.id for card in cards) or None}
