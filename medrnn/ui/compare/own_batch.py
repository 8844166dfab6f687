"""Images of the visitor's own that several models answer at once; kept in the session, shared with nobody."""

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.compare.own import OwnAnswer, OwnImage, list_images
from medrnn.errors import ImageError
from medrnn.imaging.files.beside import why_by_name
from medrnn.imaging.samples import draw_small
from medrnn.models.cards import Card
from medrnn.types import Study
from medrnn.ui import cached
from medrnn.ui.serving import room
from medrnn.ui.state import session
from medrnn.ui.study import decoding, uploads

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Answers = list[OwnAnswer]


@dataclass
class OwnBatch:
    """The images of one upload and what models made of them.

    Attributes:
        images: each frame of each study, errors in their places.
        pictures: small, as addresses that hold them; "" where there is none.
        answers: by id and digest of the model and the device; grows while it works.
        is_stopped: True where the visitor pressed Cancel: nothing more is answered until asked.
        left_out: what lay beside the images, a sentence.
    """

    images: list[OwnImage]
    pictures: list[str]
    answers: dict[tuple[str, str, str], Answers] = field(default_factory=dict)
    is_stopped: bool = False
    left_out: str = ""

    def of(self, card: Card, device: str) -> Answers:
        """The answers of a model so far."""
        return self.answers.setdefault((card.id, card.digest, device), [])


def _small(image: OwnImage) -> str:
    if image.study is None:
        return ""
    return f"data:image/png;base64,{base64.b64encode(draw_small(image.study, image.frame)).decode()}"


def _cancel(key: str, names: tuple[str, ...]) -> None:
    uploads.forget(names)
    session().uploads += 1
    session().cancelled = decoding.forget(key)


def take(key: str, files: "list[UploadedFile]") -> str:
    """Decode what was dropped in guarded processes and keep it as the batch; what went wrong with all, else "".

    Args:
        key: of the uploader.
        files: as it gives them.
    """
    from medrnn.imaging.series.stack import stack
    from medrnn.imaging.words import say_left_out

    state = session()
    state.cancelled = None
    try:
        room.check()
        cancel: Callable[[], None] = partial(_cancel, key, uploads.ids(files))
        why = {file.file_id: why_by_name(file.name) for file in files}  # a folder comes with what it hides
        images_alone = sorted((file for file in files if not why[file.file_id]), key=lambda file: file.name)
        found = stack(decoding.perform_all(key, images_alone, "read", cancel=cancel))
        kept = [(index, room.take(one) if isinstance(one, Study) else one) for index, one in found]
    except ImageError as error:
        return str(error)
    images = list_images(kept)
    pictures = list(map(_small, images))
    state.own_batch = OwnBatch(
        images, pictures, left_out=say_left_out(decoding.left_out(key) + Counter(filter(None, why.values())))
    )
    return ""


def _stop(batch: OwnBatch) -> None:
    batch.is_stopped = True


def answer(batch: OwnBatch, cards: list[Card], device: str) -> None:
    """Let every model answer what it has not answered yet, with a line that says how far, and a way out.

    Each piece is kept as it comes: a press elsewhere on the page begins nothing anew.
    """
    from medrnn.compare.own import answer_own
    from medrnn.models.catalog import load_novelty

    total = len(batch.images) * len(cards)
    place = st.empty()
    if batch.is_stopped or all(len(batch.of(card, device)) == len(batch.images) for card in cards):
        return
    with place.container(horizontal=True, vertical_alignment="center"):
        line = st.empty()
        st.button("Cancel", key="compare__own-stop", on_click=_stop, args=[batch], icon=":material/close:")
    for number, card in enumerate(cards):
        told = batch.of(card, device)
        network, novelty = cached.model(card, device), load_novelty(card)
        pieces = answer_own(network, card, batch.images[len(told) :], novelty)
        while len(told) < len(batch.images):
            done = number * len(batch.images) + len(told)
            line.progress(done / total, f"Answer {done + 1:,} of {total:,}")
            with cached.device_lock(device):
                told += next(pieces)
    place.empty()
