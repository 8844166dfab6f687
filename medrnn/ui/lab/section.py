"""The choice of a closer look below the player; nothing is computed before it is chosen."""

import pkgutil
from dataclasses import dataclass

import streamlit as st

from medrnn.ui import address
from medrnn.ui.lab import figure
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

SERIES = "The series"  # a group that only networks have that read one
WIDE = 220  # pixels of a group: four stand side by side in a window of 1,400, two in one of 900


@dataclass(frozen=True)
class Look:
    """A closer look.

    Attributes:
        button: what its button says.
        question: what it answers; "{line}" is what one step reads.
        tooltip: what is shown, and how.
        is_plotly: its figures are saved as PNG or SVG.
        module: where its ``view`` stands; "" for the module of its own name.
        needs: what a scene has to offer for it, keys of ``MISSING``.
    """

    button: str
    question: str
    tooltip: str
    is_plotly: bool = False
    module: str = ""
    needs: tuple[str, ...] = ()


MISSING = {
    "answers": "this sweep comes before any answer",
    "plain": "it needs a network that reads the lines of the image themselves",
    "one line": "it needs a module that reads one sequence, not a sweep",
    "series": "it needs a network that reads a series slice by slice",
}


GROUPS = {  # name in the address: the look, in the order of display
    "The answer": {
        "answer": Look(
            "Answer over time",
            "When was it decided?",
            "Every class's probability after each step, how unsure the model was, and from which step on it stays.",
            needs=("answers",),
        ),
        "whatif": Look(
            "What if",
            "What if a gate, a unit or a {line} were missing?",
            "Change the network while it reads, and see what becomes of the answer.",
            True,
        ),
        "sure": Look(
            "How sure",
            "Would it say the same again?",
            "The answer under other seeds, small shifts and turns, and dropout at test time: mean, spread and cost.",
            True,
        ),
        "order": Look(
            "Scan order",
            "Does it matter where the reading begins?",
            "The image moved by some lines, and the same image read by models of every order and direction.",
            True,
            "scan_order",
            ("plain",),
        ),
    },
    SERIES: {
        "along": Look(
            "Along the series",
            "At which slices does it see something?",
            "An answer for each slice and how much of it counts; then the whole series beside the mask.",
            True,
            needs=("series",),
        )
    },
    "The memory": {
        "horizon": Look(
            "Horizon",
            "Which {lines} does it still remember?",
            "How much the end of the reading still depends on what was read at each step.",
        ),
        "retention": Look(
            "Saturation",
            "How long does it keep what it has?",
            "How often each gate stands open or closed, and after how many steps half of a memory is gone.",
            True,
        ),
        "gates": Look(
            "All gates",
            "What does every gate do at every {line}?",
            "All gates and states of all layers and directions under one cursor.",
        ),
        "tracks": Look(
            "Tracks",
            "What was read when the memory moved?",
            "Mask, intensity and surprise beside the states; units and places that go together.",
        ),
    },
    "Single units": {
        "units": Look(
            "Units",
            "What makes this unit rise?",
            "The images and steps of a data set at which one unit is highest and lowest.",
            True,
        ),
        "match": Look(
            "Match",
            "Where else are these units active together?",
            "Drag over steps and units; the images of a data set that come closest stand first.",
        ),
    },
    "The network": {
        "trajectory": Look(
            "Trajectory",
            "Where does its state go, beside other images?",
            "The path of the state, and what a simple read-out tells from it after each step.",
            True,
            needs=("one line",),
        ),
        "weights": Look(
            "Weights",
            "What could it do on any image?",
            "How strong each gate's weights are, and where the state would come to rest.",
            True,
        ),
    },
}
VIEWS = {name: look for group in GROUPS.values() for name, look in group.items()}


def _offers(scene: Scene) -> set[str]:
    is_series = scene.reading.config.is_series
    found = {
        "answers": scene.answers is not None,
        "plain": scene.is_plain and not is_series,
        "series": is_series,
    }
    return {name for name, has in (found | {"one line": not scene.passage.is_sweep}).items() if has}


def _choose(name: str) -> None:
    """A press on the open look closes it."""
    session().closer = "" if session().closer == name else name


def question(look: Look, line: str) -> str:
    """What a look answers, for a reading of rows, columns or patches."""
    return look.question.format(line=line, lines="patches" if line == "patch" else f"{line}s")


def _button(name: str, look: Look, scene: Scene, missing: tuple[str, ...]) -> None:
    is_open = session().closer == name and not missing
    with st.container(gap=None):
        st.button(
            look.button,
            key=f"lab__look-{name}",
            on_click=_choose,
            args=[name],
            type="primary" if is_open else "secondary",
            help=scene.named(f"{look.tooltip} Not here: {MISSING[missing[0]]}." if missing else look.tooltip),
            disabled=bool(missing),
        )
        st.caption(scene.named(question(look, scene.line)))


def closer(scene: Scene) -> None:
    """One of the views; the step and the part chosen above hold for all of them."""
    session().closer = address.take("view", VIEWS) or session().closer
    st.subheader("Look closer", anchor=False)
    offers = _offers(scene)
    lacks = {name: tuple(need for need in look.needs if need not in offers) for name, look in VIEWS.items()}
    with st.container(horizontal=True, gap="small"):
        for group, looks in GROUPS.items():
            if group == SERIES and "series" not in offers:
                continue
            with st.container(width=WIDE, gap="xsmall"):
                st.markdown(f"**{group}**")
                for name, look in looks.items():
                    _button(name, look, scene, lacks[name])
    chosen = session().closer
    if chosen not in VIEWS or lacks[chosen]:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.subheader(scene.named(question(VIEWS[chosen], scene.line)), anchor=False, width="content")
        if VIEWS[chosen].is_plotly:
            figure.choose_format()
    pkgutil.resolve_name(f"medrnn.ui.lab.{VIEWS[chosen].module or chosen}:view")(scene)
