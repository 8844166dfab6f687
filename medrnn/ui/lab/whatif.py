"""What if: change the network while it reads, and see what becomes of the answer."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from medrnn import plots
from medrnn.datasets import is_shipped
from medrnn.errors import ConfigError, MedrnnError
from medrnn.models.places import passages
from medrnn.ui import cached, parts
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene, name_module
from medrnn.ui.state import session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from medrnn.explanation.interventions.effects import Move
    from medrnn.explanation.interventions.kinds import Intervention

ONE_ORDER = ("skip", "shuffle")  # act on the steps of one sequence
OVER = 200  # images of the test split


def _settings(scene: Scene, kind: str) -> dict[str, object]:
    """The widgets that a kind takes."""
    from medrnn.explanation.interventions.kinds import INTERVENTIONS
    from medrnn.models.cells import CELLS

    takes, cell = INTERVENTIONS[kind].takes, CELLS[scene.card.config.model.cell]
    found: dict[str, object] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if "symbol" in takes:
            example, value = cell.example
            symbols = sorted(cell.ranges, key=lambda s: s != example)  # the example first
            symbol = st.selectbox(
                "Gate or state",
                symbols,
                width=110,
                key=f"lab__symbol-{cell.name}",
                help="Which of them is set.",
            )
            low, high = cell.ranges[symbol]
            found |= {
                "symbol": symbol,
                "value": st.number_input(
                    "Value",
                    value=min(max(value, low), high),
                    step=0.1,
                    width=110,
                    help="To which it is set, in every unit that is meant.",
                ),
            }
        elif "value" in takes:
            found["value"] = st.selectbox(
                "Grey",
                ["black", "mean"],
                width=110,
                key="lab__grey",
                help="What stands in the place of the pixels.",
            )
        if "layer" in takes:
            layers = ["all", *range(scene.trace.layers)]
            found["layer"] = st.selectbox(
                "Layer",
                layers,
                width=90,
                format_func=lambda k: k if k == "all" else str(k + 1),
                key="lab__where",
                help="In which layer, or in all of them.",
            )
        if "units" in takes:
            units = st.text_input("Units", "all", width=130, help="all, 5, 8-12, or 3, 5, 9; counted from 0")
            found["units"] = [int(u) for u in units.split(",")] if "," in units else _number(units)
        if "seed" in takes:
            found["seed"] = int(
                st.number_input(
                    "Seed",
                    value=0,
                    width=100,
                    help="Of what is drawn at random. Another seed shows how much of the effect is chance.",
                )
            )
    if "steps" in takes:
        start = (scene.step + 1, scene.step + 1) if "steps" in INTERVENTIONS[kind].needs else (1, scene.steps)
        first, last = st.slider(
            "Steps",
            1,
            scene.steps,
            start,
            key=f"lab__steps-{kind}-{start}-{scene.steps}",
            help="From which to which step it is done; the others run as they are.",
        )
        if (first, last) != (1, scene.steps) or "steps" in INTERVENTIONS[kind].needs:
            found["steps"] = list(range(first - 1, last))
    return found


def _number(words: str) -> object:
    return int(words) if words.strip().isdecimal() else words.strip()


def _add(scene: Scene) -> None:
    from medrnn.explanation.interventions.kinds import INTERVENTIONS, Intervention

    is_stack = scene.card.config.model.core == "stack"
    kinds = [name for name in INTERVENTIONS if is_stack or name not in ONE_ORDER]
    kind = st.selectbox(
        "Intervention",
        kinds,
        format_func=lambda k: INTERVENTIONS[k].title,
        key=f"lab__kind-{is_stack}",
        help=scene.named(
            "What is done to the network or to the image while it reads. Look at the step from which the curves part."
        ),
    )
    st.caption(INTERVENTIONS[kind].says)
    try:
        made = Intervention.from_dict({"kind": kind, **_settings(scene, kind), **_module(scene, kind)})
        _check(scene, [*session().edits, made])
    except (ConfigError, ValueError) as error:
        say_error(error if isinstance(error, ConfigError) else "Expected units as all, 5, 8-12 or 3, 5, 9.")
        made = None
    if (
        st.button(
            "Add it",
            type="primary",
            key="lab__add",
            disabled=made is None,
            help="Puts it on the list; everything on the list is done at once.",
        )
        and made
    ):
        session().edits = (*session().edits, made)
        st.rerun()


def _module(scene: Scene, kind: str) -> dict[str, str]:
    """Which recurrent module is meant, where there are several and the kind acts inside of one."""
    config = scene.card.config
    if len(passages(config.model, config.reading)) < 2 or kind == "blank":
        return {}
    names = {scene.passage.name: f"the {name_module(scene.passage)} in view", "all": "all"}
    where = st.segmented_control(
        "Module",
        list(names),
        default=scene.passage.name,
        required=True,
        format_func=names.__getitem__,
        key=f"lab__module-{scene.passage.name}",
        help="Which recurrent network inside it is changed.",
    )
    return {"module": where}


def _check(scene: Scene, edits: "Iterable[Intervention]") -> None:
    """Raise a ConfigError where an intervention does not fit the network or its steps."""
    from medrnn.explanation.interventions.kinds import check_interventions

    config, steps = scene.card.config, scene.prediction.steps
    check_interventions(edits, config.model, 0 if steps is None else len(steps), config.reading)


def _remove(number: int) -> None:
    edits = session().edits
    session().edits = edits[:number] + edits[number + 1 :]


def _list() -> None:
    st.markdown("**What is done, in this order**")
    if not session().edits:
        st.caption("Nothing yet.")
    for number, one in enumerate(session().edits):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(f"{number + 1}. {shown(one.title)}")
            st.button(
                "Remove",
                key=f"lab__remove-{number}",
                on_click=_remove,
                args=[number],
                type="tertiary",
                icon=":material/close:",
                help="Takes it off the list.",
            )


def _over_data(scene: Scene) -> None:
    """The same over images of the test split: pressed, since it takes seconds."""
    from medrnn.datasets import load_dataset
    from medrnn.explanation.interventions.set_effects import share_changed

    if not is_shipped(scene.card.config.data):
        st.caption(
            scene.named("The data set of this model is not shipped, so nothing is tried on its images here.")
        )
        return
    if not st.button(
        scene.named(f"Do the same to {OVER} test images"),
        key="lab__over",
        icon=":material/dataset:",
        help=scene.named(
            "How many answers it changes over the test part: an effect on one image may be chance."
        ),
    ):
        return
    bar = st.progress(0.0, scene.named("Reading images"))

    def said(done: int, total: int) -> None:
        bar.progress(done / total, scene.named(f"Read {done} of {total} images"))

    test = load_dataset(scene.card.config.data).test
    with cached.device_lock(scene.device):
        found = share_changed(
            cached.model(scene.card, scene.device),
            scene.card,
            test.images,
            test.labels,
            session().edits,
            limit=OVER,
            progress=said,
        )
    bar.empty()
    low, high = found.interval
    before, after = found.accuracy
    st.write(
        f"**{round(found.share * len(found.rows))} of {len(found.rows)}** answers change "
        f"({100 * found.share:.1f} %, 95 % interval {100 * low:.1f} to "
        f"{100 * high:.1f} %, seed {found.seed}); accuracy {100 * before:.1f} % before, {100 * after:.1f} % after; "
        f"the probability moves by {100 * found.mean_change:.1f} points on average."
    )


def _moved(move: "Move") -> str:
    """What became of the answer: class, percentage points, margin."""
    name, size = shown(move.before), abs(move.points)
    way = "hardly moves" if size < 0.05 else f"{'falls' if move.points < 0 else 'rises'} by {size:.1f} points"
    numbers = f"{100 * move.p_before:.1f} % to {100 * move.p_after:.1f} %"
    lead = (
        "still the answer, ahead"
        if move.before == move.after
        else f"the answer is now {shown(move.after)}, ahead"
    )
    return (
        f"**{name} {way}**, from {numbers}; {lead} by {100 * move.margin_after:.1f} points, "
        f"{100 * move.margin_before:.1f} before."
    )


def view(scene: Scene) -> None:
    """Interventions on the chosen model and image, before and after side by side."""
    from medrnn.explanation.interventions.effects import compare

    try:
        _check(scene, session().edits)
    except ConfigError:
        session().edits = ()  # of another model
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _add(scene)
    with right:
        _list()
    if not session().edits:
        return
    scene = replace(scene, edits=session().edits)
    try:
        with cached.device_lock(scene.device):
            model = cached.model(scene.card, scene.device)
            effect = compare(model, scene.card, scene.reading, session().edits, scene.passage.name)
        dark = parts.is_dark()
        wide, narrow = st.columns([3, 2], gap="medium")
        with wide:
            st.markdown("**The answer over the steps, before and after**")
            show(
                scene,
                plots.effect_curves(effect, step=None if scene.answers is None else scene.step, dark=dark),
                "effect",
                "The answer after each step, before and after",
                has_steps=scene.answers is not None,
            )
        with narrow:
            st.markdown(_moved(effect.move))
            show(scene, plots.effect_bars(effect, dark=dark), "effect-bars", "Probabilities before and after")
        st.markdown("**How far the hidden state moves**")
        figure = plots.state_change(effect, step=scene.step, dark=dark)
        show(scene, figure, "moved", "Change of the hidden state at each step", has_steps=True)
        _over_data(scene)
    except MedrnnError as error:
        say_error(error)
