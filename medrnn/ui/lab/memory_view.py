"""The reading player with the right picture, gates and answer in it."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import CELLS as TITLES
from medrnn.config.what import named
from medrnn.explanation.memory.course import describe_course
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.places import Passage, passages
from medrnn.sequences import boxes
from medrnn.types import Prediction, Reading, Trace
from medrnn.ui import address, cached, sidebar
from medrnn.ui.components.player import player
from medrnn.ui.foreign import shown
from medrnn.ui.lab.course_words import say_course
from medrnn.ui.lab.scene import Scene, name_module
from medrnn.ui.lab.unit_order import order
from medrnn.ui.state import bound, session

PREFIXES = {  # what an answer before the end means, and what watching this kind of network tells
    "forward": "It only looks back, so each answer is what it says of the part read so far, and nothing else. That "
    "tells most of how an answer comes about; Memory opens with it.",
    "sweeps": "Each answer is the one after so many rows of the last sweep. What comes before it, the stem and the "
    "sweep along the rows, has seen a few pixels further, and all of each row. The curve is the answer of all "
    "columns together; the gates below it are those of one. They can be laid over the image, place by place, which is "
    "why Memory opens such an image with this model.",
    "streams": "Each answer is the one after so many rows for the row stream and as many columns for the column "
    "stream.",
    "stem": "Each answer is the one after so many rows of the stem's map; the stem has looked a few pixels further.",
}
MOST_ALIKE = 2
DIM = 0.45  # of the brightness, where a sweep's other lines are
SIDE = 420  # pixels of the picture's longer side; the player shows it at 240 to 480


def title(card: Card) -> str:
    """What the page shows, in one sentence."""
    if not card.config.model.is_recurrent:
        return "What a network let in, kept and showed while it read the image. This one reads nothing step by step."
    how = "in sweeps over it" if card.config.model.core == "sweeps" else card.config.reading.by_line
    return named(
        f"What the network let in, kept and showed while it read the image {how}.", card.config.reading
    )


def choose_passage(card: Card) -> tuple[Passage, int]:
    """Which recurrent module, and of a sweep which row or column of its map, counted from 0."""
    state, found = session(), passages(card.config.model, card.config.reading)
    state.module = address.take("module", found) or state.module
    if state.module not in found:
        state.module = list(found)[-1]  # of sweeps the last one, after whose rows there is an answer
    if len(found) > 1:
        bound(
            st.selectbox,
            "Module",
            list(found),
            "module",
            format_func=lambda name: name_module(found[name]).capitalize(),
            help="Every recurrent module inside the network, in the order in which they read.",
        )
    passage = found[state.module]
    if not passage.is_sweep:
        return passage, 0
    if (line := address.take("line", range(passage.lines))) is not None:
        state.line = line
    if state.line is None or state.line >= passage.lines:
        state.line = passage.lines // 2
    axis = passage.axis.removesuffix("s")
    bound(
        st.select_slider,
        f"{axis.capitalize()} of the map",
        range(passage.lines),
        "line",
        format_func=lambda k: str(k + 1),
        help=f"The sweep reads all {passage.lines} {passage.axis} of its map side by side. This one is in view.",
    )
    return passage, state.line


def choose_part(trace: Trace) -> None:
    """Which layer and direction."""
    _take_part(trace)
    if trace.layers > 1:
        bound(
            st.segmented_control,
            "Layer",
            range(trace.layers),
            "layer",
            format_func=lambda k: str(k + 1),
            required=True,
            help="Whose gates and states are shown. The last one feeds the answer.",
        )
    if len(trace.directions) > 1:
        bound(
            st.segmented_control,
            "Direction",
            trace.directions,
            "direction",
            format_func=str.capitalize,
            required=True,
            help="Whose gates and states are shown: of the network that reads from the first step, or "
            "from the last one.",
        )
    state = session()
    state.layer = min(state.layer, trace.layers - 1)
    state.direction = state.direction if state.direction in trace.directions else "forward"


def _take_part(trace: Trace) -> None:
    """The layer and direction of an address."""
    state = session()
    if (layer := address.take("layer", range(trace.layers))) is not None:
        state.layer = layer
    state.direction = address.take("direction", trace.directions) or state.direction


def take_step(passage: Passage) -> None:
    """The step of an address."""
    if (step := address.take("step", range(passage.steps))) is not None:
        session().step = step


def _boxes_in(picture: np.ndarray, scene: Scene) -> np.ndarray:
    """The places of the steps in pixels of the picture of the crop."""
    x, y, width, height = scene.reading.canvas
    factor = np.array([picture.shape[1] / width, picture.shape[0] / height] * 2, np.float32)
    found: np.ndarray = (scene.boxes - np.array([x, y, 0, 0], np.float32)) * factor
    return found


def _picture(scene: Scene) -> np.ndarray:
    """The crop as the eye sees it; of a sweep the lines that are not in view are dimmed."""
    picture = cached.picture(scene.study, scene.reading, SIDE)
    if not scene.passage.is_sweep:
        return picture
    found = np.rint(_boxes_in(picture, scene)).astype(int)
    (left, top), (right, lower) = found[:, :2].min(0), (found[:, :2] + found[:, 2:]).max(0)
    dimmed = (picture * DIM).astype(np.uint8)
    dimmed[top:lower, left:right] = picture[top:lower, left:right]
    return dimmed


def shared(passage: Passage) -> dict[str, str | int | None]:
    """What of this page can be shared: layer, line and step count from 1."""
    state = session()
    step = None if state.step is None else state.step + 1
    found: dict[str, str | int | None] = {
        "layer": state.layer + 1,
        "direction": state.direction,
        "step": step,
    }
    if passage.name != "rnn":
        found["module"] = passage.name
    if passage.is_sweep:
        found["line"] = (state.line or 0) + 1
    return found | {"view": state.closer}


def say(card: Card, reading: Reading, prediction: Prediction) -> None:
    """How the answer came about, in one sentence, and what an answer before the end is where that needs saying."""
    model, places = card.config.model, prediction.places
    if prediction.steps is None or places is None:
        return
    course = describe_course(
        prediction.steps,
        boxes(places, reading.canvas),
        places.line,
        is_prefix=model.is_bidirectional and model.core != "sweeps",
    )
    sentence = say_course(course, card.classes)
    if model.core == "sweeps":
        sentence = f"The last sweep runs down the image: {sentence[:1].lower()}{sentence[1:]}"
    if prediction.verdict.is_within:
        st.markdown(sentence)
    else:
        st.caption(
            f"What its answer did all the same, which tells of the network and not of the "
            f"{named('image', reading.config)}: {sentence}"
        )
    kind = model.core
    if kind == "stack":
        kind = "stem" if model.encoder == "stem" else "forward" if not model.is_bidirectional else ""
    if kind in PREFIXES:
        st.caption(PREFIXES[kind])


def no_states(card: Card) -> None:
    """A network that reads nothing step by step: what there is instead."""
    st.info(
        "A convolutional network sees the whole image at once. It has no steps, no states and no gates, so there is "
        "nothing to watch here: the gates stay blank, and there is no answer over time. Which pixels moved its answer "
        "is on the page Map."
    )
    alike = [
        name
        for name, other in cached.cards().items()
        if other.data["name"] == card.data["name"] and other.config.model.is_recurrent
    ]
    with st.container(horizontal=True):
        for name in alike[:MOST_ALIKE]:
            st.button(
                f"Watch {shown(name)} read it",
                on_click=sidebar.use_model,
                args=[name],
                key=f"memory__instead-{name}",
                icon=":material/memory:",
                help="Takes this model, which reads step by step.",
            )
        st.page_link("pages/map.py", label="Map", icon=":material/my_location:")


def show(scene: Scene) -> None:
    """The player; the step at which it comes to rest is kept."""
    state, card, prediction = session(), scene.card, scene.prediction
    picture, place = _picture(scene), order(scene, scene.layer, scene.direction)
    nothing = np.full((scene.steps, len(card.classes)), np.nan)
    answers = nothing if scene.answers is None else scene.answers
    parts = scene.trace.part(scene.layer, scene.direction)
    chosen = player.play(
        picture,
        _boxes_in(picture, scene),
        {symbol: values[:, place] for symbol, values in parts.items()},
        answers[:, prediction.answer],
        classes=name_classes(card.classes),
        answer=prediction.answer,
        line=scene.line,
        places=scene.places,
        step=state.step,
        link=scene.link,
        labels=place,
        is_backward=scene.direction == "backward",
        digest=f"{scene.link}/{scene.layer}/{scene.direction}/{state.ordering}",
        key="memory-player",
        title=f"How {card.title} read {scene.study.name}: its answer and each gate of {scene.part} after every step.",
        file=f"medrnn-memory-{card.id}-layer{scene.layer + 1}-{scene.direction}-{scene.study.key[:8]}",
        inference=scene.inference,
    )
    if chosen is not None:
        state.step = chosen


def downloads(scene: Scene) -> None:
    """The trace as files, and how exact it is."""
    from medrnn.explanation.export import pack_trace, pack_trace_zip, trace_table
    from medrnn.models.cells import CELLS

    card, reading, trace, inference = scene.card, scene.reading, scene.trace, scene.inference
    module = "" if scene.passage.name == "rnn" else scene.passage.name
    where = f"-{scene.passage.axis.removesuffix('s')}-{scene.at + 1}" if scene.passage.is_sweep else ""
    name = f"medrnn-trace-{card.id}{where}-{reading.study_key[:8]}"
    save = partial(st.download_button, on_click="ignore", icon=":material/download:")
    with st.container(horizontal=True, vertical_alignment="center"):
        save(
            "Trace (NPZ)",
            lambda: pack_trace(trace, reading, inference, scene.boxes, module=module),
            f"{name}.npz",
            help="Every gate and state of every layer and direction, what was read, and where its steps lie.",
        )
        rows = "The same numbers, one line a layer, direction, symbol and step."
        save("Table (CSV)", lambda: trace_table(trace, inference), f"{name}.csv", "text/csv", help=rows)
        save(
            "Both, with a manifest (ZIP)",
            lambda: pack_trace_zip(trace, reading, inference, scene.boxes, module=module),
            f"{name}.zip",
            "application/zip",
            help="The manifest says how they were made, and comes last: a file without it is not whole.",
        )
        st.caption(_exactness(scene), width="content")
    if note := CELLS[card.config.model.cell].note:
        st.caption(note)


def _exactness(scene: Scene) -> str:
    from medrnn.models.cells import CELLS

    card, trace, step = scene.card, scene.trace, session().step
    places = scene.places
    where = f" ({places[scene.step][1]})" if places else ""
    chosen = f"Step {scene.step + 1}{where} is chosen. " if step is not None or places else ""
    cell = CELLS[card.config.model.cell]
    run = f"torch's own run (the fused {TITLES[cell.name]})" if cell.fused else "the module's own run"
    model = card.config.model
    is_prefix = model.is_bidirectional and model.core == "stack" and model.encoder == "none"
    prefix = " Each answer is the model's answer to the part read so far." if is_prefix else ""
    return (
        f"{chosen}Every value is recomputed step by step and agrees with {run} to "
        f"{max(trace.error, 1e-9):.0e}.{prefix}"
    )
