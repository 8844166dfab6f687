"""Points that belong to a step say in which frame it lies; others stay as they are."""

import numpy as np
import plotly.graph_objects as go

from medrnn.plots import name_steps, slice_answers


def test_each_point_names_the_frame_of_its_step():
    figure = go.Figure()
    figure.add_scatter(
        x=[1, 2], y=[0, 1], customdata=[1, 2], hovertemplate="after, step %{x}: %{y}<extra></extra>"
    )
    figure.add_scatter(
        x=[9, 8], y=[0, 1], customdata=[2, 1], hovertemplate="step %{customdata}<extra>a</extra>"
    )
    figure.add_scatter(x=[1, 2], y=[0, 1], customdata=[1, 2], name="probe")
    figure.add_scatter(x=[1], y=[0], hovertemplate="step %{x}")
    name_steps(figure, ["frame 4", "frame 7.5"])
    said = [trace.hovertemplate for trace in figure.data]
    assert list(said[0]) == [
        f"after, step {n} (here {at}): %{{y}}<extra></extra>" for n, at in ((1, "frame 4"), (2, "frame 7.5"))
    ]
    assert list(said[1]) == [
        "step 2 (here frame 7.5)<extra>a</extra>",
        "step 1 (here frame 4)<extra>a</extra>",
    ]
    assert said[2][1] == "step 2 (here frame 7.5): %{y:.4g}<extra>probe</extra>"
    assert said[3] == "step %{x}"


def test_the_answers_of_slices_carry_their_steps_and_the_cursor_stands_at_the_frame_of_one():
    frames = np.array([12.0, 10.5, 9.0])
    figure = slice_answers(frames, np.array([0.1, 0.9, 0.4]), np.full(3, 1 / 3), "lesion", step=1, dark=False)
    assert [list(trace.customdata) for trace in figure.data] == [[1, 2, 3], [1, 2, 3]]
    assert {(shape.x0, shape.x1) for shape in figure.layout.shapes} == {(10.5, 10.5)}
