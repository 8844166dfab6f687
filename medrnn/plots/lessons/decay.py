"""Left the schedules, right what they make of a run."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.lessons.decay import PLAIN, Decay
from medrnn.lessons.small_run import Course
from medrnn.plots.layout import ANSWER, OTHER, dress
from medrnn.plots.theme import RUNS

SHORT = {"constant": "constant", "cosine": "cosine", "steps": "in steps", "one-cycle": "one cycle"}


def schedules_and_losses(found: Decay, *, dark: bool = False) -> go.Figure:
    """Left the rate at each step of every schedule, the chosen one thick; right its losses and a constant rate's.

    Args:
        found: both runs.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = make_subplots(1, 2, subplot_titles=("Learning rate", "Loss (nats)"), horizontal_spacing=0.09)
    for name in sorted(found.rates, key=lambda one: one == found.schedule):
        is_chosen = name == found.schedule
        figure.add_scatter(
            x=list(range(1, len(found.rates[name]) + 1)),
            y=found.rates[name].tolist(),
            name=f"rate, {SHORT[name]}",
            line={"color": ANSWER[mode] if is_chosen else OTHER[mode], "width": 3 if is_chosen else 1},
            showlegend=False,
            hovertemplate=f"{SHORT[name]}, step %{{x}}: %{{y:.2g}}<extra></extra>",
            row=1,
            col=1,
        )
    runs = {PLAIN: found.plain} | ({found.schedule: found.chosen} if found.schedule != PLAIN else {})
    for number, (name, run) in enumerate(reversed(runs.items())):
        colour = ANSWER[mode] if name == found.schedule else RUNS[mode][1]
        for part, loss, dash in (("learnt", run.train_loss, "solid"), ("kept aside", run.val_loss, "dot")):
            figure.add_scatter(
                x=run.epoch_ends.tolist(),
                y=loss.tolist(),
                name=f"{SHORT[name]}, images {part}",
                line={"color": colour, "dash": dash, "width": 3 if number == 0 else 2},
                mode="lines+markers",
                marker={"size": 5 if number == 0 else 4, "symbol": "circle" if number == 0 else "x"},
                row=1,
                col=2,
            )
    figure.update_xaxes(title_text="step")
    figure.update_yaxes(rangemode="tozero")
    dress(figure, dark=dark, height=370, legend={"orientation": "h", "y": -0.24})
    return figure.update_layout(margin={"t": 30, "b": 58})


def one_run(course: Course, *, dark: bool = False) -> go.Figure:
    """Loss after each epoch of images learnt and kept aside.

    Args:
        course: the run.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for number, (part, loss) in enumerate(
        {"learnt": course.train_loss, "kept aside": course.val_loss}.items()
    ):
        figure.add_scatter(
            x=list(range(1, len(loss) + 1)),
            y=loss.tolist(),
            name=f"images {part}",
            line={
                "color": (OTHER[mode], ANSWER[mode])[number],
                "dash": ("dash", "solid")[number],
                "width": 2.5,
            },
            hovertemplate=f"images {part}, epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title="loss (nats)", rangemode="tozero")
    return dress(figure, dark=dark, height=240, legend={"orientation": "h", "y": 1.2})
