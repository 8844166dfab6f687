"""What small changes of the image do to the answers."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.compare.perturb import PERTURBATIONS, STRENGTHS, Movement, move, perturb_reading
from medrnn.config.what import named
from medrnn.ui import cached, figure, parts, sidebar
from medrnn.ui.compare.seats import Seat
from medrnn.ui.foreign import plain, shown
from medrnn.ui.lab import pictures
from medrnn.ui.lab.pictures import Picture
from medrnn.ui.state import bound, session

SEED = 0  # of the noise
WIDE, ZOOM = 104, 4  # pixels of a small picture; of one of its pixels


def _move(seat: Seat, strength: str) -> Movement:
    device = sidebar.chosen_device()

    def make() -> Movement:
        network = cached.model(seat.card, device)
        with cached.device_lock(device):
            return move(network, seat.reading, strength, seed=SEED)

    return cached.of_reading("movement", seat.card, seat.reading, device, strength, make=make)


def _sentence(seat: Seat, found: Movement, target: str) -> str:
    name, by = found.largest(seat.card.classes.index(target))
    turned = [PERTURBATIONS[name].title for name in found.flips]
    count = len(found.names)
    says = (
        f"**{len(turned)} of {count}** turn the answer: {', '.join(turned)}"
        if turned
        else "none turns the answer"
    )
    return f"{shown(seat.title)}: {says}; the largest move is {100 * by:+.1f} points ({PERTURBATIONS[name].title})."


def _said(name: str, strength: str) -> str:
    """A change with its size, such as "shifted left, 8 % of the side"."""
    one = PERTURBATIONS[name]
    return ", ".join(filter(None, (one.title, one.size(strength))))


def _pictures(seat: Seat, found: Movement, target: str) -> None:
    """The changed images as the first model reads them."""
    k = seat.card.classes.index(target)
    drawn = []
    for name, row in zip(found.names, found.after, strict=True):
        changed = perturb_reading(seat.reading, name, found.strength, seed=found.seed)
        title, p = PERTURBATIONS[name].title, float(row[k])
        data = {"change": name, "strength": found.strength, "class": target, "probability": p}
        pixels = (255 * changed).round().astype(np.uint8).repeat(ZOOM, 0).repeat(ZOOM, 1)
        drawn.append(Picture(pixels, f"{title}: {100 * p:.1f} %", data))
    title = f"The changed {named('images', seat.reading.config)}, as {plain(seat.card.id)} reads them"
    pictures.show(seat.inference, drawn, name="changes", title=title, width=WIDE)


def view(seats: list[Seat]) -> None:
    """Every small change, the answers of all, and the changed images."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.subheader("Does the answer hold under small changes?", anchor=False, width="content")
        bound(
            st.segmented_control,
            "Size of the changes",
            list(STRENGTHS),
            "strength",
            required=True,
            format_func=str.capitalize,
            help="Small, twice or four times as far. Look for answers that turn at changes which no reader would "
            "notice.",
        )
    strength = session().strength
    found = [_move(seat, strength) for seat in seats]
    targets = [seat.class_like(seats[0]) for seat in seats]
    at = [seat.card.classes.index(target) for seat, target in zip(seats, targets, strict=True)]
    moved = 0.0 + np.stack(
        [(100 * (one.after[:, k] - one.before[k])).round(1) for one, k in zip(found, at, strict=True)], 1
    )
    flips = np.stack([[name in one.flips for name in one.names] for one in found], 1)
    lines = list(map(_sentence, seats, found, targets))
    st.markdown("\n".join(f"- {line}" for line in lines))
    said = partial(_said, strength=strength)
    drawn = plots.movements(
        moved,
        flips,
        [said(name) for name in PERTURBATIONS],
        [seat.title for seat in seats],
        dark=parts.is_dark(),
    )
    alt = " ".join(line.replace("*", "") for line in lines)
    figure.draw(drawn, "changes", alt, place="compare", inferences=[seat.inference for seat in seats])
    st.caption(
        "Points by which the probability of the class moves; bold where another class becomes the answer. Made to "
        f"what the model reads, at its own size; noise of seed {SEED}. A mirrored image is another image: in a chest "
        "film the heart then lies on the right."
    )
    _pictures(seats[0], found[0], targets[0])
