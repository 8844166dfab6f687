"""The linked columns: image, map, answer over time, memory and gates of every reading, under one cursor."""

import numpy as np

from medrnn.config.what import named
from medrnn.explanation.memory.horizon import horizon
from medrnn.models.sets import say_of
from medrnn.types import Attribution
from medrnn.ui import cached, sidebar
from medrnn.ui.compare.roles import NO_STEPS, ROLES, symbol_of, why_none
from medrnn.ui.compare.seats import Seat
from medrnn.ui.components.columns import columns
from medrnn.ui.components.columns.columns import Column, Nothing, Overlay
from medrnn.ui.foreign import plain
from medrnn.ui.lab.unit_order import order
from medrnn.ui.sidebar import NOT_KNOWN
from medrnn.ui.slices import say_frames

SIDE = 360  # pixels of a picture's longer side
MOST_UNITS = 256  # beyond, the Jacobians of one column take seconds


def _read(seat: Seat) -> list[str]:
    """Which frames of a study with several are read; nothing of a single image."""
    study, reading = seat.study, seat.reading
    if study.frames < 2:
        return []
    if reading.config.is_series:
        return [f"reads {say_frames(reading, study)} of {study.frames}"]
    return [f"reads frame {reading.frame + 1} of {study.frames} alone"]


def _facts(seat: Seat, target: str) -> list[str]:
    card, found = seat.card, seat.prediction
    facts = [
        plain(card.summary),
        plain(f"{card.data['title']}, {card.reading}"),
        *_read(seat),
        f"{card.parameters:,} parameters, {found.elapsed_ms:.1f} ms on {found.device.upper()}",
    ]
    if spread := found.spread(card.classes.index(target)):
        low, high = spread
        facts.append(
            f"{seat.called(target)} {100 * low:.1f} to {100 * high:.1f} % over {found.seed_count} seeds"
        )
    else:
        facts.append("weights of one seed only")
    if seat.label:
        facts.append(f"labelled {plain(seat.called(seat.label))}")
    return facts


def _answer(seat: Seat) -> str:
    found = seat.prediction
    answer = f"{plain(seat.called(found.classes[found.answer]), 60)} {100 * found.probabilities.max():.1f} %"
    if doubt := say_of(found):
        return f"{plain(doubt, 120)} ({answer})"
    return answer if found.verdict.is_within else f"{NOT_KNOWN} ({answer})"


def _boxes(seat: Seat, picture: np.ndarray) -> np.ndarray | None:
    """What each step reads, in pixels of the picture of the crop."""
    if seat.scene is None:
        return None
    x, y, width, height = seat.reading.canvas
    factor = np.array([picture.shape[1] / width, picture.shape[0] / height] * 2)
    found: np.ndarray = (seat.scene.boxes - np.array([x, y, 0, 0])) * factor
    return found


def _memory(seat: Seat, layer: int) -> np.ndarray | Nothing:
    scene = seat.scene
    if scene is None:
        return Nothing("memory", NO_STEPS)
    if seat.card.config.model.width > MOST_UNITS:
        return Nothing("memory", f"not computed beyond {MOST_UNITS} units")

    def make() -> np.ndarray:
        with cached.device_lock(scene.device):
            return horizon(scene.module, scene.trace, layer, "forward").hidden

    return scene.keep("compared memory", scene.link, layer, make=make)


def _gates(seat: Seat, roles: list[str], layer: int) -> dict[str, tuple[str, np.ndarray] | Nothing]:
    scene = seat.scene
    if scene is None:
        return {role: Nothing(ROLES[role][0].lower(), NO_STEPS) for role in roles}
    found: dict[str, tuple[str, np.ndarray] | Nothing] = {}
    part, place = scene.trace.part(layer, "forward"), order(scene, layer, "forward")
    for role in roles:
        if symbol := symbol_of(role, scene.trace):
            found[role] = symbol, part[symbol][:, place]
        else:
            found[role] = Nothing(ROLES[role][0].lower(), why_none(role, scene.trace))
    return found


def _curve(seat: Seat, target: str) -> np.ndarray | Nothing:
    name = f"p({plain(seat.called(target), 40)}) over time"
    if seat.scene is None:
        return Nothing(name, "no answer before the end: it reads all at once")
    answers = seat.scene.answers
    if answers is None:
        return Nothing(name, "this sweep comes before any answer")
    curve: np.ndarray = answers[:, seat.card.classes.index(target)]
    return curve


def _overlay(seat: Seat, found: Attribution | None) -> Overlay | None:
    if found is None:
        return None
    limit = float(np.abs(found.values).max()) or 1.0
    way = "for and against" if found.is_signed else "sensitive to"
    return Overlay(found.values, limit, found.is_signed, f"{way} {plain(seat.called(found.target), 40)}")


def column_of(seat: Seat, first: Seat, roles: list[str], method: str, baseline: str) -> Column:
    """One reading as a column.

    Args:
        seat: what is shown.
        first: whose answer is the class of all columns that know it.
        roles: rows of gates, keys of ``ROLES``.
        method: of the map, "" for none.
        baseline: of the map.
    """
    picture = cached.picture(seat.study, seat.reading, SIDE)
    target = seat.class_like(first)
    scene, layer = seat.scene, 0
    if scene is not None:
        layer = scene.trace.layers - 1
    return Column(
        title=seat.title,
        answer=_answer(seat),
        image=picture,
        name=plain(seat.called(target), 40),
        what=named("image", seat.reading.config),
        facts=_facts(seat, target),
        is_answer=seat.prediction.verdict.is_within and not say_of(seat.prediction),
        boxes=_boxes(seat, picture),
        line="" if scene is None else scene.line,
        places=() if scene is None else scene.places,
        curve=_curve(seat, target),
        spread=seat.prediction.spread(seat.card.classes.index(target)),
        overlay=_overlay(seat, seat.map(method, target, baseline) if method else None),
        memory=_memory(seat, layer),
        gates=_gates(seat, roles, layer),
        part="" if scene is None else scene.words(layer, "forward"),
    )


def show(seats: list[Seat], rows: list[str], method: str, baseline: str, title: str) -> None:
    """All readings side by side.

    Args:
        seats: from left to right.
        rows: below the pictures: "answer", "horizon", keys of ``ROLES``.
        method: of the maps, "" for none.
        baseline: of the maps.
        title: stands over the saved picture.
    """
    roles = [row for row in rows if row in ROLES]
    found = [column_of(seat, seats[0], roles, method, baseline) for seat in seats]
    names = "-".join(dict.fromkeys(seat.card.id for seat in seats))
    columns.show(
        found,
        rows,
        key=f"compare-columns-{sidebar.chosen_device()}",
        title=title,
        file=f"medrnn-compare-{names[:80]}",
        inferences=[seat.inference for seat in seats],
    )
