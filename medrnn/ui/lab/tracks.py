"""What was read beside what was remembered: mask, intensity, label; units and places that go together."""

import numpy as np
import streamlit as st

from medrnn.explanation.evidence.localise import mask_in_reading
from medrnn.explanation.memory.ordering import co_cluster
from medrnn.imaging.masks.read import shares
from medrnn.sequences import boxes
from medrnn.ui import cached
from medrnn.ui.components.tracks.rows import Bars, Heat, Lines, Row
from medrnn.ui.foreign import plain
from medrnn.ui.judged import label_of
from medrnn.ui.lab import pictures, selected
from medrnn.ui.lab.course_words import count_of
from medrnn.ui.lab.pictures import Picture
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

GROUPS = 4
SIDE = 160  # pixels of a small picture's longer side
DIM = 0.25


def _mask_rows(scene: Scene) -> list[Row]:
    mask = session().masks.get(scene.study.key)
    if mask is None:
        return []
    return [
        Bars(
            f"share of {mask.names[label - 1]}",
            _share(scene, mask.labels, label),
            "of what is read at the step",
        )
        for label in mask.present
    ]


def _share(scene: Scene, labels: np.ndarray, label: int) -> np.ndarray:
    """(step,) how much of what is read at each step has a label; of a series in the frame nearest to each slice."""
    config = scene.reading.config
    if not config.is_series:
        return shares(labels[scene.reading.frame], scene.boxes, label)
    sheet = mask_in_reading(labels == label, scene.reading).astype(np.uint8)
    return shares(sheet, boxes(config, (0, 0, sheet.shape[1], sheet.shape[0])), 1)


def _picture(scene: Scene, steps: np.ndarray) -> np.ndarray:
    """The crop with everything dimmed but what was read at these steps."""
    picture = cached.picture(scene.study, scene.reading, SIDE)
    x, y, width, height = scene.reading.canvas
    factor = np.array([picture.shape[1] / width, picture.shape[0] / height] * 2)
    lit = np.zeros(picture.shape, bool)
    for box in (scene.boxes[steps] - [x, y, 0, 0]) * factor:
        left, top, right, lower = np.round([box[0], box[1], box[0] + box[2], box[1] + box[3]]).astype(int)
        lit[max(top, 0) : lower, max(left, 0) : right] = True
    return np.where(lit, picture, picture * DIM).astype(np.uint8)


def _groups(scene: Scene, states: np.ndarray, steps: np.ndarray, units: np.ndarray, count: int) -> None:
    shown = []
    for group in range(count):
        at, of = np.flatnonzero(steps == group), np.flatnonzero(units == group)
        block = np.abs(states[np.ix_(at, of)])
        data = {
            "group": group + 1,
            "steps": len(at),
            "units": len(of),
            "mean |h|": block.mean() if block.size else "",
        }
        level = f", mean |h| {block.mean():.2f}" if block.size else ""
        caption = f"Group {group + 1}: {count_of(len(at), 'step')}, {count_of(len(of), 'unit')}{level}"
        shown.append(Picture(_picture(scene, at), caption, data))
    pictures.show(
        scene.inference, shown, name="groups", title="Places and units that go together", width=SIDE
    )
    st.caption(
        "Each step and each unit is in one group, such that units are strong where their own group is read (spectral "
        f"co-clustering of |h|, Dhillon 2001). Mean |h| of {scene.part} over all: {np.abs(states).mean():.2f}."
    )


def _label_rows(scene: Scene) -> list[Row]:
    """What the answers before the last say of the true class, where the reader knows it."""
    classes, steps = scene.card.classes, scene.answers
    if steps is None:
        return []
    key = f"lab__label-{scene.study.key[:12]}-{scene.card.id}"
    called = dict(zip(classes, scene.classes, strict=True))
    true = st.selectbox(
        scene.named("True class of the image, if you know it"),
        classes,
        classes.index(label) if (label := label_of(scene.study, scene.card)) else None,
        key=key,
        placeholder="unknown",
        format_func=lambda name: plain(called[name]),
        width=320,
        help="Adds a row with the surprise at that class after each step: high bars are steps after "
        "which the model leant the other way.",
    )
    if true is None:
        return []
    p = steps[:, classes.index(true)].astype(np.float64)
    surprise = -np.log2(np.maximum(p, np.finfo(np.float32).tiny))
    limits = (0.0, max(1.0, float(surprise.max())))
    return [
        Bars(f"Surprise at {called[true]}", surprise, "-log2 p", "bits", limits, series=f"surprise at {true}")
    ]


def _answer_rows(scene: Scene, answer: int) -> list[Row]:
    if scene.answers is None:
        return []
    return [
        Lines(
            f"p({scene.classes[answer]})",
            {"p": scene.answers[:, answer]},
            scene.named("had the image ended here"),
            limits=(0, 1),
            series=f"p({scene.card.classes[answer]})",
        )
    ]


def _attention_rows(scene: Scene) -> list[Row]:
    """What the read-out takes from each step, where it weighs them."""
    weights = scene.attention
    if weights is None or weights.shape != (scene.steps,):
        return []
    says = "how the states are added up, no evidence of what mattered"
    return [
        Bars("Weight in the read-out", weights, says, limits=(0, float(weights.max())), series="attention")
    ]


def view(scene: Scene) -> None:
    """Tracks of what was read over the hidden state, its units in groups; the groups' places on the image."""
    states = scene.trace.part(scene.layer, scene.direction)["h"]
    count = min(GROUPS, *states.shape)
    steps, units = scene.keep(
        "groups", scene.link, scene.layer, scene.direction, count, make=lambda: co_cluster(states, count)
    )
    place, sizes = np.argsort(units, kind="stable"), np.bincount(units, minlength=count)
    groups = [(f"group {k + 1}", n) for k, n in enumerate(sizes) if n]
    masks, answer = _mask_rows(scene), scene.prediction.answer
    rows: list[Row] = [
        *masks,
        *_label_rows(scene),
        Bars("intensity", scene.intensity, f"mean of the {scene.line}, as the model reads it", limits=(0, 1)),
        *_answer_rows(scene, answer),
        *_attention_rows(scene),
        Heat(
            states[:, place],
            "h",
            part=scene.part,
            labels=place,
            groups=groups,
            is_backward=scene.direction == "backward",
        ),
    ]
    if not masks:
        st.caption(
            "No mask: open one, or draw one, on the page Open to see the share of it that each step reads."
        )
    title = f"What {scene.card.title} read of {scene.study.name}, and what it kept."
    selected.show(scene, rows, name="tracks", title=title, enlarged=len(rows) - 1)
    _groups(scene, states, steps, units, count)
