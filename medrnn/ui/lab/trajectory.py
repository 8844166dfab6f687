"""Where the state goes over the steps, beside the mean paths of the classes, and what it tells at each step."""

import streamlit as st

from medrnn import plots
from medrnn.models.class_names import name_classes
from medrnn.ui import cached, parts
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.indexed import require_index
from medrnn.ui.lab.scene import Scene


def view(scene: Scene) -> None:
    """The trajectory in principal components, and the accuracy of a linear probe."""
    index = require_index(scene)
    if index is None:
        return
    projection = cached.projection(scene.card, scene.passage.name, scene.layer, scene.direction)
    own, dark = projection.path(scene.trace), parts.is_dark()
    st.markdown(
        f"**The state of {scene.part} over the steps, in principal components of {len(index.labels):,} "
        f"{scene.named('images')}**"
    )
    figure = plots.trajectories(
        projection.class_paths,
        own,
        name_classes(index.classes),
        projection.explained,
        step=scene.step,
        examples=projection.examples,
        dark=dark,
    )
    show(
        scene,
        figure,
        "trajectory",
        scene.named("The path of the state over the steps beside the paths of other images"),
        has_steps=True,
    )
    with st.spinner("Fitting a linear probe at each step"):
        found = cached.probe(scene.card, scene.passage.name, scene.layer, scene.direction)
    st.markdown("**What a linear read-out of the state gets right, had the reading ended after the step**")
    figure = plots.probe_accuracy(found.accuracy, found.intervals, found.majority, step=scene.step, dark=dark)
    show(scene, figure, "probe", "Accuracy of a linear read-out of the state after each step", has_steps=True)
    st.caption(
        "How often a straight line through the states would tell the classes apart (a linear probe: logistic "
        f"regression on at most {found.dimensions} principal components, fitted on {found.trained:,} "
        f"{scene.named('images')} of the validation split, scored on {found.tested:,} of the test split; "
        "Wilson's 95 % interval)."
    )
