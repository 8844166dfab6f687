"""Before and after an intervention, and the answer while the image moves or is read in another order."""

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from medrnn.models.class_names import name_classes
from medrnn.plots.layout import ANSWER, OTHER, dress, escaped, mark_step
from medrnn.plots.theme import CANVAS, DASHES, RUNS

if TYPE_CHECKING:
    from medrnn.explanation.interventions.effects import Effect
    from medrnn.explanation.scan_order import OrderTest, ShiftTest

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
PROBABILITY = {"range": [-0.02, 1.02], "tickformat": ".0%"}


def _spans(chosen: np.ndarray) -> list[tuple[int, int]]:
    """First and last of each run of True in (step,) bool."""
    steps = np.flatnonzero(chosen)
    parts = np.split(steps, np.flatnonzero(np.diff(steps) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if len(part)]


def _shade(figure: go.Figure, edited: np.ndarray, mode: str) -> None:
    """Mark the steps at which something was done; axes count steps from 1."""
    for first, last in _spans(edited):
        figure.add_vrect(
            x0=first + 0.5,
            x1=last + 1.5,
            fillcolor=CANVAS[mode]["cursor"],
            opacity=0.14,
            line_width=0,
            layer="below",
        )


def effect_curves(
    effect: "Effect", *, target: int | None = None, step: int | None = None, dark: bool = False
) -> go.Figure:
    """Probability of one class after each step, before (dashed) and after (solid); edited steps are shaded.

    Args:
        effect: what was done and what came of it; of a network that answers after each step.
        target: index of the class, by default the answer before.
        step: the cursor, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    k = int(effect.before.argmax()) if target is None else target
    figure = go.Figure()
    if effect.steps_before is None or effect.steps_after is None:
        raise ValueError("expected answers after each step, got none: a convolutional network has no steps")
    steps = np.arange(1, len(effect.steps_before) + 1)
    for name, values, colour, dash in (
        ("before", effect.steps_before, OTHER[mode], "dash"),
        ("after", effect.steps_after, ANSWER[mode], "solid"),
    ):
        figure.add_scatter(
            x=steps,
            y=values[:, k],
            customdata=steps,
            name=name,
            mode="lines+markers",
            marker_size=5,
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate=f"{name}, step %{{x}}: %{{y:.4f}}<extra></extra>",
        )
    _shade(figure, effect.edited, mode)
    mark_step(figure, step, mode)
    figure.update_xaxes(title_text="step", range=[0.5, len(steps) + 0.5])
    figure.update_yaxes(
        title_text=f"probability of {escaped(name_classes(effect.classes)[k])}", **PROBABILITY
    )
    return dress(figure, dark=dark, height=320, legend=LEGEND).update_layout(margin={"t": 30})


def effect_bars(effect: "Effect", *, dark: bool = False) -> go.Figure:
    """Probability of each class after the whole image, before and after.

    Args:
        effect: what was done and what came of it.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for name, values, colour in (
        ("before", effect.before, OTHER[mode]),
        ("after", effect.after, ANSWER[mode]),
    ):
        figure.add_bar(
            x=values,
            y=[escaped(name) for name in name_classes(effect.classes)],
            name=name,
            orientation="h",
            marker_color=colour,
            text=[f"{100 * p:.1f} %" for p in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"%{{y}}, {name}: %{{x:.4f}}<extra></extra>",
        )
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    height = 92 + 46 * len(effect.classes)
    dress(figure, dark=dark, height=height, legend=LEGEND, barmode="group", bargap=0.25)
    return figure.update_layout(margin={"t": 30})


def state_change(effect: "Effect", *, step: int | None = None, dark: bool = False) -> go.Figure:
    """How far the hidden state of a module moved at each step, one line a layer and direction; edited steps are shaded.

    Args:
        effect: what was done and what came of it.
        step: the cursor, counted from 0.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    for number, (name, values) in enumerate(effect.moved.items()):
        layer, direction = name.removeprefix("layer").split("/")
        style = number % len(DASHES)
        figure.add_scatter(
            x=np.arange(1, len(values) + 1),
            y=values,
            customdata=np.arange(1, len(values) + 1),
            name=f"layer {int(layer) + 1}, {direction}",
            mode="lines+markers",
            marker_size=5,
            line={"color": RUNS[mode][style], "dash": DASHES[style], "width": 2},
        )
    _shade(figure, effect.edited_states, mode)
    mark_step(figure, step, mode)
    figure.update_xaxes(title_text="step", range=[0.5, len(effect.edited_states) + 0.5])
    figure.update_yaxes(title_text="change of h (root mean square)", rangemode="tozero")
    figure.update_layout(showlegend=True)
    return dress(figure, dark=dark, height=300, legend=LEGEND).update_layout(margin={"t": 30})


def shift_curves(test: "ShiftTest", *, target: int | None = None, dark: bool = False) -> go.Figure:
    """Probability of one class while the image, or a patch of it, moves down (solid) and to the right (dashed).

    Args:
        test: the answers at each shift.
        target: index of the class, by default the answer of the image as it is.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    down = test.curves["down"]
    k = int(down.probabilities[down.shifts == 0][0].argmax()) if target is None else target
    for number, (axis, words) in enumerate((("down", "down"), ("across", "to the right"))):
        curve = test.curves[axis]
        figure.add_scatter(
            x=curve.shifts,
            y=curve.probabilities[:, k],
            name=f"moved {words}",
            mode="lines+markers",
            marker_size=4,
            line={"color": RUNS[mode][number], "dash": DASHES[number], "width": 2},
            hovertemplate=f"%{{x}} pixels {words}: %{{y:.4f}}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": CANVAS[mode]["cursor"], "width": 1})
    figure.update_xaxes(title_text="moved by (pixels of the model's input)")
    figure.update_yaxes(title_text=f"probability of {escaped(name_classes(test.classes)[k])}", **PROBABILITY)
    return dress(figure, dark=dark, height=320, legend=LEGEND).update_layout(margin={"t": 30})


def order_bars(
    test: "OrderTest", *, target: int | None = None, is_known: bool = True, dark: bool = False
) -> go.Figure:
    """Probability of one class by each model, with its reading; the models with the frequent answer are darker.

    Args:
        test: the answers of all models.
        target: index of the class, by default the most frequent answer.
        is_known: False where the image is not of the kind that the models know: all bars are grey, in brackets.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    answers = test.probabilities.argmax(1)
    frequent = int(np.bincount(answers).argmax())
    k = frequent if target is None else target
    bars = go.Bar(
        x=test.probabilities[:, k],
        y=[f"{escaped(one.model)}: {one.reading}" for one in test.answers],
        orientation="h",
        marker_color=[(ANSWER if is_known and answer == frequent else OTHER)[mode] for answer in answers],
        text=[f"{100 * p:.1f} %" if is_known else f"({100 * p:.1f} %)" for p in test.probabilities[:, k]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(
        range=[0, 1.12],
        tickvals=[0, 0.5, 1],
        tickangle=0,
        tickformat=".0%",
        title_text=f"probability of {escaped(name_classes(test.classes)[k])}",
    )
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return dress(figure, dark=dark, height=90 + 27 * len(test.answers), bargap=0.25).update_layout(
        margin={"r": 48}  # the percentage, where long names leave no room
    )
