"""Three networks on one film: their answers row by row, and their maps."""

import plotly.graph_objects as go

from medrnn.lessons.rnn_cnn import MODELS, Reader
from medrnn.plots.layout import dress
from medrnn.plots.lessons.panels import Panel, side_by_side
from medrnn.plots.theme import DASHES, RUNS


def answers(readers: tuple[Reader, ...], *, dark: bool = False) -> go.Figure:
    """Probability of pneumonia after each row of the networks' maps; a CNN has its answer at the end alone.

    Args:
        readers: of one film.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    last = max(len(one.prediction.steps) for one in readers if one.prediction.steps is not None)
    for number, one in enumerate(readers):
        name, steps = MODELS[one.card.id], one.prediction.steps
        colour = RUNS[mode][number]
        k = one.card.classes.index("pneumonia")
        figure.add_scatter(
            x=[last] if steps is None else list(range(1, len(steps) + 1)),
            y=[one.pneumonia] if steps is None else steps[:, k].tolist(),
            name=f"{name}, at once" if steps is None else name,
            mode="markers" if steps is None else "lines+markers",
            line={"color": colour, "dash": DASHES[number], "width": 2.5},
            marker={"symbol": "diamond" if steps is None else "circle", "size": 13 if steps is None else 5},
            hovertemplate=f"{name}: %{{y:.1%}}<extra></extra>",
        )
    figure.update_xaxes(title=f"rows of the map that were read, of {last}", range=[0.5, last + 0.7])
    figure.update_yaxes(title="p(pneumonia)", tickformat=".0%", range=[-0.03, 1.05])
    return dress(figure, dark=dark, height=280, legend={"orientation": "h", "y": 1.16})


def maps(readers: tuple[Reader, ...], *, dark: bool = False) -> go.Figure:
    """The film, and the three maps.

    Args:
        readers: of one film.
        dark: colours of the dark theme.
    """
    kind = "signed" if readers[0].map.is_signed else "unsigned"
    shown = [Panel(one.map.values, MODELS[one.card.id], kind) for one in readers]
    return side_by_side([Panel(readers[0].reading.grid, "what is read"), *shown], dark=dark, height=280)
