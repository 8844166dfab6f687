"""Pictures side by side: films in grey, maps in colour, each under its title."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.plots.layout import dress, escaped
from medrnn.plots.theme import CANVAS

HEIGHT = 300
GREY = [(0.0, "#000000"), (1.0, "#FFFFFF")]
STOPS = (
    "#02010A",
    "#1B0C41",
    "#4A0C6B",
    "#781C6D",
    "#A52C60",
    "#CF4446",
    "#ED6925",
    "#FB9B06",
    "#F7D13D",
    "#FCFFA4",
)
# as matplotlib's, but for the first: Streamlit puts colours of its theme in the place of #000001 to #000016
INFERNO = [(k / (len(STOPS) - 1), colour) for k, colour in enumerate(STOPS)]


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture.

    Attributes:
        values: (row, column).
        title: stands over it.
        kind: "grey" from 0 to 1, "unsigned" from 0, or "signed" round 0; maps go to their own largest value, which
            stands in the title.
    """

    values: np.ndarray
    title: str
    kind: str = "grey"

    @property
    def limit(self) -> float:
        """Where the colours end."""
        return 1.0 if self.kind == "grey" else float(np.abs(self.values).max()) or 1.0

    @property
    def words(self) -> str:
        """The title, of a map with the end of its scale."""
        end = {"grey": "", "unsigned": f"<br>0 to {self.limit:.2g}", "signed": f"<br>±{self.limit:.2g}"}
        return escaped(self.title) + end[self.kind]


def side_by_side(panels: list[Panel], *, dark: bool = False, height: int = HEIGHT) -> go.Figure:
    """Pictures in one row, square pixels, no axes.

    Args:
        panels: from left to right.
        dark: colours of the dark theme.
        height: in pixels.
    """
    mode = "dark" if dark else "light"
    figure = make_subplots(
        1, len(panels), subplot_titles=[panel.words for panel in panels], horizontal_spacing=0.02
    )
    for column, panel in enumerate(panels, 1):
        colours = CANVAS[mode]
        signed = [(0.0, colours["negative"]), (0.5, colours["paper"]), (1.0, colours["positive"])]
        figure.add_heatmap(
            z=panel.values.round(5).tolist(),
            name=panel.title,
            colorscale={"grey": GREY, "unsigned": INFERNO, "signed": signed}[panel.kind],
            zmin=-panel.limit if panel.kind == "signed" else 0,
            zmax=panel.limit,
            showscale=False,
            hovertemplate="row %{y}, column %{x}: %{z:.3g}<extra></extra>",
            row=1,
            col=column,
        )
    dress(figure, dark=dark, height=height)
    figure.update_xaxes(visible=False, constrain="domain")
    for column in range(1, len(panels) + 1):
        axis = "x" if column == 1 else f"x{column}"
        figure.update_yaxes(
            visible=False, autorange="reversed", scaleanchor=axis, constrain="domain", row=1, col=column
        )
    lines = max(panel.words.count("<br>") for panel in panels)
    return figure.update_layout(margin={"t": 30 + 16 * lines, "b": 42})
